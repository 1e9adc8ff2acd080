import { createAccountsHandler } from '@latchkey/accounts/http';
import { passkeys } from '@latchkey/accounts/passkeys';
import {
  createTestHandler,
  ORIGIN as PAGE,
  PASSWORD,
  type Browser,
  type Got,
  type TestHandler,
} from '../http/support.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Device } from './Device.js';
import { PASSKEYS } from './support.js';

const RELATED = 'https://app.example.co.uk';
const COOKIE = '__Host-latchkey-passkey';

let server: TestHandler;
beforeAll(async () => {
  server = await createTestHandler(
    {},
    { passkeys: passkeys({ ...PASSKEYS, origins: [PAGE, RELATED] }) },
  );
});
afterAll(() => server.drop());

let users = 0;
async function signUp(browser: Browser, rememberMe?: 'none'): Promise<string> {
  const username = `user${String(++users)}`;
  const body = { username, password: PASSWORD, ...(rememberMe && { rememberMe }) };
  const got = await browser.post('/auth/sign-up', body);
  expect(got.status).toBe(201);
  return got.headers.get('auth-token') ?? '';
}

async function register(browser: Browser, device: Device, name = 'Phone'): Promise<Got> {
  const { json } = await browser.post('/auth/passkeys/options', {});
  const response = device.create(json.options as never);
  return browser.post('/auth/passkeys', { response, name });
}

async function signIn(browser: Browser, device: Device, body: object = {}): Promise<Got> {
  const { json } = await browser.post('/auth/sign-in/passkey/options', {});
  const response = device.get(json.options as never);
  return browser.post('/auth/sign-in/passkey', { response, ...body });
}

describe('over HTTP, a passkey', () => {
  it('is registered, and signs in without a username in another browser tab', async () => {
    const browser = server.browser();
    await signUp(browser);
    const device = new Device();
    const registered = await register(browser, device);
    expect(registered.status).toBe(201);
    expect(registered.json).toEqual({
      passkey: expect.objectContaining({ name: 'Phone', backedUp: true }) as object,
    });
    await browser.post('/auth/sign-out');
    const signedIn = await signIn(browser, device, { rememberMe: 'local' });
    expect(signedIn.status).toBe(200);
    expect(signedIn.json).not.toHaveProperty('authToken');
    expect(browser.setCookies.at(-1)).toMatch(/^__Host-latchkey=l\..*Max-Age=/);
    expect((await browser.send('/auth/session')).status).toBe(200);
  });

  it('has its challenge bound to the browser by a cookie, and by nothing in the answer', async () => {
    const browser = server.browser();
    await signUp(browser);
    const device = new Device();
    await register(browser, device);
    const cookie = browser.setCookies.find((each) => each.startsWith(COOKIE));
    expect(cookie).toMatch(
      /^__Host-latchkey-passkey=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const begun = await browser.post('/auth/sign-in/passkey/options', {});
    expect(Object.keys(begun.json)).toEqual(['options']);
    // Several pages of one browser keep their challenges.
    expect(browser.setCookies.filter((each) => each.startsWith(COOKIE))).toHaveLength(1);
    const response = device.get(begun.json.options as never);
    const thief = server.browser();
    await thief.post('/auth/sign-in/passkey/options', {});
    const stolen = await thief.post('/auth/sign-in/passkey', { response });
    expect([stolen.status, stolen.json.code, stolen.json.details]).toEqual([
      401,
      'TokenVerificationFailed',
      { path: 'response' },
    ]);
    expect(thief.cookies.has('__Host-latchkey')).toBe(false);
    expect((await browser.post('/auth/sign-in/passkey', { response })).status).toBe(200);
  });

  it('works for a client that keeps its tokens by itself', async () => {
    const browser = server.browser();
    const token = await signUp(browser, 'none');
    browser.cookies.clear();
    const headers = { authorization: `Bearer ${token}` };
    const begun = await browser.post('/auth/passkeys/options', {}, { headers });
    expect(browser.cookies.size).toBe(0);
    const device = new Device();
    const response = device.create(begun.json.options as never);
    const { browserSecret } = begun.json;
    expect(browserSecret).toMatch(/^[\w-]{43}$/);
    const without = await browser.post('/auth/passkeys', { response }, { headers });
    expect(without.status).toBe(401);
    const registered = await browser.post(
      '/auth/passkeys',
      { response, browserSecret },
      { headers },
    );
    expect(registered.status).toBe(201);
  });

  it('is listed, renamed and removed, with what the browser is to be told', async () => {
    const browser = server.browser();
    await signUp(browser);
    const { json } = await register(browser, new Device());
    const { passkeyId, credentialId } = json.passkey as { passkeyId: string; credentialId: string };
    const at = `/auth/passkeys/${passkeyId}`;
    const renamed = await browser.send(at, { method: 'PATCH', body: { name: 'Old phone' } });
    expect(renamed.json).toEqual({ passkey: { ...(json.passkey as object), name: 'Old phone' } });
    const listed = await browser.send('/auth/passkeys');
    expect(listed.json).toEqual({
      passkeys: [renamed.json.passkey],
      signals: expect.objectContaining({
        rpId: 'example.com',
        allAcceptedCredentialIds: [credentialId],
      }) as object,
    });
    const removed = await browser.send(at, { method: 'DELETE' });
    expect(removed.json).toEqual({
      signals: expect.objectContaining({ allAcceptedCredentialIds: [] }) as object,
    });
    const again = await browser.send(at, { method: 'DELETE' });
    expect([again.status, again.json.code]).toEqual([404, 'PasskeyNotFound']);
  });

  it('has related origins, which browsers ask for at the root of the host', async () => {
    const got = await server.send('/.well-known/webauthn', { method: 'GET' });
    expect(got.status).toBe(200);
    expect(got.headers.get('content-type')).toBe('application/json');
    expect(got.json).toEqual({ origins: [PAGE, RELATED] });
    expect((await server.send('/.well-known/webauthn', { method: 'POST' })).status).toBe(404);
    expect((await server.send('/auth/.well-known/webauthn', { method: 'GET' })).status).toBe(404);
  });

  it('is not offered without the option', async () => {
    const plain = await createTestHandler();
    try {
      for (const [method, path] of [
        ['POST', '/auth/sign-in/passkey'],
        ['GET', '/auth/passkeys'],
        ['GET', '/.well-known/webauthn'],
      ] as const) {
        const { json } = await plain.send(path, { method });
        expect([path, json.code]).toEqual([path, 'RouteNotFound']);
      }
      expect(() => createAccountsHandler(plain.accounts)).not.toThrow();
    } finally {
      await plain.drop();
    }
  });

  it('leaves no challenge, secret or token in the table, in any form', async () => {
    const browser = server.browser();
    await signUp(browser);
    const device = new Device();
    await register(browser, device);
    const begun = await browser.post('/auth/sign-in/passkey/options', {});
    const { challenge } = begun.json.options as { challenge: string };
    const dump = JSON.stringify(await tableItems(server.client, server.table.name));
    expect(dump).toContain('"passkeyLogin"');
    for (const secret of [challenge, browser.cookies.get(COOKIE) ?? '', PASSWORD]) {
      expect(secret.length).toBeGreaterThan(20);
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64'),
        Buffer.from(secret, 'base64url').toString('hex'),
        Buffer.from(secret, 'base64url').toString('base64'),
      ]) {
        expect(dump).not.toContain(form);
      }
    }
    expect(dump).not.toContain('canary');
  });
});
