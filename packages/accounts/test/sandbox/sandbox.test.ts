import { PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import { localClient, uniqueTableName } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts, type AccountsOptions } from '../../src/accounts/Accounts.js';
import { AccountsRegistry } from '../../src/apps/AccountsRegistry.js';
import { AccountError } from '../../src/errors/AccountError.js';
import { failFrom, placesIn } from '../apps/support.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { RequestLog } from '../support/RequestLog.js';
import { PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';

const Note = defineEntity({
  name: 'Note',
  schema: z.object({ noteId: z.string(), title: z.string() }),
  indexes: [
    { name: '_id', PK: ['.noteId'] },
    { name: '_id2', PK: ['.title'], unique: true },
  ],
});

describe('a sandbox', () => {
  let client: DynamoDBClient;
  let table: Table;
  const accountsWith = (options: Partial<AccountsOptions> = {}): Accounts =>
    new Accounts({
      table,
      environment: 'sandbox',
      sessions: { getTokenSecret: () => SECRET },
      passwords: { hasher: new QuickHasher() },
      ...options,
    });
  const fill = async (accounts: Accounts, howMany = 3): Promise<void> => {
    for (let at = 0; at < howMany; at++) {
      const username = `user${String(at)}`;
      const email = `${username}@example.com`;
      const request = requestWith();
      await accounts.createAccountAndLogin({ username, email, password: PASSWORD, request });
    }
  };
  const heads = async (): Promise<string[]> => {
    const items = await tableItems(client, table.name);
    return [...new Set(items.map(({ PK }) => PK?.S?.split('#')[0] ?? ''))].sort();
  };
  const size = async (): Promise<number> => (await tableItems(client, table.name)).length;

  beforeEach(() => {
    client = localClient();
    table = new Table({ name: uniqueTableName(), client });
  });
  afterEach(async () => {
    await table.delete();
    client.destroy();
  });

  it('is made with its mark, and emptied of everything else, again and again', async () => {
    const accounts = accountsWith({ plan: { maxAccounts: 5 } });
    await accounts.sandbox.createTable();
    expect(await heads()).toEqual(['sandboxmark']);
    for (let round = 0; round < 2; round++) {
      await fill(accounts, 5);
      await table.entity(Note).createOne({ item: { noteId: 'n', title: 't' } });
      await table
        .namespace('own')
        .entity(Note)
        .createOne({ item: { noteId: 'n', title: 't' } });
      await client.send(
        new PutItemCommand({ TableName: table.name, Item: { PK: { S: 'raw' }, SK: { S: 'x' } } }),
      );
      const before = await size();
      const seen: number[] = [];
      const onProgress = ({ deletedCount }: { deletedCount: number }) => seen.push(deletedCount);
      const { deletedCount } = await accounts.sandbox.reset({ onProgress });
      // The mark stays, and the item of another program.
      expect(deletedCount).toBe(before - 2);
      expect(seen).toEqual([25, before - 2]);
      expect(await heads()).toEqual(['raw', 'sandboxmark']);
      expect(await accounts.findUser({ username: 'user0' })).toBeNull();
    }
    expect(await placesIn(client, table.name)).toMatchObject({ accounts: 0, taken: undefined });
    expect(await accounts.sandbox.reset()).toEqual({ deletedCount: 0 });
  });

  it('createSandboxTable can be called by any number of servers, and again', async () => {
    await Promise.all(Array.from({ length: 16 }, () => accountsWith().sandbox.createTable()));
    const accounts = accountsWith();
    await fill(accounts);
    const before = await size();
    await accounts.sandbox.createTable();
    expect(await size()).toBe(before);
  });

  it('createSandboxTable can be made again after a fault at any of its requests', async () => {
    const log = new RequestLog(client);
    const { commands } = await log.costOf(() => accountsWith().sandbox.createTable());
    await table.delete();
    expect(commands).toContain('PutItem');
    for (const when of ['before', 'after'] as const) {
      for (let at = 1; at <= commands.length; at++) {
        const fault = failFrom(client, at, when);
        expect(await codeOf(accountsWith().sandbox.createTable())).toBe('ServiceUnavailable');
        fault.remove();
        await accountsWith().sandbox.createTable();
        expect(await heads()).toEqual(['sandboxmark']);
        await accountsWith().sandbox.reset();
        await table.delete();
      }
    }
  });

  it.each([
    ['an account', () => fill(accountsWith(), 1)],
    ['an account of an application', () => fill(accountsWith({ appId: 'shop' }), 1)],
    [
      'an item of another program',
      () =>
        client.send(
          new PutItemCommand({ TableName: table.name, Item: { PK: { S: 'x' }, SK: { S: 'x' } } }),
        ),
    ],
  ] as [string, () => Promise<unknown>][])(
    'a table with %s never becomes a sandbox, and is never emptied',
    async (_, put) => {
      await table.ensure();
      await put();
      const before = await tableItems(client, table.name);
      for (const accounts of [
        accountsWith(),
        accountsWith({ appId: 'shop' }),
        accountsWith({ table: table.namespace('n') }),
      ]) {
        expect(await codeOf(accounts.sandbox.createTable())).toBe('SandboxNotMarked');
        expect(await codeOf(accounts.sandbox.reset())).toBe('SandboxNotMarked');
      }
      expect(await tableItems(client, table.name)).toEqual(before);
    },
  );

  it('a table without the mark is refused before anything is deleted', async () => {
    await table.ensure();
    const accounts = accountsWith();
    await fill(accounts);
    const before = await tableItems(client, table.name);
    const log = new RequestLog(client);
    const { commands } = await log.costOf(() => accounts.sandbox.reset());
    expect(commands).toEqual(['GetItem']);
    expect(await tableItems(client, table.name)).toEqual(before);
    expect((await errorOf(accounts.sandbox.reset())).toJSON()).toMatchObject({
      code: 'SandboxNotMarked',
      status: 403,
      details: {},
    });
  });

  it.each([
    ['by default', {}],
    ['as it says', { environment: 'live' as const }],
  ])('accounts that are live, %s, make and empty none, and send nothing', async (_, options) => {
    const {
      table: _table,
      environment: _environment,
      ...common
    } = {
      table,
      environment: undefined,
      sessions: { getTokenSecret: () => SECRET },
      passwords: { hasher: new QuickHasher() },
    };
    const live = new Accounts({ ...common, table, ...options });
    const registry = new AccountsRegistry({ ...common, table, ...options, apps: { a: {} } });
    await accountsWith().sandbox.createTable();
    await fill(accountsWith());
    const before = await size();
    const log = new RequestLog(client);
    for (const each of [live, registry, registry.app('a')]) {
      for (const refused of [() => each.sandbox.reset(), () => each.sandbox.createTable()]) {
        const { commands } = await log.costOf(refused);
        expect(commands).toEqual([]);
        expect(await codeOf(refused())).toBe('NotASandbox');
      }
    }
    expect(await size()).toBe(before);
  });

  it.each(['Sandbox', '', null, true, ['sandbox']])(
    'the option environment refuses %p',
    (environment) => {
      let code: unknown;
      try {
        accountsWith({ environment: environment as never });
      } catch (error) {
        code = AccountError.is(error) ? [error.code, error.details] : error;
      }
      expect(code).toEqual([
        'InvalidConfiguration',
        { path: 'environment', reason: expect.any(String) as string },
      ]);
    },
  );

  it.each([null, 5, { onProgress: 'yes' }, { onProgress: {} }])(
    'resetSandbox refuses %j before anything is deleted',
    async (input) => {
      await accountsWith().sandbox.createTable();
      await fill(accountsWith(), 1);
      const before = await size();
      expect(await codeOf(accountsWith().sandbox.reset(input as never))).toBe('InvalidInput');
      expect(await size()).toBe(before);
    },
  );

  it.each(['before', 'after'] as const)(
    'a reset that ends %s any of its requests can be made again',
    async (when) => {
      const accounts = accountsWith();
      await accounts.sandbox.createTable();
      // The mark, a scan, and two batches.
      for (let at = 1; at <= 4; at++) {
        await fill(accounts, 5);
        const fault = failFrom(client, at, when);
        expect(await codeOf(accounts.sandbox.reset())).toBe('ServiceUnavailable');
        fault.remove();
        expect(await heads()).toContain('sandboxmark');
        await accounts.sandbox.reset();
        expect(await heads()).toEqual(['sandboxmark']);
      }
    },
  );

  it('a listener to the progress can end a reset, which can be made again', async () => {
    const accounts = accountsWith();
    await accounts.sandbox.createTable();
    await fill(accounts, 5);
    const stop = new Error('enough');
    await expect(accounts.sandbox.reset({ onProgress: () => Promise.reject(stop) })).rejects.toBe(
      stop,
    );
    const left = await size();
    expect(left).toBeGreaterThan(1);
    expect((await accounts.sandbox.reset()).deletedCount).toBe(left - 1);
  });

  it('of one application, only that application’s part is emptied; of all, everything', async () => {
    const registry = new AccountsRegistry({
      table,
      environment: 'sandbox',
      sessions: { getTokenSecret: () => SECRET },
      passwords: { hasher: new QuickHasher() },
      apps: { shop: {}, shopping: {} },
    });
    await registry.sandbox.createTable();
    await registry.app('shop').sandbox.createTable();
    for (const appId of registry.appIds) await fill(registry.app(appId));
    await fill(accountsWith());
    const all = await size();
    const { deletedCount } = await registry.app('shop').sandbox.reset();
    expect(deletedCount).toBeGreaterThan(10);
    expect(await size()).toBe(all - deletedCount);
    expect(await heads()).not.toContain('@shop');
    expect(await heads()).toContain('@shopping');
    expect(await registry.app('shopping').findUser({ username: 'user1' })).not.toBeNull();
    await registry.sandbox.reset();
    expect(await heads()).toEqual(['sandboxmark']);
  });

  it('the mark of one namespace is no mark for the table around it', async () => {
    const tenant = accountsWith({ table: table.namespace('tenant') });
    await tenant.sandbox.createTable();
    await fill(tenant);
    await fill(accountsWith());
    expect(await codeOf(accountsWith().sandbox.reset())).toBe('SandboxNotMarked');
    await tenant.sandbox.reset();
    expect(await tenant.findUser({ username: 'user0' })).toBeNull();
    expect(await accountsWith().findUser({ username: 'user0' })).not.toBeNull();
  });
});
