import { EntityError } from '../errors/EntityError.js';
import { encodeNumber } from './encodeNumber.js';

/** A value that can be part of a key. */
export type KeyValue = string | number | bigint | boolean | Date;

/** Stands between the parts of a key. */
export const DELIMITER = '#';

// Every character up to and including the escape itself, so that the order of strings survives:
// an escaped character starts with `$`, which sorts below every character that is not escaped.
const ESCAPED = /[\0-$]/;
const ALL_ESCAPED = /[\0-$]/g;

/**
 * Encodes one value for use between delimiters in a key.
 *
 * - Different values give different text, regardless of their characters and types.
 * - Text, numbers and dates sort in the order of their values (DynamoDB compares UTF-8 bytes).
 * - Letters, digits and most punctuation are unchanged; controls, space and `!"#$` become `$` and
 *   two hexadecimal digits. Other types start with `$` and a letter.
 *
 * | value | text |
 * |---|---|
 * | `'ada'` | `ada` |
 * | `'a#b c'` | `a$23b$20c` |
 * | `42`, `-1.5` | `$n0000000000000042`, `$n-9999999999999998.4~` |
 * | `42n`, `12345678901234567n` | `$i0000000000000042`, `$ia12345678901234567` |
 * | a date | `$d2026-01-31T12:00:00.000Z` |
 * | `true` | `$t` |
 *
 * @param path - names the field in errors.
 * @throws {@link EntityError} `InvalidKey` for lone surrogates, invalid or five-digit-year dates,
 *   and numbers that are not finite or have more than 38 digits before the point.
 */
export function encodeKeyPart(value: KeyValue, path: string): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw invalid(path, 'contains a lone surrogate');
      return ESCAPED.test(value) ? value.replace(ALL_ESCAPED, escapeCharacter) : value;
    case 'number':
      return `$n${encodeNumber(value, path)}`;
    case 'bigint':
      return `$i${encodeNumber(value, path)}`;
    case 'boolean':
      return value ? '$t' : '$f';
    default:
      return `$d${encodeDate(value, path)}`;
  }
}

function escapeCharacter(character: string): string {
  return `$${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function encodeDate(date: Date, path: string): string {
  if (Number.isNaN(date.getTime())) throw invalid(path, 'is an invalid date');
  const text = date.toISOString();
  if (text.length !== 24) throw invalid(path, 'is a date outside the years 0 to 9999');
  return text;
}

function invalid(path: string, reason: string): EntityError<'InvalidKey'> {
  return new EntityError('InvalidKey', `"${path}" cannot be part of a key: it ${reason}.`, {
    path,
    reason,
  });
}
