import type * as z from 'zod';
import { unwrap } from '../paths/schemasAt.js';

/** More than any schema is wrapped. */
const MAX_WRAPPERS = 100;

/**
 * The schema of a value as it is stored: without wrappers, and what comes out of pipes.
 *
 * @internal
 */
export function storedSchema(schema: z.ZodType): z.ZodType {
  return wrappersOf(schema).at(-1) ?? schema;
}

/**
 * A schema, and what it wraps, from the outside in.
 *
 * @internal
 */
export function wrappersOf(schema: z.ZodType): z.ZodType[] {
  const schemas = [schema];
  for (const { _zod } of schemas) {
    const inner = unwrap(_zod.def as z.core.$ZodTypes['_zod']['def']);
    if (inner && schemas.length < MAX_WRAPPERS) schemas.push(inner as z.ZodType);
  }
  return schemas;
}
