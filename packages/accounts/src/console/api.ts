// What the page and the server of the console tell each other. Types only: the page is built without Node.
import type { Units } from '../costs/dollars.js';
import type { JsonObject } from '../lifecycle/JsonObject.js';

/** Cost of a call: requests to DynamoDB, and the request units that AWS bills. */
export interface Cost extends Units {
  readonly requests: number;
}

/** A result, and what it cost to get it. */
export interface Costed<T> {
  readonly result: T;
  readonly cost: Cost;
}

/** Name of something that an operator can do with an account. */
export type ActionName =
  | 'deactivate'
  | 'reactivate'
  | 'revokeSession'
  | 'revokeAllSessions'
  | 'resetTwoFactor'
  | 'delete'
  | 'export';

/** The application that the console works on. */
export interface ConsoleState {
  /** The module that was loaded, as the command was given it. */
  readonly app: string;
  readonly table: string;
  /** The application's id, if several share the table. */
  readonly appId?: string;
  /** Tells whether the console was started with `--write`. */
  readonly canWrite: boolean;
  /** Tells whether the application has an index by which accounts are listed. */
  readonly canList: boolean;
  /** Tells whether the application has second factors. */
  readonly hasTwoFactor: boolean;
}

/** A contact; `lapsed` tells that it can no longer be verified, and that anyone may take the value. */
export interface ShownContact {
  readonly contactId: string;
  readonly kind: string;
  readonly value: string;
  readonly provider?: string;
  /** The owner's name for a passkey. */
  readonly name?: string;
  /** When somebody has last logged in with a passkey. */
  readonly lastUsedAt?: string;
  readonly verified: boolean;
  readonly lapsed: boolean;
  readonly meta?: JsonObject;
  readonly createdAt: string;
}

/** A session; one that is not active has ended or expired. */
export interface ShownSession {
  readonly sessionId: string;
  readonly active: boolean;
  readonly connectionInfo: JsonObject;
  readonly createdAt: string;
  readonly lastSeenAt?: string;
  readonly expiresAt: string;
  readonly remembered: boolean;
  readonly impersonatedBy?: string;
}

/** A page of an account's sessions, newest first. */
export interface ShownSessions {
  readonly sessions: readonly ShownSession[];
  /** Continues with older ones; undefined on the last page. */
  readonly before?: string;
}

/** A token that was sent out and is still valid, without its value. */
export interface ShownToken {
  readonly kind: string;
  /** Address or purpose of the token. */
  readonly createdFor: string;
  readonly reason?: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** A count of attempts at an authenticator that have failed. */
interface ShownAttempts {
  readonly authenticator: string;
  readonly failuresInARow: number;
  readonly lastAttemptAt: string;
}

/** Everything that the console shows of an account. */
export interface ShownAccount extends ShownSessions {
  readonly accountId: string;
  readonly username?: string;
  /** Id in the system that the account was imported from. */
  readonly foreignId?: string;
  readonly permissions: readonly string[];
  readonly deactivated: boolean;
  /** Tells that the deletion of the account has begun and was interrupted. */
  readonly deleting: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly profile: JsonObject;
  /** The fields that the application itself has defined. */
  readonly ownFields: JsonObject;
  readonly contacts: readonly ShownContact[];
  /** When the password was set; undefined for an account without one. */
  readonly passwordSetAt?: string;
  readonly factors: ShownFactors;
  readonly tokens: readonly ShownToken[];
  readonly attempts: readonly ShownAttempts[];
}

/** Second factors of an account. */
export interface ShownFactors {
  /** When the authenticator app was enrolled; undefined without one. */
  readonly totpSince?: string;
  /** Number of enrolments that were begun and not confirmed. */
  readonly unconfirmed: number;
  readonly recoveryCodes: { readonly unused: number; readonly total: number };
}

/** An account in a list. */
export interface ListedAccount {
  readonly accountId: string;
  readonly username?: string;
  readonly email?: string;
  readonly verified?: boolean;
  readonly deactivated: boolean;
  readonly createdAt: string;
}

/** A page of accounts, in the order of what they are listed by. */
export interface ListedAccounts {
  readonly items: readonly ListedAccount[];
  readonly after?: string;
}

/** Index by which accounts are listed. */
export type ListBy = 'username' | 'email';

/** One consequence of an action. */
export type EffectName =
  | 'loginsRefused'
  | 'loginsAllowed'
  | 'sessionsEnd'
  | 'sessionEnds'
  | 'sessionsStayEnded'
  | 'pendingContactsRevoked'
  | 'pendingTokensRevoked'
  | 'factorsDeleted'
  | 'passwordSuffices'
  | 'ownerNotified'
  | 'documentsDeleted'
  | 'identifiersFreed'
  | 'irreversible'
  | 'documentsExported'
  | 'nothingChanges';

/** A consequence, with the number of what it concerns, where that is known. */
export interface Effect {
  readonly name: EffectName;
  readonly count?: number;
}

/** Tells what an action would do, and at most cost. Nothing has been done yet. */
export interface Preview {
  readonly action: ActionName;
  /** Confirms the action, once, within two minutes. */
  readonly confirmation: string;
  readonly effects: readonly Effect[];
  /** The most that the action costs unless the account changes in between. */
  readonly cost: Cost;
}

/** Result of an action. */
export interface Done {
  readonly action: ActionName;
  /** The data of an exported account. */
  readonly exported?: JsonObject;
  /** Number of documents that were deleted. */
  readonly deletedCount?: number;
}
