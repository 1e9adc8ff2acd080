import { joinPath, splitPath } from '@latchkey/schema';

/** A field to read: its dotted path, or the segments of it. */
export type ProjectedPath = string | readonly (string | number)[];

/** The path of a field to read. */
export function pathOf(projected: ProjectedPath): string {
  return typeof projected === 'string' ? projected : joinPath(projected.map(String));
}

/** The segments of a field to read. */
export function segmentsOf(projected: ProjectedPath): string[] {
  return typeof projected === 'string' ? splitPath(projected) : projected.map(String);
}
