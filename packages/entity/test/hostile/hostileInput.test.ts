import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { AccessType, Account, AccountToken, joinPath, Session } from '@latchkey/schema';
import { ulid } from 'ulid';
import { inspect } from 'node:util';
import { Note, Order, User } from '../support/entities.js';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Note, User, Order]);
});
afterAll(() => test.drop());

const POLLUTIONS = [
  '{"__proto__":{"polluted":true}}',
  '{"extra":{"__proto__":{"polluted":true}}}',
  '{"extra":{"a":[{"__proto__":{"polluted":true}}]}}',
  '{"extra":{"a":{"b":{"__proto__":{"polluted":true}}}}}',
  '{"place":{"__proto__":{"polluted":true}}}',
  '{"boxes":{"__proto__":{"polluted":{"polluted":"yes"}}}}',
  '{"boxes":{"a":{"__proto__":{"polluted":"yes"}}}}',
];

function expectNoPollution(): void {
  const plain = {} as { polluted?: unknown };
  expect(plain.polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
}

describe('input from a stranger', () => {
  it.each(POLLUTIONS)('is refused when it names a prototype: %s', async (json) => {
    const notes = test.table.entity(Note);
    const fields = JSON.parse(json) as object;
    const filter = { owner: 'eve', title: 'a' };
    const item = Object.assign(Object.create(null) as object, filter);
    for (const [name, value] of Object.entries(fields)) {
      Object.defineProperty(item, name, { value: value as unknown, enumerable: true });
    }
    expect((await errorOf(notes.createOne({ item: item }))).code).toBe('InvalidInput');
    const update = { $set: fields } as never;
    expect((await errorOf(notes.updateOne({ filter, update }))).code).toBe('InvalidInput');
    const upsert = notes.updateOne({ filter, update, upsert: true });
    expect((await errorOf(upsert)).code).toBe('InvalidInput');
    expect((await notes.findOne({ filter })).item).toBeNull();
    expectNoPollution();
  });

  it('pollutes nothing through the path of an update, a filter or a condition', async () => {
    const notes = test.table.entity(Note);
    const filter = { owner: 'eve', title: 'paths' };
    await notes.createOne({ item: { ...filter, boxes: {}, extra: {} } });
    for (const path of [
      'boxes.__proto__.polluted',
      'boxes.__proto__.polluted.a',
      'boxes.constructor.prototype.polluted',
      'boxes.constructor.prototype',
      'boxes.a.__proto__.polluted',
      'boxes.a.constructor.polluted',
      'extra.__proto__.polluted',
      'extra.constructor.prototype.polluted',
      '__proto__.polluted',
      'constructor.prototype.polluted',
      'place.__proto__.polluted',
      'lines.__proto__.polluted',
    ]) {
      for (const value of ['yes', {}, { polluted: 'yes' }, { polluted: { polluted: 'yes' } }]) {
        const attempts = [
          () => notes.updateOne({ filter, update: { $set: { [path]: value } } as never }),
          () => notes.updateOne({ filter, update: { $setIfNull: { [path]: value } } as never }),
          () =>
            notes.updateOne({
              filter,
              update: { $set: { [path]: value }, $pull: { lines: ['a'] } } as never,
            }),
          () =>
            notes.updateOne({
              filter: { owner: 'eve', title: `u ${path}`, [path]: value } as never,
              update: { $set: { [path]: value } } as never,
              upsert: true,
            }),
          () => notes.updateOne({ filter, update: { $remove: [path] } as never }),
          () => notes.findMany({ filter: { owner: 'eve', [path]: value } as never }),
          () => notes.findMany({ filter: { owner: 'eve', [path]: { $gt: 'a' } } as never }),
          () =>
            notes.deleteOne({
              filter: { owner: 'nobody', title: 'a' },
              condition: { [path]: value } as never,
            }),
        ];
        for (const attempt of attempts) {
          await attempt().catch((error: unknown) => {
            expect(error).toHaveProperty('code');
          });
          expectNoPollution();
        }
      }
    }
    const { items } = await notes.findMany({ filter: { owner: 'eve' } });
    for (const item of items) expect((item as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('is refused when it has a field that the schema does not have, and nothing is stored', async () => {
    const accounts = test.table.entity(Account);
    const accountId = ulid();
    for (const extra of [
      { admin: true },
      { _v: 5 },
      { _e: 'User' },
      { PK: 'x' },
      { id: 'x' },
      { ulid: ulid() },
      { createdAt: new Date() },
      { ttl: 5 },
      { constructor: {} },
      { toString: 5 },
      { '': 5 },
      { 'a.b': 5 },
    ]) {
      const error = await errorOf(accounts.createOne({ item: { accountId, ...extra } }));
      expect(error).toMatchObject({
        code: 'InvalidInput',
        details: { path: joinPath(Object.keys(extra)) },
      });
    }
    expect((await accounts.findOne({ filter: { accountId } })).item).toBeNull();
  });

  it('is refused when it is no object at all', async () => {
    const accounts = test.table.entity(Account);
    for (const item of [null, undefined, 5, 'a', [], () => 5, Symbol('a'), new Date()]) {
      expect((await errorOf(accounts.createOne({ item: item as never }))).code).toBe(
        'InvalidInput',
      );
    }
  });

  it('is refused quickly when it is 1 MB long, and is not repeated in the error', async () => {
    const accounts = test.table.entity(Account);
    const contacts = test.table.entity(AccessType);
    const accountId = ulid();
    const long = 'a'.repeat(1_000_000);
    const errors = [
      await errorOf(accounts.createOne({ item: { accountId, username: long } })),
      await errorOf(accounts.createOne({ item: { accountId, [long]: 1 } })),
      await errorOf(
        contacts.createOne({ item: { accountId, data: { kind: 'email', value: `${long}@x.de` } } }),
      ),
    ];
    for (const error of errors) {
      expect(error.code).toBe('InvalidInput');
      expect(inspect(error).length).toBeLessThan(10_000);
    }
  });

  it('is never syntax: names and values of expressions reach the right fields', async () => {
    const notes = test.table.entity(Note);
    const names = ['#0', ':0', 'a b', 'SET', 'size(x)', 'a = :0 OR 1', "'; --", '{"S":"x"}', '\n'];
    for (const name of names) {
      const filter = { owner: 'syntax', title: name };
      await notes.createOne({ item: { ...filter, extra: { [name]: name } } });
      const path = `extra.${name}`;
      const { item } = await notes.updateOne({
        filter,
        update: { $set: { [path]: `${name}!` } as object },
        condition: { [path]: name, $not: { [path]: 'other' } } as object,
      });
      expect(item?.extra).toEqual({ [name]: `${name}!` });
      const named = { [path]: `${name}!` } as object;
      const found = await notes.findMany({ filter: { owner: 'syntax', ...named } });
      expect(found.items.map(({ title }) => title)).toEqual([name]);
    }
  });

  it('cannot reach another entity, namespace or partition with the delimiters of keys', async () => {
    const users = test.table.entity(User);
    const before = await users.createOne({ item: { userId: 'target', email: 'target' } });
    for (const userId of [
      'target#user',
      '#target',
      'target\0user',
      '@x#user#target',
      'user#target',
      '$23target',
    ]) {
      const { item } = await users.createOne({ item: { userId, email: `${userId}@x` } });
      expect(item.id).not.toBe(before.item.id);
      expect((await users.findOne({ filter: { userId } })).item?.userId).toBe(userId);
    }
    const spaces = ['@x', 'x#', 'x', 'user', '', 'target'].filter((name) => name !== '');
    for (const name of spaces) {
      const tenant = test.table.namespace(name).entity(User);
      expect((await tenant.findOne({ filter: { userId: 'target' } })).item).toBeNull();
      expect((await tenant.findOne({ filter: { email: 'target' } })).item).toBeNull();
      expect((await tenant.deleteOne({ filter: { userId: 'target' } })).item).toBeNull();
    }
    expect((await users.findOne({ filter: { userId: 'target' } })).item).toEqual(before.item);
  });
});

describe('a secret', () => {
  const secret = 'correct-horse-battery-staple-correct-horse';

  function expectHidden(value: unknown): void {
    expect(JSON.stringify(value)).not.toContain(secret);
    expect(inspect(value, { depth: 10 })).not.toContain(secret);
    expect(inspect({ ...(value as object) }, { depth: 10 })).not.toContain(secret);
  }

  it('is stored, and in no result of any operation', async () => {
    const { table, client } = test;
    const tokens = table.entity(AccountToken);
    const accountId = ulid();
    const item = { accountId, kind: 'password', createdFor: accountId, value: secret } as const;
    const created = await tokens.createOne({ item });
    expectHidden(created);
    expect('value' in created.item).toBe(false);
    const filter = {
      accountId,
      kind: 'password',
      createdFor: accountId,
      ulid: created.item.ulid,
    } as const;
    expectHidden(await tokens.findOne({ filter }));
    expectHidden(await tokens.findMany({ filter: { accountId } }));
    expectHidden(await tokens.findById(created.item.id));
    expectHidden(await table.batchGet([tokens.reference(filter)]));
    expectHidden(await tokens.updateOne({ filter, update: { $set: { used: true } } }));
    expectHidden(await tokens.updateOne({ filter, update: { $set: { value: `${secret}!` } } }));
    const { items: related } = await table.entity(AccountToken).findMany({ filter: { accountId } });
    expect(related).toHaveLength(1);
    const stored = await tableItems(client, table.name);
    expect(JSON.stringify(stored)).toContain(`${secret}!`);
    expectHidden(
      await table.transact([
        tokens.updateOneOperation({ filter, update: { $set: { kind: 'custom' } } }),
      ]),
    );
    expectHidden(await tokens.deleteOne({ filter: { accountId } }));
  });

  it('is there for who asks for it, but not enumerable', async () => {
    const { table } = test;
    const sessions = table.entity(Session);
    const accountId = ulid();
    const created = await sessions.createOne({
      item: {
        accountId,
        token: secret,
        previousToken: secret,
        valid: true,
        rotation: 0,
        connectionInfo: {},
        expiresAt: new Date(),
        generation: '0',
      },
    });
    const filter = { accountId, ulid: created.item.ulid };
    const results = [
      (await sessions.findOne({ filter, secrets: true })).item,
      (await sessions.findMany({ filter: { accountId }, secrets: true })).items[0],
      (await sessions.findById(created.item.id, { secrets: true })).item,
      (await table.batchGet([sessions.reference(filter, { secrets: true })]))[0],
      (await sessions.updateOne({ filter, update: { $set: { valid: false } }, secrets: true }))
        .item,
    ];
    for (const item of results) {
      expect([item?.token, item?.previousToken]).toEqual([secret, secret]);
      expect(Object.keys(item ?? {})).not.toContain('token');
      expectHidden(item);
    }
  });

  it('inside an object is hidden there, and its neighbours stay', async () => {
    const users = test.table.entity(User);
    const item = { userId: 'vault', email: 'vault', vault: { pin: secret, hint: 'horse' } };
    const created = await users.createOne({ item });
    expect(created.item.vault).toEqual({ hint: 'horse' });
    const { item: found } = await users.findOne({ filter: { userId: 'vault' }, secrets: true });
    expect(found?.vault?.pin).toBe(secret);
    expectHidden(found);
  });

  it('is in no error, whatever is wrong', async () => {
    const { table } = test;
    const users = table.entity(User);
    const tokens = table.entity(AccountToken);
    const accountId = ulid();
    const vault = { pin: secret, hint: 'x' };
    await users.createOne({ item: { userId: 'e', email: 'e', password: secret, vault } });
    await tokens.createOne({
      item: { accountId, kind: 'custom', createdFor: 'xx', value: secret },
    });
    const filter = { userId: 'e' };
    const errors = await Promise.all(
      [
        users.createOne({ item: { userId: 'e', email: 'f', password: secret } }),
        users.createOne({ item: { userId: 'f', email: 'e', password: secret } }),
        users.createOne({ item: { userId: 'f', email: 'f', password: [secret] } as never }),
        users.createOne({
          item: { userId: 'f', email: 'f', vault: { pin: secret, hint: 5 } } as never,
        }),
        users.createOne({ item: { userId: 'f', email: 'f', password: `${secret}\ud800` } }),
        users.updateOne({ filter, update: { $set: { age: 1 } }, condition: { password: 'wrong' } }),
        users.updateOne({ filter, update: { $set: { nick: 'e' } }, condition: { age: 9 } }),
        users.updateOne({ filter, update: { $set: { age: 1 } }, version: 9 }),
        users.deleteOne({ filter, condition: { 'vault.pin': 'wrong' } }),
        users.findOne({ filter: { password: secret } }),
        tokens.createOne({ item: { accountId, kind: 'custom', createdFor: 'xx', value: secret } }),
        tokens.createOne({ item: { accountId, kind: 'custom', createdFor: 'x', value: secret } }),
        tokens.createOne({
          item: { accountId, kind: 'custom', createdFor: 'xx', value: secret.repeat(99) },
        }),
        tokens.createOne({
          item: { accountId, kind: 'custom', createdFor: 'xx', value: `${secret}\ud800` },
        }),
        tokens.findMany({ filter: { value: `${secret}\ud800` } }),
      ].map((attempt) => errorOf(attempt as Promise<unknown>)),
    );
    for (const error of errors) {
      expectHidden(error);
      expectHidden(error.details);
      expectHidden({ cause: error.cause });
      expect(`${error.message} ${error.stack ?? ''}`).not.toContain(secret);
    }
  });
});
