import { Definitions } from '../../table/Definitions.js';
import { EntityError } from '../../errors/EntityError.js';
import type { DescribedTable, Safeguards } from '../DescribedTable.js';

/** The attribute by which DynamoDB removes expired items. */
export const TTL_ATTRIBUTE = 'ttl';

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/** The checked names that every output is made of. */
export interface TablePlan {
  readonly tableName: string;
  /** The global secondary indexes, in order; an index's attributes are its name with `PK` and `SK`. */
  readonly globalIndexes: readonly string[];
}

/**
 * Checks a description.
 *
 * @throws {@link EntityError} `InvalidTable` for a name that no table can have, and for definitions
 *   that cannot share a table.
 */
export function planTable({ tableName, definitions }: DescribedTable): TablePlan {
  if (typeof tableName !== 'string' || !TABLE_NAME.test(tableName)) {
    throw invalidTable('a table name has 3 to 255 letters, digits, "_", "." and "-"');
  }
  const known = new Definitions();
  for (const definition of definitions) known.add(definition);
  return { tableName, globalIndexes: known.globalIndexNames() };
}

/** The safeguards with their defaults. */
export function withDefaults(safeguards: Safeguards): Required<Safeguards> {
  const {
    pointInTimeRecovery = true,
    deletionProtection = true,
    encryption = true,
    retain = true,
  } = safeguards;
  return { pointInTimeRecovery, deletionProtection, encryption, retain };
}

export function invalidTable(reason: string): EntityError<'InvalidTable'> {
  return new EntityError('InvalidTable', `The table cannot be described: ${reason}.`, { reason });
}
