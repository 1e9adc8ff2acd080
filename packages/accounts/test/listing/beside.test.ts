import { backfill, Table } from '@latchkey/entity';
import { diffTable, toCreateTableInput } from '@latchkey/entity/infrastructure';
import { createTestTable, localClient, uniqueTableName } from '@latchkey/entity/testing';
import { AccountToken, extendAccount, Session } from '@latchkey/schema';
import * as z from 'zod';
import { Accounts } from '../../src/accounts/Accounts.js';
import { AccountsRegistry } from '../../src/apps/AccountsRegistry.js';
import { Guard } from '../../src/guard/Guard.js';
import { accountListing, accountListingDefinitions } from '../../src/listing/index.js';
import { errorOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { listAll, listedValues } from './support.js';

const sessions = { getTokenSecret: () => SECRET };
const passwords = { hasher: new QuickHasher() };
const ada = { username: 'ada', email: 'ada@example.com', password: PASSWORD };
const listing = accountListing();

describe('without the option', () => {
  let test: TestAccounts;
  beforeAll(async () => {
    test = await createTestAccounts();
  });
  afterAll(() => test.drop());

  it('accounts are not listed, which is said before anything is sent', async () => {
    const { commands } = await test.log.costOf(async () => {
      for (const input of [{ by: 'username' }, undefined]) {
        expect(await errorOf(test.accounts.listAccounts(input as never))).toMatchObject({
          code: 'InvalidConfiguration',
          details: { path: 'listing' },
        });
      }
    });
    expect(commands).toEqual([]);
  });

  it('the definitions, the table and what is stored have no such index', async () => {
    await test.accounts.createAccount(ada);
    const { AccountEntity, AccessTypeEntity } = test.accounts;
    for (const { definition } of [AccountEntity, AccessTypeEntity]) {
      expect(definition.indexes.map(({ name }) => name)).not.toContain('_id3');
    }
    expect((await test.table.describe())?.GlobalSecondaryIndexes).toBeUndefined();
  });

  it('a table without the index is said to be none that accounts can be listed of', async () => {
    const other = new Accounts({
      table: new Table({ name: test.table.name, client: test.client, clock: test.clock.now }),
      sessions,
      passwords,
      listing,
    });
    for (const by of ['username', 'email'] as const) {
      expect(await errorOf(other.listAccounts({ by }))).toMatchObject({
        code: 'InvalidConfiguration',
        details: { path: 'table' },
      });
    }
    // Everything else goes on, so that the index can be added to a table in use.
    await other.createAccount({ username: 'lin', password: PASSWORD });
  });
});

describe('table.ensure and the infrastructure', () => {
  it('make a table with the index, by the definitions that an application exports', async () => {
    const definitions = [...accountListingDefinitions(), AccountToken, Session];
    const tableName = uniqueTableName();
    const client = localClient();
    const table = new Table({ name: tableName, client });
    const accounts = new Accounts({ table, sessions, passwords, listing });
    await table.ensure();
    const live = { table: await table.describe() };
    const kinds = (of: typeof definitions): string[] =>
      diffTable({ tableName, definitions: of }, live).map(({ kind }) => kind);
    expect(kinds(definitions)).not.toContain('MissingIndex');
    await accounts.createAccount(ada);
    expect(await listedValues(accounts, 'email')).toEqual(['ada@example.com']);
    await table.delete();
    client.destroy();
    const { GlobalSecondaryIndexes } = toCreateTableInput({ tableName, definitions });
    expect(GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['_id3']);
  });

  it('give the same definitions every time, so that a table takes them', async () => {
    expect(accountListingDefinitions()).toEqual(accountListingDefinitions());
    const test = await createTestTable(accountListingDefinitions());
    const { table } = test;
    const make = (): Accounts =>
      new Accounts({ table, sessions, passwords, listing: accountListing() });
    await make().createAccount(ada);
    expect(await listedValues(make(), 'username')).toEqual(['ada']);
    await test.drop();
  });
});

describe('accounts from before', () => {
  it('are listed after a back-fill, and need none again', async () => {
    const test = await createTestAccounts({ listing });
    const table = (): Table =>
      new Table({ name: test.table.name, client: test.client, clock: test.clock.now });
    const before = new Accounts({ table: table(), sessions, passwords });
    for (const username of ['ada', 'bob', 'cid']) {
      await before.createAccount({ ...ada, username, email: `${username}@example.com` });
    }
    await before.contacts.addCustom({
      accountId: (await before.createAccount({ username: 'dan', password: PASSWORD })).accountId,
      value: 'custom',
      meta: {},
    });
    expect(await listAll(test.accounts, 'username')).toEqual([]);
    const filled = table();
    for (const definition of accountListingDefinitions()) filled.entity(definition);
    const all = ['ada', 'bob', 'cid', 'dan'];
    const emails = all.slice(0, 3).map((name) => `${name}@example.com`);
    for (const changedCount of [all.length + emails.length, 0]) {
      const result = await backfill(filled);
      expect(result).toMatchObject({ collisions: [], failures: [], changedCount });
      expect(await listedValues(test.accounts, 'username')).toEqual(all);
      expect(await listedValues(test.accounts, 'email')).toEqual(emails);
    }
    await test.drop();
  });
});

describe('an application’s own fields', () => {
  it('stand beside the index', async () => {
    const accountFields = { plan: z.enum(['free', 'paid']).default('free') };
    const client = localClient();
    const table = new Table({ name: uniqueTableName(), client });
    const accounts = new Accounts({ table, sessions, passwords, listing, accountFields });
    await table.ensure();
    const { accountId } = await accounts.createAccount({ ...ada, plan: 'paid' });
    expect(await listedValues(accounts, 'username')).toEqual(['ada']);
    await accounts.AccountEntity.updateOne({
      filter: { accountId },
      update: { $set: { plan: 'free' } },
    });
    expect((await accounts.findUser({ username: 'ada' }))?.plan).toBe('free');
    expect(await listedValues(accounts, 'email', { prefix: 'a' })).toEqual(['ada@example.com']);
    const [account] = accountListingDefinitions(extendAccount(accountFields));
    expect(account?.indexes.map(({ name }) => name)).toEqual(['_id', '_id2', '_id4', '_id3']);
    expect(account?.schema.shape).toHaveProperty('plan');
    await table.delete();
    client.destroy();
  });
});

describe('several applications and tenants', () => {
  it('each list their own, and take each other’s cursors for none', async () => {
    const test = await createTestTable(accountListingDefinitions());
    const registry = new AccountsRegistry({
      table: test.table,
      sessions,
      passwords,
      listing,
      apps: { shop: {}, forum: {} },
    });
    const lists = [
      registry.app('shop'),
      registry.app('forum'),
      ...[test.table, test.table.namespace('tenant')].map(
        (table) => new Accounts({ table, sessions, passwords, listing }),
      ),
    ];
    for (const [at, accounts] of lists.entries()) {
      for (const name of ['ada', `own${String(at)}`]) {
        const email = `${name}@example.com`;
        await accounts.createAccount({ username: name, email, password: PASSWORD });
      }
    }
    for (const by of ['username', 'email'] as const) {
      const cursors: (string | undefined)[] = [];
      for (const [at, accounts] of lists.entries()) {
        const own = (await listedValues(accounts, by)).map((value) => value.split('@')[0]);
        expect(own).toEqual(['ada', `own${String(at)}`]);
        cursors.push((await accounts.listAccounts({ by, first: 1 })).after);
      }
      expect(new Set(cursors).size).toBe(lists.length);
      for (const [at, accounts] of lists.entries()) {
        const after = cursors[(at + 1) % lists.length] ?? '';
        expect(await errorOf(accounts.listAccounts({ by, after }))).toMatchObject({
          code: 'InvalidInput',
          details: { path: 'after' },
        });
      }
    }
    await test.drop();
  });

  it('have the option in common', () => {
    const table = new Table({ name: 'unused', client: localClient() });
    const make = (apps: object): unknown =>
      new AccountsRegistry({ table, sessions, apps } as never);
    expect(() => make({ shop: { listing } })).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ path: 'apps.shop.listing' }) }),
    );
  });
});

describe('a Guard', () => {
  it.each([
    ['with the option, on the same table', true, true],
    ['without it, on a table of its own', false, false],
    ['with it, on a table of its own', false, true],
  ])('%s lets the sessions through that were begun with it', async (_name, isShared, isGiven) => {
    const test = await createTestAccounts({ listing });
    const { client, clock } = test;
    const own = new Table({ name: test.table.name, client, clock: clock.now });
    const guard = new Guard({
      table: isShared ? test.table : own,
      sessions: { ...sessions, rotation: { after: '1m' } },
      ...(isGiven && { listing }),
    });
    const { authToken } = await test.accounts.createAccountAndLogin({
      ...ada,
      request: requestWith(),
    });
    clock.advance(2 * 60_000);
    const request = await guard.handleRequest(requestWith(authToken));
    expect(request.user?.username).toBe('ada');
    // It has replaced the token, and left the lists as they were.
    expect(request.authToken).not.toBe(authToken);
    expect(await listedValues(test.accounts, 'username')).toEqual(['ada']);
    await test.drop();
  });
});
