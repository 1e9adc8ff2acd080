import type { Key } from '../keys/Key.js';
import type { EntityModel, Fields } from './EntityModel.js';
import { nestFields } from './fields.js';

/**
 * The primary key that a document with these key fields has.
 *
 * @param key - values by dotted path.
 * @throws {@link EntityError} `InvalidInput`, `InvalidKey`
 */
export function parseKey(model: EntityModel, key: Readonly<Fields>): Key {
  const stored = Object.entries(key).map(([path, value]) => [path, model.normalise(path, value)]);
  return model.primaryKey(nestFields(Object.fromEntries(stored) as Fields));
}
