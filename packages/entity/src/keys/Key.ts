import { EntityError } from '../errors/EntityError.js';
import { decodeKeyPart } from './decodeKeyPart.js';
import { DELIMITER, encodeKeyPart, type KeyValue } from './encodeKeyPart.js';

/** The key of one item. */
export interface Key {
  readonly PK: string;
  readonly SK: string;
}

/** DynamoDB's limits, in bytes (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html). */
export const MAX_KEY_BYTES = { PK: 2048, SK: 1024 } as const;

/**
 * Encodes a head, such as an entity's name, and values as one key.
 *
 * @throws {@link EntityError} `InvalidKey` for a value that cannot be part of a key.
 * @example
 * ```ts
 * import { encodeKey } from '@latchkey/entity';
 *
 * console.log(encodeKey('order', ['a#b', 7])); // order#a$23b#$n0000000000000007
 * ```
 */
export function encodeKey(head: string, values: readonly KeyValue[], path: string = head): string {
  let key = head;
  for (const value of values) key += DELIMITER + encodeKeyPart(value, path);
  return key;
}

/**
 * Decodes a key into its head and its values.
 *
 * @example
 * ```ts
 * import { decodeKey, encodeKey } from '@latchkey/entity';
 *
 * const { head, values } = decodeKey(encodeKey('order', ['a#b', 7]));
 * console.log(head, values); // order ['a#b', 7]
 * ```
 */
export function decodeKey(key: string): { head: string; values: (KeyValue | undefined)[] } {
  const [head = '', ...parts] = key.split(DELIMITER);
  return { head, values: parts.map(decodeKeyPart) };
}

/** @throws {@link EntityError} `InvalidKey` for a key over DynamoDB's limit. */
export function assertKeySize(key: string, attribute: 'PK' | 'SK', path: string): void {
  const limit = MAX_KEY_BYTES[attribute];
  if (key.length * 3 <= limit || Buffer.byteLength(key) <= limit) return;
  const reason = `makes a key of more than ${String(limit)} bytes`;
  throw new EntityError('InvalidKey', `"${path}" cannot be part of a key: it ${reason}.`, {
    path,
    reason,
  });
}
