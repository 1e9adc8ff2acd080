// What dynamodb-onetable 2.7 was found to do (PEERS.md, "Where they fail").
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { GetItemCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { User } from '../support/entities.js';
import { sweepUniques } from '../support/sweepUniques.js';

let test: TestTable;
let client: DynamoDBClient;
beforeAll(async () => {
  client = localClient();
  test = await createTestTable([User], { client });
});
afterAll(() => test.drop());
afterEach(async () => {
  expect(await sweepUniques(client, test.table.name, [User])).toEqual([]);
});

it('two parallel renames of one user leave one name and no orphan, in 40 of 40 runs', async () => {
  const users = test.table.entity(User);
  for (let run = 0; run < 40; run++) {
    const userId = `u${run}`;
    const filter = { userId };
    await users.createOne({ item: { userId, email: userId, nick: `old${run}` } });
    await Promise.all(
      ['x', 'y'].map((way) =>
        users.updateOne({ filter, update: { $set: { nick: `${way}${run}` } } }),
      ),
    );
    const { item } = await users.findOne({ filter, consistent: true });
    const names = ['old', 'x', 'y'].map((way) => `${way}${run}`);
    const holders = await Promise.all(names.map((nick) => users.findKey({ filter: { nick } })));
    const held = names.filter((_, at) => holders[at]?.key !== null);
    expect(held).toEqual([item?.nick]);
    expect(item?._v).toBe(3);
  }
});

/** Lets the first read of a document give an older form of it. */
function staleOnce(older: Record<string, AttributeValue>): { remove(): void; reads: () => number } {
  let reads = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      const output = answer.output as { Item?: Record<string, AttributeValue> };
      const isIt = output.Item?.SK?.S === 'user' && output.Item.PK?.S === older.PK?.S;
      if (context.commandName === 'GetItemCommand' && isIt && ++reads === 1) output.Item = older;
      return answer;
    },
    { step: 'initialize', name: 'stale' },
  );
  return { remove: () => client.middlewareStack.remove('stale'), reads: () => reads };
}

it.each(['rename', 'delete'] as const)(
  'a %s after a stale read does not delete the unique item of another, who has the name by now',
  async (what) => {
    const users = test.table.entity(User);
    const [mine, theirs, nick] = [`${what}-a`, `${what}-b`, `${what}-name`];
    await users.createOne({ item: { userId: mine, email: mine, nick } });
    const { Item: older } = await readRaw(`user#${mine}`);
    await users.updateOne({ filter: { userId: mine }, update: { $set: { nick: `${what}-2` } } });
    await users.createOne({ item: { userId: theirs, email: theirs, nick } });
    const stale = staleOnce(older ?? {});
    const filter = { userId: mine };
    if (what === 'rename')
      await users.updateOne({ filter, update: { $set: { nick: `${what}-3` } } });
    else await users.deleteOne({ filter });
    stale.remove();
    expect(stale.reads()).toBe(2);
    expect(await users.findKey({ filter: { nick } })).toEqual({ key: { userId: theirs } });
    await expect(
      users.createOne({ item: { userId: `${what}-c`, email: `${what}-c`, nick } }),
    ).rejects.toMatchObject({ code: 'UniqueViolation' });
    expect((await users.findKey({ filter: { nick: `${what}-2` } })).key).toBeNull();
  },
);

async function readRaw(PK: string): Promise<{ Item?: Record<string, AttributeValue> }> {
  const { Item } = await client.send(
    new GetItemCommand({
      TableName: test.table.name,
      Key: { PK: { S: PK }, SK: { S: 'user' } },
      ConsistentRead: true,
    }),
  );
  return Item ? { Item } : {};
}
