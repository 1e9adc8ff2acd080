import type { DescribedTable, Safeguards } from './DescribedTable.js';
import { invalidTable, planTable, withDefaults } from './internal/planTable.js';

/** A Terraform configuration in its JSON syntax; yours to extend before it is written. */
export interface TerraformConfiguration {
  terraform: { required_providers: Record<string, { source: string; version: string }> };
  resource: { aws_dynamodb_table: Record<string, TerraformTable> };
}

/** A resource of the type `aws_dynamodb_table`. */
export interface TerraformTable {
  name: string;
  billing_mode: 'PAY_PER_REQUEST';
  hash_key: string;
  range_key: string;
  deletion_protection_enabled: boolean;
  attribute: { name: string; type: 'S' }[];
  global_secondary_index?: {
    name: string;
    hash_key: string;
    range_key: string;
    projection_type: 'ALL';
  }[];
  ttl: { attribute_name: string; enabled: boolean };
  point_in_time_recovery: { enabled: boolean };
  server_side_encryption: { enabled: boolean };
  lifecycle?: { prevent_destroy: true };
}

/** What {@link toTerraform} takes beside the table. */
export interface TerraformOptions extends Safeguards {
  /** The resource's name in the configuration, an identifier (default: `table`). */
  readonly resourceName?: string;
}

/**
 * A Terraform configuration, for a file named `….tf.json`, that makes the table with the provider
 * `hashicorp/aws`, version 5 or newer.
 *
 * @param options - `pointInTimeRecovery`, `deletionProtection`, `encryption` and `retain` (default:
 *   true; `retain` is `prevent_destroy`), `resourceName` (default: `table`).
 * @see https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table
 * @throws {@link EntityError} `InvalidTable`
 *
 * @example
 * ```ts
 * import { toTerraform } from '@latchkey/entity/infrastructure';
 * import { Account, Session } from '@latchkey/schema';
 * import { writeFileSync } from 'node:fs';
 *
 * const configuration = toTerraform({ tableName: 'accounts', definitions: [Account, Session] });
 * writeFileSync('accounts.tf.json', JSON.stringify(configuration, null, 2));
 * ```
 */
export function toTerraform(
  table: DescribedTable,
  options: TerraformOptions = {},
): TerraformConfiguration {
  const { resourceName = 'table' } = options;
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(resourceName)) {
    throw invalidTable('a Terraform name has letters, digits, "_" and "-", and no digit first');
  }
  return {
    terraform: { required_providers: { aws: { source: 'hashicorp/aws', version: '>= 5.0' } } },
    resource: { aws_dynamodb_table: { [resourceName]: tableResource(table, options) } },
  };
}

function tableResource(table: DescribedTable, options: Safeguards): TerraformTable {
  const { tableName, attributes, globalIndexes } = planTable(table);
  const { pointInTimeRecovery, deletionProtection, encryption, retain } = withDefaults(options);
  return {
    name: tableName,
    billing_mode: 'PAY_PER_REQUEST',
    hash_key: attributes.PK,
    range_key: attributes.SK,
    deletion_protection_enabled: deletionProtection,
    attribute: [attributes, ...globalIndexes].flatMap(({ PK, SK }) => [
      { name: PK, type: 'S' as const },
      { name: SK, type: 'S' as const },
    ]),
    ...(globalIndexes.length > 0 && {
      global_secondary_index: globalIndexes.map(({ name, PK, SK }) => ({
        name,
        hash_key: PK,
        range_key: SK,
        projection_type: 'ALL' as const,
      })),
    }),
    ttl: { attribute_name: attributes.ttl, enabled: true },
    point_in_time_recovery: { enabled: pointInTimeRecovery },
    server_side_encryption: { enabled: encryption },
    ...(retain && { lifecycle: { prevent_destroy: true as const } }),
  };
}
