import {
  PLAIN_DATA,
  schemasAt,
  splitPath,
  type AnyEntityDefinition,
  type ValueShape,
} from '@latchkey/schema';
import type { Field } from '../expressions/FieldScope.js';

/** Works out what a definition says of a path; `schemas` is empty where the schema has none. */
export function compileField(
  definition: AnyEntityDefinition,
  shape: ValueShape,
  path: string,
): Field {
  const segments = splitPath(path);
  const [first = '', ...rest] = segments;
  const alias = definition.aliases.get(first);
  return {
    segments,
    stored: alias === undefined ? segments : [alias, ...rest],
    lists: segments.map((_, depth) => isList(shapeAt(shape, segments.slice(0, depth)))),
    shape: shapeAt(shape, segments),
    schemas: schemasAt(definition.schema, segments),
  };
}

function shapeAt(shape: ValueShape, segments: readonly string[]): ValueShape {
  return segments.reduce(
    (at, segment) => at.fields?.get(segment) ?? at.rest ?? at.element ?? PLAIN_DATA,
    shape,
  );
}

function isList({ element, fields, rest }: ValueShape): boolean {
  return element !== undefined && fields === undefined && rest === undefined;
}
