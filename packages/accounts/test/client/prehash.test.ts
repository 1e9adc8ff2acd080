import { prehashedPasswords } from '@latchkey/accounts/prehashed-passwords';
import { Accounts } from '@latchkey/accounts';
import { createAccountsHandler } from '@latchkey/accounts/http';
import {
  changePassword,
  currentSession,
  forgotPassword,
  passwordSalt,
  prehashMigratingPassword,
  prehashPassword,
  reauthenticate,
  resetPassword,
  session,
  signIn,
  signOut,
  signUp,
  updateUser,
  type PasswordPrehash,
} from '@latchkey/accounts/client';
import { openApi } from '@latchkey/accounts/openapi';
import { pbkdf2Sync } from 'node:crypto';
import { Browser, createTestHandler, gotOf, ORIGIN, PASSWORD, requestOf } from '../http/support.js';
import type { Got, TestHandler } from '../http/support.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { SECRET } from '../support/testAccounts.js';
import { errorOf, openPage, untilTold, type TestPage } from './support.js';

const saltSecret = 'a secret for salts, and of 32 characters or more';
const prehashed = prehashedPasswords({ saltSecret });
const SENT = /^latchkey-prehash:1:([\w-]{22}):([\w-]{43})$/;
const STORED = /^\$latchkey-prehash\$v=1\$([\w-]{22})\$quick\$/;

let server: TestHandler;

beforeAll(async () => {
  server = await createTestHandler({}, { passwords: { prehashed } });
});

afterAll(() => server.drop());

/** A page of a browser of its own, whose client hashes passwords. */
const newPage = (prehash: PasswordPrehash = prehashPassword): TestPage =>
  openPage(server.browser(), { prehashPassword: prehash });

/** The passwords that a page has sent, in their order. */
function passwordsIn({ sent }: TestPage): unknown[] {
  return sent.flatMap(({ body = '{}' }) => {
    const { password, currentPassword, newPassword } = JSON.parse(body) as Record<string, unknown>;
    return [password, currentPassword, newPassword].filter((value) => value !== undefined);
  });
}

/** The stored value of an account's password. */
async function storedOf(accountId: string): Promise<string | undefined> {
  const filter = { accountId, kind: 'password' } as const;
  const { items } = await server.accounts.TokenEntity.findMany({ filter, secrets: true });
  return items.at(-1)?.value;
}

/** The same accounts with other options of the mode. */
function served(passwords: object): { browser: () => Browser; accounts: Accounts } {
  const accounts = new Accounts({
    table: server.table,
    sessions: { getTokenSecret: () => SECRET },
    passwords: { hasher: new QuickHasher(), ...passwords },
  });
  const handler = createAccountsHandler(accounts, { onError: () => undefined });
  const browser = (): Browser =>
    new Browser(async (path, sent = {}) =>
      gotOf(await handler(requestOf(ORIGIN + path, sent), { remoteAddress: '203.0.113.7' })),
    );
  return { browser, accounts };
}

describe('Passwords that the client hashes', () => {
  it('never leave the page, and are hashed once more on the server', async () => {
    const page = newPage();
    const { user } = await signUp(page.client, { username: 'ada', password: PASSWORD });
    await signOut(page.client);
    await signIn(page.client, { username: 'Ada', password: PASSWORD });
    expect(JSON.stringify(page.sent)).not.toContain(PASSWORD);
    const [atSignUp, atSignIn] = passwordsIn(page);
    expect(atSignUp).toBe(atSignIn);
    const [, salt = '', key = ''] = SENT.exec(String(atSignUp)) ?? [];
    const expected = pbkdf2Sync(PASSWORD, Buffer.from(salt, 'base64url'), 600_000, 32, 'sha256');
    expect(key).toBe(expected.toString('base64url'));
    const stored = (await storedOf(user.userId)) ?? '';
    expect(STORED.exec(stored)?.[1]).toBe(salt);
    expect(stored).not.toContain(key);
  });

  it('are compared: a wrong one is refused like that of an unknown user', async () => {
    const page = newPage();
    await signUp(page.client, { username: 'bob', password: PASSWORD });
    await signOut(page.client);
    for (const username of ['bob', 'nobody']) {
      const wrong = { username, password: `${PASSWORD} ` };
      expect(await errorOf(() => signIn(page.client, wrong))).toMatchObject({
        code: 'UsernameOrPasswordMismatch',
        status: 401,
      });
    }
  });

  it('are the same whether a letter is composed or not', async () => {
    const { client } = newPage();
    await signUp(client, { username: 'zoe', password: 'Zoe\u0308 and a long password' });
    await signOut(client);
    await signIn(client, { username: 'zoe', password: 'Zo\u00eb and a long password' });
    expect(currentSession(client)?.user.username).toBe('zoe');
  });

  it('can be changed, reset and shown again', async () => {
    const { client } = newPage();
    const [second, third] = [`${PASSWORD} 2`, `${PASSWORD} 3`];
    const { user } = await signUp(client, {
      username: 'eve',
      email: 'eve@example.com',
      password: PASSWORD,
    });
    await changePassword(client, { currentPassword: PASSWORD, newPassword: second });
    await reauthenticate(client, { password: second });
    await updateUser(client, { username: 'eva', currentPassword: second, newPassword: third });
    expect((await session(client))?.user.username).toBe('eva');
    await server.accounts.verifyEmail({ accountId: user.userId, email: 'eve@example.com' });
    await forgotPassword(client, { email: 'eve@example.com' });
    // Sent in its own time, so that the answer shows nothing.
    await untilTold(() => server.messages.at(-1)?.kind === 'PasswordReset');
    const token = server.messages.at(-1)?.token ?? '';
    await resetPassword(client, { token, newPassword: PASSWORD });
    expect(await session(client)).toBeNull();
    await signIn(client, { email: 'eve@example.com', password: PASSWORD });
    expect(await storedOf(user.userId)).toMatch(STORED);
  });

  it('are demanded of every request, whatever the policy says of them', async () => {
    const plain = openPage(server.browser()).client;
    for (const call of [signUp, signIn]) {
      const error = await errorOf(() => call(plain, { username: 'kim', password: PASSWORD }));
      expect(error).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'password', reason: 'notPrehashed' },
      });
    }
    const shown = newPage(prehashMigratingPassword);
    expect(
      await errorOf(() => signIn(shown.client, { username: 'kim', password: PASSWORD })),
    ).toMatchObject({ code: 'InvalidInput', details: { reason: 'notPrehashed' } });
    // The server cannot see that this one is too short.
    await signUp(newPage().client, { username: 'kim', password: 'abc' });
  });
});

describe('The salt of a name', () => {
  const saltOf = async (name: object): Promise<string> =>
    (await passwordSalt(newPage().client, name)).salt;

  it('is always the same, of the same form for a name that is nobody’s, and another for each', async () => {
    await signUp(newPage().client, { username: 'sue', password: PASSWORD });
    const salts: string[] = [];
    for (const name of [{ username: 'sue' }, { username: 'sam' }, { email: 'sam@example.com' }]) {
      const salt = await saltOf(name);
      expect(salt).toMatch(/^[\w-]{22}$/);
      expect(await saltOf(name)).toBe(salt);
      salts.push(salt);
    }
    expect(new Set(salts).size).toBe(3);
    expect(await saltOf({ username: ' SUE ' })).toBe(salts[0]);
  });

  it('does not show when the name becomes somebody’s', async () => {
    const before = await saltOf({ username: 'tom' });
    await signUp(newPage().client, { username: 'tom', password: PASSWORD });
    expect(await saltOf({ username: 'tom' })).toBe(before);
  });

  it('takes the same requests for every name', async () => {
    const commandsOf = async (username: string): Promise<readonly string[]> =>
      (await server.log.costOf(() => saltOf({ username }))).commands;
    const known = await commandsOf('sue');
    // The first counts the request by the client's address.
    expect(known).toEqual(['UpdateItem', 'GetItem', 'Query']);
    expect(await commandsOf('sam')).toEqual(known);
  });

  it('is counted by the client’s network, together with its logins', async () => {
    const limited = await createTestHandler(
      {},
      { passwords: { prehashed }, throttling: { address: { budget: 3 } } },
    );
    const ask = (username: string, from: string): Promise<Got> =>
      limited.send('/auth/password-salt', { body: { username } }, from);
    expect((await ask('sue', '2001:db8::1')).status).toBe(200);
    const password = `latchkey-prehash:1:${'s'.repeat(22)}:${'k'.repeat(43)}`;
    const signIn = { body: { username: 'sue', password } };
    expect((await limited.send('/auth/sign-in', signIn, '2001:db8::2')).status).toBe(401);
    expect((await ask('sam', '2001:db8::3')).status).toBe(200);
    const refused = await ask('sue', '2001:db8::4');
    expect(refused).toMatchObject({ status: 429, json: { code: 'TooManyRequests' } });
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect((await ask('sue', '2001:db8:0:1::1')).status).toBe(200);
    await limited.drop();
  });

  it('is not counted for the account of a session', async () => {
    const { client } = newPage();
    await signUp(client, { username: 'val', password: PASSWORD });
    const { commands } = await server.log.costOf(() => passwordSalt(client, {}));
    expect(commands).toEqual(['BatchGetItem', 'Query']);
  });

  it('is the same for all names of an account', async () => {
    const { client } = newPage();
    await signUp(client, { username: 'wes', email: 'wes@example.com', password: PASSWORD });
    expect(await saltOf({ email: 'wes@example.com' })).toBe(await saltOf({ username: 'wes' }));
  });

  it('is that of the account without a name, for which there must be a session', async () => {
    const { client } = newPage();
    await expect(passwordSalt(client, {})).rejects.toMatchObject({ code: 'UsernameMissing' });
    await signUp(client, { username: 'una', password: PASSWORD });
    expect((await passwordSalt(client, {})).salt).toBe(await saltOf({ username: 'una' }));
  });

  it('is in the OpenAPI document of a server in the mode', async () => {
    const handler = createAccountsHandler(server.accounts, { openApi: openApi() });
    const { text } = await gotOf(await handler(new Request(`${ORIGIN}/auth/openapi.json`)));
    expect(JSON.parse(text)).toMatchObject({
      paths: { '/auth/password-salt': { post: { operationId: 'passwordSalt' } } },
    });
  });

  it('is not to be had where passwords are sent as they are', async () => {
    const { browser } = served({});
    const { client } = openPage(browser());
    await expect(passwordSalt(client, { username: 'sue' })).rejects.toMatchObject({
      code: 'RouteNotFound',
    });
  });
});

describe('An account from before', () => {
  async function oldAccount(username: string): Promise<string> {
    const { accounts } = served({});
    const { accountId } = await accounts.createAccount({ username, password: PASSWORD });
    expect(await storedOf(accountId)).toMatch(/^quick\$/);
    return accountId;
  }

  it('switches over with the next login, while the application lets accounts migrate', async () => {
    const accountId = await oldAccount('old1');
    const migrating = served({ prehashed: prehashedPasswords({ saltSecret, migrating: true }) });
    const open = (prehash: PasswordPrehash) =>
      openPage(migrating.browser(), { prehashPassword: prehash }).client;
    const salt = (await passwordSalt(newPage().client, { username: 'old1' })).salt;
    const wrong = { username: 'old1', password: `${PASSWORD} ` };
    await expect(signIn(open(prehashMigratingPassword), wrong)).rejects.toMatchObject({
      code: 'UsernameOrPasswordMismatch',
    });
    expect(await storedOf(accountId)).toMatch(/^quick\$/);
    await signIn(open(prehashMigratingPassword), { username: 'old1', password: PASSWORD });
    expect(STORED.exec((await storedOf(accountId)) ?? '')?.[1]).toBe(salt);
    await signIn(newPage().client, { username: 'old1', password: PASSWORD });
    await signIn(open(prehashMigratingPassword), { username: 'old1', password: PASSWORD });
    await expect(signIn(open(prehashMigratingPassword), wrong)).rejects.toMatchObject({
      code: 'UsernameOrPasswordMismatch',
    });
  });

  it('is refused like a wrong password once they no longer migrate', async () => {
    const accountId = await oldAccount('old2');
    await expect(
      signIn(newPage().client, { username: 'old2', password: PASSWORD }),
    ).rejects.toMatchObject({ code: 'UsernameOrPasswordMismatch' });
    expect(await storedOf(accountId)).toMatch(/^quick\$/);
  });
});

describe('Without the mode', () => {
  it('a password that looks as if it were hashed is a password like any other', async () => {
    const { accounts } = served({});
    const password = `latchkey-prehash:1:${'s'.repeat(22)}:${'k'.repeat(43)}`;
    const { accountId } = await accounts.createAccount({ username: 'plain', password });
    expect(await storedOf(accountId)).toMatch(/^quick\$/);
  });

  it.each([
    [{ saltSecret: 'short' }, 'passwords.prehashed.saltSecret'],
    [{}, 'passwords.prehashed.saltSecret'],
    [{ saltSecret, migrating: 'yes' }, 'passwords.prehashed.migrating'],
  ])('options that cannot be used are refused: %j', async (options, path) => {
    expect(await errorOf(() => prehashedPasswords(options as never))).toMatchObject({
      code: 'InvalidConfiguration',
      details: { path },
    });
  });
});
