import type { DescribedTable, Safeguards } from './DescribedTable.js';
import type { StreamView, TableFeatures } from './TableFeatures.js';
import { invalidTable, planTable, withDefaults } from './internal/planTable.js';

/** A Terraform configuration in its JSON syntax; yours to extend before it is written. */
export interface TerraformConfiguration {
  terraform: { required_providers: Record<string, { source: string; version: string }> };
  resource: { aws_dynamodb_table: Record<string, TerraformTable> };
}

/** The throughput of a table or an index. */
export interface TerraformThroughput {
  on_demand_throughput?: { max_read_request_units?: number; max_write_request_units?: number };
  warm_throughput?: { read_units_per_second?: number; write_units_per_second?: number };
}

/** A resource of the type `aws_dynamodb_table`. */
export interface TerraformTable extends TerraformThroughput {
  name: string;
  billing_mode: 'PAY_PER_REQUEST';
  hash_key: string;
  range_key: string;
  deletion_protection_enabled: boolean;
  attribute: { name: string; type: 'S' }[];
  global_secondary_index?: ({
    name: string;
    hash_key: string;
    range_key: string;
    projection_type: 'ALL';
  } & TerraformThroughput)[];
  stream_enabled?: true;
  stream_view_type?: StreamView;
  replica?: {
    region_name: string;
    point_in_time_recovery: boolean;
    deletion_protection_enabled: boolean;
    consistency_mode: 'EVENTUAL';
  }[];
  ttl: { attribute_name: string; enabled: boolean };
  point_in_time_recovery: { enabled: boolean };
  server_side_encryption: { enabled: boolean };
  lifecycle?: { prevent_destroy: true };
}

/** The provider whose schema the additional arguments are checked against. */
const WITH_FEATURES = '>= 6.45';

/** Input of {@link toTerraform} beside the table. */
export interface TerraformOptions extends Safeguards {
  /** The resource's name in the configuration, an identifier (default: `table`). */
  readonly resourceName?: string;
}

/**
 * Returns a Terraform configuration, for a file named `….tf.json`, that creates the table with the
 * provider `hashicorp/aws`, version 5 or newer; with throughput, a stream or replicas, version 6.45
 * or newer. The provider's Region is the home Region.
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
    throw invalidTable(
      'a Terraform name must have letters, digits, "_" and "-" only, and cannot start with a digit',
    );
  }
  const version = Object.keys(planTable(table).features).length > 0 ? WITH_FEATURES : '>= 5.0';
  return {
    terraform: { required_providers: { aws: { source: 'hashicorp/aws', version } } },
    resource: { aws_dynamodb_table: { [resourceName]: tableResource(table, options) } },
  };
}

function tableResource(table: DescribedTable, options: Safeguards): TerraformTable {
  const { tableName, attributes, globalIndexes, features } = planTable(table);
  const { stream, replicas = [] } = features;
  const throughput = throughputOf(features);
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
        ...throughput,
      })),
    }),
    ...throughput,
    ...(stream && { stream_enabled: true as const, stream_view_type: stream }),
    ttl: { attribute_name: attributes.ttl, enabled: true },
    point_in_time_recovery: { enabled: pointInTimeRecovery },
    server_side_encryption: { enabled: encryption },
    ...(replicas.length > 0 && {
      // The provider's own Region is the home Region, and not a replica.
      replica: replicas.slice(1).map((region_name) => ({
        region_name,
        point_in_time_recovery: pointInTimeRecovery,
        deletion_protection_enabled: deletionProtection,
        consistency_mode: 'EVENTUAL' as const,
      })),
    }),
    ...(retain && { lifecycle: { prevent_destroy: true as const } }),
  };
}

function throughputOf({ maximumThroughput, warmThroughput }: TableFeatures): TerraformThroughput {
  const { readRequestUnits, writeRequestUnits } = maximumThroughput ?? {};
  const { readUnitsPerSecond, writeUnitsPerSecond } = warmThroughput ?? {};
  return {
    ...(maximumThroughput && {
      on_demand_throughput: {
        ...(readRequestUnits !== undefined && { max_read_request_units: readRequestUnits }),
        ...(writeRequestUnits !== undefined && { max_write_request_units: writeRequestUnits }),
      },
    }),
    ...(warmThroughput && {
      warm_throughput: {
        ...(readUnitsPerSecond !== undefined && { read_units_per_second: readUnitsPerSecond }),
        ...(writeUnitsPerSecond !== undefined && { write_units_per_second: writeUnitsPerSecond }),
      },
    }),
  };
}
