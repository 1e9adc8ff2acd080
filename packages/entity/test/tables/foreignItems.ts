import { PutItemCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableNames } from '@latchkey/entity';

type Item = Record<string, AttributeValue>;

const text = (S: string): AttributeValue => ({ S });

/**
 * Items of other programs, where they are most in the way: in the partitions of `Shop`, `Sale` and
 * `Guest`, between their documents, in their indexes, and where keys would be that nobody has.
 */
export function foreignItems({ attributes = {}, indexes = {} }: TableNames): Item[] {
  const { PK = 'PK', SK = 'SK', ttl = 'ttl' } = attributes;
  const { PK: indexPK = '_id3PK', SK: indexSK = '_id3SK' } = indexes._id3 ?? {};
  const at = (partition: string, sort: string, more: Item = {}): Item => ({
    [PK]: text(partition),
    [SK]: text(sort),
    [ttl]: { N: '4102444800' },
    ...more,
  });
  const inIndex = { [indexPK]: text('sale#open'), [indexSK]: text('sale#$n0000000000000002') };
  return [
    // What ElectroDB, DynamoDB Toolbox and OneTable would write there.
    at('$shop#shopid_a', '$shop_1', {
      __edb_e__: text('shop'),
      __edb_v__: text('1'),
      name: text('x'),
    }),
    at('shop#a', 'SALE#1', { _et: text('Sale'), number: { N: '1' } }),
    at('shop#a', 'sale#', { _type: text('Sale'), number: { N: '1' } }),
    // Between the documents of one partition, and in the range of each query.
    at('shop#a', 'sale#$n00000000000000015', { number: { N: '1.5' }, state: text('open') }),
    at('shop#a', 'sale#foreign', { ...inIndex, number: text('not a number') }),
    at('shop#a', 'sale#zz', { ...inIndex, _e: text('Other') }),
    at('shop#a', 'guest#', { _e: { N: '1' } }),
    at('shop#a', 'guest#seat', { _e: text('guests'), _v: { N: '1' }, seat: text('seat') }),
    at('shop#a', 'shop', { name: text('At the key of a document that is not there yet') }),
    at('shop#a#b', 'shop', { name: text('b') }),
    // Their own words for the same entity, with keys of their own.
    at('Shop#a', 'Shop', { _e: text('Shop'), shopId: text('a'), name: text('upper') }),
    at('shop-a', 'shop', {
      _e: text('Shop'),
      _v: { N: '3' },
      shopId: text('-a'),
      name: text('minus'),
    }),
    at('shop#c', 'SHOP', {
      _e: text('Shop'),
      _v: { N: '3' },
      shopId: text('c'),
      name: text('caps'),
    }),
    // In the index alone.
    at('elsewhere', '1', inIndex),
    at('elsewhere', '2', { ...inIndex, _e: text('Sale'), number: { N: '7' }, shopId: text('a') }),
    // Where a unique value would be kept.
    at('shop._id2#taken', 'unique', { by: text('another program') }),
    at('sale._id2#r1', 'unique#', { ownerPK: text('shop#a') }),
    at('sale._id2#r2', 'unique.x', { ownerPK: text('shop#a'), ownerSK: text('shop') }),
    // In a namespace.
    at('@tenant#shop#a', 'sale#foreign', { number: { N: '1' } }),
    at('@tenant', 'x', { _e: text('Shop') }),
  ];
}

/** Puts them. */
export async function putForeignItems(
  client: DynamoDBClient,
  TableName: string,
  names: TableNames,
): Promise<Item[]> {
  const items = foreignItems(names);
  for (const Item of items) await client.send(new PutItemCommand({ TableName, Item }));
  return items;
}
