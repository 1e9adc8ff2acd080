import {
  clearTable,
  isTableEmpty,
  EntityError,
  type Connection,
  type Document,
  type Entity,
  type Table,
} from '@latchkey/entity';
import { Guest, Sale, Shop } from '../support/shop.js';

/** What each operation gave, in order: its name, and its result or the code of its error. */
export type Transcript = (readonly [operation: string, outcome: unknown])[];

/**
 * Runs every operation of entities and of the table on three entities that share a partition, with
 * unique values and a global secondary index. Where nothing depends on the time or on chance, two
 * tables that differ in the names of their attributes give the same transcript.
 */
export async function everyOperation(table: Table): Promise<Transcript> {
  const shops = table
    .entity(Shop)
    .addIndexRelation('sales', Sale)
    .addIndexRelation('guests', Guest);
  const sales = table.entity(Sale);
  const guests = table.entity(Guest);
  const transcript: Transcript = [];
  const note = noteIn(transcript);
  const shopId = 'b';

  await note('createOne', () => shops.createOne({ item: { shopId, name: 'Bee', key: 'secret' } }));
  await note('createOne with related', () =>
    shops.createOne({
      item: { shopId: 'd', name: 'Dee' },
      related: { sales: [{ number: 1, receipt: 'rd' }], guests: [{ seat: '1' }] },
    }),
  );
  await note('createOne of an existing key', () =>
    shops.createOne({ item: { shopId, name: 'B' } }),
  );
  await note('createOne of a taken value', () =>
    shops.createOne({ item: { shopId: 'e', name: 'Bee' } }),
  );
  for (const number of [1, 2, 3, 4, 5]) {
    const receipt = number % 2 === 0 ? { receipt: `r${number}0` } : {};
    for (const shop of ['a', shopId]) {
      await note(`createOne of sale ${number} in ${shop}`, () =>
        sales.createOne({
          item: { shopId: shop, number, weight: number, ...(shop === 'a' ? {} : receipt) },
        }),
      );
    }
  }
  await note('batchWrite', () =>
    table.batchWrite([
      guests.putRequest({ item: { shopId: 'a', seat: '1' } }),
      guests.putRequest({ item: { shopId: 'a', seat: '2', text: 'x' } }),
      guests.deleteRequest({ shopId: 'd', seat: '1' }),
    ]),
  );

  for (const shop of ['a', shopId]) {
    await note(`findOne of ${shop} with related`, () =>
      shops.findOne({ filter: { shopId: shop }, include: { sales: true, guests: { limit: 1 } } }),
    );
    await note(`findMany of ${shop}`, () => sales.findMany({ filter: { shopId: shop } }));
    await note(`findMany of a range of ${shop}`, () =>
      sales.findMany({ filter: { shopId: shop, number: { $gte: 2 } }, sort: 'descending' }),
    );
    await note(`findMany with a projection of ${shop}`, () =>
      sales.findMany({ filter: { shopId: shop, weight: { $gt: 2 } }, project: ['weight'] }),
    );
    await note(`findMany of ${shop}, two`, () =>
      sales.findMany({ filter: { shopId: shop }, limit: 2 }),
    );
    await note(`guests of ${shop}`, () => guests.findMany({ filter: { shopId: shop } }));
    await note(`count of ${shop}`, () => sales.count({ filter: { shopId: shop } }));
    await note(`count of the guests of ${shop}`, () => guests.count({ filter: { shopId: shop } }));
    await note(`count of a part of ${shop}`, () =>
      sales.count({ filter: { shopId: shop, number: { $lt: 4 }, weight: { $gt: 1 } } }),
    );
    await note(`every page of ${shop}`, () => pages(sales, { shopId: shop }));
  }
  await note('findOne by a unique value', () =>
    shops.findOne({ filter: { name: 'Bee', open: true } }),
  );
  await note('findOne by another program’s value', () =>
    shops.findOne({ filter: { name: 'taken', open: true } }),
  );
  await note('findMany by a unique value', () => sales.findMany({ filter: { receipt: 'r1' } }));
  await note('count by a unique value', () => sales.count({ filter: { receipt: 'r1' } }));
  await note('count by a unique value that is there', () =>
    sales.count({ filter: { receipt: 'r20' } }),
  );
  await note('findKey', () => sales.findKey({ filter: { receipt: 'r40' } }));
  await note('findKey of another program’s value', () =>
    sales.findKey({ filter: { receipt: 'r1' } }),
  );
  await note('findMany in the index', async () => {
    const { items } = await sales.findMany({ filter: { state: 'open' } });
    return items.map(({ shopId: shop, number, id }) => [shop, number, id]).sort();
  });
  await note('findMany in a range of the index', async () => {
    const { items } = await sales.findMany({ filter: { state: 'open', weight: { $lt: 3 } } });
    return items.map(({ shopId: shop, number }) => [shop, number]).sort();
  });
  await note('count in the index', () => sales.count({ filter: { state: 'open' } }));
  await note('count in a range of the index', () =>
    sales.count({ filter: { state: 'open', weight: { $gte: 2 } } }),
  );
  await note('every page of the index', async () => (await pages(sales, { state: 'open' })).sort());
  for (const segments of [1, 3]) {
    await note(`scan in ${segments}`, async () => {
      const { items } = await shops.scan({ segments, consistent: true });
      return items.map(({ id }) => id).sort();
    });
    await note(`scan with a projection in ${segments}`, async () => {
      const { items } = await sales.scan({
        segments,
        project: ['number'],
        condition: { weight: { $gt: 1 } },
      });
      return items.map(({ number, id }) => [number, id]).sort();
    });
  }
  await note('findById', async () => {
    const { items } = await sales.findMany({ filter: { shopId } });
    return Promise.all(items.map(({ id }) => sales.findById(id, { consistent: true })));
  });
  await note('findById of another program', () => shops.findById(idOf('shop#a', 'shop')));

  const references = [
    shops.reference({ shopId: 'a' }),
    shops.reference({ shopId }),
    sales.reference({ shopId, number: 2 }),
    sales.reference({ shopId: 'a', number: 1 }),
    guests.reference({ shopId: 'a', seat: 'seat' }),
    guests.reference({ shopId: 'a', seat: '2' }),
  ];
  await note('batchGet', () => table.batchGet(references, { consistent: true }));
  await note('transactGet', () => table.transactGet(references));

  await note('updateOne', () =>
    sales.updateOne({ filter: { shopId, number: 1 }, update: { $inc: { weight: 10 } } }),
  );
  await note('updateOne of what an index is made of', () =>
    sales.updateOne({ filter: { shopId, number: 2 }, update: { $set: { state: 'sent' } } }),
  );
  await note('updateOne of a unique value', () =>
    sales.updateOne({ filter: { shopId, number: 2 }, update: { $set: { receipt: 'r21' } } }),
  );
  await note('updateOne that takes a value', () =>
    sales.updateOne({ filter: { shopId, number: 3 }, update: { $set: { receipt: 'r40' } } }),
  );
  await note('updateOne that moves', () =>
    sales.updateOne({ filter: { shopId, number: 4 }, update: { $set: { number: 40 } } }),
  );
  await note('updateOne with a condition', () =>
    sales.updateOne({
      filter: { shopId, number: 1 },
      update: { $set: { note: 'x' } },
      condition: { weight: { $gt: 100 } },
    }),
  );
  await note('upsert', () =>
    guests.updateOne({
      filter: { shopId, seat: 'n' },
      update: { $set: { text: 'n' } },
      upsert: true,
    }),
  );
  await note('updateMany', () =>
    sales.updateMany({ filter: { shopId: 'a' }, update: { $set: { text: 'changed' } } }),
  );
  await note('updateMany in the index', () =>
    sales.updateMany({ filter: { state: 'open' }, update: { $inc: { weight: 1 } } }),
  );
  await note('transact', () =>
    table.transact([
      shops.createOneOperation({ item: { shopId: 'g', name: 'Gee' } }),
      sales.updateOneOperation({ filter: { shopId, number: 3 }, update: { $set: { text: 't' } } }),
      sales.deleteOneOperation({ filter: { shopId, number: 5 } }),
      shops.checkOperation({ filter: { shopId }, condition: { open: true } }),
    ]),
  );
  await note('transact with a condition that fails', () =>
    table.transact([
      shops.createOneOperation({ item: { shopId: 'h', name: 'H' } }),
      shops.checkOperation({ filter: { shopId }, condition: { open: false } }),
    ]),
  );
  await note('deleteOne', () => guests.deleteOne({ filter: { shopId: 'a', seat: '1' } }));
  await note('deleteMany', () =>
    sales.deleteMany({ filter: { shopId: 'a', number: { $gte: 4 } } }),
  );
  await note('deleteMany of the rest', () => sales.deleteMany({ filter: { shopId: 'a' } }));
  await note('deleteOne with related', () =>
    shops.deleteOne({ filter: { shopId }, withRelated: true }),
  );
  await note('a namespace', async () => {
    const tenant = table.namespace('tenant');
    await tenant.entity(Sale).createOne({ item: { shopId: 'a', number: 1 } });
    const { items } = await tenant.entity(Sale).findMany({ filter: { shopId: 'a' } });
    const count = await tenant.entity(Sale).count({ filter: { shopId: 'a' } });
    const scanned = await tenant.entity(Shop).scan();
    return { items, count, scanned: scanned.items, cleared: await clearTable(tenant) };
  });
  await note('isEmpty', () => isTableEmpty(table));
  await note('clear but one', () =>
    clearTable(table, { keep: [shops.reference({ shopId: 'g' })] }),
  );
  await note('clear', () => clearTable(table));
  return transcript;
}

/** Tries every operation on documents at whose keys another program has its items. */
export async function atForeignKeys(table: Table): Promise<Transcript> {
  const shops = table.entity(Shop);
  const guests = table.entity(Guest);
  const transcript: Transcript = [];
  const note = noteIn(transcript);
  const alien = { shopId: 'a' };
  await note('createOne', () => shops.createOne({ item: { shopId: 'a', name: 'A' } }));
  await note('createOne of a value that is theirs', () =>
    shops.createOne({ item: { shopId: 'f', name: 'taken' } }),
  );
  await note('updateOne', () =>
    guests.updateOne({ filter: { shopId: 'a', seat: 'seat' }, update: { $set: { text: 'mine' } } }),
  );
  await note('updateOne by reading', () =>
    shops.updateOne({ filter: alien, update: { $set: { name: 'mine' } } }),
  );
  await note('upsert', () =>
    guests.updateOne({
      filter: { shopId: 'a', seat: 'seat' },
      update: { $set: { text: 'mine' } },
      upsert: true,
    }),
  );
  await note('upsert in a transaction', () =>
    table.transact([
      guests.updateOneOperation({
        filter: { shopId: 'a', seat: 'seat' },
        update: { $set: { text: 'mine' } },
        upsert: true,
      }),
    ]),
  );
  await note('update in a transaction', () =>
    table.transact([
      guests.updateOneOperation({
        filter: { shopId: 'a', seat: 'seat' },
        update: { $set: { text: 'mine' } },
      }),
    ]),
  );
  await note('check', () =>
    table.transact([
      guests.checkOperation({ filter: { shopId: 'a', seat: 'seat' } }),
      guests.createOneOperation({ item: { shopId: 'z', seat: '1' } }),
    ]),
  );
  await note('deleteOne', () => guests.deleteOne({ filter: { shopId: 'a', seat: 'seat' } }));
  await note('deleteOne by condition', () =>
    guests.deleteOne({ filter: { shopId: 'a', seat: 'seat' }, condition: { seat: 'seat' } }),
  );
  await note('deleteOne by reading', () => shops.deleteOne({ filter: alien }));
  await note('deleteOne with related', () => shops.deleteOne({ filter: alien, withRelated: true }));
  await note('deleteOne in a transaction', () =>
    table.transact([guests.deleteOneOperation({ filter: { shopId: 'a', seat: 'seat' } })]),
  );

  return transcript;
}

function noteIn(transcript: Transcript) {
  return async (operation: string, run: () => Promise<unknown>): Promise<void> => {
    try {
      transcript.push([operation, comparable(await run())]);
    } catch (error) {
      if (!EntityError.is(error)) throw error;
      const { code, details } = error;
      transcript.push([operation, { code, details: comparable(details) }]);
    }
  };
}

/** The keys of every document of a query, page by page and back. */
async function pages(
  sales: Entity<typeof Sale>,
  filter: { shopId: string } | { state: string },
): Promise<string[]> {
  const forwards: string[] = [];
  const backwards: string[] = [];
  let after: string | null = null;
  do {
    const page: Connection<Document<typeof Sale>> = await sales.paginate({
      filter,
      first: 2,
      after,
    });
    forwards.push(...page.edges.map(({ node }) => node.id));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  let before: string | null = null;
  do {
    const page: Connection<Document<typeof Sale>> = await sales.paginate({
      filter,
      last: 2,
      before,
    });
    backwards.unshift(...page.edges.map(({ node }) => node.id));
    before = page.pageInfo.hasPreviousPage ? page.pageInfo.startCursor : null;
  } while (before !== null);
  if (forwards.join() !== backwards.join()) throw new Error('two ways, two results');
  return forwards;
}

function idOf(PK: string, SK: string): string {
  return Buffer.from(`${PK}\0${SK}`).toString('base64url');
}

/** Without what differs from run to run. */
function comparable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (name, field: unknown) =>
      ['ulid', 'createdAt', 'updatedAt'].includes(name) ? undefined : field,
    ),
  );
}
