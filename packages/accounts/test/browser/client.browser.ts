import { prehashedPasswords } from '@latchkey/accounts/prehashed-passwords';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { gate } from '../client/support.js';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';
import type { PageGlobals } from './page.js';
import {
  call,
  openTab,
  serve,
  shows,
  startChromium,
  startChromiumOn,
  type TestServer,
} from './support.js';

const HOUR = 60 * 60 * 1000;
const COOKIE = '__Host-latchkey';

let test: TestAccounts;
let server: TestServer;
let elsewhere: TestServer;
let chromium: Browser;
let browser: BrowserContext;
let users = 0;

beforeAll(async () => {
  chromium = await startChromium();
  test = await createTestAccounts();
  elsewhere = await serve();
  server = await serve(
    createAccountsHandler(test.accounts, {
      origins: [elsewhere.origin],
      onError: (error) => console.error(error),
    }),
  );
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
  await elsewhere.close();
  await test.drop();
});

/** A new user in a tab of the browser. */
async function signedUp(rememberMe = 'session', url = server.origin) {
  const tab = await openTab(browser, url);
  const username = `user${++users}`;
  const { error } = await call(tab, 'signUp', { username, password: PASSWORD, rememberMe });
  expect(error).toBeUndefined();
  await shows(tab, username);
  server.requests.length = 0;
  return { tab, username };
}

const sessionCookie = async () => (await browser.cookies()).find(({ name }) => name === COOKIE);

describe('In Chromium, a session', () => {
  it('is in a cookie that no script can read, and that goes to no other site', async () => {
    const { tab } = await signedUp();
    expect(await sessionCookie()).toMatchObject({
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
      path: '/',
      expires: -1,
    });
    const readable = await tab.evaluate(
      () => (globalThis as unknown as PageGlobals).document.cookie,
    );
    expect(readable).toBe('');
  });

  it.each([
    ['local', true],
    ['session', false],
  ])('kept by rememberMe %s outlives the browser: %s', async (rememberMe, outlives) => {
    const profile = mkdtempSync(path.join(tmpdir(), 'latchkey-chromium-'));
    try {
      await browser.close();
      browser = await startChromiumOn(profile);
      const { username } = await signedUp(rememberMe);
      await browser.close();
      browser = await startChromiumOn(profile);
      const tab = await openTab(browser, server.origin);
      await shows(tab, outlives ? username : 'nobody');
    } finally {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    }
  });

  it('kept by rememberMe none is nowhere but in the page, and gone with a reload', async () => {
    const { tab, username } = await signedUp('none');
    expect((await browser.cookies()).map(({ name }) => name)).toEqual([]);
    const stored = await tab.evaluate(() => {
      const { localStorage, sessionStorage } = globalThis as unknown as PageGlobals;
      return [Object.keys(localStorage), Object.keys(sessionStorage)];
    });
    expect(stored).toEqual([[], []]);
    expect(await call(tab, 'session')).toMatchObject({ value: { user: { username } } });
    const other = await openTab(browser, server.origin);
    await shows(other, 'nobody');
    await tab.reload();
    await shows(tab, 'nobody');
  });

  it('that has expired ends in the page with the next call', async () => {
    const { tab, username } = await signedUp();
    test.clock.advance(25 * HOUR);
    await shows(tab, username);
    const { error } = await call(tab, 'listSessions');
    expect(error).toMatchObject({ name: 'AccountsClientError', status: 401 });
    await shows(tab, 'nobody');
    expect(await sessionCookie()).toBeUndefined();
  });

  it('stays as it is while the browser is offline', async () => {
    const { tab, username } = await signedUp();
    await browser.setOffline(true);
    for (const name of ['session', 'refresh', 'signOut']) {
      expect(await call(tab, name)).toEqual({
        error: { name: 'AccountsClientError', code: 'NetworkError', status: 0 },
      });
    }
    await shows(tab, username);
    await browser.setOffline(false);
    expect(await call(tab, 'session')).toMatchObject({ value: { user: { username } } });
    expect(server.requests).toEqual(['GET /auth/session']);
  });

  it('that cannot be asked for at first shows as an error, until it can', async () => {
    const tab = await browser.newPage();
    await tab.route('**/auth/session', (route) => route.abort());
    await tab.goto(server.origin);
    await shows(tab, 'error');
    await tab.unroute('**/auth/session');
    expect(await call(tab, 'session')).toEqual({ value: null });
    await shows(tab, 'nobody');
  });

  it.each(['session', 'none'])(
    'kept by rememberMe %s works on a page of another origin that the server lists',
    async (rememberMe) => {
      const query = new URLSearchParams({ baseUrl: `${server.origin}/auth`, appId: 'shop' });
      const { tab, username } = await signedUp(
        rememberMe,
        `${elsewhere.origin}/?${query.toString()}`,
      );
      expect(await call(tab, 'refresh')).toMatchObject({ value: { user: { username } } });
      expect(await call(tab, 'refresh')).toMatchObject({ value: { user: { username } } });
      expect(await call(tab, 'signOut')).toEqual({});
      await shows(tab, 'nobody');
    },
  );
});

describe('In Chromium, a password', () => {
  it('never leaves the page where the client hashes it', async () => {
    const passwords = {
      prehashed: prehashedPasswords({ saltSecret: 'a secret for salts, and of 32 characters' }),
    };
    const hashed = await createTestAccounts({ passwords });
    const hashing = await serve(createAccountsHandler(hashed.accounts));
    try {
      const tab = await openTab(browser, `${hashing.origin}/?prehashPassword`);
      const bodies: string[] = [];
      tab.on('request', (request) => bodies.push(request.postData() ?? ''));
      const ada = { username: 'ada', password: PASSWORD };
      expect((await call(tab, 'signUp', ada)).error).toBeUndefined();
      await call(tab, 'signOut');
      expect((await call(tab, 'signIn', ada)).error).toBeUndefined();
      await shows(tab, 'ada');
      expect(bodies.filter((body) => body.includes('latchkey-prehash:1:'))).toHaveLength(2);
      expect(bodies.join()).not.toContain(PASSWORD);
      await call(tab, 'signOut');
      const wrong = await call(tab, 'signIn', { ...ada, password: `${PASSWORD} ` });
      expect(wrong.error?.code).toBe('UsernameOrPasswordMismatch');
    } finally {
      await hashing.close();
      await hashed.drop();
    }
  });
});

describe('In Chromium, two tabs', () => {
  it('that refresh at once do so one after the other, and both stay signed in', async () => {
    const { tab: one, username } = await signedUp();
    const two = await openTab(browser, server.origin);
    await shows(two, username);
    const before = await sessionCookie();
    server.requests.length = 0;
    const slow = gate();
    server.hold('/auth/session/refresh', slow.opened);
    const refreshes = [call(one, 'refresh'), call(two, 'refresh')];
    await one.waitForFunction(async () => {
      const { navigator } = globalThis as unknown as PageGlobals;
      return (await navigator.locks.query()).pending.length === 1;
    });
    slow.open();
    for (const outcome of await Promise.all(refreshes)) {
      expect(outcome).toMatchObject({ value: { user: { username } } });
    }
    expect(server.requests).toEqual(['POST /auth/session/refresh', 'GET /auth/session']);
    expect((await sessionCookie())?.value).not.toBe(before?.value);
  });

  it('and more, that refresh and call again and again, stay signed in', async () => {
    const { tab, username } = await signedUp();
    const tabs = [tab];
    while (tabs.length < 4) tabs.push(await openTab(browser, server.origin));
    for (let round = 0; round < 5; round++) {
      const calls = tabs.flatMap((each) => [call(each, 'refresh'), call(each, 'session')]);
      for (const outcome of await Promise.all(calls)) {
        expect(outcome).toMatchObject({ value: { user: { username } } });
      }
    }
  });

  it('see each other’s sign-out and sign-in', async () => {
    const { tab: one, username } = await signedUp();
    const two = await openTab(browser, server.origin);
    await shows(two, username);
    await call(one, 'signOut');
    await shows(one, 'nobody');
    await shows(two, 'nobody');
    await call(two, 'signIn', { username, password: PASSWORD, rememberMe: 'local' });
    await shows(one, username);
    expect(await call(one, 'signIn', { username, password: PASSWORD })).toMatchObject({
      error: { code: 'UserAlreadySignedIn' },
    });
  });
});
