import { randomBytes } from 'node:crypto';

const MAX_TABLE_NAME_LENGTH = 255;

/**
 * Returns a valid DynamoDB table name that no other test uses.
 *
 * @param prefix - Start of the name, which shows where a leftover table came from; characters that
 *   table names cannot contain become `-`. Default `'test'`.
 * @returns The prefix, a `-` and 16 random hexadecimal digits, 255 characters at most.
 *
 * @example
 * ```ts
 * import { uniqueTableName } from '@latchkey/entity/testing';
 *
 * const name = uniqueTableName('orders'); // 'orders-9f86d081884c7d65'
 * ```
 */
export function uniqueTableName(prefix = 'test'): string {
  const suffix = `-${randomBytes(8).toString('hex')}`;
  const allowed = prefix.replace(/[^a-zA-Z0-9_.-]+/g, '-');
  return allowed.slice(0, MAX_TABLE_NAME_LENGTH - suffix.length) + suffix;
}
