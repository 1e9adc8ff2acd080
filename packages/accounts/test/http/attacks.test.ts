import { totp } from '@latchkey/accounts/two-factor';
import { TOTP } from 'otpauth';
import { createTestHandler, PASSWORD, type Browser, type TestHandler } from './support.js';

/** A challenge that leads nowhere. */
const UNKNOWN = 'A'.repeat(43);

let server: TestHandler;

beforeAll(async () => {
  server = await createTestHandler(
    {},
    {
      sessions: {
        getTokenSecret: () => 'canary-token-secret-0123456789-abcdef',
        rotation: { after: '5m' },
      },
      twoFactor: totp({
        issuer: 'Tests',
        encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 7).toString('base64') }],
      }),
    },
  );
});

afterAll(() => server.drop());

/** A browser in which the owner of a confirmed address is signed in. */
async function signedIn(email: string): Promise<Browser> {
  const browser = server.browser();
  await browser.post('/auth/sign-up', { email, password: PASSWORD });
  await server.accounts.settled();
  await browser.post('/auth/verify-email', { token: server.messages.at(-1)?.token });
  return browser;
}

/** The token of a link that signs in. */
async function linkTo(email: string): Promise<string> {
  await server.browser().post('/auth/magic-link/request', { email });
  await server.accounts.settled();
  return server.messages.at(-1)?.token ?? '';
}

/** Code that an authenticator app shows now. */
function codeOf(secret: string): string {
  return new TOTP({ secret }).generate({ timestamp: server.clock.now().getTime() });
}

describe('A script in a page', () => {
  it('gets no token out of the cookie by asking for a session of its own', async () => {
    const browser = await signedIn('ada@example.com');
    server.clock.advance(6 * 60_000);
    const before = browser.cookies.get('__Host-latchkey');
    const body = { code: '123456', challenge: UNKNOWN, rememberMe: 'none' };
    const got = await browser.post('/auth/two-factor/confirm', body);
    expect(got.json).toMatchObject({ code: 'TokenVerificationFailed' });
    expect(got.headers.get('auth-token')).toBeNull();
    const after = browser.cookies.get('__Host-latchkey');
    expect(after).toMatch(/^s\.ey/);
    expect(after).not.toBe(before);
  });
});

describe('A value of rememberMe that there is not', () => {
  it.each([
    ['/auth/magic-link', { token: UNKNOWN }],
    ['/auth/sign-in/second-factor', { challenge: UNKNOWN, code: '123456' }],
    ['/auth/two-factor/confirm', { challenge: UNKNOWN, code: '123456' }],
    ['/auth/sign-in', { username: 'nobody', password: PASSWORD }],
  ])('is refused by %s before anything is used up', async (path, body) => {
    const got = await server.send(path, { body: { ...body, rememberMe: 'forever' } });
    expect(got.json).toMatchObject({ status: 400, code: 'RememberMeValueNotValid' });
  });
});

describe('A sign-in in a browser that is signed in', () => {
  it.each(['session', 'local', 'none'])(
    'ends the session that it has had, by a link with rememberMe %s',
    async (rememberMe) => {
      const [mine, other] = [`own-${rememberMe}@example.com`, `other-${rememberMe}@example.com`];
      await signedIn(other);
      const browser = await signedIn(mine);
      const cookie = `__Host-latchkey=${browser.cookies.get('__Host-latchkey') ?? ''}`;
      const token = await linkTo(other);
      const got = await browser.post('/auth/magic-link', { token, rememberMe });
      expect(got.status).toBe(200);
      const before = await server.send('/auth/session', { method: 'GET', headers: { cookie } });
      expect(before.status).toBe(401);
      expect(browser.cookies.has('__Host-latchkey')).toBe(rememberMe !== 'none');
    },
  );

  it('ends it by a second factor, too', async () => {
    const owner = await signedIn('factor@example.com');
    const { secret } = (await owner.post('/auth/two-factor/enrol', {})).json as { secret: string };
    const confirmed = await owner.post('/auth/two-factor/confirm', { code: codeOf(secret) });
    expect(confirmed.status).toBe(200);
    const asked = await server
      .browser()
      .post('/auth/sign-in', { email: 'factor@example.com', password: PASSWORD });
    const { challenge } = asked.json;
    server.clock.advance(30_000);
    const browser = await signedIn('before@example.com');
    const cookie = `__Host-latchkey=${browser.cookies.get('__Host-latchkey') ?? ''}`;
    const body = { challenge, code: codeOf(secret) };
    const got = await browser.post('/auth/sign-in/second-factor', body);
    expect(got.status).toBe(200);
    const before = await server.send('/auth/session', { method: 'GET', headers: { cookie } });
    expect(before.status).toBe(401);
  });
});
