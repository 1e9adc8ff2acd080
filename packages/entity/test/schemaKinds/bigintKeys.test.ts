import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';

const Block = defineEntity({
  name: 'Block',
  schema: z.object({ chain: z.string(), nth: z.bigint(), size: z.bigint().optional() }),
  indexes: [
    { name: '_id', PK: ['.chain'], SK: ['.nth'] },
    { name: '_id2', PK: ['.size'], unique: true },
  ],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Block]);
});
afterAll(() => test.drop());

describe('A bigint in a key', () => {
  it('sorts and bounds documents, however many of its 38 digits it has', async () => {
    const blocks = test.table.entity(Block);
    const numbers = [-(10n ** 37n), -123456789012345678n, -1n, 0n, 5n, 10n ** 16n, 10n ** 37n];
    for (const nth of [...numbers].reverse()) {
      await blocks.createOne({ item: { chain: 'a', nth, size: nth } });
    }
    const nths = async (filter: {
      $gte?: bigint;
      $lt?: bigint;
      $between?: readonly [bigint, bigint];
    }) =>
      (await blocks.findMany({ filter: { chain: 'a', nth: filter } })).items.map(({ nth }) => nth);
    expect(await nths({ $gte: -(10n ** 38n) + 1n })).toEqual(numbers);
    expect(await nths({ $gte: -1n, $lt: 10n ** 16n })).toEqual([-1n, 0n, 5n]);
    expect(await nths({ $between: [6n, 10n ** 38n - 1n] })).toEqual([10n ** 16n, 10n ** 37n]);
    expect(await nths({ $lt: -123456789012345678n })).toEqual([-(10n ** 37n)]);
    const { item } = await blocks.findOne({ filter: { size: 10n ** 37n } });
    expect(item?.nth).toBe(10n ** 37n);
    expect((await blocks.findById(item?.id ?? '')).item).toEqual(item);
  });

  it('is refused with more digits than DynamoDB keeps, before anything is sent', async () => {
    const creation = test.table.entity(Block).createOne({ item: { chain: 'b', nth: 10n ** 38n } });
    expect((await errorOf(creation)).code).toMatch(/InvalidKey|UnsupportedValue/);
  });
});
