import { unmarshall } from '@aws-sdk/util-dynamodb';
import assert from 'node:assert/strict';
import { TABLE_NAME } from './client.mjs';
import { OPERATIONS } from './operations.mjs';
import { CHANGES, FIELDS, KEY, ORDERS } from './orders.mjs';

/**
 * Proves that a contender sends what the others send and returns the right documents. What it
 * writes becomes what it reads: each keeps its own fields beside the 13 of the document.
 */
export async function assertSameWork(contender, network) {
  const stored = await storeAll(contender, network);
  network.answer('GetItem', { Item: stored[0] });
  network.answer('Query', { Items: stored, Count: stored.length, ScannedCount: stored.length });
  const updated = { ...stored[0], currency: { S: CHANGES.currency } };
  updated.quantity = { N: String(CHANGES.quantity) };
  network.answer('UpdateItem', { Attributes: updated });
  network.answer('TransactWriteItems', {});

  const [first] = ORDERS;
  const returned = {
    get: [first],
    put: [first],
    'update of 2 fields': [{ ...first, ...CHANGES }],
    'query of 25': ORDERS,
    'transaction of 3 puts': ORDERS.slice(0, 3),
  };
  for (const { name, run } of OPERATIONS) {
    try {
      const result = await run(contender);
      assert.deepEqual([result].flat().map(document), returned[name]);
      assertRequest[name](network.last(), stored);
    } catch (error) {
      throw new Error(`${contender.name} does not do the same work: ${name}`, { cause: error });
    }
  }
}

/** Puts every document and gives the items that were sent. */
async function storeAll(contender, network) {
  network.answer('PutItem', {});
  const items = [];
  for (const order of ORDERS) {
    await contender.put(order);
    items.push(network.last().input.Item);
  }
  return items;
}

/** The 13 fields of a document, whatever else a contender keeps beside them. */
function document(fields) {
  return Object.fromEntries(FIELDS.map((name) => [name, fields[name]]));
}

/** What the item of a document must hold: its fields, dates as text, and the keys of two indexes. */
function assertItem(item, order) {
  const stored = unmarshall(item);
  const expected = { ...order, placedAt: '2026-11-02T09:15:30.000Z' };
  expected.dueAt = '2026-11-16T09:15:30.000Z';
  assert.deepEqual(document(stored), expected);
  for (const [key, value] of [
    ['PK', order.accountId],
    ['SK', order.orderId],
    ['_id2PK', order.email],
    ['_id2SK', order.orderId],
  ]) {
    assert.ok(stored[key].includes(value), `${key} is made from ${value}`);
  }
}

const assertRequest = {
  get({ operation, input }, [item]) {
    assert.equal(operation, 'GetItem');
    assert.equal(input.TableName, TABLE_NAME);
    assert.deepEqual(input.Key, keyOf(item));
  },
  put({ operation, input }) {
    assert.equal(operation, 'PutItem');
    assertPut(input, ORDERS[0]);
  },
  'update of 2 fields'({ operation, input }, [item]) {
    assert.equal(operation, 'UpdateItem');
    assert.deepEqual(input.Key, keyOf(item));
    assert.equal(input.ReturnValues, 'ALL_NEW');
    // The item must be there; to equal something, its entity's name must be, too.
    const { ConditionExpression, ExpressionAttributeNames: names } = input;
    const [, equal] = /^(#\w+) = :\w+/.exec(ConditionExpression) ?? [];
    assert.ok(/attribute_exists/.test(ConditionExpression) || names[equal] === '_e');
    const values = Object.values(unmarshall(input.ExpressionAttributeValues));
    for (const [name, value] of Object.entries(CHANGES)) {
      assert.ok(Object.values(input.ExpressionAttributeNames).includes(name), name);
      assert.ok(values.includes(value), name);
    }
  },
  'query of 25'({ operation, input }) {
    assert.equal(operation, 'Query');
    const values = Object.values(unmarshall(input.ExpressionAttributeValues)).join();
    assert.ok(values.includes(KEY.accountId));
    assert.match(input.KeyConditionExpression, /=.*begins_with/);
    // Some always filter by the name of the entity; nobody may filter by the document's own fields.
    const named = Object.values(input.ExpressionAttributeNames ?? {});
    assert.ok(!named.some((name) => FIELDS.includes(name)));
  },
  'transaction of 3 puts'({ operation, input }) {
    assert.equal(operation, 'TransactWriteItems');
    assert.equal(input.TransactItems.length, 3);
    for (const [at, { Put }] of input.TransactItems.entries()) assertPut(Put, ORDERS[at]);
  },
};

function assertPut({ TableName, Item, ConditionExpression }, order) {
  assert.equal(TableName, TABLE_NAME);
  assert.match(ConditionExpression, /attribute_not_exists/);
  assertItem(Item, order);
}

function keyOf({ PK, SK }) {
  return { PK, SK };
}
