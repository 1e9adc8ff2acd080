/** The names that every document and item has beside those of its schema; `_…` is taken, too. */
const RESERVED: ReadonlySet<string> = new Set([
  'id',
  'ulid',
  'createdAt',
  'updatedAt',
  'createdBy',
  'updatedBy',
  'PK',
  'SK',
  'ttl',
]);

/**
 * Tells whether no field of a document can have a name, since a storage layer keeps something
 * there.
 *
 * @internal
 */
export function isReservedName(name: string): boolean {
  return RESERVED.has(name) || name === '' || name.startsWith('_');
}
