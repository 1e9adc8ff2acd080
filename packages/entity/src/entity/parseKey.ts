import { assertStorable } from '../attributes/toAttributeValue.js';
import { EntityError } from '../errors/EntityError.js';
import { ofEntity } from '../errors/ofEntity.js';
import type { Key } from '../keys/Key.js';
import type { EntityModel, Fields } from './EntityModel.js';
import { nestFields } from './valueAt.js';

/**
 * The primary key that a document with these key fields has; undefined if no key can hold them, so
 * that there is no such document.
 *
 * @param key - values by dotted path.
 * @throws {@link EntityError} `InvalidInput`; `InvalidKey` for a field that is missing;
 *   `UnsupportedValue` for a value that DynamoDB cannot hold.
 */
export function parseKey(model: EntityModel, key: Readonly<Fields>): Key | undefined {
  const stored = Object.entries(key).map(([path, value]) => [path, storedIn(model, path, value)]);
  try {
    return model.primaryKey(nestFields(Object.fromEntries(stored) as Fields));
  } catch (error) {
    const isKeyError = EntityError.is(error) && error.code === 'InvalidKey';
    if (isKeyError && error.details.reason !== 'missing') return undefined;
    throw error;
  }
}

function storedIn(model: EntityModel, path: string, value: unknown): unknown {
  const stored = model.normalise(path, value);
  try {
    if (stored !== undefined) assertStorable(stored, model.field(path).shape, path);
  } catch (error) {
    throw ofEntity(error, model.name);
  }
  return stored;
}
