import type { core } from 'zod';

type Schema = core.$ZodType;

/** A schema may be made anew at every level, without end; what it holds is known long before. */
const MAX_SCHEMAS = 1000;

/** Every schema that a schema is made of, itself first; each once, however often it occurs. */
export function schemasWithin(schema: Schema): ReadonlySet<Schema> {
  const seen = new Set<Schema>([schema]);
  for (const each of seen) {
    if (seen.size > MAX_SCHEMAS) break;
    for (const child of childrenOf(each)) seen.add(child);
  }
  return seen;
}

function childrenOf(schema: Schema): readonly Schema[] {
  const def = schema._zod.def as core.$ZodTypes['_zod']['def'];
  switch (def.type) {
    case 'object':
      return [...Object.values(def.shape), ...(def.catchall ? [def.catchall] : [])];
    case 'record':
      return [def.keyType, def.valueType];
    case 'array':
      return [def.element];
    case 'set':
      return [def.valueType];
    case 'tuple':
      return def.rest ? [...def.items, def.rest] : def.items;
    case 'union':
      return def.options;
    case 'intersection':
      return [def.left, def.right];
    case 'pipe':
      return [def.in, def.out];
    case 'lazy':
      return [def.getter()];
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'catch':
    case 'readonly':
      return [def.innerType];
    default:
      return [];
  }
}
