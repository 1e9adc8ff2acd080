import { createAccountGuard } from '@latchkey/accounts/http';
import { createTestHandler, PASSWORD, requestOf, type TestHandler } from './support.js';
import { SECRET } from '../support/testAccounts.js';

let server: TestHandler;

beforeAll(async () => {
  server = await createTestHandler();
  await server.accounts.createAccount({ username: 'ada', password: PASSWORD });
});

afterAll(() => server.drop());

const SESSIONS = { getTokenSecret: () => 'canary-token-secret-0123456789-abcdef' };
const SIGN_IN = { username: 'ada', password: PASSWORD };

describe('A session in a cookie', () => {
  it.each([
    ['local', /^__Host-latchkey=l\.[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/],
    ['session', /^__Host-latchkey=s\.[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/],
    [undefined, /^__Host-latchkey=s\.[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/],
  ])('with rememberMe %j lasts accordingly', async (rememberMe, cookie) => {
    const browser = server.browser();
    const got = await browser.post('/auth/sign-in', { ...SIGN_IN, rememberMe });
    expect(got.status).toBe(200);
    expect(got.json).not.toHaveProperty('authToken');
    expect(got.json).not.toHaveProperty('deviceToken');
    expect(browser.setCookies).toContainEqual(expect.stringMatching(cookie));
    expect(browser.setCookies).toContainEqual(
      expect.stringMatching(/^__Host-latchkey-device=[^;]+; Max-Age=34560000; Path=\/; HttpOnly; /),
    );
  });

  it('is not begun for rememberMe none: the token is in the answer', async () => {
    const browser = server.browser();
    const got = await browser.post('/auth/sign-in', { ...SIGN_IN, rememberMe: 'none' });
    expect(browser.setCookies).toEqual([]);
    const authorization = `Bearer ${String(got.json.authToken)}`;
    const session = await browser.send('/auth/session', { headers: { authorization } });
    expect(session.json).toMatchObject({ user: { username: 'ada' } });
  });

  it.each(['local', 'session', 'none'])(
    'with rememberMe %s brings a rotated token back as it came',
    async (rememberMe) => {
      const browser = server.browser();
      const got = await browser.post('/auth/sign-in', { ...SIGN_IN, rememberMe });
      const before = browser.cookies.get('__Host-latchkey');
      const bearer = `Bearer ${String(got.json.authToken)}`;
      const headers = rememberMe === 'none' ? { authorization: bearer } : {};
      const refreshed = await browser.post('/auth/session/refresh', undefined, { headers });
      expect(refreshed.status).toBe(200);
      const cookie = browser.cookies.get('__Host-latchkey');
      const header = refreshed.headers.get('auth-token');
      if (rememberMe === 'none') {
        expect([cookie, header]).toEqual([undefined, expect.stringMatching(/^ey/)]);
        expect(`Bearer ${String(header)}`).not.toBe(bearer);
      } else {
        expect([cookie?.slice(0, 2), header]).toEqual([rememberMe === 'local' ? 'l.' : 's.', null]);
        expect(cookie).not.toBe(before);
      }
    },
  );

  it('is taken off the browser that asks for a session which has ended', async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-in', SIGN_IN);
    const { items } = await server.accounts.SessionEntity.findMany({
      filter: { accountId: (await server.accounts.findUser({ username: 'ada' }))?.accountId ?? '' },
    });
    expect(items.length).toBeGreaterThan(0);
    const account = await server.accounts.findUser({ username: 'ada' });
    await server.accounts.sessions.revokeAllSessions({ accountId: account?.accountId ?? '' });
    const got = await browser.send('/auth/session');
    expect(got.json).toMatchObject({ code: 'InvalidSession' });
    expect(browser.setCookies.at(-1)).toBe(
      '__Host-latchkey=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
  });

  it.each(['s.not.a.token', 's.', 'l.', 'x', 'ended'])(
    'is taken off the browser by a sign-out, though it holds no session: %s',
    async (value) => {
      const browser = server.browser();
      await browser.post('/auth/sign-in', SIGN_IN);
      const ended = browser.cookies.get('__Host-latchkey') ?? '';
      await browser.post('/auth/sign-out');
      browser.cookies.set('__Host-latchkey', value === 'ended' ? ended : value);
      const got = await browser.post('/auth/sign-out');
      expect([got.status, got.text]).toEqual([204, '']);
      expect(browser.cookies.has('__Host-latchkey')).toBe(false);
    },
  );

  it('is not there for a sign-out by somebody who is not signed in, which succeeds', async () => {
    const anonymous = await server.send('/auth/sign-out');
    expect([anonymous.status, anonymous.headers.getSetCookie()]).toEqual([204, []]);
    const headers = { authorization: 'Bearer not.a.token' };
    expect((await server.send('/auth/sign-out', { headers })).status).toBe(204);
  });

  it('stays on the browser where a sign-out fails for another reason', async () => {
    let isDown = false;
    const getTokenSecret = (): string => {
      if (isDown) throw new Error('The secret store is down.');
      return SECRET;
    };
    const failing = await createTestHandler({}, { sessions: { getTokenSecret } });
    const browser = failing.browser();
    await browser.post('/auth/sign-up', SIGN_IN);
    isDown = true;
    expect((await browser.post('/auth/sign-out')).status).toBe(503);
    isDown = false;
    expect((await browser.send('/auth/session')).status).toBe(200);
    await failing.drop();
  });

  it('stays for a request that was under way while another one replaced the token', async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-in', SIGN_IN);
    const before = `__Host-latchkey=${browser.cookies.get('__Host-latchkey') ?? ''}`;
    await browser.post('/auth/session/reauthenticate', { password: PASSWORD });
    const headers = { cookie: before };
    const late = await server.send('/auth/contacts', { method: 'GET', headers });
    expect([late.status, late.headers.getSetCookie()]).toEqual([401, []]);
    const guarded = await createAccountGuard(server.accounts)(
      requestOf('https://app.example.com/orders', { method: 'GET', headers }),
    );
    expect(guarded.refused?.headers.map(([name]) => name)).not.toContain('Set-Cookie');
    expect((await browser.send('/auth/session')).status).toBe(200);
  });

  it.each(['__Host-latchkey', '__Host-latchkey-device', '__Host-latchkey-handle'])(
    'is refused if %s is there twice',
    async (name) => {
      const headers = { cookie: `${name}=a; other=1; ${name}=b` };
      const got = await server.send('/auth/session', { method: 'GET', headers });
      expect(got.json).toMatchObject({
        status: 400,
        code: 'InvalidInput',
        details: { path: 'cookie', reason: 'duplicate' },
      });
    },
  );

  it.each([
    '=',
    ';;;',
    '__Host-latchkey',
    '__Host-latchkey=',
    '__Host-latchkey=%zz',
    `a=${'x'.repeat(9000)}`,
  ])('is not found in %j, which is no reason to fail', async (cookie) => {
    const got = await server.send('/auth/session', { method: 'GET', headers: { cookie } });
    expect(got.status).toBe(401);
  });

  it('gives way to a token in the Authorization header', async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-in', SIGN_IN);
    const headers = { authorization: 'Bearer not.a.token' };
    const got = await browser.send('/auth/session', { headers });
    expect(got.json).toMatchObject({ code: 'TokenVerificationFailed' });
    expect(browser.cookies.has('__Host-latchkey')).toBe(true);
  });

  it.each(['Bearer', 'Bearer ', 'Bearer %E0%A4%A', 'Bearer a b', 'Basic YTpi', 'bearer\t%', '=,'])(
    'GHSA-xmf8-cvqr-rfgj: is not found in the header %j, which is no reason to fail',
    async (authorization) => {
      const got = await server.send('/auth/session', {
        method: 'GET',
        headers: { authorization },
      });
      expect([got.status, got.json.code]).toEqual([401, 'UserNotSignedIn']);
    },
  );

  it('tells the server that it knows the device', async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-in', SIGN_IN);
    const device = browser.cookies.get('__Host-latchkey-device');
    await browser.post('/auth/sign-out');
    const again = await browser.post('/auth/sign-in', SIGN_IN);
    expect(again.status).toBe(200);
    expect(device).toMatch(/^ey/);
    expect(browser.cookies.get('__Host-latchkey-device')).toMatch(/^ey/);
  });
});

describe('With the transport bearer', () => {
  let bearer: TestHandler;
  beforeAll(async () => {
    bearer = await createTestHandler({ transport: 'bearer' });
    await bearer.accounts.createAccount({ username: 'ada', password: PASSWORD });
  });
  afterAll(() => bearer.drop());

  it('no cookie is ever set or read', async () => {
    const browser = bearer.browser();
    const got = await browser.post('/auth/sign-in', { ...SIGN_IN, rememberMe: 'local' });
    expect(got.json).toMatchObject({
      authToken: expect.any(String) as string,
      deviceToken: expect.any(String) as string,
    });
    expect(browser.setCookies).toEqual([]);
    const cookie = `__Host-latchkey=l.${String(got.json.authToken)}`;
    const session = await bearer.send('/auth/session', { method: 'GET', headers: { cookie } });
    expect(session.status).toBe(401);
  });
});

describe('A guard', () => {
  const request = (headers: Readonly<Record<string, string>>, method = 'GET'): Request =>
    requestOf('https://app.example.com/orders', { method, headers });

  it.each(['Accounts', 'Guard'])('of %s lets a session through, in one request', async (kind) => {
    const { Guard } = await import('@latchkey/accounts/guard');
    const guard =
      kind === 'Guard'
        ? new Guard({
            table: server.table,
            sessions: { getTokenSecret: server.accounts.sessions.getTokenSecret },
          })
        : server.accounts;
    const check = createAccountGuard(guard);
    const got = await server.send('/auth/sign-in', { body: { ...SIGN_IN, rememberMe: 'none' } });
    const authorization = `Bearer ${String(got.json.authToken)}`;
    let username: unknown;
    const cost = await server.log.costOf(async () => {
      const { authenticated } = await check(request({ authorization }));
      username = authenticated?.account.username;
    });
    expect([username, cost.commands]).toEqual(['ada', ['BatchGetItem']]);
  });

  it('refuses who lacks a permission, or has not logged in for a while', async () => {
    const got = await server.send('/auth/sign-in', { body: { ...SIGN_IN, rememberMe: 'none' } });
    const headers = { authorization: `Bearer ${String(got.json.authToken)}` };
    const denied = await createAccountGuard(server.accounts, { permission: ['orders', 'x'] })(
      request(headers),
    );
    expect(denied.refused).toMatchObject({ status: 403 });
    expect(JSON.parse(denied.refused?.body ?? '')).toMatchObject({ code: 'PermissionDenied' });
    server.clock.advance(11 * 60 * 1000);
    const late = await createAccountGuard(server.accounts, { recentLogin: '10m' })(
      request(headers),
    );
    expect(JSON.parse(late.refused?.body ?? '')).toMatchObject({ code: 'RecentLoginRequired' });
  });

  it("refuses another site's page, though the cookie is right", async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-in', SIGN_IN);
    const cookie = `__Host-latchkey=${browser.cookies.get('__Host-latchkey') ?? ''}`;
    const check = createAccountGuard(server.accounts);
    const foreign = { cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await check(request(foreign, 'POST'))).refused?.status).toBe(403);
    expect((await check(request(foreign, 'GET'))).authenticated?.account.username).toBe('ada');
    const own = { cookie, 'sec-fetch-site': 'same-origin' };
    expect((await check(request(own, 'POST'))).authenticated?.account.username).toBe('ada');
  });

  it('keeps a replaced token out of every cache', async () => {
    const rotating = await createTestHandler(
      {},
      { sessions: { ...SESSIONS, rotation: { after: '1m' } } },
    );
    try {
      await rotating.accounts.createAccount(SIGN_IN);
      const browser = rotating.browser();
      await browser.post('/auth/sign-in', SIGN_IN);
      const cookie = `__Host-latchkey=${browser.cookies.get('__Host-latchkey') ?? ''}`;
      const check = createAccountGuard(rotating.accounts);
      const kept = await check(request({ cookie }));
      expect(kept.authenticated?.headers).toEqual([]);
      rotating.clock.advance(2 * 60 * 1000);
      const { authenticated } = await check(request({ cookie }));
      expect(authenticated?.headers.map(([name]) => name)).toEqual(['Set-Cookie', 'Cache-Control']);
    } finally {
      await rotating.drop();
    }
  });

  it('refuses a request without a session', async () => {
    const { refused } = await createAccountGuard(server.accounts)(request({}));
    expect(refused?.status).toBe(401);
    expect(refused?.headers).toContainEqual(['WWW-Authenticate', 'Bearer']);
  });
});
