import type { Key } from '../keys/Key.js';
import type { EntityModel, Fields } from './EntityModel.js';
import { nestFields } from './fields.js';
import { parseValue } from './parseInput.js';

/**
 * The primary key that a document with these key fields has.
 *
 * @param key - values by dotted path.
 * @throws {@link EntityError} `InvalidInput`, `InvalidKey`
 */
export function parseKey(model: EntityModel, key: Readonly<Fields>): Key {
  const parsed = Object.entries(key).map(([path, value]) => [
    path,
    model.isSystemField(path) ? value : parseValue(model.definition, path, value, key),
  ]);
  return model.primaryKey(nestFields(Object.fromEntries(parsed) as Fields));
}
