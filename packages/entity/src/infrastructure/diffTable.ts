import type {
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  TableDescription,
  TimeToLiveDescription,
} from '@aws-sdk/client-dynamodb';
import type { IndexAttributes, KeyAttributes } from '../keys/TableAttributes.js';
import type { DescribedTable } from './DescribedTable.js';
import { featureDifferences } from './internal/featureDifferences.js';
import { planTable } from './internal/planTable.js';

/** A table as DynamoDB describes it. */
export interface LiveTable {
  /** Response of `DescribeTable`; null if there is no table. */
  readonly table: TableDescription | null;
  /** Response of `DescribeTimeToLive`. */
  readonly timeToLive?: TimeToLiveDescription;
}

/** One difference between a live table and its definitions. */
export interface TableDifference {
  readonly kind:
    | 'MissingTable'
    | 'WrongKey'
    | 'MissingIndex'
    | 'WrongIndexKey'
    | 'WrongIndexProjection'
    | 'TtlOff'
    | 'WrongTtlAttribute'
    | 'WrongBillingMode'
    | 'LowWarmThroughput'
    | 'WrongMaximumThroughput'
    | 'WrongStream'
    | 'MissingReplica'
    | 'NoTransactions';
  /** Description of the difference, in one sentence. */
  readonly message: string;
}

/**
 * Lists the differences between a live table and its definitions, including the throughput, stream
 * and replicas in the description. Anything that the table has beyond these is ignored.
 *
 * @returns one entry for each difference; none if the table matches.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
 * @throws {@link EntityError} `InvalidTable`
 *
 * @example
 * ```ts
 * import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
 * import { Table } from '@latchkey/entity';
 * import { diffTable } from '@latchkey/entity/infrastructure';
 * import { Account } from '@latchkey/schema';
 *
 * const client = new DynamoDBClient();
 * const table = await new Table({ name: 'accounts', client }).describe();
 * const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: 'accounts' }));
 * const live = { table, timeToLive: ttl.TimeToLiveDescription ?? {} };
 * for (const { message } of diffTable({ tableName: 'accounts', definitions: [Account] }, live)) {
 *   console.log(message);
 * }
 * ```
 */
export function diffTable(expected: DescribedTable, live: LiveTable): TableDifference[] {
  const { tableName, attributes, globalIndexes, features } = planTable(expected);
  const { table, timeToLive } = live;
  if (!table) return [{ kind: 'MissingTable', message: `There is no table ${tableName}.` }];
  return [
    ...keyDifference(table, attributes),
    ...globalIndexes.flatMap((index) => indexDifference(table, index)),
    ...ttlDifference(timeToLive, attributes.ttl),
    ...billingDifference(table),
    ...featureDifferences(features, table),
    ...consistencyDifference(table),
  ];
}

function keyDifference(table: TableDescription, attributes: KeyAttributes): TableDifference[] {
  const key = keyText(table, table.KeySchema);
  const wanted = wantedKey(attributes);
  if (key === wanted) return [];
  return [{ kind: 'WrongKey', message: `The key is ${key}, but must be ${wanted}.` }];
}

function indexDifference(table: TableDescription, names: IndexAttributes): TableDifference[] {
  const { name } = names;
  const index = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === name);
  if (!index || index.IndexStatus === 'DELETING') {
    return [{ kind: 'MissingIndex', message: `There is no global secondary index ${name}.` }];
  }
  const key = keyText(table, index.KeySchema);
  const wanted = wantedKey(names);
  if (key !== wanted) {
    const message = `The key of the index ${name} is ${key}, but must be ${wanted}.`;
    return [{ kind: 'WrongIndexKey', message }];
  }
  return projectionDifference(index, name);
}

function projectionDifference(
  { Projection }: GlobalSecondaryIndexDescription,
  name: string,
): TableDifference[] {
  const type = Projection?.ProjectionType ?? 'unknown';
  if (type === 'ALL') return [];
  const message = `The index ${name} projects ${type}, but must project ALL.`;
  return [{ kind: 'WrongIndexProjection', message }];
}

function ttlDifference(ttl: TimeToLiveDescription | undefined, wanted: string): TableDifference[] {
  const status = ttl?.TimeToLiveStatus;
  if (status !== 'ENABLED' && status !== 'ENABLING') {
    return [{ kind: 'TtlOff', message: 'TTL is off, so expired items are never removed.' }];
  }
  const attribute = ttl?.AttributeName ?? 'unknown';
  if (attribute === wanted) return [];
  const message = `TTL uses the attribute ${attribute}, but must use ${wanted}.`;
  return [{ kind: 'WrongTtlAttribute', message }];
}

function billingDifference({ BillingModeSummary }: TableDescription): TableDifference[] {
  // A table that has always been provisioned has no summary.
  const mode = BillingModeSummary?.BillingMode ?? 'PROVISIONED';
  if (mode === 'PAY_PER_REQUEST') return [];
  const message = `Billing is ${mode}, but must be PAY_PER_REQUEST.`;
  return [{ kind: 'WrongBillingMode', message }];
}

/** A table of this consistency takes no transactions, which hold unique values. */
function consistencyDifference({ MultiRegionConsistency }: TableDescription): TableDifference[] {
  if (MultiRegionConsistency !== 'STRONG') return [];
  const message =
    'The table has multi-Region strong consistency, which does not support transactions. Unique values need them.';
  return [{ kind: 'NoTransactions', message }];
}

function wantedKey({ PK, SK }: KeyAttributes): string {
  return `HASH ${PK} (S), RANGE ${SK} (S)`;
}

function keyText(table: TableDescription, schema: KeySchemaElement[] | undefined): string {
  const typeOf = (name: string | undefined): string =>
    table.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === name)
      ?.AttributeType ?? '?';
  return (schema ?? [])
    .map(
      ({ AttributeName, KeyType }) =>
        `${KeyType ?? '?'} ${AttributeName ?? '?'} (${typeOf(AttributeName)})`,
    )
    .join(', ');
}
