import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  readImage,
  type StreamAttribute,
  type StreamImage,
  type TableNames,
} from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import fc from 'fast-check';
import * as z from 'zod';
import { Note, Order, Ticket, User } from '../support/entities.js';
import { errorFrom } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';
import { streamRecords, switchStreamOn, type StreamRecord } from './streamRecords.js';

/** A document with an attribute of every type. */
const Everything = defineEntity({
  name: 'Everything',
  schema: z.object({
    key: z.string(),
    text: z.string().optional(),
    number: z.number().optional(),
    big: z.bigint().optional(),
    flag: z.boolean().optional(),
    nothing: z.null().optional(),
    at: z.date().optional(),
    bytes: z.instanceof(Uint8Array).optional(),
    texts: z.set(z.string()).optional(),
    numbers: z.set(z.number()).optional(),
    dates: z.set(z.date()).optional(),
    list: z.array(z.union([z.number(), z.boolean(), z.null()])).optional(),
    nested: z.record(z.string(), z.object({ at: z.date(), inner: z.array(z.string()) })).optional(),
  }),
  indexes: [{ name: '_id', PK: ['.key'] }],
});
const NAMES: TableNames[] = [{}, { attributes: { PK: 'pk', SK: 'sk', ttl: 'expires' } }];

/** An item as a Lambda function gets it, or with bytes as the SDK's client gives them. */
function imageOf(item: Record<string, AttributeValue>, bytes: 'base64' | 'raw'): StreamImage {
  const text = (value: Uint8Array): string => Buffer.from(value).toString('base64');
  const convert = (attribute: AttributeValue): StreamAttribute => {
    if (attribute.M) return { M: mapped(attribute.M) };
    if (attribute.L) return { L: attribute.L.map(convert) };
    if (bytes === 'raw') return attribute;
    if (attribute.B) return { B: text(attribute.B) };
    return attribute.BS ? { BS: attribute.BS.map(text) } : attribute;
  };
  const mapped = (map: Record<string, AttributeValue>): StreamImage =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name, convert(value)]));
  return mapped(item);
}

describe.each(NAMES)('the images of a stream, in a table of the names %j', (names) => {
  let test: TestTable;

  beforeAll(async () => {
    test = await createTestTable([User, Order, Note, Ticket, Everything], names);
    await switchStreamOn(test.client, test.table.name);
  });
  afterAll(() => test.drop());

  it('are the documents as they were and are, and nothing of unique items', async () => {
    const users = test.table.entity(User);
    const userId = 'ada';
    const { item: created } = await users.createOne({
      item: { userId, email: 'ada@example.com', nick: 'ada', password: 'secret' },
    });
    const { item: changed } = await users.updateOne({
      filter: { userId },
      update: { $set: { nick: 'countess' }, $inc: { age: 36 } },
    });
    await users.deleteOne({ filter: { userId } });

    const records = await streamRecords(test.table.name);
    expect(records.length).toBeGreaterThan(6);
    const read = (record: StreamRecord) =>
      [record.dynamodb.OldImage, record.dynamodb.NewImage].map((image) =>
        readImage(test.table, image, [User, Order]),
      );
    const told = records.map((record) => [record.eventName, ...read(record)] as const);
    const ofUsers = told.filter(([, before, after]) => before ?? after);
    expect(ofUsers).toEqual([
      ['INSERT', null, { entity: 'User', document: created }],
      ['MODIFY', { entity: 'User', document: created }, { entity: 'User', document: changed }],
      ['REMOVE', { entity: 'User', document: changed }, null],
    ]);
    expect(JSON.stringify(ofUsers)).not.toContain('secret');
    expect(records.some(({ dynamodb }) => JSON.stringify(dynamodb).includes('secret'))).toBe(true);
  });

  it('have the type of every value, from DynamoDB itself', async () => {
    const everything = test.table.entity(Everything);
    const { item } = await everything.createOne({
      item: {
        key: 'k',
        text: 'é#',
        number: 1e-7,
        big: 12345678901234567890n,
        flag: false,
        nothing: null,
        at: new Date(0),
        bytes: new Uint8Array([0, 255, 1]),
        texts: new Set(['a', 'b']),
        numbers: new Set([1, 2.5]),
        dates: new Set([new Date(1)]),
        list: [1, true, null],
        nested: { 'a.b': { at: new Date(2), inner: [] } },
      },
    });
    const images = (await streamRecords(test.table.name)).map(({ dynamodb }) => dynamodb.NewImage);
    const [document] = images.flatMap((image) => readImage(test.table, image, [Everything]) ?? []);
    expect(document).toEqual({ entity: 'Everything', document: item });
  });

  it('are told apart by namespace', async () => {
    const [a, b] = [test.table.namespace('a'), test.table.namespace('b')];
    const { item } = await a.entity(Note).createOne({ item: { owner: 'o', title: 'a' } });
    const inner = await a
      .namespace('b')
      .entity(Note)
      .createOne({ item: { owner: 'o', title: 'b' } });
    const images = (await streamRecords(test.table.name)).map(({ dynamodb }) => dynamodb.NewImage);
    const read = (table: typeof a) =>
      images.flatMap((image) => readImage(table, image, [Note]) ?? []);
    expect(read(a)).toEqual([{ entity: 'Note', document: item }]);
    expect(read(a.namespace('b'))).toEqual([{ entity: 'Note', document: inner.item }]);
    expect(read(b)).toEqual([]);
    expect(read(test.table)).toEqual([]);
  });

  it('of other programs, of other entities and of nothing are null', async () => {
    const { PK = 'PK', SK = 'SK' } = names.attributes ?? {};
    const { table } = test;
    await table.entity(Order).createOne({ item: { userId: 'x', number: 1 } });
    const items = await tableItems(test.client, table.name);
    const order = items.find(({ _e }) => _e?.S === 'Order') ?? {};
    const image = imageOf(order, 'base64');
    expect(readImage(table, image, [Order])).toMatchObject({ entity: 'Order' });
    expect(readImage(table, image)).toMatchObject({ entity: 'Order', document: { number: 1 } });
    for (const other of [
      undefined,
      {},
      { [PK]: { S: 'order#x' }, [SK]: { S: 'order' } },
      { ...image, _e: { S: 'order' } },
      { ...image, _e: { S: 'Note' } },
      { ...image, [PK]: { S: 'elsewhere' } },
      { ...image, [SK]: { S: 'orders' } },
      { ...image, [PK]: { N: '1' } },
    ]) {
      expect(readImage(table, other, [Order, Note])).toBeNull();
    }
    expect(readImage(table, image, [Note, User])).toBeNull();
    expect(readImage(table, image, [])).toBeNull();
  });
});

describe('an image', () => {
  let test: TestTable;
  beforeAll(async () => {
    test = await createTestTable([Everything]);
  });
  afterAll(() => test.drop());

  it('is read alike as Lambda and as the SDK give it, whatever is in it', () => {
    const { table } = test;
    const everything = table.entity(Everything);
    const text = fc.string({ unit: 'grapheme', maxLength: 5 });
    const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) });
    const document = fc.record(
      {
        key: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 5 }),
        text,
        number: fc
          .double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 })
          .map((value) => (Math.abs(value) < 1e-100 ? 0 : value)),
        big: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        flag: fc.boolean(),
        nothing: fc.constant(null),
        at: date,
        bytes: fc.uint8Array({ maxLength: 20 }),
        texts: fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((list) => new Set(list)),
        numbers: fc
          .uniqueArray(fc.integer(), { minLength: 1, maxLength: 3 })
          .map((list) => new Set(list)),
        list: fc.array(fc.oneof(fc.integer(), fc.boolean(), fc.constant(null))),
        nested: fc.dictionary(
          text.filter((name) => name !== '' && name !== '__proto__'),
          fc.record({ at: date, inner: fc.array(text) }),
        ),
      },
      { requiredKeys: ['key'] },
    );
    fc.assert(
      fc.property(document, (item) => {
        const params = everything.createOneParams({ item });
        const stored = 'Item' in params ? (params.Item ?? {}) : {};
        const lambda = readImage(table, imageOf(stored, 'base64'), [Everything]);
        const sdk = readImage(table, imageOf(stored, 'raw'), [Everything]);
        expect(lambda?.document).toMatchObject(item);
        expect(sdk).toEqual(lambda);
      }),
      { numRuns: 300 },
    );
  });

  const wrong: [string, unknown, string][] = [
    ['null', null, ''],
    ['text', 'image', ''],
    ['a list', [], ''],
    ['an unmarshalled document', { PK: 'everything#k', number: 1 }, 'PK'],
    ['a whole record', { eventName: 'INSERT', dynamodb: {} }, 'eventName'],
    ['an attribute without a type', { a: {} }, 'a'],
    ['an attribute of two types', { a: { S: 'x', N: '1' } }, 'a'],
    ['an unknown type', { a: { X: 'x' } }, 'a'],
    ['a type of an object’s prototype', { a: { toString: 'x' } }, 'a'],
    ['a number that is not text', { a: { N: 1 } }, 'a'],
    ['a number that is none', { a: { N: 'one' } }, 'a'],
    ['text that is none', { a: { S: 1 } }, 'a'],
    ['binary that is not base64', { a: { B: 'no base64!' } }, 'a'],
    ['binary of numbers', { a: { B: [1, 2] } }, 'a'],
    ['a set of others', { a: { SS: [1] } }, 'a'],
    ['a set of no numbers', { a: { NS: ['x'] } }, 'a'],
    ['a set of no binaries', { a: { BS: ['?'] } }, 'a'],
    ['a flag that is text', { a: { BOOL: 'true' } }, 'a'],
    ['null that is false', { a: { NULL: false } }, 'a'],
    ['a list of values', { a: { L: ['x'] } }, 'a.0'],
    ['a map of values', { a: { M: { 'b.c': 'x' } } }, 'a.b\\.c'],
    ['a map in a list', { a: { L: [{ S: 'x' }, { M: { b: null } }] } }, 'a.1.b'],
  ];
  it.each(wrong)('that is not one is refused by its path: %s', (_, image, path) => {
    const error = errorFrom(() => readImage(test.table, image as StreamImage, [Everything]));
    expect(error).toMatchObject({ code: 'InvalidImage', details: { path } });
  });

  it('that is nested without end is refused', () => {
    let attribute: StreamAttribute = { S: 'x' };
    for (let depth = 0; depth < 10_000; depth++) attribute = { L: [attribute] };
    expect(errorFrom(() => readImage(test.table, { a: attribute })).code).toBe('InvalidImage');
  });

  it('of a field that the schema cannot hold is an error that names the document', () => {
    const image = imageOf(
      {
        PK: { S: 'everything#k' },
        SK: { S: 'everything' },
        _e: { S: 'Everything' },
        big: { N: '1.5' },
      },
      'base64',
    );
    const error = errorFrom(() => readImage(test.table, image, [Everything]));
    expect(error).toMatchObject({ code: 'UnreadableItem', details: { path: 'big' } });
  });

  it('of an older stored form is brought up to date, with defaults', () => {
    const Piece = defineEntity({
      name: 'Piece',
      schema: z.object({ key: z.string(), size: z.number(), color: z.string().default('red') }),
      indexes: [{ name: '_id', PK: ['.key'] }],
      migrations: [({ length, ...rest }) => ({ ...rest, size: Number(length) * 2 })],
    });
    const image = {
      PK: { S: 'piece#k' },
      SK: { S: 'piece' },
      _e: { S: 'Piece' },
      key: { S: 'k' },
      length: { N: '2' },
    };
    expect(readImage(test.table, image, [Piece])).toMatchObject({
      entity: 'Piece',
      document: { key: 'k', size: 4, color: 'red' },
    });
  });
});
