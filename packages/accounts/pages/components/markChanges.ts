/** An item of a list that is shown again after each change. */
export interface Keyed {
  readonly key: string;
  /** Equal as long as nothing about the item has changed. */
  readonly version: string;
}

export type Mark = 'added' | 'changed' | 'removed';

/** An item, and its part in the last change. */
export interface Marked<T extends Keyed> {
  readonly item: T;
  readonly mark?: Mark | undefined;
}

/**
 * Compares two states of a list. Removed items stay, marked, so that the reader sees them go.
 *
 * @returns the items of both, in the order of their keys.
 */
export function markChanges<T extends Keyed>(
  before: readonly T[],
  after: readonly T[],
): readonly Marked<T>[] {
  const old = new Map(before.map((item) => [item.key, item]));
  const kept = new Set(after.map(({ key }) => key));
  const markOf = (item: T): Mark | undefined => {
    const known = old.get(item.key);
    if (!known) return 'added';
    return known.version === item.version ? undefined : 'changed';
  };
  const removed = before.filter(({ key }) => !kept.has(key));
  return [
    ...after.map((item) => ({ item, mark: markOf(item) })),
    ...removed.map((item) => ({ item, mark: 'removed' as const })),
  ].sort((one, other) => (one.item.key < other.item.key ? -1 : 1));
}
