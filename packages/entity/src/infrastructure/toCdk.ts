import type { DescribedTable, Safeguards } from './DescribedTable.js';
import { cdkCase } from './internal/cdkCase.js';
import { invalidTable } from './internal/planTable.js';
import { globalTableProperties, tableProperties } from './internal/tableProperties.js';
import type { StreamView } from './TableFeatures.js';

/** A key of the table or of an index, in the CDK's form. */
export interface CdkKey {
  attributeName: string;
  keyType: 'HASH' | 'RANGE';
}

/** A global secondary index, in the CDK's form. */
export interface CdkIndex {
  indexName: string;
  keySchema: CdkKey[];
  projection: { projectionType: 'ALL' };
  warmThroughput?: { readUnitsPerSecond?: number; writeUnitsPerSecond?: number };
}

/** The properties that `CfnTable` and `CfnGlobalTable` share. */
interface CdkCommonProps {
  tableName: string;
  billingMode: 'PAY_PER_REQUEST';
  keySchema: CdkKey[];
  attributeDefinitions: { attributeName: string; attributeType: 'S' }[];
  timeToLiveSpecification: { attributeName: string; enabled: boolean };
  streamSpecification?: { streamViewType: StreamView };
  warmThroughput?: { readUnitsPerSecond?: number; writeUnitsPerSecond?: number };
}

/** Properties that the CDK's `dynamodb.CfnTable` takes, as plain data; yours to extend. */
export interface CdkTableProps extends CdkCommonProps {
  globalSecondaryIndexes?: (CdkIndex & { onDemandThroughput?: CdkOnDemandThroughput })[];
  onDemandThroughput?: CdkOnDemandThroughput;
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: boolean };
  deletionProtectionEnabled: boolean;
  sseSpecification: { sseEnabled: boolean };
}

/** The maximum throughput of a table or an index, in the CDK's form. */
export interface CdkOnDemandThroughput {
  maxReadRequestUnits?: number;
  maxWriteRequestUnits?: number;
}

/** Properties that the CDK's `dynamodb.CfnGlobalTable` takes, as plain data; yours to extend. */
export interface CdkGlobalTableProps extends CdkCommonProps {
  globalSecondaryIndexes?: (CdkIndex & {
    writeOnDemandThroughputSettings?: { maxWriteRequestUnits: number };
  })[];
  writeOnDemandThroughputSettings?: { maxWriteRequestUnits: number };
  sseSpecification: { sseEnabled: boolean; sseType?: 'KMS' };
  replicas: CdkReplica[];
}

/** One Region of a {@link CdkGlobalTableProps}. */
export interface CdkReplica {
  region: string;
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: boolean };
  deletionProtectionEnabled: boolean;
  readOnDemandThroughputSettings?: { maxReadRequestUnits: number };
  globalSecondaryIndexes?: {
    indexName: string;
    readOnDemandThroughputSettings: { maxReadRequestUnits: number };
  }[];
}

/**
 * The properties of the CDK construct `CfnTable`, which takes plain data. (`Table` and `TableV2`
 * take objects made by the CDK.) To keep the table when its stack is deleted, use the CDK's
 * `applyRemovalPolicy`.
 *
 * @param options - `pointInTimeRecovery`, `deletionProtection` and `encryption` (default: true).
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.CfnTableProps.html
 * @throws {@link EntityError} `InvalidTable`, also for a table with replicas: see
 *   {@link toCdkGlobalTable}.
 *
 * @example
 * ```ts
 * import { type CdkTableProps, toCdk } from '@latchkey/entity/infrastructure';
 * import { Account, Session } from '@latchkey/schema';
 *
 * const definitions = [Account, Session];
 * export const props: CdkTableProps = toCdk({ tableName: 'accounts', definitions });
 * // In a stack:
 * // const table = new dynamodb.CfnTable(this, 'Accounts', props);
 * // table.applyRemovalPolicy(RemovalPolicy.RETAIN);
 * ```
 */
export function toCdk(
  table: DescribedTable,
  options: Omit<Safeguards, 'retain'> = {},
): CdkTableProps {
  if (table.replicas) throw invalidTable('a table with replicas needs toCdkGlobalTable');
  return cdkCase(tableProperties(table, options)) as CdkTableProps;
}

/**
 * The properties of the CDK construct `CfnGlobalTable`, which takes plain data, for a table with
 * `replicas`. Its stack belongs to the home Region.
 *
 * @param options - `pointInTimeRecovery`, `deletionProtection` and `encryption` (default: true).
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.CfnGlobalTableProps.html
 * @throws {@link EntityError} `InvalidTable`, also for a table without replicas.
 * @example
 * ```ts
 * import { type CdkGlobalTableProps, toCdkGlobalTable } from '@latchkey/entity/infrastructure';
 * import { Account, Session } from '@latchkey/schema';
 *
 * export const props: CdkGlobalTableProps = toCdkGlobalTable({
 *   tableName: 'accounts',
 *   definitions: [Account, Session],
 *   replicas: ['eu-central-1', 'eu-west-1'],
 * });
 * // In a stack of the home Region:
 * // new dynamodb.CfnGlobalTable(this, 'Accounts', props);
 * ```
 */
export function toCdkGlobalTable(
  table: DescribedTable,
  options: Omit<Safeguards, 'retain'> = {},
): CdkGlobalTableProps {
  if (!table.replicas) throw invalidTable('a global table needs replicas');
  return cdkCase(globalTableProperties(table, options)) as CdkGlobalTableProps;
}
