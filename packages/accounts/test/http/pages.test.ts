import { createAccountsHandler } from '@latchkey/accounts/http';
import { injectFaults } from '@latchkey/entity/testing';
import { totp } from '@latchkey/accounts/two-factor';
import { Secret, TOTP } from 'otpauth';
import {
  createTestHandler,
  ORIGIN,
  PASSWORD,
  type Browser,
  type Got,
  type TestHandler,
} from './support.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let server: TestHandler;

beforeAll(async () => {
  server = await createTestHandler({ home: '/' });
});

beforeEach(() => {
  server.messages.length = 0;
});

afterAll(() => server.drop());

/** Waits for the last message and gives its token. */
async function lastToken(): Promise<string> {
  await server.accounts.settled();
  return server.messages.at(-1)?.token ?? '';
}

function post(browser: Browser, path: string, fields: Record<string, string>): Promise<Got> {
  return browser.post(path, new URLSearchParams(fields).toString(), { headers: FORM });
}

describe('A link in a message', () => {
  it('shows a page, which uses nothing up, however often it is fetched', async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-up', { email: 'ada@example.com', password: PASSWORD });
    const token = await lastToken();
    for (let fetched = 0; fetched < 3; fetched++) {
      const page = await server.browser().send(`/auth/verify-email?token=${token}`);
      expect(page.status).toBe(200);
      expect(page.text).toContain(`value="${token}"`);
      expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
      // With no-referrer, a browser without Fetch Metadata could not post the page's form: Origin is null.
      expect(page.headers.get('referrer-policy')).toBe('strict-origin');
      expect(page.headers.get('cache-control')).toBe('no-store');
    }
    const done = await post(browser, '/auth/verify-email', { token });
    expect(done.text).toContain('Your e-mail address is confirmed.');
    expect(done.text).toContain('href="/"');
    const again = await post(browser, '/auth/verify-email', { token });
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('already confirmed')]);
  });

  it('asks in another browser for a password, before anything is confirmed', async () => {
    await server.browser().post('/auth/sign-up', { email: 'eve@example.com', password: PASSWORD });
    const token = await lastToken();
    const reader = server.browser();
    const asked = await post(reader, '/auth/verify-email', { token });
    expect(asked.status).toBe(401);
    expect(asked.text).toContain('name="newPassword"');
    const done = await post(reader, '/auth/verify-email', {
      token,
      newPassword: 'a long walk in the hills',
    });
    expect(done.status).toBe(200);
  });

  it('confirms the address by the handle that the browser has kept since the sign-up', async () => {
    const waiting = await createTestHandler({}, { requireActivation: true });
    try {
      const browser = waiting.browser();
      const signedUp = await browser.post('/auth/sign-up', {
        email: 'ada@example.com',
        password: PASSWORD,
      });
      expect(signedUp.json).not.toHaveProperty('expiresAt');
      await waiting.accounts.settled();
      const token = waiting.messages.at(-1)?.token ?? '';
      const done = await post(browser, '/auth/verify-email', { token });
      expect(done.status).toBe(200);
      expect(browser.cookies.has('__Host-latchkey-handle')).toBe(false);
      const signedIn = await browser.post('/auth/sign-in', {
        email: 'ada@example.com',
        password: PASSWORD,
      });
      expect(signedIn.status).toBe(200);
    } finally {
      await waiting.drop();
    }
  });

  it('resets a password by a form, and shows again what is wrong with the new one', async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-up', { email: 'bob@example.com', password: PASSWORD });
    await post(browser, '/auth/verify-email', { token: await lastToken() });
    await browser.post('/auth/forgot-password', { email: 'bob@example.com' });
    const token = await lastToken();
    const page = await browser.send(`/auth/reset-password?token=${token}`);
    expect(page.text).toContain('autocomplete="new-password"');
    const short = await post(browser, '/auth/reset-password', { token, newPassword: 'short' });
    expect([short.status, short.text]).toEqual([400, expect.stringContaining('role="alert"')]);
    expect(short.text).not.toContain('value="short"');
    const newPassword = 'a long walk in the hills';
    expect((await post(browser, '/auth/reset-password', { token, newPassword })).status).toBe(200);
    const signedIn = await server
      .browser()
      .post('/auth/sign-in', { email: 'bob@example.com', password: newPassword });
    expect(signedIn.status).toBe(200);
  });

  it('signs in by a button', async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-up', { email: 'cy@example.com', password: PASSWORD });
    await post(browser, '/auth/verify-email', { token: await lastToken() });
    const other = server.browser();
    await other.post('/auth/magic-link/request', { email: 'cy@example.com' });
    const token = await lastToken();
    await other.send(`/auth/magic-link?token=${token}`);
    expect((await post(other, '/auth/magic-link', { token })).text).toContain('You are signed in.');
    expect((await other.send('/auth/session')).status).toBe(200);
  });

  it('gives way to its code, in the browser that has asked', async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-up', { email: 'dot@example.com', password: PASSWORD });
    await post(browser, '/auth/verify-email', { token: await lastToken() });
    const other = server.browser();
    const asked = await other.post('/auth/magic-link/request', { email: 'dot@example.com' });
    await lastToken();
    const { challenge } = asked.json as { challenge: string };
    const code = server.messages.at(-1)?.code ?? '';
    const got = await other.post('/auth/magic-link', { challenge, code });
    expect(got.json).toMatchObject({ user: { userId: expect.any(String) as string } });
    expect((await other.send('/auth/session')).status).toBe(200);
  });

  it('asks on another device for the password of who has signed up, and takes nothing away', async () => {
    await server.browser().post('/auth/sign-up', {
      username: 'flo',
      email: 'flo@example.com',
      password: PASSWORD,
    });
    const token = await lastToken();
    const phone = server.browser();
    const page = await phone.send(`/auth/verify-email?token=${token}`);
    expect(page.text.match(/<form/g)).toHaveLength(2);
    expect(page.text).toContain('name="password"');
    expect(page.text).toContain('I did not choose a password');
    const wrong = await post(phone, '/auth/verify-email', { token, password: 'canary wrong' });
    expect(wrong.status).toBe(401);
    const done = await post(phone, '/auth/verify-email', { token, password: PASSWORD });
    expect(done.text).toContain('Your e-mail address is confirmed.');
  });

  it('asks nothing of the browser that has signed up', async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-up', { email: 'gil@example.com', password: PASSWORD });
    const page = await browser.send(`/auth/verify-email?token=${await lastToken()}`);
    expect(page.text).not.toContain('name="password"');
  });

  it('leads on to the second factor, where the account has one', async () => {
    const guarded = await createTestHandler(
      {},
      {
        twoFactor: totp({
          issuer: 'Tests',
          encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 7).toString('base64') }],
        }),
      },
    );
    try {
      const browser = guarded.browser();
      await browser.post('/auth/sign-up', { email: 'hal@example.com', password: PASSWORD });
      await guarded.accounts.settled();
      await post(browser, '/auth/verify-email', { token: guarded.messages.at(-1)?.token ?? '' });
      const { json } = await browser.post('/auth/two-factor/enrol', {});
      const codeAt = (): string =>
        new TOTP({ secret: Secret.fromBase32(String(json.secret)) }).generate({
          timestamp: guarded.clock.now().getTime(),
        });
      const confirmed = await browser.post('/auth/two-factor/confirm', { code: codeAt() });
      expect(confirmed.status).toBe(200);
      const other = guarded.browser();
      await other.post('/auth/magic-link/request', { email: 'hal@example.com' });
      await guarded.accounts.settled();
      const token = guarded.messages.at(-1)?.token ?? '';
      const asked = await post(other, '/auth/magic-link', { token });
      expect(asked.text).toContain('action="/auth/sign-in/second-factor"');
      const [, challenge = ''] = /name="challenge" value="([^"]+)"/.exec(asked.text) ?? [];
      const again = await post(other, '/auth/sign-in/second-factor', { challenge, code: '000000' });
      expect(again.text).toContain(`name="challenge" value="${challenge}"`);
      guarded.clock.advance(60_000);
      const done = await post(other, '/auth/sign-in/second-factor', { challenge, code: codeAt() });
      expect(done.text).toContain('You are signed in.');
      expect((await other.send('/auth/session')).status).toBe(200);
      const shown = await other.send('/auth/sign-in/second-factor');
      expect(shown.status).toBe(405);
    } finally {
      await guarded.drop();
    }
  });

  it('tells the operator of an outage that a form has met, too', async () => {
    const injected = injectFaults(server.client).on('GetItem', 'throttling', { times: 1000 });
    try {
      const got = await post(server.browser(), '/auth/magic-link', { token: 'x'.repeat(43) });
      expect([got.status, got.headers.get('retry-after')]).toEqual([503, '5']);
      expect(server.reported).toMatchObject([{ code: 'ServiceUnavailable' }]);
    } finally {
      injected.remove();
      server.reported.length = 0;
    }
  });

  it('is a form that no other site can post', async () => {
    const headers = { ...FORM, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const got = await server.send('/auth/magic-link', { body: 'token=x', headers });
    expect(got.status).toBe(403);
  });

  it.each([
    'application/x-www-form-urlencoded',
    'Application/X-WWW-Form-Urlencoded; charset=utf-8',
  ])('is answered with a page when it is posted as %s', async (type) => {
    const headers = { 'content-type': type };
    const got = await server.browser().post('/auth/magic-link', 'token=x', { headers });
    expect(got.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  it('says when to come back, like every response with this status', async () => {
    const browser = server.browser();
    const asked = await browser.post('/auth/magic-link/request', { email: 'nobody@example.com' });
    const fields = { challenge: String(asked.json.challenge), code: '123456' };
    let got = await post(browser, '/auth/magic-link', fields);
    expect(got.headers.get('www-authenticate')).toBe('Bearer');
    for (let guess = 0; guess < 10 && got.status !== 429; guess++) {
      got = await post(browser, '/auth/magic-link', fields);
    }
    expect([got.status, got.headers.get('content-type')]).toEqual([
      429,
      'text/html; charset=utf-8',
    ]);
    expect(Number(got.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('does not show a button to sign in where there is no cookie to keep the session', async () => {
    const bearer = await createTestHandler({ transport: 'bearer' });
    try {
      for (const sent of [{ method: 'GET' }, { body: 'token=x', headers: FORM }]) {
        const got = await bearer.send('/auth/magic-link', sent);
        expect([405, 415]).toContain(got.status);
        expect(got.headers.get('content-type')).toBe('application/problem+json');
      }
      expect((await bearer.send('/auth/verify-email', { method: 'GET' })).status).toBe(200);
      const pages = { signInWithMagicLink: 'https://www.example.com/in' };
      const own = createAccountsHandler(bearer.accounts, { transport: 'bearer', pages });
      expect((await own(new Request(`${ORIGIN}/auth/magic-link?token=x`))).status).toBe(303);
    } finally {
      await bearer.drop();
    }
  });

  it('writes a hostile token as text', async () => {
    const token = '"><script>alert(1)</script>';
    const page = await server.browser().send(`/auth/magic-link?token=${encodeURIComponent(token)}`);
    expect(page.text).not.toContain('<script>');
    expect(page.text).toContain('&lt;script&gt;');
  });

  it('leads to a page of the application, with the token in the fragment', async () => {
    const own = await createTestHandler({
      pages: { resetPassword: 'https://www.example.com/new' },
    });
    try {
      const got = await own.send('/auth/reset-password?token=a%26b', { method: 'GET' });
      expect(got.status).toBe(303);
      expect(got.headers.get('location')).toBe('https://www.example.com/new#token=a%26b');
    } finally {
      await own.drop();
    }
  });

  it('answers a field that is there twice with a page, not with a choice', async () => {
    const browser = server.browser();
    const got = await browser.post('/auth/magic-link', 'token=a&token=b', { headers: FORM });
    expect(got.status).toBe(400);
    expect(ORIGIN).toBe('https://app.example.com');
  });
});
