import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { TableDifference } from '../diffTable.js';
import type { TableFeatures } from '../TableFeatures.js';

/** Lists what a live table lacks of the features that its description asks for. */
export function featureDifferences(
  features: TableFeatures,
  table: TableDescription,
): TableDifference[] {
  return [
    ...warmDifferences(features, table),
    ...maximumDifferences(features, table),
    ...streamDifference(features, table),
    ...replicaDifferences(features, table),
  ];
}

/** The table and its indexes, which are to have the same throughput. */
function parts(table: TableDescription): (Throughput & { readonly what: string })[] {
  const indexes = table.GlobalSecondaryIndexes ?? [];
  return [
    { what: 'the table', ...throughputOf(table) },
    ...indexes.map((index) => ({
      what: `the index ${index.IndexName ?? ''}`,
      ...throughputOf(index),
    })),
  ];
}

interface Throughput {
  readonly warm: readonly [reads: number, writes: number];
  /** -1 where there is none. */
  readonly maximum: readonly [reads: number, writes: number];
}

function throughputOf({
  WarmThroughput: warm,
  OnDemandThroughput: maximum,
}: Pick<TableDescription, 'WarmThroughput' | 'OnDemandThroughput'>): Throughput {
  return {
    warm: [warm?.ReadUnitsPerSecond ?? 0, warm?.WriteUnitsPerSecond ?? 0],
    maximum: [maximum?.MaxReadRequestUnits ?? -1, maximum?.MaxWriteRequestUnits ?? -1],
  };
}

function warmDifferences(
  { warmThroughput: wanted }: TableFeatures,
  table: TableDescription,
): TableDifference[] {
  if (!wanted) return [];
  const { readUnitsPerSecond: reads = 0, writeUnitsPerSecond: writes = 0 } = wanted;
  return parts(table).flatMap(({ what, warm }): TableDifference[] => {
    if (warm[0] >= reads && warm[1] >= writes) return [];
    const message = `The warm throughput of ${what} is ${warm[0]} reads and ${warm[1]} writes per second, but must be at least ${reads} and ${writes}.`;
    return [{ kind: 'LowWarmThroughput', message }];
  });
}

function maximumDifferences(
  { maximumThroughput: wanted }: TableFeatures,
  table: TableDescription,
): TableDifference[] {
  if (!wanted) return [];
  const { readRequestUnits: reads = -1, writeRequestUnits: writes = -1 } = wanted;
  return parts(table).flatMap(({ what, maximum }): TableDifference[] => {
    if (maximum[0] === reads && maximum[1] === writes) return [];
    const message = `The maximum throughput of ${what} is ${textOf(maximum)}, but must be ${textOf([reads, writes])}.`;
    return [{ kind: 'WrongMaximumThroughput', message }];
  });
}

function textOf([reads, writes]: readonly [number, number]): string {
  const unitsOf = (units: number): string => (units === -1 ? 'any number of' : String(units));
  return `${unitsOf(reads)} read and ${unitsOf(writes)} write request units per second`;
}

function streamDifference({ stream }: TableFeatures, table: TableDescription): TableDifference[] {
  if (stream === undefined) return [];
  const { StreamEnabled, StreamViewType } = table.StreamSpecification ?? {};
  const live = StreamEnabled === true ? (StreamViewType ?? 'unknown') : 'off';
  if (live === stream) return [];
  return [{ kind: 'WrongStream', message: `The stream is ${live}, but must be ${stream}.` }];
}

function replicaDifferences(
  { replicas = [] }: TableFeatures,
  { Replicas = [], TableArn = '' }: TableDescription,
): TableDifference[] {
  // DynamoDB lists the other Regions; the ARN names the one that was asked.
  const [, , , own] = TableArn.split(':');
  const live = [own, ...Replicas.map(({ RegionName }) => RegionName)];
  return replicas
    .filter((region) => !live.includes(region))
    .map((region) => ({
      kind: 'MissingReplica',
      message: `There is no replica in ${region}.`,
    }));
}
