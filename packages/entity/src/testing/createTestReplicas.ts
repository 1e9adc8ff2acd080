import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { AnyEntityDefinition } from '@latchkey/schema';
import { createTestTable, type TestTable, type TestTableOptions } from './createTestTable.js';
import { isRead } from './faults/Fault.js';
import { operationOf } from './faults/WireExchange.js';
import { writtenItems } from './faults/writtenItems.js';
import { invalidInput } from './TestingError.js';

type Item = Record<string, AttributeValue>;
/** The HTTP request of the SDK, as far as it is needed. */
interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Replicas of one global table, and their replication. */
export interface TestReplicas {
  /** The table of each Region, with a client of its own. */
  readonly replicas: readonly TestTable[];
  /**
   * Copies each item that was written since the last time to all other Regions, as a whole. Where
   * several Regions have written the same item, the last writer wins, and no one is told.
   *
   * @returns the number of items copied or deleted, of which `conflicts` were written in several Regions.
   */
  replicate(): Promise<{ readonly copied: number; readonly conflicts: number }>;
  /** Deletes the tables and closes their clients. */
  drop(): Promise<void>;
}

/** Input of {@link createTestReplicas} besides the definitions. */
export type TestReplicasOptions = Omit<TestTableOptions, 'client'> & {
  /** How many Regions there are: 2 to 10 (default: 2). */
  readonly regions?: number;
};

/**
 * Creates tables that stand for the replicas of a global table with eventual consistency (MREC), to show
 * what breaks if two Regions write. Nothing is replicated until `replicate()` is called; writes must go
 * through the tables or clients that are returned.
 *
 * Replication is item by item, by the time at which each Region has answered the write, as in
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html.
 *
 * @param definitions - entities whose global secondary indexes the tables must have (default: none).
 * @param options - as `Table` takes them, without `name` and `client`; `regions`.
 * @throws {@link TestingError} `EndpointMissing`, `InvalidInput` for another number of Regions.
 *
 * @example
 * ```ts
 * import { createTestReplicas } from '@latchkey/entity/testing';
 * import { Account } from '@latchkey/schema';
 *
 * const { replicas, replicate, drop } = await createTestReplicas([Account]);
 * const [home, other] = replicas.map(({ table }) => table.entity(Account));
 * const accountId = replicas[0]?.table.newUlid() ?? '';
 * await home?.createOne({ item: { accountId, username: 'ada' } });
 * console.log((await other?.findOne({ filter: { accountId } }))?.item); // null
 * console.log(await replicate()); // { copied: 2, conflicts: 0 }: the account, and its unique username
 * await drop();
 * ```
 */
export async function createTestReplicas(
  definitions: readonly AnyEntityDefinition[] = [],
  { regions = 2, ...options }: TestReplicasOptions = {},
): Promise<TestReplicas> {
  if (!Number.isInteger(regions) || regions < 2 || regions > 10) {
    throw invalidInput('regions must be a whole number from 2 to 10');
  }
  const replicas: TestTable[] = [];
  while (replicas.length < regions) replicas.push(await createTestTable(definitions, options));
  /** The Regions that have written each item since the last replication, the last writer at the end. */
  const writers = new Map<string, { readonly key: Item; regions: TestTable[] }>();
  for (const replica of replicas) {
    watchWrites(replica.client, (key) => {
      const id = JSON.stringify([key.PK, key.SK]);
      const earlier = writers.get(id)?.regions ?? [];
      const others = earlier.filter((each) => each !== replica);
      writers.set(id, { key, regions: [...others, replica] });
    });
  }
  return {
    replicas,
    replicate: async () => {
      const written = [...writers.values()];
      for (const {
        key,
        regions: [...own],
      } of written) {
        const winner = own.pop();
        if (winner) await copyItem(key, winner, replicas);
      }
      // Copies are no writes to be replicated.
      writers.clear();
      const conflicts = written.filter((each) => each.regions.length > 1).length;
      return { copied: written.length, conflicts };
    },
    drop: async () => {
      await Promise.all(replicas.map((replica) => replica.drop()));
    },
  };
}

async function copyItem(Key: Item, from: TestTable, replicas: readonly TestTable[]): Promise<void> {
  const { name: TableName } = from.table;
  const read = new GetItemCommand({ TableName, Key, ConsistentRead: true });
  const { Item } = await from.client.send(read);
  for (const { client, table } of replicas) {
    if (client === from.client) continue;
    if (Item) await client.send(new PutItemCommand({ TableName: table.name, Item }));
    else await client.send(new DeleteItemCommand({ TableName: table.name, Key }));
  }
}

/** Tells of the key of each item that a client has written, after the answer. */
function watchWrites(client: DynamoDBClient, tell: (key: Item) => void): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers, body } = args.request as HttpRequest;
      if (!isRead(operationOf(headers['x-amz-target']))) {
        for (const { PK, SK } of writtenItems(new TextDecoder().decode(body)) as Item[])
          if (PK && SK) tell({ PK, SK });
      }
      return result;
    },
    // Around the retries: told once, after the request as it was written has succeeded.
    { step: 'build', priority: 'low', name: 'replication' },
  );
}
