import { DeleteItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import {
  createTestTable,
  localClient,
  type TestTable,
  injectFaults,
  type InjectedFault,
} from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { sampleOf } from '../support/sampleOf.js';
import { errorOf } from '../support/errorOf.js';
import { Guest, Sale, Shop } from '../support/shop.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { tableItems } from '../support/tableItems.js';

/** A child whose key field takes another form when it is given as input. */
const Desk = defineEntity({
  name: 'Desk',
  schema: z.object({
    shop: z
      .string()
      .transform((text) => `${text}!`.replace(/^shop:(.*)!$/, '$1'))
      .pipe(z.string()),
    number: z.int(),
    label: z.string().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'], relatedTo: Shop }],
  readOnly: ['shop'],
  computed: {
    label: { from: ['shop', 'number'], compute: ({ shop, number }) => `${shop}-${number}` },
  },
});

let test: TestTable;
let client: DynamoDBClient;
const sent: string[] = [];
const faults: InjectedFault[] = [];
const definitions = [Shop, Sale, Guest, Desk];

beforeAll(async () => {
  client = localClient();
  test = await createTestTable(definitions, {
    client,
    onCommand: ({ command }) => sent.push(command),
  });
});
afterAll(() => test.drop());
afterEach(async () => {
  for (const fault of faults.splice(0)) fault.remove();
  expect(await sweepUniques(client, test.table.name, definitions)).toEqual([]);
});

const shops = () => test.table.entity(Shop);
const sales = () => test.table.entity(Sale);
type Related = 'refuse' | 'move' | 'leave' | undefined;
let count = 0;

/** A shop with one child of each kind, or with none. */
async function shop(withChildren: boolean): Promise<string> {
  const shopId = `shop${++count}`;
  await shops().createOne({ item: { shopId, name: shopId } });
  if (!withChildren) return shopId;
  await sales().createOne({ item: { shopId, number: 1, receipt: `${shopId}-1` } });
  await sales().createOne({ item: { shopId, number: 2 } });
  await test.table.entity(Guest).createOne({ item: { shopId, seat: 'a' } });
  await test.table.entity(Desk).createOne({ item: { shop: `shop:${shopId}`, number: 1 } });
  return shopId;
}

async function inPartition(shopId: string): Promise<string[]> {
  const items = await tableItems(client, test.table.name);
  return items.flatMap(({ PK, SK }) => (PK?.S === `shop#${shopId}` ? [SK?.S ?? ''] : [])).sort();
}
const CHILDREN = [
  'desk#$n0000000000000001',
  'guest#a',
  'sale#$n0000000000000001',
  'sale#$n0000000000000002',
];

/** Every way to give a shop another key. */
const WAYS: readonly [string, (from: string, to: string, related: Related) => Promise<unknown>][] =
  [
    [
      'updateOne',
      (shopId, to, related) =>
        shops().updateOne({
          filter: { shopId },
          update: { $set: { shopId: to } },
          ...(related && { related }),
        }),
    ],
    [
      'updateMany',
      (name, to, related) =>
        shops().updateMany({
          filter: { name, open: true },
          update: { $set: { shopId: to } },
          ...(related && { related }),
        }),
    ],
    [
      'a transaction',
      (shopId, to, related) =>
        test.table.transact([
          shops().updateOneOperation({
            filter: { shopId },
            update: { $set: { shopId: to } },
            ...(related && { related }),
          }),
        ]),
    ],
  ];

describe.each(sampleOf(WAYS, 2))('a document that gets another partition key by %s', (_, move) => {
  it.each<Related>([undefined, 'refuse'])(
    'stays where it is with its related documents: %s',
    async (related) => {
      const from = await shop(true);
      const error = await errorOf(move(from, `${from}x`, related));
      expect(error).toMatchObject({ code: 'RelatedDocuments', details: { entity: 'Shop' } });
      expect(await inPartition(from)).toEqual([...CHILDREN, 'shop'].sort());
      expect(await inPartition(`${from}x`)).toEqual([]);
    },
  );

  it.each<Related>([undefined, 'refuse', 'move', 'leave'])(
    'moves alone if it has none: %s',
    async (related) => {
      const from = await shop(false);
      await move(from, `${from}x`, related);
      expect([await inPartition(from), await inPartition(`${from}x`)]).toEqual([[], ['shop']]);
    },
  );

  it('takes them along if asked to, with their unique values and indexes', async () => {
    const from = await shop(true);
    const to = `${from}x`;
    await move(from, to, 'move');
    expect(await inPartition(from)).toEqual([]);
    expect(await inPartition(to)).toEqual([...CHILDREN, 'shop'].sort());
    const { item: sale } = await sales().findOne({ filter: { receipt: `${from}-1` } });
    expect(sale).toMatchObject({ shopId: to, number: 1, _v: 2 });
    const { items } = await sales().findMany({ filter: { state: 'open', shopId: to } });
    expect(items).toHaveLength(2);
    const { item: desk } = await test.table
      .entity(Desk)
      .findOne({ filter: { shop: to, number: 1 } });
    expect(desk).toMatchObject({ shop: to, label: `${to}-1` });
    // The values are still theirs, and free again when they go.
    const again = sales().createOne({ item: { shopId: to, number: 9, receipt: `${from}-1` } });
    expect((await errorOf(again)).code).toBe('UniqueViolation');
    const { deletedCount } = await shops().deleteOne({ filter: { shopId: to }, withRelated: true });
    expect(deletedCount).toBe(5);
    await sales().createOne({ item: { shopId: to, number: 9, receipt: `${from}-1` } });
  });

  it('leaves them behind if asked to', async () => {
    const from = await shop(true);
    await move(from, `${from}x`, 'leave');
    expect(await inPartition(from)).toEqual(CHILDREN);
    expect(await inPartition(`${from}x`)).toEqual(['shop']);
  });

  it('does not move with more of them than one transaction takes, and says how many there are', async () => {
    for (const many of [60, 130]) {
      const from = await shop(false);
      for (let start = 0; start < many; start += 25) {
        const requests = Array.from({ length: Math.min(25, many - start) }, (_, at) =>
          test.table.entity(Guest).putRequest({ item: { shopId: from, seat: `s${start + at}` } }),
        );
        await test.table.batchWrite(requests);
      }
      const error = await errorOf(move(from, `${from}x`, 'move'));
      expect(error).toMatchObject({ code: 'RelatedDocuments', details: { count: many } });
      expect(error.message).toContain(String(many));
      expect(await inPartition(from)).toHaveLength(many + 1);
    }
  });

  it('does not move with a document of an unknown definition', async () => {
    const Visit = defineEntity({
      name: 'Visit',
      schema: z.object({ shopId: z.string(), at: z.string() }),
      indexes: [{ name: '_id', PK: ['.shopId'], SK: ['.at'], relatedTo: Shop }],
    });
    const from = await shop(false);
    const other = new Table({ name: test.table.name, client });
    await other.entity(Visit).createOne({ item: { shopId: from, at: 'now' } });
    expect((await errorOf(move(from, `${from}x`, undefined))).code).toBe('RelatedDocuments');
    const error = await errorOf(move(from, `${from}x`, 'move'));
    expect(error.code).toBe('InvalidTable');
    expect(error.message).toContain('Visit');
    await other.entity(Visit).deleteOne({ filter: { shopId: from, at: 'now' } });
  });

  it('does not move onto what is in the way', async () => {
    const [from, to] = [await shop(true), await shop(false)];
    await shops().deleteOne({ filter: { shopId: to } });
    await test.table.entity(Guest).createOne({ item: { shopId: to, seat: 'a' } });
    const error = await errorOf(move(from, to, 'move'));
    expect(error).toMatchObject({ code: 'AlreadyExists', details: { entity: 'Guest' } });
    expect(await inPartition(from)).toEqual([...CHILDREN, 'shop'].sort());
  });

  it('does not count items of other programs', async () => {
    const from = await shop(false);
    const foreign = ['aaa', 'zzz'].map((SK) => ({ PK: { S: `shop#${from}` }, SK: { S: SK } }));
    for (const Item of foreign) {
      await client.send(new PutItemCommand({ TableName: test.table.name, Item }));
    }
    await move(from, `${from}x`, undefined);
    expect(await inPartition(`${from}x`)).toEqual(['shop']);
    expect(await inPartition(from)).toEqual(['aaa', 'zzz']);
    for (const Key of foreign) {
      await client.send(new DeleteItemCommand({ TableName: test.table.name, Key }));
    }
  });
});

describe('what it costs', () => {
  it('is one query where the partition key changes, and nothing where it does not', async () => {
    const from = await shop(false);
    const move = (update: object) =>
      shops().updateOne({ filter: { shopId: from }, update: { $set: update } });
    sent.length = 0;
    await move({ name: `${from}-renamed` });
    expect(sent).toEqual(['GetItem', 'TransactWriteItems']);
    sent.length = 0;
    await move({ shopId: `${from}x` });
    expect(sent).toEqual(['GetItem', 'Query', 'TransactWriteItems']);
    sent.length = 0;
    await shops().updateOne({
      filter: { shopId: `${from}x` },
      update: { $set: { shopId: from } },
      related: 'leave',
    });
    expect(sent).toEqual(['GetItem', 'TransactWriteItems']);
  });

  it('is nothing for a document that lives in the partition of another', async () => {
    const [from, to] = [await shop(true), await shop(false)];
    sent.length = 0;
    await sales().updateOne({
      filter: { shopId: from, number: 1 },
      update: { $set: { shopId: to } },
    });
    expect(sent).toEqual(['GetItem', 'TransactWriteItems']);
  });
});

describe('documents that come while their parent moves', () => {
  const late = async (shopId: string): Promise<void> => {
    const other = new Table({ name: test.table.name, client: localClient() });
    await other.entity(Sale).createOne({
      item: { shopId, number: 7, receipt: `late-${shopId}` },
    });
  };

  it('move after it', async () => {
    const from = await shop(true);
    faults.push(injectFaults(client).on('Query', { name: 'interleave', run: () => late(from) }));
    await WAYS[0]?.[1](from, `${from}x`, 'move');
    expect(await inPartition(from)).toEqual([]);
    expect(await inPartition(`${from}x`)).toHaveLength(6);
    const { item } = await sales().findOne({ filter: { receipt: `late-${from}` } });
    expect(item?.shopId).toBe(`${from}x`);
  });

  it('stay where another document has taken the old key', async () => {
    const from = await shop(true);
    faults.push(
      injectFaults(client).on('TransactWriteItems', {
        name: 'interleave',
        run: async () => {
          const other = new Table({ name: test.table.name, client: localClient() });
          await other.entity(Shop).createOne({ item: { shopId: from, name: `new-${from}` } });
          await late(from);
        },
      }),
    );
    await WAYS[0]?.[1](from, `${from}x`, 'move');
    expect(await inPartition(from)).toEqual(['sale#$n0000000000000007', 'shop']);
    expect(await inPartition(`${from}x`)).toHaveLength(5);
  });

  it('and are changed at the same time are moved as they are then', async () => {
    const from = await shop(true);
    const other = new Table({ name: test.table.name, client: localClient() }).entity(Sale);
    const change = { filter: { shopId: from, number: 1 }, update: { $set: { note: 'new' } } };
    faults.push(
      injectFaults(client).on('Query', { name: 'interleave', run: () => other.updateOne(change) }),
    );
    await WAYS[0]?.[1](from, `${from}x`, 'move');
    const { item } = await sales().findOne({ filter: { shopId: `${from}x`, number: 1 } });
    expect(item).toMatchObject({ note: 'new', _v: 3 });
  });
});

it('Another choice is refused before anything is sent', async () => {
  const from = await shop(true);
  sent.length = 0;
  const error = await errorOf(
    shops().updateOne({
      filter: { shopId: from },
      update: { $set: { shopId: `${from}x` } },
      related: 'take' as 'move',
    }),
  );
  expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'related' } });
  expect(sent.filter((command) => command !== 'GetItem')).toEqual([]);
});
