import { Table } from '@latchkey/entity';
import {
  createTestTable,
  localClient,
  type TestTable,
  injectFaults,
} from '@latchkey/entity/testing';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  defineEntity,
  type EntityHooks,
  type HookContext,
  type HookFields,
} from '@latchkey/schema';
import { setImmediate as soon } from 'node:timers/promises';
import * as z from 'zod';
import type { CommandEvent } from '../../src/table/Sender.js';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

const calls: string[] = [];

/** Hooks of every kind that write down that they were called, each after a moment. */
function recording(who: string): Required<EntityHooks> {
  const note = async (kind: string, { entity, operation }: HookContext): Promise<void> => {
    calls.push(`${kind} ${who}: ${operation} ${entity}`);
    await soon();
  };
  const mark =
    (kind: string) =>
    async (given: HookFields, context: HookContext): Promise<HookFields> => {
      await note(kind, context);
      return { ...given, trail: `${(given.trail as string | undefined) ?? ''}${who}` };
    };
  return {
    preParse: [mark('preParse')],
    postParse: [mark('postParse')],
    willResolve: [mark('willResolve')],
    beforeQuery: [
      async (query, context) => {
        await note('beforeQuery', context);
        return query;
      },
    ],
    filterResult: [
      async (document, context) => {
        await note('filterResult', context);
        return document.title !== `hidden from ${who}`;
      },
    ],
  };
}

const Club = defineEntity({
  name: 'Club',
  schema: z.object({ clubId: z.string(), title: z.string(), trail: z.string().optional() }),
  indexes: [{ name: '_id', PK: ['.clubId'] }],
  hooks: recording('D'),
});
const Member = defineEntity({
  name: 'Member',
  schema: z.object({
    clubId: z.string(),
    name: z.string(),
    title: z.string().default('plain'),
    trail: z.string().optional(),
    pin: z.string().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.clubId'], SK: ['.name'], relatedTo: Club },
    { name: '_id2', PK: ['.title'], SK: ['.name'] },
  ],
  secrets: ['pin'],
  hooks: recording('M'),
});
const Plain = defineEntity({
  name: 'Plain',
  schema: z.object({
    room: z.string(),
    name: z.string(),
    text: z.string().optional(),
    pin: z.string().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.room'], SK: ['.name'] },
    { name: '_id2', PK: ['.text'], unique: true },
  ],
  secrets: ['pin'],
});

let test: TestTable;
let client: DynamoDBClient;
const sent: CommandEvent[] = [];
const onCommand = (event: CommandEvent) => void sent.push(event);

beforeAll(async () => {
  client = localClient();
  test = await createTestTable([Club, Member, Plain], { client, onCommand });
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
  calls.length = 0;
});

const hookedTable = () =>
  new Table({ name: test.table.name, client, hooks: recording('T'), onCommand });

describe('hooks', () => {
  it('run the table’s first, then the definition’s, then the entity’s, each after the other has ended', async () => {
    const clubs = hookedTable()
      .entity(Club)
      .addHooks((hooks) => {
        const own = recording('E');
        hooks.preParse((input, context) => own.preParse[0]?.(input, context) as never);
        hooks.postParse((fields, context) => own.postParse[0]?.(fields, context) as never);
        hooks.beforeQuery((query, context) => own.beforeQuery[0]?.(query, context) ?? query);
        hooks.willResolve((fields, context) => own.willResolve[0]?.(fields, context) as never);
        hooks.filterResult((fields, context) => own.filterResult[0]?.(fields, context) ?? false);
      });
    const order = (operation: string, ...kinds: string[]) =>
      kinds.flatMap((kind) => ['T', 'D', 'E'].map((who) => `${kind} ${who}: ${operation} Club`));
    const { item } = await clubs.createOne({ item: { clubId: 'c', title: 't' } });
    expect(calls.splice(0)).toEqual(order('create', 'preParse', 'postParse', 'willResolve'));
    expect(item.trail).toBe('TDETDETDE');
    const filter = { clubId: 'c' };
    await clubs.findOne({ filter });
    expect(calls.splice(0)).toEqual(order('find', 'beforeQuery', 'filterResult', 'willResolve'));
    await clubs.updateOne({ filter, update: { $set: { title: 'u' } } });
    expect(calls.splice(0)).toEqual(order('update', 'beforeQuery', 'preParse', 'willResolve'));
    const stored = (await tableItems(client, test.table.name)).find(({ _e }) => _e?.S === 'Club');
    expect(stored?.trail?.S).toBe('TDE');
    await clubs.deleteOne({ filter });
    expect(calls.splice(0)).toEqual(order('delete', 'beforeQuery', 'willResolve'));
  });

  it('see what every way to read gives, and keep documents back', async () => {
    const table = hookedTable();
    const clubs = table.entity(Club).addIndexRelation('members', Member);
    const members = table.entity(Member);
    await clubs.createOne({
      item: { clubId: 'r', title: 't' },
      related: {
        members: [{ name: 'a' }, { name: 'b', title: 'hidden from M' }, { name: 'c', pin: '1' }],
      },
    });
    const { items: raw } = await test.table.entity(Member).findMany({ filter: { clubId: 'r' } });
    expect(raw.map(({ name }) => name)).toEqual(['a', 'c']);
    const filter = { clubId: 'r' };
    const id = raw[0]?.id ?? '';
    const hiddenId = Buffer.from('club#r\0member#b').toString('base64url');
    const resolved = { name: 'a', trail: 'TMTMTM' };
    expect((await members.findOne({ filter: { ...filter, name: 'a' } })).item).toMatchObject(
      resolved,
    );
    expect((await members.findOne({ filter: { ...filter, name: 'b' } })).item).toBeNull();
    expect((await members.findById(id)).item).toMatchObject(resolved);
    expect((await members.findById(hiddenId)).item).toBeNull();
    expect((await members.findMany({ filter })).items[0]).toMatchObject(resolved);
    expect((await members.findMany({ filter: { title: 'hidden from M' } })).items).toEqual([]);
    const { edges, pageInfo } = await members.paginate({ filter });
    expect(edges.map(({ node }) => node.trail)).toEqual(['TMTMTM', 'TMTMTM']);
    expect(pageInfo.hasNextPage).toBe(false);
    const scanned = await members.scan({ condition: { clubId: 'r' } });
    expect(scanned.items.map(({ trail }) => trail)).toEqual(['TMTMTM', 'TMTMTM']);
    const family = await clubs.findOne({ filter, include: { members: true } });
    expect(family.item?.trail).toBe('TDTDTD');
    expect(family.item?.members.map(({ name, trail }) => [name, trail])).toEqual([
      ['a', 'TMTMTM'],
      ['c', 'TMTMTM'],
    ]);
    const references = ['a', 'b'].map((name) => members.reference({ clubId: 'r', name }));
    for (const read of [table.batchGet(references), table.transactGet(references)]) {
      const [shown, hidden] = await read;
      expect(shown).toMatchObject(resolved);
      expect(hidden).toBeNull();
    }
  });

  it('of willResolve cannot lose the version, or bring a secret out', async () => {
    const members = hookedTable().entity(Member);
    const { item } = await members.createOne({ item: { clubId: 's', name: 'a', pin: '4711' } });
    expect(item._v).toBe(1);
    const shown = await members.findOne({ filter: { clubId: 's', name: 'a' }, secrets: true });
    expect(shown.item?.pin).toBe('4711');
    expect(shown.item?._v).toBe(1);
    expect(JSON.stringify([item, shown, { ...shown.item }])).not.toContain('4711');
  });

  it('of any kind end the operation with their error, before anything is written', async () => {
    const failing = () => Promise.reject(new Error('no'));
    const item = { room: 'e', name: 'a' };
    const filter = item;
    const update = { $set: { text: 't' } };
    const plain = test.table.entity(Plain);
    const { id } = (await plain.createOne({ item })).item;
    sent.length = 0;
    const withHooks = (hooks: EntityHooks) =>
      new Table({ name: test.table.name, client, hooks, onCommand });
    for (const hooks of [{ preParse: [failing] }, { postParse: [failing] }] as EntityHooks[]) {
      const table = withHooks(hooks);
      const entity = table.entity(Plain);
      const fresh = { room: 'e', name: 'new' };
      await expect(entity.createOne({ item: fresh })).rejects.toThrow('no');
      await expect(table.transact([entity.createOneOperation({ item: fresh })])).rejects.toThrow(
        'no',
      );
    }
    const table = withHooks({ beforeQuery: [failing] });
    const entity = table.entity(Plain);
    for (const action of [
      () => entity.findOne({ filter }),
      () => entity.findMany({ filter }),
      () => entity.findKey({ filter: { text: 't' } }),
      () => entity.paginate({ filter }),
      () => entity.count({ filter }),
      () => entity.scan(),
      () => entity.findById(id),
      () => entity.updateOne({ filter, update }),
      () => entity.updateMany({ filter, update }),
      () => entity.deleteOne({ filter }),
      () => entity.deleteMany({ filter }),
      () => table.transact([entity.updateOneOperation({ filter, update })]),
      () => table.transact([entity.deleteOneOperation({ filter })]),
    ]) {
      await expect(action()).rejects.toThrow('no');
    }
    const preParse = withHooks({ preParse: [failing] }).entity(Plain);
    await expect(preParse.updateOne({ filter, update })).rejects.toThrow('no');
    // An id says whose it is when it is read.
    expect(sent.map(({ command }) => command)).toEqual(['GetItem']);
    expect((await plain.findMany({ filter: { room: 'e' } })).items).toMatchObject([{ _v: 1 }]);
  });

  it('of beforeQuery change what every operation looks for', async () => {
    const own: EntityHooks = {
      beforeQuery: [(query) => ({ ...query, filter: { ...query.filter, room: 'mine' } })],
    };
    const table = new Table({ name: test.table.name, client, hooks: own });
    const entity = table.entity(Plain);
    const plain = test.table.entity(Plain);
    for (const room of ['mine', 'theirs']) await plain.createOne({ item: { room, name: 'x' } });
    const filter = { room: 'theirs', name: 'x' };
    const update = { $set: { text: 'changed' } };
    expect((await entity.findOne({ filter })).item?.room).toBe('mine');
    const { items: both } = await plain.scan({ condition: { name: 'x' } });
    const idIn = (room: string) => both.find((each) => each.room === room)?.id ?? '';
    expect((await entity.findById(idIn('theirs'))).item).toBeNull();
    expect((await entity.findById(idIn('mine'))).item?.room).toBe('mine');
    expect((await entity.findById('nothing')).item).toBeNull();
    expect((await entity.scan()).items.map(({ room }) => room)).toEqual(['mine']);
    await entity.updateOne({ filter, update: { $set: { text: 'first' } } });
    await table.transact([entity.updateOneOperation({ filter, update })]);
    await table.transact([entity.updateOneOperation({ filter, update: { $set: { pin: '1' } } })]);
    await table.transact([entity.deleteOneOperation({ filter })]);
    await plain.createOne({ item: { room: 'mine', name: 'x' } });
    expect(await entity.updateMany({ filter, update })).toEqual({ modifiedCount: 1 });
    expect(await entity.deleteMany({ filter })).toEqual({ deletedCount: 1 });
    const { items } = await plain.findMany({ filter: { room: 'theirs' } });
    expect(items).toMatchObject([{ room: 'theirs', _v: 1 }]);
    expect(items[0]).not.toHaveProperty('text');
  });
});

describe('onCommand', () => {
  it('tells command, attempts, duration and capacity of every request, of failed ones, too', async () => {
    const plain = test.table.entity(Plain);
    const fault = injectFaults(client).on('PutItem', 'throttling', { times: 2 });
    await plain.createOne({ item: { room: 'o', name: 'a' } });
    fault.remove();
    await plain.findOne({ filter: { room: 'o', name: 'a' } });
    await plain.count({ filter: { room: 'o' } });
    await test.table.batchGet([plain.reference({ room: 'o', name: 'a' })]);
    await errorOf(plain.createOne({ item: { room: 'o', name: 'a' } }));
    const told = sent.map(({ command, attempts, errorName }) => [command, attempts, errorName]);
    expect(told).toEqual([
      ['PutItem', 3, undefined],
      ['GetItem', 1, undefined],
      ['Query', 1, undefined],
      ['BatchGetItem', 1, undefined],
      ['PutItem', 1, 'ConditionalCheckFailedException'],
    ]);
    expect(sent.every(({ durationMs }) => durationMs > 0)).toBe(true);
    expect(sent.slice(0, 4).every(({ consumedCapacity = 0 }) => consumedCapacity > 0)).toBe(true);
  });

  it('cannot undo or hide what became of a request, whatever it throws', async () => {
    const table = new Table({
      name: test.table.name,
      client,
      onCommand: () => {
        throw new Error('metrics are down');
      },
    });
    const plain = table.entity(Plain);
    const item = { room: 'm', name: 'a' };
    expect((await plain.createOne({ item })).item.name).toBe('a');
    expect((await errorOf(plain.createOne({ item }))).code).toBe('AlreadyExists');
  });
});
