import type { core } from 'zod';
import { schemasWithin } from './schemasWithin.js';

type Schema = core.$ZodType;

const known = new WeakMap<Schema, boolean>();

/**
 * Tells whether a value in the schema's output form can be parsed by it again without being
 * changed: there is no transform, codec or pipe in it. (`defineEntity` refuses normalisers such as
 * `.overwrite()` that would change their own result.)
 *
 * @internal
 */
export function isStable(schema: Schema): boolean {
  const before = known.get(schema);
  if (before !== undefined) return before;
  let stable = true;
  for (const { _zod } of schemasWithin(schema)) {
    const { type } = _zod.def as core.$ZodTypes['_zod']['def'];
    if (type === 'pipe' || type === 'transform') stable = false;
  }
  known.set(schema, stable);
  return stable;
}
