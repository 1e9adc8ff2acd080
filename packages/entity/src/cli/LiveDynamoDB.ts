import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LiveTable } from '../infrastructure/diffTable.js';
import type { DescribedTable } from '../infrastructure/DescribedTable.js';
import { createClient } from '../sdk/createClient.js';
import { sdkClient } from '../sdk/sdkClient.js';
import { describeTable } from '../table/lifecycle.js';
import { Sender } from '../table/Sender.js';
import { settingsFor } from '../table/settingsFor.js';
import { Table } from '../sdk/Table.js';

/** Where a DynamoDB answers. */
export interface LiveOptions {
  readonly endpoint?: string;
  readonly region?: string;
}

/** Requests that the command sends to a running DynamoDB. */
export class LiveDynamoDB {
  readonly #client: DynamoDBClient;
  readonly #sender: Sender;

  /** @param options - `endpoint` (default: the environment's `DYNAMODB_ENDPOINT`, or AWS). */
  constructor({ endpoint, region }: LiveOptions) {
    this.#client = createClient({
      ...(endpoint !== undefined && settingsFor(endpoint)),
      ...(region !== undefined && { region }),
    });
    this.#sender = new Sender(sdkClient(this.#client));
  }

  /** Makes the table unless there is one. */
  async create(described: DescribedTable): Promise<void> {
    await this.table(described).ensure();
  }

  /** A table with the entities bound to it. */
  table({ tableName, definitions, ...names }: DescribedTable): Table {
    const table = new Table({ ...names, name: tableName, client: this.#client });
    for (const definition of definitions) table.entity(definition);
    return table;
  }

  /** Returns DynamoDB's description of a table and its TTL. */
  async describe(tableName: string): Promise<LiveTable> {
    const table = await describeTable(this.#sender, tableName);
    if (!table) return { table };
    const { TimeToLiveDescription: timeToLive } = await this.#sender.send({
      name: 'DescribeTimeToLive',
      input: { TableName: tableName },
    });
    return { table, ...(timeToLive && { timeToLive }) };
  }

  /** Closes the connections, so that the process can end. */
  close(): void {
    this.#client.destroy();
  }
}
