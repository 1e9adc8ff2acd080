import { splitPath } from '@latchkey/schema';
import type { Fields } from './EntityModel.js';

/** The value at a path; undefined where the path leads nowhere. */
export function valueAt(fields: unknown, segments: readonly string[]): unknown {
  let value: unknown = fields;
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) {
      return undefined;
    }
    value = (value as Fields)[segment];
  }
  return value;
}

/** Removes fields from an object of our own. */
export function omitFields(fields: Fields, paths: readonly (readonly string[])[]): Fields {
  for (const segments of paths) {
    const [parent, leaf] = parentOf(fields, segments);
    if (parent) Reflect.deleteProperty(parent, leaf);
  }
  return fields;
}

/** Makes fields of an object of our own invisible to `JSON.stringify`, spreading and logging. */
export function hideFields(fields: Fields, paths: readonly (readonly string[])[]): Fields {
  for (const segments of paths) {
    const [parent, leaf] = parentOf(fields, segments);
    if (parent) Object.defineProperty(parent, leaf, { enumerable: false });
  }
  return fields;
}

/**
 * Leaves an object of our own nothing but the fields at these paths. Of a list, the elements that
 * paths lead to or through stay, in their order, as DynamoDB would give them.
 */
export function keepFields(fields: Fields, paths: readonly (readonly string[])[]): Fields {
  for (const name of Object.getOwnPropertyNames(fields)) {
    const below = pathsBelow(paths, name);
    if (below.some((rest) => rest.length === 0)) continue;
    if (below.length === 0) Reflect.deleteProperty(fields, name);
    else keepWithin(fields[name], below);
  }
  return fields;
}

function keepWithin(value: unknown, paths: readonly (readonly string[])[]): void {
  if (isPlainObject(value)) keepFields(value, paths);
  if (!Array.isArray(value)) return;
  const list: unknown[] = value;
  const kept = list.filter((element, at) => {
    const below = pathsBelow(paths, String(at));
    if (below.length > 0 && below.every((rest) => rest.length > 0)) keepWithin(element, below);
    return below.length > 0;
  });
  list.splice(0, list.length, ...kept);
}

function pathsBelow(paths: readonly (readonly string[])[], name: string): readonly string[][] {
  return paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
}

/** The object that holds the last segment of a path, if there is one. */
function parentOf(fields: Fields, segments: readonly string[]): [Fields | undefined, string] {
  const leaf = segments[segments.length - 1] ?? '';
  const parent = segments.length === 1 ? fields : valueAt(fields, segments.slice(0, -1));
  const holds = typeof parent === 'object' && parent !== null && Object.hasOwn(parent, leaf);
  return [holds ? (parent as Fields) : undefined, leaf];
}

/** `{ 'data.kind': 'email' }` as `{ data: { kind: 'email' } }`. */
export function nestFields(flat: Readonly<Fields>): Fields {
  const nested: Fields = {};
  for (const [path, value] of Object.entries(flat)) {
    writeField(nested, splitPath(path), value);
  }
  return nested;
}

/** Sets or, with undefined, removes the value at a path; objects on the way are made. */
export function writeField(fields: Fields, segments: readonly string[], value: unknown): void {
  const leaf = segments[segments.length - 1] ?? '';
  let parent = fields;
  for (const segment of segments.slice(0, -1)) {
    if (value === undefined && valueAt(parent, [segment]) === undefined) return;
    parent = ownChild(parent, segment);
  }
  if (value === undefined) Reflect.deleteProperty(parent, leaf);
  else parent[leaf] = value;
}

/** The value of an object's own field, as an object to write into; made if there is none. */
function ownChild(parent: Fields, name: string): Fields {
  // Only own fields: `constructor` leads to what every object of the process inherits from.
  const own = Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (typeof own === 'object' && own !== null) return own as Fields;
  const made: Fields = {};
  parent[name] = made;
  return made;
}

/** Tells whether a value is an object without a class, from whatever realm. */
export function isPlainObject(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
