import type { KeyAttributes } from '../keys/TableAttributes.js';
import type { DescribedTable, Safeguards } from './DescribedTable.js';
import { planTable, withDefaults } from './internal/planTable.js';

/** A key of the table or of an index, as the CDK spells it. */
export interface CdkKey {
  attributeName: string;
  keyType: 'HASH' | 'RANGE';
}

/** What the CDK's `dynamodb.CfnTable` takes, as plain data; yours to extend. */
export interface CdkTableProps {
  tableName: string;
  billingMode: 'PAY_PER_REQUEST';
  keySchema: CdkKey[];
  attributeDefinitions: { attributeName: string; attributeType: 'S' }[];
  globalSecondaryIndexes?: {
    indexName: string;
    keySchema: CdkKey[];
    projection: { projectionType: 'ALL' };
  }[];
  timeToLiveSpecification: { attributeName: string; enabled: boolean };
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: boolean };
  deletionProtectionEnabled: boolean;
  sseSpecification: { sseEnabled: boolean };
}

/**
 * The properties of the CDK construct `CfnTable`, which takes plain data. (`Table` and `TableV2`
 * take objects made by the CDK.) Whether the table outlives its stack is no property in the CDK:
 * `applyRemovalPolicy` says it, and without it the table does not.
 *
 * @param options - `pointInTimeRecovery`, `deletionProtection` and `encryption` (default: true).
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.CfnTableProps.html
 * @throws {@link EntityError} `InvalidTable`
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
  const { tableName, attributes, globalIndexes } = planTable(table);
  const { pointInTimeRecovery, deletionProtection, encryption } = withDefaults(options);
  return {
    tableName,
    billingMode: 'PAY_PER_REQUEST',
    keySchema: keyOf(attributes),
    attributeDefinitions: [attributes, ...globalIndexes].flatMap((index) =>
      keyOf(index).map(({ attributeName }) => ({ attributeName, attributeType: 'S' as const })),
    ),
    ...(globalIndexes.length > 0 && {
      globalSecondaryIndexes: globalIndexes.map((index) => ({
        indexName: index.name,
        keySchema: keyOf(index),
        projection: { projectionType: 'ALL' as const },
      })),
    }),
    timeToLiveSpecification: { attributeName: attributes.ttl, enabled: true },
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery },
    deletionProtectionEnabled: deletionProtection,
    sseSpecification: { sseEnabled: encryption },
  };
}

function keyOf({ PK, SK }: KeyAttributes): CdkKey[] {
  return [
    { attributeName: PK, keyType: 'HASH' },
    { attributeName: SK, keyType: 'RANGE' },
  ];
}
