// What the DynamoDB adapter of Auth.js was found to do (PEERS.md, "Where they fail").
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { AccessType, Account, Session } from '@latchkey/schema';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Order, User } from '../support/entities.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { tableItems } from '../support/tableItems.js';

let test: TestTable;
let client: DynamoDBClient;
const definitions = [User, Order, Account, AccessType, Session];
beforeAll(async () => {
  client = localClient();
  test = await createTestTable(definitions, { client });
});
afterAll(() => test.drop());
afterEach(async () => {
  expect(await sweepUniques(client, test.table.name, definitions)).toEqual([]);
});

it('a changed e-mail address leaves no old index behind', async () => {
  const users = test.table.entity(User);
  await users.createOne({ item: { userId: 'u', email: 'old@example.com' } });
  await users.updateOne({
    filter: { userId: 'u' },
    update: { $set: { email: 'new@example.com' } },
  });
  expect((await users.findOne({ filter: { email: 'old@example.com' } })).item).toBeNull();
  expect((await users.findOne({ filter: { email: 'new@example.com' } })).item?.userId).toBe('u');
  const keys = (await tableItems(client, test.table.name)).map(({ PK }) => PK?.S ?? '');
  expect(keys.filter((key) => key.includes('old@example.com'))).toEqual([]);
});

it('of 20 sign-ups at once with one e-mail address one succeeds', async () => {
  const users = test.table.entity(User);
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      users.createOne({ item: { userId: `s${n}`, email: 'one@example.com' } }),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it.each([41, 120])('deleting a user with %i items leaves nothing of them', async (count) => {
  const { table } = test;
  const userId = `parent${count}`;
  await table.entity(User).createOne({ item: { userId, email: userId, nick: userId } });
  const orders = table.entity(Order);
  const requests = Array.from({ length: count }, (_, number) =>
    orders.putRequest({ item: { userId, number } }),
  );
  await table.batchWrite(requests);
  const { deletedCount } = await table
    .entity(User)
    .deleteOne({ filter: { email: userId }, withRelated: true });
  expect(deletedCount).toBe(count + 1);
  const left = (await tableItems(client, table.name)).filter(({ PK, ownerPK }) =>
    [PK?.S, ownerPK?.S].includes(`user#${userId}`),
  );
  expect(left).toEqual([]);
});
