import { createHmac } from 'node:crypto';
import { AccountError } from '../../errors/AccountError.js';
import { invalidOption } from '../../errors/invalidOption.js';
import type { PrehashedPasswords } from '../PrehashedPasswords.js';

/** Options of {@link prehashedPasswords}. */
export interface PrehashedPasswordsOptions {
  /**
   * Makes the salts of names without an account: 32 characters or more, from a secret store. Keep it: with
   * another, these salts change, which the salts of accounts do not.
   */
  readonly saltSecret: string;
  /**
   * Tells whether the client also sends the password itself at a login, with which accounts from before the
   * mode switch over (default: false). Set it on both sides for a while, then let the rest reset theirs.
   */
  readonly migrating?: boolean;
}

/** A password, as a client in the mode sends it. */
interface SentPassword {
  /** 16 bytes in base64url. */
  readonly salt: string;
  /** 32 bytes in base64url: PBKDF2-SHA256 with 600 000 iterations of the password and the salt. */
  readonly key: string;
  /** The password itself, only while accounts migrate. */
  readonly plain: string | undefined;
}

const SENT = /^latchkey-prehash:1:([\w-]{22}):([\w-]{43})(?::([^]+))?$/;
/** Beginning of a stored string, before the hash itself, which is not empty. */
const STORED_PREFIX = /^\$latchkey-prehash\$v=1\$([\w-]{22})\$(?=.)/s;
const MIN_SECRET_LENGTH = 32;
const SALT_BYTES = 16;

/**
 * Creates the value of the option `passwords.prehashed` of `Accounts`: clients hash passwords before they
 * send them. No policy, list or leak check sees a password then: see docs/guide/browser.md.
 *
 * @throws AccountError `InvalidConfiguration` with the path `passwords.prehashed.saltSecret` or
 *   `passwords.prehashed.migrating`.
 * @example
 * ```ts
 * import { Accounts } from '@latchkey/accounts';
 * import { prehashedPasswords } from '@latchkey/accounts/prehashed-passwords';
 * import type { Table } from '@latchkey/entity';
 *
 * export const makeAccounts = (table: Table, secret: string, saltSecret: string) =>
 *   new Accounts({
 *     table,
 *     sessions: { getTokenSecret: () => secret },
 *     passwords: { prehashed: prehashedPasswords({ saltSecret }) },
 *   });
 * ```
 */
export function prehashedPasswords({
  saltSecret,
  migrating = false,
}: PrehashedPasswordsOptions): PrehashedPasswords {
  if (typeof saltSecret !== 'string' || saltSecret.length < MIN_SECRET_LENGTH) {
    throw invalidOption(
      'passwords.prehashed.saltSecret',
      'It must be a string of 32 characters or more.',
    );
  }
  if (typeof migrating !== 'boolean') {
    throw invalidOption('passwords.prehashed.migrating', 'It must be a boolean.');
  }
  return {
    require: (password, path) => {
      const sent = readSent(password);
      if (sent && (migrating || sent.plain === undefined)) return password;
      throw new AccountError('InvalidInput', { path, reason: 'notPrehashed' });
    },
    plainOf: (password) => readSent(password)?.plain,
    saltOf: (accountId, stored) =>
      STORED_PREFIX.exec(stored ?? '')?.[1] ??
      createHmac('sha256', saltSecret)
        .update(`latchkey/prehash-salt/v1/${accountId}`)
        .digest()
        .subarray(0, SALT_BYTES)
        .toString('base64url'),
    hash: async (password, hash) => {
      const sent = readSent(password);
      if (!sent) return hash(password);
      return `$latchkey-prehash$v=1$${sent.salt}$${await hash(sent.key)}`;
    },
    verify: async (password, stored, verify) => {
      const sent = readSent(password);
      if (!sent) return verify(password, stored);
      const prefix = STORED_PREFIX.exec(stored ?? '')?.[0];
      if (prefix !== undefined) return verify(sent.key, stored?.slice(prefix.length));
      // From before the mode: the password itself is needed once more, and is then stored as the mode says.
      const isComparable = sent.plain !== undefined;
      const { matches } = await verify(sent.plain ?? '', isComparable ? stored : undefined);
      return { matches, needsRehash: matches };
    },
  };
}

/** Reads a password that the client has hashed; undefined for any other. */
function readSent(password: string): SentPassword | undefined {
  const [, salt, key, plain] = SENT.exec(password) ?? [];
  return salt === undefined || key === undefined ? undefined : { salt, key, plain };
}
