import type { core } from 'zod';
import { schemasWithin } from '../stored/schemasWithin.js';

type Schema = core.$ZodType;
type Def = core.$ZodTypes['_zod']['def'];

/**
 * Tells whether an intersection can refuse what neither of its sides knows: it is of objects and
 * records alone, and what is inside a field is known to one side, or to both alike. Zod compares
 * what the sides do not know on the outermost level only.
 */
export function knowsItsFields({ left, right }: core.$ZodIntersectionDef): boolean {
  const fields = new Map<string, Schema>();
  for (const [name, schema] of [...fieldsIn(left), ...fieldsIn(right)]) {
    if (name === undefined) return false;
    const other = fields.get(name) ?? schema;
    if (other !== schema && (holdsObjects(other) || holdsObjects(schema))) return false;
    fields.set(name, schema);
  }
  return true;
}

/** Tells whether a schema drops fields that it does not know, at some depth. */
export function dropsFields(schema: Schema): boolean {
  return [...schemasWithin(schema)].some(({ _zod }) => {
    const def = _zod.def as Def;
    return def.type === 'object' && def.catchall === undefined;
  });
}

/** The fields of an object, or of an intersection of such; one without a name for another schema. */
function fieldsIn(schema: Schema): (readonly [name: string | undefined, schema: Schema])[] {
  const def = schema._zod.def as Def;
  if (def.type === 'intersection') return [...fieldsIn(def.left), ...fieldsIn(def.right)];
  if (def.type === 'object') return Object.entries(def.shape);
  return def.type === 'record' ? [] : [[undefined, schema]];
}

function holdsObjects(schema: Schema): boolean {
  return [...schemasWithin(schema)].some(({ _zod }) => _zod.def.type === 'object');
}
