import type { DescribedTable, Safeguards } from './DescribedTable.js';
import { invalidTable, planTable, withDefaults } from './internal/planTable.js';
import { toCreateTableInput } from './toCreateTableInput.js';

/** A CloudFormation template with one table; yours to extend before it is written. */
export interface CloudFormationTemplate {
  AWSTemplateFormatVersion: '2010-09-09';
  Description: string;
  Resources: Record<string, CloudFormationTable>;
  Outputs: Record<string, { Description: string; Value: Record<string, unknown> }>;
}

/** A resource of the type `AWS::DynamoDB::Table`. */
export interface CloudFormationTable {
  Type: 'AWS::DynamoDB::Table';
  DeletionPolicy: 'Retain' | 'Delete';
  UpdateReplacePolicy: 'Retain' | 'Delete';
  Properties: Record<string, unknown>;
}

/** What {@link toCloudFormation} takes beside the table. */
export interface CloudFormationOptions extends Safeguards {
  /** The resource's name in the template, letters and digits (default: `Table`). */
  readonly logicalId?: string;
}

/**
 * A CloudFormation template that makes the table, TTL included, and puts out its name and ARN.
 *
 * @param options - `pointInTimeRecovery`, `deletionProtection`, `encryption` and `retain` (default:
 *   true), `logicalId` (default: `Table`).
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
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
    throw invalidTable('a logical id has letters and digits only');
  }
  const { retain } = withDefaults(options);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `The table ${planTable(table).tableName}, as its entity definitions need it.`,
    Resources: {
      [logicalId]: {
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: retain ? 'Retain' : 'Delete',
        UpdateReplacePolicy: retain ? 'Retain' : 'Delete',
        Properties: tableProperties(table, options),
      },
    },
    Outputs: {
      [`${logicalId}Name`]: { Description: 'The table name.', Value: { Ref: logicalId } },
      [`${logicalId}Arn`]: {
        Description: 'What IAM policies name the table by.',
        Value: { 'Fn::GetAtt': [logicalId, 'Arn'] },
      },
    },
  };
}

function tableProperties(table: DescribedTable, options: Safeguards): Record<string, unknown> {
  const { pointInTimeRecovery, deletionProtection, encryption } = withDefaults(options);
  return {
    // The request and the resource share their names for all of this.
    ...toCreateTableInput(table),
    TimeToLiveSpecification: { AttributeName: planTable(table).attributes.ttl, Enabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: pointInTimeRecovery },
    DeletionProtectionEnabled: deletionProtection,
    SSESpecification: { SSEEnabled: encryption },
  };
}
