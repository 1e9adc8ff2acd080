import { EntityError } from '../../errors/EntityError.js';
import { TableAttributes } from '../../keys/TableAttributes.js';
import { Definitions } from '../../table/Definitions.js';
import type { TableLayout } from '../../table/lifecycle.js';
import type { DescribedTable, Safeguards } from '../DescribedTable.js';
import type { TableFeatures } from '../TableFeatures.js';
import { checkFeatures } from './checkFeatures.js';

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/** The checked names and features that every output is made of. */
export interface TablePlan extends TableLayout {
  readonly features: TableFeatures;
}

/**
 * Checks a description, and gives the names that every output is made of.
 *
 * @throws {@link EntityError} `InvalidTable` for a name that no table can have, and for definitions
 *   that cannot share a table.
 */
export function planTable({ tableName, definitions, ...more }: DescribedTable): TablePlan {
  if (typeof tableName !== 'string' || !TABLE_NAME.test(tableName)) {
    throw invalidTable('a table name must have 3 to 255 letters, digits, "_", "." and "-"');
  }
  const attributes = new TableAttributes(more);
  const known = new Definitions(attributes);
  for (const definition of definitions) known.add(definition);
  const features = checkFeatures(more, invalidTable);
  return { tableName, attributes, globalIndexes: known.globalIndexes(), features };
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
