import type * as z from 'zod';
import { schemasAt } from '../paths/schemasAt.js';
import { isReservedName } from './isReservedName.js';

/**
 * The schemas that a document's field can have: {@link schemasAt}, without those of a name that is
 * reserved, which a schema that takes any name (`z.looseObject()`) has, too.
 *
 * @internal
 */
export function fieldSchemas(
  schema: z.ZodObject,
  segments: readonly string[],
): ReturnType<typeof schemasAt> {
  const [first = ''] = segments;
  const isTaken = !Object.hasOwn(schema.shape, first) && isReservedName(first);
  return isTaken ? [] : schemasAt(schema, segments);
}
