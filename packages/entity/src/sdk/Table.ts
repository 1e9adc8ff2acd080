import type { SharedParts, TableOptions } from '../table/Table.js';
import { Table as AnyTable } from '../table/Table.js';
import type { OperationClient } from '../table/OperationClient.js';
import { sdkClient } from './sdkClient.js';

/**
 * One DynamoDB table, and the entities in it.
 *
 * @example
 * ```ts
 * import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
 * import { Table } from '@latchkey/entity';
 * import { Account } from '@latchkey/schema';
 *
 * export const table = new Table({ name: 'my-application', client: new DynamoDBClient() });
 * export const accounts = table.entity(Account);
 * ```
 */
export class Table extends AnyTable {
  /** @throws {@link EntityError} `InvalidTable` if the name is not a valid table name. */
  constructor(options: TableOptions, shared?: SharedParts) {
    super(options as TableOptions<OperationClient>, shared, sdkClient);
  }
}
