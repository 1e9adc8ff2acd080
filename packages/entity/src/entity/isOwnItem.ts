import { DELIMITER } from '../keys/encodeKeyPart.js';
import type { TableAttributes } from '../keys/TableAttributes.js';
import type { Item } from './EntityModel.js';

/** Starts the sort key of every unique item. */
export const UNIQUE_HEAD = 'unique';

// Namespaces, each `@name#`, then the name of an entity or of its index.
const DOCUMENT_PARTITION = /^(?:@[^#]*#)*[a-z][a-z0-9]*(?:#|$)/;
const UNIQUE_PARTITION = /^(?:@[^#]*#)*[a-z][a-z0-9]*\._id\d+(?:#|$)/;

/**
 * Tells whether this package has written an item, as a document of any entity or as a unique item.
 * Other items of the table belong to another program, and stay as they are.
 */
export function isOwnItem(item: Item, attributes: TableAttributes): boolean {
  return isDocument(item, attributes) || isUniqueItem(item, attributes);
}

/** Tells whether an item holds a unique value for a document. */
export function isUniqueItem(item: Item, attributes: TableAttributes): boolean {
  const { PK, SK } = attributes.keyOf(item);
  const isOwned = item.ownerPK?.S !== undefined && item.ownerSK?.S !== undefined;
  return isOwned && startsWithHead(SK, UNIQUE_HEAD) && UNIQUE_PARTITION.test(PK);
}

/** Tells whether a key is of those that {@link encodeKey} makes with a head. */
export function startsWithHead(key: string, head: string): boolean {
  return key === head || key.startsWith(head + DELIMITER);
}

/** Tells whether an item holds a document of any entity. */
export function isDocument(item: Item, attributes: TableAttributes): boolean {
  const entity = item._e?.S;
  if (entity === undefined) return false;
  const { PK, SK } = attributes.keyOf(item);
  return startsWithHead(SK, entity.toLowerCase()) && DOCUMENT_PARTITION.test(PK);
}
