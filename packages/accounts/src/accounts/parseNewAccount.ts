import { emailAddress, username } from '@latchkey/schema';
import { z } from 'zod';
import { AccountError } from '../errors/AccountError.js';
import { parsePassword } from '../passwords/parsePassword.js';
import type { PasswordPolicy } from '../passwords/PasswordPolicy.js';

/** What {@link Accounts.createAccount} takes: a username, an e-mail address, or both. */
export interface CreateAccountInput {
  /** 1 to 100 characters, kept in lower case; nobody else has it. */
  readonly username?: string;
  /** Kept in lower case; nobody else has it. */
  readonly email?: string;
  /** 8 to 1000 characters, unless configured otherwise. */
  readonly password: string;
  /** Whatever the application knows of the person; at most 300 KB as JSON. */
  readonly profile?: Readonly<Record<string, unknown>>;
  /** The request on which the account is made; hooks get it as their context. */
  readonly request?: object;
}

/** A new account's data, in the form in which it is stored. */
export interface NewAccount {
  readonly username?: string;
  readonly email?: string;
  readonly password: string;
  readonly profile?: Record<string, unknown>;
}

const MAX_SHOWN_PATH = 200;
// DynamoDB's items hold 400 KB; the rest is for the account's other fields.
const MAX_PROFILE_BYTES = 300 * 1024;

const newAccount = z.strictObject({
  username: username.optional(),
  email: emailAddress.optional(),
  password: z.unknown().optional(),
  profile: z.record(z.string(), z.unknown()).optional(),
  // Of whatever class, and not looked into: its getters may do work, or throw.
  request: z.custom<object>((value) => typeof value === 'object' && value !== null).optional(),
});

/**
 * Checks what somebody signs up with.
 *
 * @throws AccountError `InvalidInput` with the path of the first fault; `PasswordTooShort`,
 *   `PasswordTooLong`.
 */
export function parseNewAccount(input: unknown, policy: PasswordPolicy): NewAccount {
  const { data, error } = newAccount.safeParse(input);
  const issue = error?.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    throw invalid([...issue.path, issue.keys[0] ?? ''].join('.'), 'unknownField');
  }
  if (!data) throw invalid(issue?.path.join('.') ?? '', 'notValid');
  const { username, email, profile } = data;
  if (username === undefined && email === undefined) {
    throw invalid('username', 'neitherUsernameNorEmail');
  }
  const password = parsePassword(data.password, { policy });
  if (profile && !isSmall(profile)) throw invalid('profile', 'tooLarge');
  return {
    password,
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email }),
    // As it was given: the copy that zod made has left out what it does not like.
    ...(profile && { profile: (input as { profile: Record<string, unknown> }).profile }),
  };
}

/** Whether a profile fits into its item, as its JSON says. */
function isSmall(profile: Readonly<Record<string, unknown>>): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(profile)) <= MAX_PROFILE_BYTES;
  } catch {
    return true; // Circles and bigints are no JSON: the table refuses them, and says where.
  }
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: path.slice(0, MAX_SHOWN_PATH), reason });
}
