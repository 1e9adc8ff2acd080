import { emailAddressPrefixes, usernamePrefixes } from '@latchkey/schema';
import { createHash } from 'node:crypto';
import { AccountError } from '../errors/AccountError.js';
import { readObject } from '../errors/requireObject.js';
import type { ListAccountsInput, ListedBy } from '../core/AccountListing.js';

/** List that was asked for, in stored form. */
export interface AccountList {
  readonly by: ListedBy;
  /** The beginnings of the values, at least one. */
  readonly prefixes: readonly string[];
  readonly first: number;
  /** The cursor of the entity, if the list goes on. */
  readonly after: string | null;
  /** Stands at the start of this list's cursors. */
  readonly mark: string;
}

const DEFAULT_SIZE = 50;
const MAX_SIZE = 100; // One BatchGetItem reads as many accounts.
const MARK_LENGTH = 11; // 64 bits, base64url

const PREFIXES: Readonly<Record<ListedBy, (prefix: string) => readonly string[]>> = {
  username: usernamePrefixes,
  email: emailAddressPrefixes,
};

/** @throws AccountError `InvalidInput` */
export function parseListAccounts(input: ListAccountsInput): AccountList {
  input = readObject(input, '');
  const { prefix = '', first = DEFAULT_SIZE, after = null } = input;
  const by: unknown = input.by;
  if (by !== 'username' && by !== 'email') throw invalid('by', 'notValid');
  if (typeof prefix !== 'string') throw invalid('prefix', 'notAString');
  if (!prefix.isWellFormed()) throw invalid('prefix', 'notWellFormed');
  const prefixes = PREFIXES[by](prefix);
  if (prefixes.length === 0) throw invalid('prefix', 'tooLong');
  if (!Number.isInteger(first) || first < 1 || first > MAX_SIZE) throw invalid('first', 'notValid');
  const mark = markOf(by, prefixes);
  if (after === null) return { by, prefixes, first, after, mark };
  if (typeof after !== 'string' || !after.startsWith(mark)) throw invalid('after', 'notACursor');
  return { by, prefixes, first, after: after.slice(mark.length), mark };
}

/** Ties a cursor to its list: the entity's own would fit every prefix that its place begins with. */
function markOf(by: ListedBy, prefixes: readonly string[]): string {
  const digest = createHash('sha256').update([by, ...prefixes].join('\0'));
  return digest.digest('base64url').slice(0, MARK_LENGTH);
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason });
}
