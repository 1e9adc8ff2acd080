import { defaultOf, withDefaults } from '@latchkey/schema';
import { toStored } from '../../attributes/toStored.js';
import type { Field } from '../../expressions/FieldScope.js';
import type { Stored, Target } from '../Operator.js';

/**
 * Returns the value that is shown for a missing field: its default; for a set that may be empty, an
 * empty set.
 */
export function defaultAttribute(target: Target): Stored {
  return attributeOf(target, (schema) => withDefaults(schema, undefined));
}

/** The default that a field has in a new document. */
export function initialAttribute(target: Target): Stored {
  return attributeOf(target, defaultOf);
}

function attributeOf(
  { field, path }: Target,
  valueOf: (schema: Field['schemas'][number]) => unknown,
): Stored {
  const [schema, ...others] = field.schemas;
  if (!schema || others.length > 0 || field.isEntry) return undefined;
  return toStored(valueOf(schema), field.shape, path);
}
