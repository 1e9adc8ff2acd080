import type { ContactInput } from '../contacts/parseContact.js';

/** A contact or identity of an imported person. */
export type ImportContact = ContactInput & {
  /** Tells whether the other system had verified it (default: false). */
  readonly verified?: boolean;
};

/** A person from another system. Fields that are null count as absent. */
export interface ImportRow {
  /**
   * The person's id in the other system, 1 to 256 characters; unique. By it, a repeated import recognises
   * who is there already, and `findUser` finds the account.
   */
  readonly foreignId: string;
  /** As for `createAccount`. */
  readonly username?: string | null;
  readonly email?: string | null;
  /** Tells whether the other system had verified the address (default: false). */
  readonly emailVerified?: boolean | null;
  /** In international form. */
  readonly phone?: string | null;
  /** Tells whether the other system had verified the number (default: false). */
  readonly phoneVerified?: boolean | null;
  /** More contacts, and identities at other providers: at most 40 with the two above. */
  readonly contacts?: readonly ImportContact[] | null;
  /** The hash of the password, in a form that a hasher of the application recognises. */
  readonly passwordHash?: string | null;
  /** Tells whether the option `verifyElsewhere` is to ask for the password (default: false). */
  readonly verifyElsewhere?: boolean | null;
  /** The secret of the person's authenticator app, in base32; at least 128 bits. */
  readonly totpSecret?: string | null;
  /** Data about the person; at most 300 KB as stored. */
  readonly profile?: Readonly<Record<string, unknown>> | null;
  /** Tells whether the account is deactivated (default: false). */
  readonly deactivated?: boolean | null;
  /** When the account was made: a Date, or text in ISO 8601 (default: now). */
  readonly createdAt?: Date | string | null;
  /** The application's own `accountFields`. */
  readonly [ownField: string]: unknown;
}

/** A record of a source that is not a row, with what is wrong with it; the import lists it. */
export class UnreadableRow {
  /** A word such as `notJson`. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * Gives the rows from the first to the last, each time it is called: an import reads them twice, and in
 * the same order. It need not hold all of them in memory.
 */
export type ImportSource = () =>
  Iterable<ImportRow | UnreadableRow> | AsyncIterable<ImportRow | UnreadableRow>;
