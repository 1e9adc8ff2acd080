import type { AccountErrorCode } from '../errors/accountErrorCodes.js';
import type { AccountDocument } from '../requests/SessionRequest.js';

/** Operations on an account; each ends in one event, `…Success` or `…Error`. */
export type AccountFlow =
  | 'CreateUser'
  | 'UpdateUser'
  | 'DeactivateUser'
  | 'ReactivateUser'
  | 'DeleteUser'
  | 'ExportUser'
  | 'Login'
  | 'Reauthentication'
  | 'ResumeSession'
  | 'RefreshTokens'
  | 'Logout'
  | 'RevokeSessions'
  | 'Impersonation'
  | 'SetPassword'
  | 'ChangePassword'
  | 'RemovePassword'
  | 'RequestPasswordReset'
  | 'ResetPassword'
  | 'RequestMagicLink'
  | 'RequestLoginCode'
  | 'RequestIdentityLogin'
  | 'RequestVerification'
  | 'VerifyEmail'
  | 'VerifyPhone'
  | 'AddContact'
  | 'RemoveContact'
  | 'IssueToken'
  | 'ConsumeToken'
  | 'RemoveTokens'
  | 'EnrolTwoFactor'
  | 'EnableTwoFactor'
  | 'RegenerateRecoveryCodes'
  | 'DisableTwoFactor'
  | 'EnrolPasskey'
  | 'AddPasskey'
  | 'RenamePasskey'
  | 'RemovePasskey';

/** Incidents beside a flow that deserve someone's attention. */
export type AccountNotice =
  /** A token came back after it had been replaced: its session was ended (ASVS 10.4.5). */
  | 'TokenReuseDetected'
  /** The signature counter of a passkey went back, so that a copy of it may exist: it was refused. */
  | 'PasskeyCounterRollback'
  /** A login succeeded after several failures (ASVS 6.3.5). */
  | 'LoginAfterFailures'
  /**
   * The application asked `sessions.requirePermission` or `sessions.requireRecentLogin`, which refused somebody
   * (ASVS 16.3.2). Told without being waited for, since nothing there waits.
   */
  | 'AccessDenied'
  /** A message could not be handed over. */
  | 'DeliveryError'
  /**
   * A new account's address must be verified before anybody can log in, and nothing was sent to it,
   * since there is no `delivery`.
   */
  | 'VerificationNotSent';

/** The name of an event that tells what has happened. */
export type AccountEventName = `${AccountFlow}Success` | `${AccountFlow}Error` | AccountNotice;

/** The name of an event that asks whether something may happen. */
export type ValidateEventName = 'ValidateCreateUser' | 'ValidateLogin' | 'ValidateImpersonation';

/** Context of an event; never a secret, a person's address or anything that someone typed. */
export interface EventContext {
  accountId?: string;
  sessionId?: string;
  /** The impersonator's account id, in an impersonation session. */
  actorId?: string;
  /**
   * Method used: `password`, `magicLink`, `phoneCode`, `identityProvider`, `totp`, `recoveryCode`,
   * `passkey`, a token's kind, ….
   */
  method?: string;
  /** The client's address, as sessions store it. */
  ip?: string;
  /** The client's `User-Agent`, without control characters. */
  userAgent?: string;
}

/** Event that reports something that has happened. */
export interface AccountEvent extends Readonly<EventContext> {
  readonly name: AccountEventName;
  /** Time of the event, by the table's clock. */
  readonly time: Date;
  /** Why it failed; `Unexpected` if the error is not from this package. */
  readonly reason?: AccountErrorCode | 'Unexpected';
}

/** Event that announces something that is about to happen. */
export interface ValidateEvent extends Readonly<EventContext> {
  readonly name: ValidateEventName;
  readonly time: Date;
  /** A copy of the account, except at sign-up, where there is none yet. */
  readonly account?: AccountDocument;
  /** At sign-up: a copy of the account to be stored. */
  readonly input?: {
    readonly username?: string;
    readonly email?: string;
    readonly profile?: Readonly<Record<string, unknown>>;
    /** The application's own fields, by name. */
    readonly fields?: Readonly<Record<string, unknown>>;
  };
}

/** Listener to an event that has happened; errors that it throws are ignored. */
export type AccountEventListener = (event: AccountEvent) => unknown;

/** Listener that can refuse an operation, by throwing or by timing out. */
export type ValidateEventListener = (event: ValidateEvent) => unknown;
