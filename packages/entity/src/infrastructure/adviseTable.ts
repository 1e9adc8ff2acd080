import type { LiveTable } from './diffTable.js';

/** Advice on a live table; it may be intended. */
export interface TableAdvice {
  readonly kind: 'LastWriterWins';
  /** The advice, in a few sentences. */
  readonly message: string;
}

/**
 * Returns the rules that a live table's settings impose on its programs: with replicas, unique
 * values hold only if one Region writes.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 * @example
 * ```ts
 * import { adviseTable } from '@latchkey/entity/infrastructure';
 * import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
 *
 * export async function adviceOn(client: DynamoDBClient, TableName: string) {
 *   const { Table = null } = await client.send(new DescribeTableCommand({ TableName }));
 *   return adviseTable({ table: Table }).map(({ message }) => message);
 * }
 * ```
 */
export function adviseTable({ table }: LiveTable): TableAdvice[] {
  const regions = (table?.Replicas ?? []).flatMap(({ RegionName = '' }) => [RegionName]);
  if (regions.length === 0 || table?.MultiRegionConsistency === 'STRONG') return [];
  const message = `The table has replicas (${regions.join(', ')}). Between Regions the last writer wins, so unique values, conditions and transactions hold only within one Region. Write to the table, or to each tenant, from one home Region only.`;
  return [{ kind: 'LastWriterWins', message }];
}
