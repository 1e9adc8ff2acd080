import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Key } from './Key.js';

/** The key of the document that a unique item belongs to. */
export function ownerOf(unique: Readonly<Record<string, AttributeValue>>): Key {
  return { PK: unique.ownerPK?.S ?? '', SK: unique.ownerSK?.S ?? '' };
}
