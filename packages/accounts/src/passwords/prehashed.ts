import { createHmac } from 'node:crypto';
import { AccountError } from '../errors/AccountError.js';
import { invalidOption } from '../errors/invalidOption.js';

/** Options of passwords that the client hashes before it sends them. */
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
export interface PrehashedPassword {
  /** 16 bytes in base64url. */
  readonly salt: string;
  /** 32 bytes in base64url: PBKDF2-SHA256 with 600 000 iterations of the password and the salt. */
  readonly key: string;
  /** The password itself, only while accounts migrate. */
  readonly plain: string | undefined;
}

const SENT = /^latchkey-prehash:1:([\w-]{22}):([\w-]{43})(?::([^]+))?$/;
const STORED = /^\$latchkey-prehash\$v=1\$([\w-]{22})\$([^]+)$/;
const MIN_SECRET_LENGTH = 32;
const SALT_BYTES = 16;

/** Checks, stores and salts passwords that the client hashes first. */
export class PrehashedPasswords {
  readonly #saltSecret: string;
  readonly #isMigrating: boolean;

  /** @throws AccountError `InvalidConfiguration` */
  constructor({ saltSecret, migrating = false }: PrehashedPasswordsOptions) {
    if (typeof saltSecret !== 'string' || saltSecret.length < MIN_SECRET_LENGTH) {
      throw invalidOption('prehashed.saltSecret', 'It must be a string of 32 characters or more.');
    }
    if (typeof migrating !== 'boolean') {
      throw invalidOption('prehashed.migrating', 'It must be a boolean.');
    }
    this.#saltSecret = saltSecret;
    this.#isMigrating = migrating;
  }

  /**
   * Checks that a password was hashed by the client, as the mode says; a request does not choose it.
   *
   * @throws AccountError `InvalidInput` with the reason `notPrehashed`.
   */
  require(password: string, path: string): string {
    const sent = readPrehashed(password);
    if (sent && (this.#isMigrating || sent.plain === undefined)) return password;
    throw new AccountError('InvalidInput', { path, reason: 'notPrehashed' });
  }

  /** The salt of an account; for one without any, always the same by its id, which nobody can tell apart. */
  saltOf(accountId: string, stored: string | undefined): string {
    const [, salt] = STORED.exec(stored ?? '') ?? [];
    return (
      salt ??
      createHmac('sha256', this.#saltSecret)
        .update(`latchkey/prehash-salt/v1/${accountId}`)
        .digest()
        .subarray(0, SALT_BYTES)
        .toString('base64url')
    );
  }
}

/** Reads a password that the client has hashed; undefined for any other. */
export function readPrehashed(password: string): PrehashedPassword | undefined {
  const [, salt, key, plain] = SENT.exec(password) ?? [];
  return salt === undefined || key === undefined ? undefined : { salt, key, plain };
}

/** Makes the stored form of such a password: its salt, and the hash that the server has made of the key. */
export function toStoredPrehashed({ salt }: PrehashedPassword, hash: string): string {
  return `$latchkey-prehash$v=1$${salt}$${hash}`;
}

/** The hash in what is stored of such a password; undefined for any other. */
export function hashInStored(stored: string | undefined): string | undefined {
  return STORED.exec(stored ?? '')?.[2];
}
