import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LiveTable } from '../infrastructure/diffTable.js';
import type { DescribedTable } from '../infrastructure/DescribedTable.js';
import { describeTable } from '../table/lifecycle.js';
import { Sender } from '../table/Sender.js';
import { Table } from '../table/Table.js';

/** Where a DynamoDB answers. */
export interface LiveOptions {
  readonly endpoint?: string;
  readonly region?: string;
}

/** Requests that the command sends to a running DynamoDB. */
export class LiveDynamoDB {
  readonly #client: DynamoDBClient;
  readonly #sender: Sender;

  constructor(options: LiveOptions) {
    this.#client = new DynamoDBClient({ ...localDefaults(options), ...options });
    this.#sender = new Sender(this.#client);
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
    const { TimeToLiveDescription: timeToLive } = await this.#sender.send(
      new DescribeTimeToLiveCommand({ TableName: tableName }),
    );
    return { table, ...(timeToLive && { timeToLive }) };
  }

  /** Closes the connections, so that the process can end. */
  close(): void {
    this.#client.destroy();
  }
}

/**
 * A DynamoDB on this machine takes any credentials and region. Without any, the SDK would look for
 * them in the network first.
 */
function localDefaults({ endpoint }: LiveOptions): Record<string, unknown> {
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const host = endpoint === undefined ? '' : new URL(endpoint).hostname;
  if (!/^(localhost|127(\.\d+){3}|\[::1\])$/.test(host)) return {};
  return {
    ...(!(AWS_REGION ?? AWS_DEFAULT_REGION ?? AWS_PROFILE) && { region: 'local' }),
    ...(!(AWS_ACCESS_KEY_ID ?? AWS_PROFILE) && {
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
  };
}
