/** The path that {@link fieldPath} makes of segments. */
export type JoinedPath<S extends readonly (string | number)[]> = S extends readonly [
  infer First,
  ...infer Rest,
]
  ? First extends string | number
    ? Rest extends readonly [string | number, ...(string | number)[]]
      ? `${First}.${JoinedPath<Rest>}`
      : `${First}`
    : never
  : string;

/**
 * Joins segments to a path, for names that contain a dot, such as keys of a record. A dot inside a
 * segment becomes `\.`, and a backslash `\\`.
 *
 * @param segments - field names, keys of records and positions in lists, outermost first.
 *
 * @example
 * ```ts
 * import { fieldPath } from '@latchkey/schema';
 *
 * console.log(fieldPath('hosts', 'open.example.com', 'hits')); // 'hosts.open\.example\.com.hits'
 * ```
 */
export function fieldPath<const S extends readonly [string | number, ...(string | number)[]]>(
  ...segments: S
): JoinedPath<S> {
  return joinPath(segments.map(String)) as JoinedPath<S>;
}

/**
 * Writes segments as a path; the inverse of {@link splitPath}.
 *
 * @internal
 */
export function joinPath(segments: readonly string[]): string {
  return segments.map(escaped).join('.');
}

/**
 * The path of a field of the object at a path; `''` is the document itself.
 *
 * @internal
 */
export function pathBelow(path: string, segment: string): string {
  return path === '' ? escaped(segment) : `${path}.${escaped(segment)}`;
}

/**
 * Splits a path at its dots. `\.` is a dot inside a segment, and `\\` a backslash; any other
 * backslash stands for itself.
 *
 * @internal
 */
export function splitPath(path: string): string[] {
  if (!path.includes('\\')) return path.split('.');
  const segments: string[] = [];
  let segment = '';
  for (let at = 0; at < path.length; at++) {
    const character = path.charAt(at);
    const next = path.charAt(at + 1);
    if (character === '.') {
      segments.push(segment);
      segment = '';
    } else if (character === '\\' && (next === '.' || next === '\\')) {
      segment += next;
      at++;
    } else {
      segment += character;
    }
  }
  return [...segments, segment];
}

/**
 * The one spelling of a path: `\` stands before a dot or a backslash inside a name only.
 *
 * @internal
 */
export function canonicalPath(path: string): string {
  return path.includes('\\') ? joinPath(splitPath(path)) : path;
}

function escaped(segment: string): string {
  if (!segment.includes('.') && !segment.includes('\\')) return segment;
  return segment.replace(/[\\.]/g, String.raw`\$&`);
}
