import { AccountError } from '../errors/AccountError.js';
import {
  parseLoginIdentifier,
  type LoginIdentifier,
  type LoginIdentifierKind,
} from './parseLoginIdentifier.js';
import type { MaybePhoneNumbers } from './PhoneParser.js';

/** An identifier of an account, also one by which nobody logs in. */
export interface UserIdentifier {
  readonly kind: LoginIdentifierKind | 'foreignId';
  readonly value: string;
}

const MAX_LENGTH = 256;

/**
 * Parses the id that a person had in another system. It is kept exactly as it is: two ids that differ in
 * case or white space are two people.
 *
 * @throws AccountError `InvalidInput` with the path `foreignId` and reason `notAString`, `tooLong` (over
 *   256 UTF-16 units), `empty` or `notWellFormed`.
 */
export function parseForeignId(value: unknown): string {
  if (typeof value !== 'string') throw invalid('notAString');
  if (value === '') throw invalid('empty');
  if (value.length > MAX_LENGTH) throw invalid('tooLong');
  if (!value.isWellFormed()) throw invalid('notWellFormed');
  return value;
}

/**
 * Parses an identifier to find an account by: `foreignId`, or `username` in any of its forms.
 *
 * @throws AccountError `InvalidInput`, also for both at once.
 */
export function parseUserIdentifier(
  { username, foreignId }: { readonly username?: unknown; readonly foreignId?: unknown },
  core: MaybePhoneNumbers,
): UserIdentifier | LoginIdentifier {
  if (foreignId === undefined) return parseLoginIdentifier(username, 'username', core);
  if (username === undefined) return { kind: 'foreignId', value: parseForeignId(foreignId) };
  throw new AccountError('InvalidInput', { path: 'username', reason: 'notBesideForeignId' });
}

function invalid(reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: 'foreignId', reason });
}
