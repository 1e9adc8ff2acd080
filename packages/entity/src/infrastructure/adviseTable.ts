import type { LiveTable } from './diffTable.js';

/** One thing to know of a live table, which can be meant as it is. */
export interface TableAdvice {
  readonly kind: 'LastWriterWins';
  /** In a few sentences. */
  readonly message: string;
}

/**
 * Rules that a live table's own settings put on programs that use it: with replicas, unique values
 * hold only where one Region writes.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 */
export function adviseTable({ table }: LiveTable): TableAdvice[] {
  const regions = (table?.Replicas ?? []).flatMap(({ RegionName = '' }) => [RegionName]);
  if (regions.length === 0 || table?.MultiRegionConsistency === 'STRONG') return [];
  const message = `The table has replicas (${regions.join(', ')}). Between Regions the last writer wins, so unique values, conditions and transactions hold only within one Region. Write to the table, or to each tenant, from one home Region only.`;
  return [{ kind: 'LastWriterWins', message }];
}
