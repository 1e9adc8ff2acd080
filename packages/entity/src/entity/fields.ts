import type { Fields } from './EntityModel.js';

/** The value at a path; undefined where the path leads nowhere. */
export function deepValue(fields: unknown, segments: readonly string[]): unknown {
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

/** The object that holds the last segment of a path, if there is one. */
function parentOf(fields: Fields, segments: readonly string[]): [Fields | undefined, string] {
  const leaf = segments[segments.length - 1] ?? '';
  const parent = segments.length === 1 ? fields : deepValue(fields, segments.slice(0, -1));
  const holds = typeof parent === 'object' && parent !== null && Object.hasOwn(parent, leaf);
  return [holds ? (parent as Fields) : undefined, leaf];
}

/** `{ 'data.kind': 'email' }` as `{ data: { kind: 'email' } }`. */
export function nestFields(flat: Readonly<Fields>): Fields {
  const nested: Fields = {};
  for (const [path, value] of Object.entries(flat)) {
    const segments = path.split('.');
    const leaf = segments.pop() ?? '';
    let parent = nested;
    for (const segment of segments) parent = (parent[segment] ??= {}) as Fields;
    parent[leaf] = value;
  }
  return nested;
}
