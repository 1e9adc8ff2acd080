import * as z from 'zod';
import { foldCase, foldPrefix } from './foldCase.js';

const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const MAX_LENGTH = 100;
// RFC 8264 §4.2, IdentifierClass: letters, digits and printable ASCII; no spaces, symbols,
// controls or invisible characters. `@`, `#` and a leading `+` are left to other identifiers.
const ALLOWED = /^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}!-~]+$/u;
// Some letters and marks cannot be seen either, such as Hangul fillers and variation selectors.
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * A username in normalised form: lower case, Unicode normal form KC, similar to RFC 8265's
 * UsernameCaseMapped profile; 1 to 100 characters.
 *
 * Usernames, e-mail addresses, phone numbers and account ids share one namespace without overlap: a
 * username never contains `@`, never starts with `+`, and never looks like a ULID.
 *
 * @example
 * ```ts
 * import { username } from '@latchkey/schema';
 *
 * console.log(username.parse('Ada')); // 'ada'
 * ```
 */
export const username = z
  .string()
  .min(1)
  .max(MAX_LENGTH, { abort: true })
  .overwrite((name) => foldCase(name, 'NFKC'))
  .max(MAX_LENGTH)
  .refine(isUsername, { error: 'not a username' });

/**
 * The beginnings, in normalised form, of usernames that begin with a prefix: one, or two after a capital
 * sigma, in no order; none if the prefix is longer than a username, or has a lone surrogate.
 *
 * A prefix is compared with the normalised username: `e` is not a prefix of `é`.
 *
 * @example
 * ```ts
 * import { usernamePrefixes } from '@latchkey/schema';
 *
 * console.log(usernamePrefixes('Ad')); // ['ad']
 * console.log(usernamePrefixes('ΝΙΚΟΣ')); // ['νικος', 'νικοσ']
 * ```
 */
export function usernamePrefixes(prefix: string): readonly string[] {
  if (prefix.length > MAX_LENGTH || !prefix.isWellFormed()) return [];
  return foldPrefix(prefix, 'NFKC').filter(({ length }) => length <= MAX_LENGTH);
}

function isUsername(value: string): boolean {
  return (
    value.isWellFormed() &&
    ALLOWED.test(value) &&
    !INVISIBLE.test(value) &&
    !/[@#]/.test(value) &&
    !value.startsWith('+') &&
    !ULID.test(value)
  );
}
