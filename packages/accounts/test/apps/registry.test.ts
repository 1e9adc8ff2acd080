import { Table } from '@latchkey/entity';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import * as z from 'zod';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import { AccountsRegistry } from '../../src/apps/AccountsRegistry.js';
import { AccountError } from '../../src/errors/AccountError.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';

const sessions = { getTokenSecret: () => SECRET };
const passwords = { hasher: new QuickHasher() };

describe('AccountsRegistry', () => {
  let test: TestTable;
  let table: Table;
  beforeAll(async () => {
    test = await createTestTable();
    table = test.table;
  });
  afterAll(() => test.drop());

  const problemOf = (make: () => unknown): unknown => {
    try {
      make();
      return 'none';
    } catch (error) {
      if (AccountError.is(error) && error.code === 'InvalidConfiguration') {
        return error.details.path;
      }
      throw error;
    }
  };

  it('gives each application its accounts, the same every time', () => {
    const registry = new AccountsRegistry({ table, sessions, apps: { a: {}, constructor: {} } });
    expect(registry.appIds).toEqual(['a', 'constructor']);
    expect(registry.app('a')).toBe(registry.app('a'));
    expect(registry.app('a').appId).toBe('a');
    expect(registry.app('constructor')).toBeInstanceOf(Accounts);
  });

  it.each([
    ['AppIdNotSet', undefined, 400],
    ['AppIdNotSet', null, 400],
    ['AppIdNotSet', '', 400],
    ['AppIdNotValid', 'b', 401],
    ['AppIdNotValid', 'A', 401],
    ['AppIdNotValid', 'a ', 401],
    ['AppIdNotValid', '__proto__', 401],
    ['AppIdNotValid', 'constructor', 401],
    ['AppIdNotValid', 'hasOwnProperty', 401],
    ['AppIdNotValid', 'toString', 401],
    ['AppIdNotValid', ['a'], 401],
    ['AppIdNotValid', { toString: () => 'a' }, 401],
    ['AppIdNotValid', 0, 401],
    ['AppIdNotValid', false, 401],
  ])('%s for the app id %p', async (code, appId, status) => {
    const registry = new AccountsRegistry({ table, sessions, apps: { a: {} } });
    const error = await errorOf(Promise.resolve().then(() => registry.app(appId)));
    expect(error).toMatchObject({ code, status, details: {} });
  });

  it.each<[string, object]>([
    ['apps', { apps: {} }],
    ['apps', { apps: null }],
    ['apps', { apps: [{}] }],
    ['apps', { apps: 'a' }],
    ['apps', { apps: { '': {} } }],
    ['apps', { apps: { 'a#b': {} } }],
    ['apps', { apps: { ['__proto__']: {} } }],
    ['apps', { apps: { ['a'.repeat(65)]: {} } }],
    ['apps', { apps: { 'caf\u00e9': {} } }],
    ['apps.a', { apps: { a: null } }],
    ['apps.a.table', { apps: { a: { table: {} } } }],
    ['apps.a.appId', { apps: { a: { appId: 'b' } } }],
    ['apps.a.environment', { apps: { a: { environment: 'live' } } }],
    ['apps.a.accountFields', { apps: { a: { accountFields: {} } } }],
    ['apps.a.plan.maxAccounts', { apps: { a: { plan: { maxAccounts: -1 } } } }],
    ['apps.a.plan.trialDays', { plan: { trialDays: '1' }, apps: { a: {} } }],
    [
      'apps.b.sessions.audience',
      { apps: { a: {}, b: { sessions: { ...sessions, audience: 'latchkey/a' } } } },
    ],
    [
      'apps.b.sessions.audience',
      { sessions: { ...sessions, audience: 'x' }, apps: { a: {}, b: {} } },
    ],
    ['apps.a.environment', { environment: 'Sandbox', apps: { a: {} } }],
  ])('InvalidConfiguration at %s for %o', (path, options) => {
    const make = () =>
      new AccountsRegistry({ table, sessions, ...(options as { apps: object }) } as never);
    expect(problemOf(make)).toBe(path);
  });

  it('an application without sessions, its own or all’s, cannot be used', () => {
    expect(problemOf(() => new AccountsRegistry({ table, apps: { a: { sessions }, b: {} } }))).toBe(
      'apps.b.sessions',
    );
  });

  it.each(['', 'a b', '_a', 5, 'a'.repeat(65)])('Accounts refuse the app id %p', (appId) => {
    expect(problemOf(() => new Accounts({ table, sessions, appId: appId as string }))).toBe(
      'appId',
    );
  });

  it('keeps everything of an application in its namespace, as Accounts with that id do', async () => {
    const shared = { passwords, throttling: { address: { budget: 2 } } };
    const registry = new AccountsRegistry({
      ...shared,
      table,
      sessions,
      apps: { shop: { plan: { maxAccounts: 1 } }, forum: {} },
    });
    const ada = { username: 'ada', email: 'ada@example.com', password: PASSWORD };
    const request = requestWith();
    const [shop, forum] = [registry.app('shop'), registry.app('forum')];
    await shop.createAccountAndLogin({ ...ada, request });
    await forum.createAccount(ada);
    // Limits: the one is full, …
    expect(await codeOf(shop.createAccount({ ...ada, username: 'eve' }))).toBe(
      'TrialExceededLimit',
    );
    // … and has used up what an address may try.
    const tryIn = (accounts: Accounts) =>
      codeOf(accounts.userByPasswordLogin({ username: 'nobody', password: 'x', request }));
    for (const code of ['LoginFailed', 'LoginFailed', 'TooManyRequests']) {
      expect(await tryIn(shop)).toBe(code);
    }
    expect(await tryIn(forum)).toBe('LoginFailed');
    const keys = (await tableItems(test.client, table.name)).map(({ PK }) => PK?.S ?? '');
    expect(keys.length).toBeGreaterThan(8);
    expect(keys.filter((key) => !/^@(shop|forum)#/.test(key))).toEqual([]);
    const alone = new Accounts({ ...shared, table, sessions, appId: 'forum' });
    expect(await alone.findUser({ username: 'ada' })).toEqual(
      await forum.findUser({ username: 'ada' }),
    );
    const root = new Accounts({ ...shared, table, sessions });
    expect(await root.findUser({ username: 'ada' })).toBeNull();
  });

  it('applications have policies of their own, and share what they do not say', async () => {
    const registry = new AccountsRegistry({
      table,
      sessions,
      passwords: { ...passwords, policy: { minLength: 20 } },
      apps: { strict: {}, lax: { passwords: { ...passwords, policy: { minLength: 8 } } } },
    });
    const signUp = (appId: string) =>
      codeOf(registry.app(appId).createAccount({ username: 'policy', password: 'a long walk' }));
    expect(await signUp('strict')).toBe('PasswordTooShort');
    expect(await signUp('lax')).toBe('none');
  });

  it('fields of the application’s own are the same in all', async () => {
    const client = localClient();
    const registry = new AccountsRegistry({
      table: new Table({ name: table.name, client }),
      sessions,
      passwords,
      accountFields: { shoeSize: z.number().optional() },
      apps: { x: {}, y: {} },
    });
    for (const appId of registry.appIds) {
      const made = await registry.app(appId).createAccount({
        username: 'fields',
        password: PASSWORD,
        shoeSize: 42,
      });
      expect(made.shoeSize).toBe(42);
    }
    client.destroy();
  });
});
