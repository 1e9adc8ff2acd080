import { compileIndex } from './compileIndex.js';
import { assertIndexNames } from './defineEntity.js';
import type { AnyEntityDefinition, UncheckedIndex } from './EntityDefinition.js';

/**
 * Copies a definition and adds a secondary index to the copy. A table accepts either the definition or the
 * copy, since both have one name.
 *
 * @throws {@link SchemaError} as `defineEntity` does for an index.
 * @example
 * ```ts
 * import { Account, withIndex } from '@latchkey/schema';
 *
 * export const AccountsByTime = withIndex(Account, {
 *   name: '_id3',
 *   PK: ['.deactivated'],
 *   SK: ['.createdAt'],
 * });
 * ```
 */
export function withIndex<D extends AnyEntityDefinition>(definition: D, index: UncheckedIndex): D {
  const { name, schema, indexes } = definition;
  const [first, ...others] = indexes;
  const more = [...others, compileIndex(name, schema, index)];
  assertIndexNames(name, [first, ...more]);
  return Object.freeze({ ...definition, indexes: Object.freeze([first, ...more] as const) });
}
