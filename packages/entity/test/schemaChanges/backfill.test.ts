import { PutItemCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { backfill, type BackfillOptions, type BackfillResult, Table } from '@latchkey/entity';
import {
  createTestTable,
  localClient,
  type TestTable,
  injectFaults,
  type InjectedFault,
} from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import fc from 'fast-check';
import * as z from 'zod';
import { itemSize } from '../../src/attributes/assertItemSize.js';
import { errorOf } from '../support/errorOf.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { tableItems } from '../support/tableItems.js';

type Item = Record<string, AttributeValue>;

const Club = defineEntity({
  name: 'Club',
  schema: z.object({ club: z.string(), label: z.string().default('none') }),
  indexes: [{ name: '_id', PK: ['.club'] }],
});
/** The definition of yesterday. */
const OldMember = defineEntity({
  name: 'Member',
  schema: z.object({
    club: z.string(),
    name: z.string(),
    joined: z.string(),
    email: z.string().optional(),
    badge: z.string().optional(),
    until: z.date().optional(),
    dues: z.int().default(0),
    text: z.string().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.club'], SK: ['.name'], relatedTo: Club },
    { name: '_id2', PK: ['.joined'], SK: ['.name'] },
    { name: '_id3', PK: ['.badge'], unique: true },
  ],
});
/** The definition of today: something of everything that can be added to it. */
const Member = defineEntity({
  name: 'Member',
  schema: z.object({
    club: z.string(),
    name: z.string(),
    joined: z.date(),
    email: z.string().optional(),
    badge: z.string().optional(),
    search: z.string().optional(),
    until: z.date().optional(),
    state: z.enum(['active', 'gone']).default('active'),
    tags: z.set(z.string()),
    dues: z.int().default(0),
    text: z.string().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.club'], SK: ['.name'], relatedTo: Club },
    { name: '_id4', PK: ['.state'], SK: ['.joined'] },
    { name: '_id5', PK: ['.email'], unique: true },
    { name: '_id6', PK: ['.search'], unique: true, where: { state: { $in: ['active'] } } },
  ],
  expiresAt: 'until',
  secrets: ['email'],
  computed: {
    search: {
      from: ['name', 'club'],
      compute: ({ name, club }) => `${club}/${name.toUpperCase()}`,
    },
  },
  migrations: [(stored) => ({ ...stored, joined: `${String(stored.joined)}T00:00:00.000Z` })],
});

let test: TestTable;
let yesterday: Table;
let client: DynamoDBClient;
const sent: string[] = [];
const faults: InjectedFault[] = [];

beforeEach(async () => {
  client = localClient();
  test = await createTestTable([Club, Member, OldMember].slice(0, 2), {
    client,
    onCommand: ({ command }) => sent.push(command),
  });
  yesterday = new Table({ name: test.table.name, client: localClient() });
});
afterEach(async () => {
  for (const fault of faults.splice(0)) fault.remove();
  await test.drop();
});

const members = () => test.table.entity(Member);
const old = (item: {
  name: string;
  club?: string;
  joined?: string;
  email?: string;
  badge?: string;
  until?: Date;
  text?: string;
}) => yesterday.entity(OldMember).createOne({ item: { club: 'c', joined: '2020-01-31', ...item } });
const stored = async (name: string): Promise<Item | undefined> =>
  (await tableItems(client, test.table.name)).find(({ SK }) => SK?.S === `member#${name}`);
const all = async () => (await members().scan()).items;
const backfillMembers = (options: BackfillOptions = {}): Promise<BackfillResult> =>
  backfill(test.table, { entities: [Member], ...options });
const sweep = () => sweepUniques(client, test.table.name, [Club, Member]);
const writes = () =>
  sent.filter((command) => !['Scan', 'BatchGetItem', 'GetItem'].includes(command));

describe('a back-fill', () => {
  it('stores each document as it would be if it were written today', async () => {
    const until = new Date('2040-01-01T00:00:00.000Z');
    await old({ name: 'ada', email: 'a@example.com', badge: 'b1', until });
    const before = await all();
    expect(await backfillMembers()).toEqual({
      scannedCount: 1,
      changedCount: 1,
      prunedCount: 0,
      collisions: [],
      failures: [],
      cursor: null,
    });
    const item = await stored('ada');
    expect(item).toMatchObject({
      joined: { S: '2020-01-31T00:00:00.000Z' },
      state: { S: 'active' },
      search: { S: 'c/ADA' },
      _id4PK: { S: 'member#active' },
      _id4SK: { S: 'member#$d2020-01-31T00:00:00.000Z' },
      ttl: { N: String(until.getTime() / 1000) },
      _s: { N: '1' },
      _v: { N: '1' },
    });
    // The index of yesterday has no entry any longer.
    for (const name of ['_id2PK', '_id2SK', 'tags']) expect(item).not.toHaveProperty(name);
    const { items } = await members().findMany({ filter: { state: 'active' } });
    expect(items.map(({ name }) => name)).toEqual(['ada']);
    for (const filter of [
      { email: 'a@example.com' },
      { search: 'c/ADA', state: 'active' } as const,
    ]) {
      expect((await members().findOne({ filter })).item?.name).toBe('ada');
    }
    expect(await all()).toEqual([{ ...before[0], search: 'c/ADA' }]);
  });

  it('has nothing to do a second time, nor with documents of today', async () => {
    await old({ name: 'ada', email: 'a' });
    await members().createOne({
      item: { club: 'c', name: 'bob', joined: new Date(0), email: 'b', tags: new Set() },
    });
    expect(await backfillMembers()).toMatchObject({ scannedCount: 2, changedCount: 1 });
    const before = await tableItems(client, test.table.name);
    sent.length = 0;
    expect(await backfillMembers()).toMatchObject({ scannedCount: 2, changedCount: 0 });
    expect(writes()).toEqual([]);
    expect(await tableItems(client, test.table.name)).toEqual(before);
    expect(await sweep()).toHaveLength(0);
  });

  it('sends one put for a document without unique values, one transaction with them', async () => {
    await yesterday.entity(Club).createOne({ item: { club: 'c' } });
    await client.send(
      new PutItemCommand({
        TableName: test.table.name,
        Item: await clubWithoutLabel('d'),
      }),
    );
    await old({ name: 'ada' });
    sent.length = 0;
    const { changedCount } = await backfill(test.table);
    expect(changedCount).toBe(2);
    expect(writes().sort()).toEqual(['PutItem', 'TransactWriteItems']);
  });

  async function clubWithoutLabel(club: string): Promise<Item> {
    const items = await tableItems(client, test.table.name);
    const { label: _, ...item } = items.find(({ SK }) => SK?.S === 'club') ?? {};
    return { ...item, PK: { S: `club#${club}` }, club: { S: club } };
  }

  it('removes a TTL and index keys that the definition no longer gives', async () => {
    await old({ name: 'ada' });
    await backfillMembers();
    const item = (await stored('ada')) ?? {};
    const Item = { ...item, ttl: { N: '2208988800' }, _id9PK: { S: 'x' }, _id9SK: { S: 'x' } };
    await client.send(new PutItemCommand({ TableName: test.table.name, Item }));
    expect((await backfillMembers()).changedCount).toBe(1);
    expect(await stored('ada')).toEqual({ ...item, _op: expect.anything() });
  });

  it('leaves what it does not change exactly as it is stored', async () => {
    await old({ name: 'ada' });
    const item = (await stored('ada')) ?? {};
    const more = { of_another: { N: '0.12345678901234567890123' }, gone: { SS: ['b', 'a'] } };
    await client.send(
      new PutItemCommand({
        TableName: test.table.name,
        Item: { ...item, ...more, _s: { N: '1' }, joined: { S: '2020-01-31T00:00:00.000Z' } },
      }),
    );
    expect((await backfillMembers()).changedCount).toBe(1);
    expect(await stored('ada')).toMatchObject({ of_another: more.of_another });
    expect((await stored('ada'))?.gone?.SS?.sort()).toEqual(['a', 'b']);
  });

  it('takes the documents of namespaces along, and of one namespace only those', async () => {
    const tables = ['', 'a', 'b'].map((name) => (name ? yesterday.namespace(name) : yesterday));
    for (const table of [...tables, yesterday.namespace('a').namespace('inner')]) {
      await table.entity(OldMember).createOne({
        item: { club: 'c', name: 'ada', joined: '2020-01-31', email: 'same' },
      });
    }
    const view = test.table.namespace('a');
    expect(await backfill(view, { entities: [Member] })).toMatchObject({ changedCount: 2 });
    expect(await backfillMembers()).toMatchObject({
      scannedCount: 4,
      changedCount: 2,
      collisions: [],
    });
    expect(await sweep()).toEqual([]);
    for (const table of [test.table, view, view.namespace('inner'), test.table.namespace('b')]) {
      const { item } = await table.entity(Member).findOne({ filter: { email: 'same' } });
      expect(item?.name).toBe('ada');
    }
  });

  it('does all bound entities, or those that are named, and nothing of others', async () => {
    await yesterday.entity(Club).createOne({ item: { club: 'c' } });
    await old({ name: 'ada' });
    expect(await backfillMembers({ entities: [Club] })).toMatchObject({
      scannedCount: 1,
      changedCount: 0,
    });
    expect(await backfillMembers({ entities: [] })).toMatchObject({
      scannedCount: 0,
      cursor: null,
    });
    expect(await backfill(test.table)).toMatchObject({ scannedCount: 2, changedCount: 1 });
  });
});

describe('a collision', () => {
  it('leaves the document as it is, and names both, but not the value', async () => {
    await members().createOne({
      item: { club: 'c', name: 'new', joined: new Date(0), email: 'secret', tags: new Set() },
    });
    await old({ name: 'old', email: 'secret' });
    const before = await stored('old');
    const result = await backfillMembers();
    const [one, other] = [await stored('old'), await stored('new')].map((item) =>
      Buffer.from(`${item?.PK?.S ?? ''}\0${item?.SK?.S ?? ''}`).toString('base64url'),
    );
    expect(result.collisions).toEqual([
      {
        entity: 'Member',
        id: one,
        key: { club: 'c', name: 'old' },
        index: '_id5',
        paths: ['email'],
        other: { entity: 'Member', id: other, key: { club: 'c', name: 'new' } },
      },
    ]);
    expect(result).toMatchObject({ scannedCount: 2, changedCount: 0 });
    expect(JSON.stringify(result)).not.toContain('secret');
    expect(await stored('old')).toEqual(before);
    // Once one of them has another value, the next run finds nothing.
    await members().updateOne({
      filter: { club: 'c', name: 'old' },
      update: { $set: { email: 'another' } },
    });
    expect(await backfillMembers()).toMatchObject({ collisions: [] });
    expect(await sweep()).toEqual([]);
  });

  it('of several documents from before leaves the value to one of them', async () => {
    for (let at = 0; at < 60; at++) await old({ name: `m${at}`, email: `e${at % 20}` });
    const dry = await backfillMembers({ dryRun: true });
    const result = await backfillMembers({ segments: 3 });
    expect(dry).toMatchObject({ scannedCount: 60, changedCount: 20 });
    expect(result).toMatchObject({ scannedCount: 60, changedCount: 20 });
    expect([dry.collisions.length, result.collisions.length]).toEqual([40, 40]);
    const holders = new Set(result.collisions.map(({ other }) => other.key.name));
    expect(holders.size).toBe(20);
    const items = await tableItems(client, test.table.name);
    expect(items.filter(({ PK }) => PK?.S?.startsWith('member._id5#'))).toHaveLength(20);
  });
});

describe('a unique item', () => {
  it('is taken over from a document that is gone, or that has another value, and kept by one that has it', async () => {
    await old({ name: 'heir', email: 'gone' });
    await old({ name: 'heir2', email: 'changed' });
    await old({ name: 'other', email: 'else' });
    const put = (email: string, owner: string) =>
      client.send(
        new PutItemCommand({
          TableName: test.table.name,
          Item: {
            PK: { S: `member._id5#${email}` },
            SK: { S: 'unique' },
            ownerPK: { S: 'club#c' },
            ownerSK: { S: `member#${owner}` },
          },
        }),
      );
    await put('gone', 'nobody');
    await put('changed', 'other');
    expect(await backfillMembers()).toMatchObject({ changedCount: 3, collisions: [] });
    expect(await sweep()).toEqual([]);
  });

  it('expires with its document from now on', async () => {
    const until = new Date('2040-01-01');
    await old({ name: 'ada', email: 'a', until });
    await client.send(
      new PutItemCommand({
        TableName: test.table.name,
        Item: {
          PK: { S: 'member._id5#a' },
          SK: { S: 'unique' },
          ownerPK: { S: 'club#c' },
          ownerSK: { S: 'member#ada' },
        },
      }),
    );
    expect(await backfillMembers()).toMatchObject({ changedCount: 1 });
    expect(await sweep()).toEqual([]);
  });

  it('of an index that is no longer unique goes if asked for', async () => {
    await old({ name: 'ada', badge: 'b1' });
    await old({ name: 'bob', badge: 'b2' });
    await backfillMembers();
    const badges = async () =>
      (await tableItems(client, test.table.name)).filter(({ PK }) =>
        PK?.S?.startsWith('member._id3'),
      );
    expect(await badges()).toHaveLength(2);
    const options = { prune: true, entities: [Member] } as const;
    expect(await backfillMembers({ ...options, dryRun: true })).toMatchObject({ prunedCount: 2 });
    expect(await badges()).toHaveLength(2);
    expect(await backfillMembers({ ...options, entities: [Club] })).toMatchObject({
      prunedCount: 0,
    });
    expect(await backfillMembers(options)).toMatchObject({ prunedCount: 2, changedCount: 0 });
    expect(await badges()).toEqual([]);
    expect(await sweep()).toEqual([]);
  });
});

describe('a dry run', () => {
  it('says what would be done, and writes nothing', async () => {
    for (const name of ['a', 'b', 'c']) await old({ name, email: name === 'c' ? 'a' : name });
    const before = await tableItems(client, test.table.name);
    sent.length = 0;
    const dry = await backfillMembers({ dryRun: true });
    expect(writes()).toEqual([]);
    expect(await tableItems(client, test.table.name)).toEqual(before);
    const { collisions, ...counts } = await backfillMembers();
    expect(dry).toMatchObject(counts);
    expect(dry.collisions.map(({ index }) => index)).toEqual(collisions.map(({ index }) => index));
  });
});

describe('a document that cannot be back-filled', () => {
  it('is reported with the reason, and the others are done', async () => {
    for (const name of ['fine', 'date', 'key', 'large', 'moved']) await old({ name });
    const change = async (name: string, attributes: Item) =>
      client.send(
        new PutItemCommand({
          TableName: test.table.name,
          Item: { ...(await stored(name)), ...attributes },
        }),
      );
    await change('date', { joined: { S: 'soon' } });
    await change('key', { email: { S: 'x'.repeat(3000) } });
    const room = 409_590 - itemSize((await stored('large')) ?? {});
    await change('large', { text: { S: 'x'.repeat(room) } });
    await change('moved', { club: { S: 'another' } });
    const { failures, changedCount } = await backfillMembers();
    expect(changedCount).toBe(1);
    const found = failures.map(({ key, error }) => [key.name, (error as { code?: string }).code]);
    expect(Object.fromEntries(found)).toEqual({
      date: 'UnreadableItem',
      key: 'InvalidKey',
      large: 'UnsupportedValue',
      moved: 'InvalidKey',
    });
  });

  it('is reported when its computed fields cannot be made', async () => {
    const Strict = defineEntity({
      ...{ name: 'Member', schema: Member.schema },
      indexes: [{ name: '_id', PK: ['.club'], SK: ['.name'], relatedTo: Club }],
      computed: {
        search: {
          from: ['name'],
          compute: ({ name }) => {
            if (name === 'bad') throw new RangeError('no');
            return name;
          },
        },
      },
    });
    const joined = '2020-01-31T00:00:00.000Z';
    for (const name of ['bad', 'good']) await old({ name, joined });
    const table = new Table({ name: test.table.name, client });
    const { failures, changedCount } = await backfill(table, { entities: [Strict] });
    expect(failures).toMatchObject([{ entity: 'Member', key: { name: 'bad' } }]);
    expect(changedCount).toBe(1);
    expect(failures[0]?.error).toBeInstanceOf(RangeError);
  });
});

describe('a back-fill that is interrupted', () => {
  it.each([1, 4])('goes on where it was, with %i segments', async (segments) => {
    for (let at = 0; at < 120; at++) await old({ name: `m${at}`, email: `e${at}` });
    let startAfter: string | undefined;
    let [calls, changed, scanned] = [0, 0, 0];
    for (;;) {
      const stop = new AbortController();
      const result = await backfillMembers({
        segments,
        signal: stop.signal,
        onProgress: () => {
          stop.abort();
        },
        ...(startAfter !== undefined && { startAfter }),
      });
      calls++;
      changed += result.changedCount;
      scanned += result.scannedCount;
      if (result.cursor === null) break;
      startAfter = result.cursor;
    }
    expect([changed, scanned]).toEqual([120, 120]);
    expect(calls).toBeGreaterThan(1);
    expect(await sweep()).toEqual([]);
  });

  it('does nothing when the signal was aborted before, and can then be begun', async () => {
    await old({ name: 'ada' });
    const { cursor, scannedCount } = await backfillMembers({ signal: AbortSignal.abort() });
    expect(scannedCount).toBe(0);
    expect(await backfillMembers({ startAfter: cursor ?? '' })).toMatchObject({ changedCount: 1 });
  });

  it('by an error of DynamoDB can be made again, and is told of that', async () => {
    for (let at = 0; at < 60; at++) await old({ name: `m${at}`, email: `e${at}` });
    let calls = 0;
    const denied = { name: 'error', code: 'AccessDeniedException' } as const;
    faults.push(injectFaults(client).on('TransactWriteItems', denied, { times: 3 }));
    for (;;) {
      calls++;
      const error = await backfillMembers().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (!error) break;
      expect(error).toMatchObject({ code: 'AccessDenied' });
    }
    expect(calls).toBeGreaterThan(1);
    expect(await sweep()).toEqual([]);
    expect(await backfillMembers()).toMatchObject({ changedCount: 0 });
  });

  it('goes on through throttling and lost answers', async () => {
    for (let at = 0; at < 30; at++) await old({ name: `m${at}`, email: `e${at}` });
    faults.push(
      injectFaults(client).on('TransactWriteItems', 'answerLost', { times: 5 }),
      injectFaults(client).on('Scan', 'throttling'),
    );
    expect(await backfillMembers()).toMatchObject({ changedCount: 30, failures: [] });
    expect(await sweep()).toEqual([]);
  });

  it('ends with what its observer throws', async () => {
    for (let at = 0; at < 60; at++) await old({ name: `m${at}` });
    const onProgress = () => {
      throw new Error('enough');
    };
    await expect(backfillMembers({ onProgress })).rejects.toThrow('enough');
  });
});

describe('a cursor', () => {
  it('shows no unique value, and is good for the same entities, table and namespace only', async () => {
    const text = 'x'.repeat(8_000);
    for (let start = 0; start < 400; start += 40) {
      await Promise.all(
        Array.from({ length: 40 }, (_, at) =>
          old({
            name: `m${start + at}`,
            email: `hidden${start + at}`,
            badge: `hidden${start + at}`,
            text,
          }),
        ),
      );
    }
    const cursors: string[] = [];
    await backfillMembers({
      prune: true,
      onProgress: ({ cursor }) => {
        if (cursor !== null) cursors.push(cursor);
      },
    });
    expect(cursors.length).toBeGreaterThan(10);
    for (const cursor of cursors) {
      expect(Buffer.from(cursor, 'base64url').toString()).not.toContain('hidden');
    }
    const startAfter = cursors[0] ?? '';
    const forged = Buffer.from('["x",["start"]]').toString('base64url');
    for (const attempt of [
      backfillMembers({ startAfter: 'none' }),
      backfillMembers({ startAfter: '' }),
      backfillMembers({ startAfter: forged }),
      backfillMembers({ startAfter, entities: [Club] }),
      backfill(test.table, { startAfter }),
      backfill(test.table.namespace('a'), { startAfter, entities: [Member] }),
    ]) {
      expect((await errorOf(attempt)).code).toBe('InvalidCursor');
    }
    expect(await backfillMembers({ startAfter })).toMatchObject({ changedCount: 0, cursor: null });
  });
});

describe('a rate', () => {
  it('is kept to, for what is written', async () => {
    for (let at = 0; at < 12; at++) await old({ name: `m${at}` });
    const startedMs = performance.now();
    // A transaction of the document and one unique item takes four units.
    await backfillMembers({ rate: 40 });
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
  });

  it('does not keep a signal waiting', async () => {
    for (let at = 0; at < 60; at++) await old({ name: `m${at}` });
    const startedMs = performance.now();
    const { cursor } = await backfillMembers({ rate: 0.01, signal: AbortSignal.timeout(300) });
    expect(cursor).not.toBeNull();
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });

  it.each([
    { rate: 0 },
    { rate: -1 },
    { rate: NaN },
    { segments: 0 },
    { segments: 101 },
    { segments: 1.5 },
  ])('or number of segments that is none is refused: %j', async (options) => {
    sent.length = 0;
    expect((await errorOf(backfillMembers(options))).code).toBe('InvalidInput');
    expect(sent).toEqual([]);
  });
});

describe('beside live traffic', () => {
  it('a back-fill takes nothing back, and what it meets is read again', async () => {
    for (let at = 0; at < 30; at++) await old({ name: `m${at}`, email: `e${at}` });
    faults.push(
      injectFaults(client).on('Scan', {
        name: 'interleave',
        run: async () => {
          const other = new Table({ name: test.table.name, client: localClient() }).entity(Member);
          const filter = (at: number) => ({ club: 'c', name: `m${at}` });
          await other.updateOne({ filter: filter(0), update: { $inc: { dues: 5 } } });
          await other.updateOne({ filter: filter(1), update: { $set: { email: 'other' } } });
          await other.updateOne({ filter: filter(2), update: { $set: { name: 'moved' } } });
          await other.deleteOne({ filter: filter(3) });
          await other.updateOne({ filter: filter(4), update: { $set: { email: 'e5' } } });
        },
      }),
    );
    const { collisions } = await backfillMembers();
    expect(collisions).toMatchObject([{ key: { name: 'm5' }, other: { key: { name: 'm4' } } }]);
    const names = (await all()).map(({ name }) => name);
    expect(names).toHaveLength(29);
    expect(names).not.toContain('m3');
    expect((await members().findOne({ filter: { club: 'c', name: 'm0' } })).item?.dues).toBe(5);
    expect((await members().findOne({ filter: { email: 'other' } })).item?.name).toBe('m1');
    expect((await members().findOne({ filter: { email: 'e2' } })).item?.name).toBe('moved');
    expect((await members().findOne({ filter: { email: 'e3' } })).item).toBeNull();
  });

  it('writers and back-fills at the same time leave every unique item with its document', async () => {
    const COUNT = 40;
    for (let at = 0; at < COUNT; at++) await old({ name: `m${at}`, email: `e${at}` });
    const other = new Table({ name: test.table.name, client: localClient() }).entity(Member);
    const filter = (at: number) => ({ club: 'c', name: `m${at}` });
    const traffic = Array.from({ length: COUNT }, async (_, at) => {
      await other.updateOne({ filter: filter(at), update: { $inc: { dues: 1 } } });
      if (at % 4 === 0) await other.deleteOne({ filter: filter(at) });
      if (at % 4 === 1)
        await other.updateOne({ filter: filter(at), update: { $set: { email: `f${at}` } } });
      if (at % 4 === 2)
        await other.updateOne({ filter: filter(at), update: { $set: { name: `n${at}` } } });
      await other.updateMany({
        filter: { club: 'c', email: `f${at}` },
        update: { $inc: { dues: 1 } },
      });
    });
    const runs = [backfillMembers(), backfillMembers({ segments: 2 }), backfillMembers()];
    const results = await Promise.all([...runs, ...traffic]);
    expect(results.slice(0, 3)).toMatchObject([
      { failures: [] },
      { failures: [] },
      { failures: [] },
    ]);
    expect(await backfillMembers()).toMatchObject({ collisions: [], failures: [] });
    expect(await backfillMembers()).toMatchObject({ changedCount: 0 });
    expect(await sweep()).toEqual([]);
    const found = await all();
    expect(found).toHaveLength((COUNT * 3) / 4);
    for (const { name, dues } of found) {
      expect(dues).toBe(Number(name.slice(1)) % 4 === 1 ? 2 : 1);
    }
  });
});

it('Whatever is stored: reads say the same after a back-fill, and everything is in its indexes', async () => {
  const document = fc.record({
    email: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined }),
    badge: fc.option(fc.nat({ max: 1000 }).map(String), { nil: undefined }),
    text: fc.option(fc.string(), { nil: undefined }),
    isNew: fc.boolean(),
  });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(document, { maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
      async (documents, segments) => {
        const name = `round${++round}`;
        const view = test.table.namespace(name);
        for (const [at, { email, badge, text, isNew }] of documents.entries()) {
          const own = { club: 'c', name: `m${at}`, ...(text !== undefined && { text }) };
          const shared = {
            ...(email !== undefined && { email }),
            ...(badge !== undefined && { badge }),
          };
          await (isNew
            ? view
                .entity(Member)
                .createOne({ item: { ...own, ...shared, joined: new Date(0), tags: new Set() } })
                .catch(() => undefined)
            : yesterday
                .namespace(name)
                .entity(OldMember)
                .createOne({
                  item: { ...own, joined: '2020-01-31', ...(email !== undefined && { email }) },
                }));
        }
        const read = async () => {
          const { items } = await view
            .entity(Member)
            .findMany({ filter: { club: 'c' }, secrets: true });
          return items.map(({ search: _, ...rest }) => ({ ...rest, version: rest._v }));
        };
        const emailsIn = async () => {
          const { items } = await view
            .entity(Member)
            .findMany({ filter: { club: 'c' }, secrets: true });
          return items.flatMap(({ email }) => (email === undefined ? [] : [email]));
        };
        const before = await read();
        const { collisions, changedCount } = await backfill(view, { segments });
        expect(await read()).toEqual(before);
        const collided = new Set(collisions.map(({ key }) => key.name));
        const { items } = await view.entity(Member).findMany({ filter: { state: 'active' } });
        const inIndex = new Set(items.map((each) => each.name));
        for (const each of before) expect(inIndex.has(each.name)).toBe(!collided.has(each.name));
        const emails = await emailsIn();
        for (const email of new Set(emails)) {
          expect((await view.entity(Member).findOne({ filter: { email } })).item).not.toBeNull();
        }
        expect(collisions).toHaveLength(emails.length - new Set(emails).size);
        expect(changedCount).toBeLessThanOrEqual(before.length);
        expect(await backfill(view)).toMatchObject({ changedCount: 0 });
      },
    ),
    { numRuns: 15 },
  );
});
