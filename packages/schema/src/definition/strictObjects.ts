import * as z from 'zod';
import { clone } from 'zod/v4/core';
import { knowsItsFields } from './intersectionFields.js';

type Schema = z.core.$ZodType;
type Def = z.core.$ZodTypes['_zod']['def'];

/**
 * The same schema, in which objects refuse the fields that they do not name, at every depth. An
 * object that says itself what becomes of other fields (`.loose()`, `.catchall()`) keeps its word.
 * An intersection takes the fields of both its sides: zod refuses what neither of them knows. One of
 * which it cannot say so is left as it is; if it drops fields, `defineEntity` refuses it.
 */
export function strictObjects<S extends z.ZodObject>(schema: S): S {
  return strict(schema, new Map()) as S;
}

/** @param made - what has been made so far, for schemas that contain themselves. */
function strict(schema: Schema, made: Map<Schema, Schema>): Schema {
  const before = made.get(schema);
  if (before) return before;
  const { _zod } = schema;
  const def = _zod.def as Def;
  const remake = (changes: object): Schema => {
    const copy = clone(schema, withDescriptors(def, changes));
    made.set(schema, copy);
    return copy;
  };
  const below = (inner: Schema): Schema => strict(inner, made);
  switch (def.type) {
    case 'object':
      return remake({
        shape: strictShape(def, below),
        catchall: def.catchall ? below(def.catchall) : z.never(),
      });
    case 'array':
      return remake({ element: below(def.element) });
    case 'record':
      return remake({ valueType: below(def.valueType) });
    case 'tuple':
      return remake({ items: def.items.map(below), rest: def.rest && below(def.rest) });
    case 'union':
      return remake({ options: def.options.map(below) });
    case 'intersection':
      return knowsItsFields(def)
        ? remake({ left: below(def.left), right: below(def.right) })
        : schema;
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'catch':
    case 'readonly':
      return remake({ innerType: below(def.innerType) });
    case 'pipe':
      return remake({ in: below(def.in), out: below(def.out) });
    case 'lazy':
      return remake({ getter: () => below(def.getter()) });
    default:
      return schema;
  }
}

/** The definition with changes, whose getters (a default's value, a shape) stay getters. */
function withDescriptors<D extends Def>(def: D, changes: object): D {
  return Object.create(Object.getPrototypeOf(def) as object, {
    ...Object.getOwnPropertyDescriptors(def),
    ...Object.getOwnPropertyDescriptors(changes),
  }) as D;
}

/** A shape whose fields are made when zod first asks for them: they may lead back to the schema. */
function strictShape(def: z.core.$ZodObjectDef, below: (field: Schema) => Schema): object {
  const given = Object.getOwnPropertyDescriptor(def, 'shape');
  // zod keeps the shape as it was written, getters included, behind its own getter.
  const raw = (given?.get as { raw?: z.core.$ZodShape } | undefined)?.raw ?? def.shape;
  const shape = {};
  for (const name of Object.keys(raw)) {
    Object.defineProperty(shape, name, {
      enumerable: true,
      get: () => {
        const field = raw[name];
        return field && below(field);
      },
    });
  }
  return shape;
}
