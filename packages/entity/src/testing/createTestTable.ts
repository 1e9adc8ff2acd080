import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AnyEntityDefinition } from '@latchkey/schema';
import { Table } from '../sdk/Table.js';
import type { TableOptions } from '../table/Table.js';
import { localClient } from './localClient.js';
import { uniqueTableName } from './uniqueTableName.js';

/** A table for one test file, and its cleanup. */
export interface TestTable {
  readonly table: Table;
  readonly client: DynamoDBClient;
  /** Deletes the table and closes its client. */
  drop(): Promise<void>;
}

/** Input of {@link createTestTable} besides the definitions. */
export type TestTableOptions = Omit<TableOptions, 'name' | 'client'> & {
  readonly client?: DynamoDBClient;
};

/**
 * Creates an empty table with a unique name in the DynamoDB Local at `DYNAMODB_ENDPOINT`.
 *
 * With a custom `clock`, the table has no TTL: DynamoDB Local uses the machine's time, and would
 * remove items that are not expired by that clock.
 *
 * @param definitions - entities whose global secondary indexes the table must have (default: none).
 * @param options - as `Table` takes them, without `name`; `client` (default: a local one).
 * @throws {@link TestingError} `EndpointMissing` if no endpoint is known.
 *
 * @example
 * ```ts
 * import { createTestTable } from '@latchkey/entity/testing';
 * import { Account } from '@latchkey/schema';
 *
 * const { table, drop } = await createTestTable([Account]);
 * console.log(await table.entity(Account).findOne({ filter: { username: 'ada' } }));
 * await drop();
 * ```
 */
export async function createTestTable(
  definitions: readonly AnyEntityDefinition[] = [],
  options: TestTableOptions = {},
): Promise<TestTable> {
  const client = options.client ?? localClient();
  const table = new Table({ ...options, name: uniqueTableName(), client });
  for (const definition of definitions) table.entity(definition);
  await table.create();
  return {
    table,
    client: client,
    drop: async () => {
      await table.delete();
      client.destroy();
    },
  };
}
