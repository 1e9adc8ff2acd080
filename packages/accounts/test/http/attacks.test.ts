import { totp } from '@latchkey/accounts/two-factor';
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
