import { createHash } from 'node:crypto';
import { EntityError } from '../errors/EntityError.js';
import { MAX_KEY_BYTES, type Key } from '../keys/Key.js';

/** How far one segment is: before its first item, after an item, or at its end. */
export type Position = 'start' | 'end' | Key;

/** Scope of a cursor, which must not be used in another one. */
export interface BackfillScope {
  readonly tableName: string;
  /** Start of the partition keys. */
  readonly prefix: string;
  /** The names of the entities. */
  readonly names: readonly string[];
}

export const MAX_SEGMENTS = 100;

/** Names the places of all segments, as opaque text. It holds keys of the table. */
export function encodeBackfillCursor(scope: BackfillScope, positions: readonly Position[]): string {
  const at = positions.map((position) =>
    typeof position === 'string' ? position : [position.PK, position.SK],
  );
  return Buffer.from(JSON.stringify([fingerprint(scope), at])).toString('base64url');
}

/**
 * The places of the segments in a cursor.
 *
 * @throws {@link EntityError} `InvalidCursor` for one of other entities, another table or namespace,
 *   and for text that is no cursor.
 */
export function decodeBackfillCursor(scope: BackfillScope, cursor: unknown): Position[] {
  const [mark, at] = parsed(cursor);
  const positions = Array.isArray(at) ? at.map(positionOf) : [];
  const isWhole = positions.length > 0 && positions.length <= MAX_SEGMENTS;
  if (mark === fingerprint(scope) && isWhole && positions.every((each) => each !== undefined)) {
    return positions;
  }
  const entity = scope.names.join(', ');
  throw new EntityError(
    'InvalidCursor',
    `The cursor does not belong to a back-fill of ${entity}.`,
    {
      entity,
    },
  );
}

function parsed(cursor: unknown): readonly unknown[] {
  try {
    const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : '';
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function positionOf(value: unknown): Position | undefined {
  if (value === 'start' || value === 'end') return value;
  const [PK, SK] = Array.isArray(value) ? (value as unknown[]) : [];
  return fits(PK, MAX_KEY_BYTES.PK) && fits(SK, MAX_KEY_BYTES.SK) ? { PK, SK } : undefined;
}

function fits(text: unknown, bytes: number): text is string {
  return typeof text === 'string' && text !== '' && Buffer.byteLength(text) <= bytes;
}

function fingerprint({ tableName, prefix, names }: BackfillScope): string {
  const text = JSON.stringify([tableName, prefix, [...names].sort()]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 11);
}
