import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { Guest, Sale, Shop } from '../support/shop.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { tableItems } from '../support/tableItems.js';

let test: TestTable;
let client: DynamoDBClient;
const sent: string[] = [];
const definitions = [Shop, Sale, Guest];

beforeAll(async () => {
  client = localClient();
  test = await createTestTable(definitions, {
    client,
    onCommand: ({ command }) => sent.push(command),
  });
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
});
afterEach(async () => {
  expect(await sweepUniques(client, test.table.name, definitions)).toEqual([]);
});

const codeOf = async (action: Promise<unknown>) => (await errorOf(action)).code;
const family = () =>
  test.table.entity(Shop).addIndexRelation('sales', Sale).addIndexRelation('guests', Guest);

async function partition(shopId: string): Promise<string[]> {
  const items = await tableItems(client, test.table.name);
  return items.flatMap(({ PK, SK, ownerPK }) =>
    [PK?.S, ownerPK?.S].includes(`shop#${shopId}`) ? [`${PK?.S ?? ''} ${SK?.S ?? ''}`] : [],
  );
}

describe('createOne with related documents', () => {
  it('writes all of them in one transaction, children in the parent’s partition', async () => {
    const { item } = await family().createOne({
      item: { shopId: 'new', name: 'New', key: 'hunter2' },
      related: {
        sales: [
          { number: 2, receipt: 'new-2' },
          { number: 1, shopId: 'new' },
        ],
        guests: [],
      },
      context: { userId: 'ada' },
    });
    expect(sent).toEqual(['TransactWriteItems']);
    expect(item.sales.map(({ number, shopId }) => [number, shopId])).toEqual([
      [2, 'new'],
      [1, 'new'],
    ]);
    expect(item.sales[0]?.createdBy).toBe('ada');
    expect(item.guests).toEqual([]);
    expect(JSON.stringify(item)).not.toContain('hunter2');
    expect(await partition('new')).toHaveLength(5);
  });

  it('writes nothing when one of them cannot be written', async () => {
    await family().createOne({
      item: { shopId: 'taken', name: 'Taken' },
      related: { sales: [{ number: 1, receipt: 'taken-1' }] },
    });
    const attempt = (item: object, ...sales: { number: number }[]) =>
      family().createOne({
        item: { shopId: 'none', name: 'None', ...item },
        related: { sales },
      });
    expect(await codeOf(attempt({}, { number: 1, receipt: 'taken-1' } as never))).toBe(
      'UniqueViolation',
    );
    expect(await codeOf(attempt({ name: 'Taken' }, { number: 1 }))).toBe('UniqueViolation');
    expect(await codeOf(attempt({ shopId: 'taken' }, { number: 7 }))).toBe('AlreadyExists');
    sent.length = 0;
    expect(await codeOf(attempt({}, { number: 'x' } as never))).toBe('InvalidInput');
    expect(await codeOf(attempt({}, { number: 1 }, { number: 1 }))).toBe('InvalidTransaction');
    expect(await codeOf(attempt({}, { number: 1, shopId: 'taken' } as never))).toBe('InvalidInput');
    const many = Array.from({ length: 100 }, (_, number) => ({ number }));
    expect(await codeOf(attempt({}, ...many))).toBe('InvalidTransaction');
    const related = { nobody: [{}] } as object;
    expect(
      await codeOf(family().createOne({ item: { shopId: 'none', name: 'None' }, related })),
    ).toBe('InvalidInput');
    expect(sent).toEqual([]);
    expect(await partition('none')).toEqual([]);
    expect(await partition('taken')).toHaveLength(4);
  });
});

describe('include', () => {
  it('gives whole related documents beside a projected parent', async () => {
    await family().createOne({
      item: { shopId: 'inc', name: 'Inc' },
      related: {
        sales: [{ number: 1, note: 'a' }, { number: 2, note: 'b' }, { number: 3 }],
        guests: [{ seat: 's1', text: 't' }],
      },
    });
    sent.length = 0;
    const { item } = await family().findOne({
      filter: { shopId: 'inc' },
      project: ['open'],
      include: { sales: { limit: 2 }, guests: true },
    });
    expect(sent).toEqual(['Query']);
    expect(Object.keys(item ?? {}).sort()).toEqual(['guests', 'id', 'open', 'sales']);
    expect(item?.sales.map(({ note }) => note)).toEqual(['a', 'b']);
    expect(item?.guests[0]).toMatchObject({ seat: 's1', text: 't', shopId: 'inc' });
  });

  it('reads no page that no relation needs, and refuses a limit that is none', async () => {
    const text = 'x'.repeat(390_000);
    await family().createOne({ item: { shopId: 'wide', name: 'Wide' } });
    const guests = test.table.entity(Guest);
    for (let n = 0; n < 6; n++) {
      await guests.createOne({ item: { shopId: 'wide', seat: `s${n}`, text } });
    }
    const read = (limit: number) =>
      family().findOne({
        filter: { shopId: 'wide' },
        include: { guests: { limit } },
      });
    const all = await read(6);
    expect(all.item?.guests).toHaveLength(6);
    for (const limit of [0, -1, 1.5, NaN]) expect(await codeOf(read(limit))).toBe('InvalidInput');
    const ofSales = { include: { sales: { limit: 1 } }, filter: { shopId: 'wide' } };
    expect((await family().findOne(ofSales)).item?.sales).toEqual([]);
  });
});

describe('deleteOne without its related documents', () => {
  it('deletes one document in a write, and leaves the others to be found and deleted', async () => {
    await family().createOne({
      item: { shopId: 'left', name: 'Left' },
      related: { sales: [{ number: 1, receipt: 'left-1' }], guests: [{ seat: 'a' }] },
    });
    sent.length = 0;
    expect((await family().deleteOne({ filter: { shopId: 'left' } })).deletedCount).toBe(1);
    expect(sent).toEqual(['GetItem', 'TransactWriteItems']);
    const sales = test.table.entity(Sale);
    const filter = { shopId: 'left' };
    expect((await sales.findMany({ filter })).items).toMatchObject([{ number: 1 }]);
    expect((await sales.findOne({ filter: { receipt: 'left-1' } })).item?.number).toBe(1);
    // There is no document any more from which a deletion with related ones could begin.
    expect(await family().deleteOne({ filter, withRelated: true })).toEqual({
      item: null,
      deletedCount: 0,
    });
    await family().createOne({ item: { shopId: 'left', name: 'Next' } });
    const include = { sales: true, guests: true };
    expect((await family().findOne({ filter, include })).item).toMatchObject({
      name: 'Next',
      sales: [{ number: 1 }],
      guests: [{ seat: 'a' }],
    });
    expect(await sales.deleteMany({ filter })).toEqual({ deletedCount: 1 });
    expect(await family().deleteOne({ filter, withRelated: true })).toMatchObject({
      deletedCount: 2,
    });
    expect(await partition('left')).toEqual([]);
  });
});

describe('deleteOne with related documents', () => {
  /** More than 1 MB, more than 100 writes, with unique items. */
  async function makeBig(shopId: string, count: number, size: number): Promise<void> {
    const { table } = test;
    const text = 'x'.repeat(size);
    await table.entity(Shop).createOne({ item: { shopId, name: shopId } });
    const sales = table.entity(Sale);
    for (let start = 0; start < count; start += 40) {
      const operations = Array.from({ length: Math.min(40, count - start) }, (_, at) =>
        sales.createOneOperation({
          item: { shopId, number: start + at, receipt: `${shopId}-${start + at}`, text },
        }),
      );
      await table.transact(operations);
    }
  }

  it('leaves nothing of several hundred documents and more than 1 MB, and nothing else goes', async () => {
    const { table } = test;
    await makeBig('huge', 320, 4_000);
    await table.entity(Guest).createOne({ item: { shopId: 'huge', seat: 'one' } });
    await table.entity(Guest).createOne({ item: { shopId: 'huge2', seat: 'other' } });
    const tenant = table.namespace('tenant').entity(Guest);
    await tenant.createOne({ item: { shopId: 'huge', seat: 'tenant' } });
    const deleted = await table.entity(Shop).deleteOne({
      filter: { name: 'huge', open: true },
      withRelated: true,
    });
    expect(deleted.deletedCount).toBe(322);
    expect(deleted.item?.shopId).toBe('huge');
    expect(await partition('huge')).toEqual([]);
    expect(await partition('huge2')).toHaveLength(1);
    expect(await tenant.count({ filter: { shopId: 'huge' } })).toBe(1);
    await table.entity(Sale).createOne({ item: { shopId: 'z', number: 1, receipt: 'huge-7' } });
    await table.entity(Sale).deleteOne({ filter: { shopId: 'z', number: 1 } });
    const again = await table.entity(Shop).deleteOne({
      filter: { shopId: 'huge' },
      withRelated: true,
    });
    expect(again).toEqual({ item: null, deletedCount: 0 });
  });

  it('can be interrupted at any write and called again', async () => {
    const { table } = test;
    const remove = () =>
      table.entity(Shop).deleteOne({ filter: { shopId: 'cut' }, withRelated: true });
    await makeBig('cut', 110, 10);
    sent.length = 0;
    await remove();
    const writes = sent.filter((command) => command === 'TransactWriteItems').length;
    expect(writes).toBe(4);
    for (let index = 0; index < writes; index++) {
      await makeBig('cut', 110, 10);
      let count = 0;
      const name = `cut-${index}`;
      client.middlewareStack.add(
        (next, context) => (args) => {
          if (context.commandName !== 'TransactWriteItemsCommand') return next(args);
          if (count++ === index) {
            throw Object.assign(new Error('denied'), { name: 'AccessDenied', $metadata: {} });
          }
          return next(args);
        },
        { step: 'finalizeRequest', name },
      );
      expect(await codeOf(remove())).toBe('AccessDenied');
      client.middlewareStack.remove(name);
      // The parent is still there to be asked for again, and every unique value has its document.
      expect(
        (await table.entity(Shop).findOne({ filter: { name: 'cut', open: true } })).item,
      ).not.toBeNull();
      expect(await sweepUniques(client, table.name, definitions)).toEqual([]);
      await remove();
      expect(await partition('cut')).toEqual([]);
    }
  });

  it('deletes nothing when the partition holds a document of an unbound definition, however far on', async () => {
    const Visit = defineEntity({
      name: 'Visit',
      schema: z.object({ shopId: z.string(), at: z.string() }),
      indexes: [{ name: '_id', PK: ['.shopId'], SK: ['.at'], relatedTo: Shop }],
    });
    await makeBig('odd', 12, 120_000);
    const other = new Table({ name: test.table.name, client });
    await other.entity(Visit).createOne({ item: { shopId: 'odd', at: 'late' } });
    const before = await partition('odd');
    const shops = test.table.entity(Shop);
    const error = await errorOf(shops.deleteOne({ filter: { shopId: 'odd' }, withRelated: true }));
    expect(error.code).toBe('InvalidTable');
    expect(error.message).toContain('Visit');
    expect(await partition('odd')).toEqual(before);
    const knowing = new Table({ name: test.table.name, client });
    for (const definition of [Visit, Sale]) knowing.entity(definition);
    const { deletedCount } = await knowing
      .entity(Shop)
      .deleteOne({ filter: { shopId: 'odd' }, withRelated: true });
    expect(deletedCount).toBe(14);
  });

  it('deletes nothing when the condition does not hold', async () => {
    await makeBig('cond', 3, 10);
    const before = await partition('cond');
    const shops = test.table.entity(Shop);
    const remove = (open: boolean) =>
      shops.deleteOne({ filter: { shopId: 'cond' }, condition: { open }, withRelated: true });
    const error = await errorOf(remove(false));
    expect(error).toMatchObject({ code: 'ConditionFailed', details: { item: { name: 'cond' } } });
    expect(await partition('cond')).toEqual(before);
    expect((await remove(true)).deletedCount).toBe(4);
  });

  it('is refused for a child, which would take its parent and siblings along', async () => {
    await makeBig('safe', 2, 10);
    const before = await partition('safe');
    const sales = test.table.entity(Sale);
    const remove = sales.deleteOne({ filter: { shopId: 'safe', number: 1 }, withRelated: true });
    expect(await codeOf(remove)).toBe('InvalidInput');
    expect(await partition('safe')).toEqual(before);
  });
});
