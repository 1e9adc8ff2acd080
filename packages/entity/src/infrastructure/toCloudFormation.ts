import type { DescribedTable, Safeguards } from './DescribedTable.js';
import { invalidTable, planTable, withDefaults } from './internal/planTable.js';
import { globalTableProperties, tableProperties } from './internal/tableProperties.js';

/** A CloudFormation template with one table; yours to extend before it is written. */
export interface CloudFormationTemplate {
  AWSTemplateFormatVersion: '2010-09-09';
  Description: string;
  Resources: Record<string, CloudFormationTable>;
  Outputs: Record<string, { Description: string; Value: Record<string, unknown> }>;
}

/** A resource of the type `AWS::DynamoDB::Table`, or `GlobalTable` where the table has replicas. */
export interface CloudFormationTable {
  Type: 'AWS::DynamoDB::Table' | 'AWS::DynamoDB::GlobalTable';
  DeletionPolicy: 'Retain' | 'Delete';
  UpdateReplacePolicy: 'Retain' | 'Delete';
  Properties: Record<string, unknown>;
}

/** Input of {@link toCloudFormation} beside the table. */
export interface CloudFormationOptions extends Safeguards {
  /** The resource's name in the template, letters and digits (default: `Table`). */
  readonly logicalId?: string;
}

/**
 * Returns a CloudFormation template that creates the table, including TTL, and outputs its name and
 * ARN. A table with replicas is an `AWS::DynamoDB::GlobalTable`; its stack belongs to the home
 * Region. The type of a resource cannot be changed later without replacing the table.
 *
 * @param options - `pointInTimeRecovery`, `deletionProtection`, `encryption` and `retain` (default:
 *   true), `logicalId` (default: `Table`).
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
 * @throws {@link EntityError} `InvalidTable`
 *
 * @example
 * ```ts
 * import { toCloudFormation } from '@latchkey/entity/infrastructure';
 * import { Account, Session } from '@latchkey/schema';
 * import { writeFileSync } from 'node:fs';
 *
 * const template = toCloudFormation({ tableName: 'accounts', definitions: [Account, Session] });
 * writeFileSync('template.json', JSON.stringify(template, null, 2));
 * ```
 */
export function toCloudFormation(
  table: DescribedTable,
  options: CloudFormationOptions = {},
): CloudFormationTemplate {
  const { logicalId = 'Table' } = options;
  if (!/^[A-Za-z0-9]{1,255}$/.test(logicalId)) {
    throw invalidTable('a logical id must have letters and digits only');
  }
  const { retain } = withDefaults(options);
  const { tableName, features } = planTable(table);
  const isGlobal = features.replicas !== undefined;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `The table ${tableName}, generated from its entity definitions.`,
    Resources: {
      [logicalId]: {
        Type: isGlobal ? 'AWS::DynamoDB::GlobalTable' : 'AWS::DynamoDB::Table',
        DeletionPolicy: retain ? 'Retain' : 'Delete',
        UpdateReplacePolicy: retain ? 'Retain' : 'Delete',
        Properties: (isGlobal ? globalTableProperties : tableProperties)(table, options),
      },
    },
    Outputs: {
      [`${logicalId}Name`]: { Description: 'The table name.', Value: { Ref: logicalId } },
      [`${logicalId}Arn`]: {
        Description: 'The table ARN, for IAM policies.',
        Value: { 'Fn::GetAtt': [logicalId, 'Arn'] },
      },
    },
  };
}
