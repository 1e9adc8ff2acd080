import { passkeys } from '@latchkey/accounts/passkeys';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { setTimeout } from 'node:timers/promises';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';
import type { PageGlobals } from './page.js';
import { call, openTab, serve, shows, startChromium, type TestServer } from './support.js';

let test: TestAccounts;
let server: TestServer;
let chromium: Browser;
let browser: BrowserContext;
let users = 0;

beforeAll(async () => {
  chromium = await startChromium();
  // The handler is asked later than the server is known.
  const site: { handler?: ReturnType<typeof createAccountsHandler> } = {};
  server = await serve((...args) => {
    if (!site.handler) throw new Error('The server is not ready.');
    return site.handler(...args);
  });
  test = await createTestAccounts({
    passkeys: passkeys({ rpId: 'localhost', rpName: 'Tests', origins: [server.origin] }),
  });
  site.handler = createAccountsHandler(test.accounts, { onError: (error) => console.error(error) });
});

beforeEach(async () => {
  browser = await chromium.newContext();
});

afterEach(async () => {
  await browser.close();
});

afterAll(async () => {
  await chromium.close();
  await server.close();
  await test.drop();
});

/** A page with an authenticator that verifies its user by itself. */
async function withAuthenticator(
  tab: Page,
): Promise<{ session: CDPSession; authenticatorId: string }> {
  const session = await browser.newCDPSession(tab);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { session, authenticatorId };
}

/** Signals are carried out after the call that gave them. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    if (
      await check().then(
        () => true,
        () => false,
      )
    )
      return;
    await setTimeout(100);
  }
  await check();
}

async function signedUp() {
  const tab = await openTab(browser, server.origin);
  const { session, authenticatorId } = await withAuthenticator(tab);
  const username = `user${++users}`;
  const { error } = await call(tab, 'signUp', { username, password: PASSWORD });
  expect(error).toBeUndefined();
  await shows(tab, username);
  const credentials = async () =>
    (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  return { tab, username, session, authenticatorId, credentials };
}

describe('In Chromium, a passkey', () => {
  it('is registered, and signs in without a username', async () => {
    const { tab, username, credentials } = await signedUp();
    const registered = await call(tab, 'registerPasskey', { name: 'Laptop' });
    expect(registered).toMatchObject({ value: { passkey: { name: 'Laptop' } } });
    expect(await credentials()).toMatchObject([
      { rpId: 'localhost', isResidentCredential: true, userName: username },
    ]);
    await call(tab, 'signOut');
    await shows(tab, 'nobody');
    expect(await call(tab, 'signInWithPasskey')).toMatchObject({ value: { user: { username } } });
    await shows(tab, username);
    // The device has one already.
    expect(await call(tab, 'registerPasskey')).toMatchObject({
      error: { name: 'AccountsClientError', code: 'PasskeyAlreadyRegistered', status: 0 },
    });
  });

  it('is offered in the field of the username, while the page is open', async () => {
    const { tab, username } = await signedUp();
    await call(tab, 'registerPasskey');
    await call(tab, 'signOut');
    await tab.evaluate(() => {
      const { document } = globalThis as unknown as PageGlobals;
      document.body.insertAdjacentHTML('beforeend', '<input autocomplete="username webauthn">');
    });
    const outcome = await call(tab, 'signInWithPasskey', {
      conditional: true,
      rememberMe: 'local',
    });
    expect(outcome).toMatchObject({ value: { user: { username } } });
    await shows(tab, username);
  });

  it('goes from the browser with its removal, and has the user’s new name there', async () => {
    const { tab, username, credentials } = await signedUp();
    const { value } = await call(tab, 'registerPasskey');
    const { passkeyId } = (value as { passkey: { passkeyId: string } }).passkey;
    await call(tab, 'updateUser', { username: `${username}x` });
    await call(tab, 'listPasskeys');
    const names = async () => (await credentials()).map(({ userName }) => userName);
    await eventually(async () => expect(await names()).toEqual([`${username}x`]));
    await call(tab, 'removePasskey', { passkeyId });
    await eventually(async () => expect(await credentials()).toEqual([]));
    await call(tab, 'signOut');
    const refused = await call(tab, 'signInWithPasskey');
    expect(['PasskeyNotAllowed', 'TokenVerificationFailed']).toContain(refused.error?.code);
    await shows(tab, 'nobody');
  });

  it('that the user does not allow is an error of the client, and nothing is sent', async () => {
    const { tab, session, authenticatorId } = await signedUp();
    await call(tab, 'registerPasskey');
    await call(tab, 'signOut');
    await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    server.requests.length = 0;
    expect(await call(tab, 'signInWithPasskey')).toMatchObject({
      error: { name: 'AccountsClientError', code: 'PasskeyNotAllowed', status: 0 },
    });
    expect(server.requests).toEqual(['POST /auth/sign-in/passkey/options']);
  });
});
