import type { EntityErrorCode } from '@latchkey/entity';
import { entry, type AccountErrorEntry, type NoDetails } from './errorEntry.js';
import type { SelfServiceErrorCode, SelfServiceErrorDetails } from './selfServiceErrorCodes.js';

/**
 * Contents of `details` for each error code. Values are paths, limits and reasons from the library,
 * never user input (ASVS 16.2.5).
 */
export interface AccountErrorDetails extends SelfServiceErrorDetails {
  /** Some input has the wrong form; `reason` is a machine word such as `notAString`. */
  readonly InvalidInput: { readonly path: string; readonly reason: string };
  /** The chosen password has fewer than `minLength` code points. */
  readonly PasswordTooShort: {
    readonly path: string;
    readonly minLength: number;
    /** Same as above; only in errors of `SelfService`. */
    readonly minLen?: number;
  };
  /** The chosen password has more than `maxLength` code points. */
  readonly PasswordTooLong: {
    readonly path: string;
    readonly maxLength: number;
    /** Same as above; only in errors of `SelfService`. */
    readonly maxLen?: number;
  };
  /** The chosen password is common, made from the account's own data, or known from a breach. */
  readonly PasswordNotAllowed: {
    readonly path: string;
    readonly reason: 'common' | 'context' | 'breached';
  };
  /** Another account owns the username. */
  readonly UsernameAlreadyExists: { readonly path: string };
  /** Another account owns the e-mail address. */
  readonly EmailAlreadyExists: { readonly path: string };
  /** Another account owns the phone number. */
  readonly PhoneAlreadyExists: { readonly path: string };
  /** Another account owns the identity, of another provider or the application's own. */
  readonly IdentityAlreadyExists: { readonly path: string };
  /** The password was right, but the e-mail address must be confirmed first. */
  readonly AccountNotActivated: NoDetails;
  /** Unknown user, wrong password, or anything else that must look the same (ASVS 6.3.8). */
  readonly LoginFailed: NoDetails;
  /** A token was not accepted. */
  readonly TokenVerificationFailed: { readonly path: string };
  /** The token is genuine, but its session was ended or replaced. */
  readonly InvalidSession: NoDetails;
  /** The request has no token; in `SelfService`, no active session. */
  readonly UserNotSignedIn: NoDetails;
  /** No account has this id, or the account has no such contact. */
  readonly UserNotFound: NoDetails;
  /** The account exists, but is deactivated. */
  readonly AccountDeactivated: NoDetails;
  /** The token has already verified its address. */
  readonly EmailAlreadyVerified: NoDetails;
  /**
   * Nothing proved that the reader of the mailbox created the account, so the address was removed
   * from it.
   */
  readonly EmailRemoved: NoDetails;
  /**
   * The address can be verified only together with a new password, which discards everything that
   * was set before.
   */
  readonly NewPasswordRequired: NoDetails;
  /** The account does not have this contact. */
  readonly ContactNotFound: NoDetails;
  /** The account does not have this passkey. */
  readonly PasskeyNotFound: NoDetails;
  /** The account has no password that could be removed. */
  readonly PasswordNotFound: NoDetails;
  /** It is the last login method of the account. */
  readonly LastLoginMethod: NoDetails;
  /**
   * Too many failed attempts on this account; the attempt was not checked. Try again after
   * `retryAfterSeconds`, or recover the account.
   */
  readonly AccountLocked: { readonly retryAfterSeconds: number };
  /** Too many failures in a row: the authenticator is disabled until it is set up again. */
  readonly AuthenticatorDisabled: { readonly authenticator: string };
  /** Too many attempts from this client address; in `SelfService`, also on this account. */
  readonly TooManyRequests: { readonly retryAfterSeconds: number };
  /**
   * The account has `limit` pending tokens of this kind, the maximum; the first of them expires in
   * `retryAfterSeconds`.
   */
  readonly TooManyTokens: { readonly limit: number; readonly retryAfterSeconds: number };
  /**
   * The password was right, and a second factor is required: the error's `challenge` with a code.
   */
  readonly TwoFactorRequired: { readonly methods: readonly string[] };
  /** The application requires a second factor, and the account has none yet. */
  readonly TwoFactorEnrolmentRequired: NoDetails;
  /**
   * The application requires a second factor for this account: it can be replaced, but not removed.
   */
  readonly TwoFactorMandatory: NoDetails;
  /**
   * The identity provider did not confirm who the person is: `error` is a code of RFC 6749 §4.1.2.1 or
   * of OpenID Connect, such as `access_denied`, or `other`.
   */
  readonly IdentityProviderRefused: { readonly provider: string; readonly error: string };
  /** The identity provider did not answer, or not as its standard says; the same may succeed later. */
  readonly IdentityProviderUnavailable: { readonly provider: string };
  /**
   * An account has the address that the identity provider gave. Its owner must log in to it and link the
   * identity there.
   */
  readonly IdentityLinkRequired: { readonly provider: string };
  /** The session's owner last authenticated too long ago for this operation. */
  readonly RecentLoginRequired: { readonly maxAgeSeconds: number };
  /** The account does not have the permission. */
  readonly PermissionDenied: { readonly permission: string };
  /** An impersonator may not change how the account's owner logs in. */
  readonly ImpersonatedSession: NoDetails;
  /** A listener of the application refused the operation or did not respond. */
  readonly Vetoed: { readonly event: string };
  /** The application has reached the maximum number of accounts of its plan. */
  readonly TrialExceededLimit: { readonly maxAccounts: number };
  /** The application id is missing. */
  readonly AppIdNotSet: NoDetails;
  /** There is no application with this id. */
  readonly AppIdNotValid: NoDetails;
  /** Only a sandbox can be created or emptied, and these accounts are live. */
  readonly NotASandbox: NoDetails;
  /** The table is not marked as a sandbox and is not empty. */
  readonly SandboxNotMarked: NoDetails;
  /** The signing secret is shorter than the minimum of RFC 7518 §3.2. */
  readonly SecretTooShort: { readonly minBytes: number };
  /**
   * An option has an invalid value; the table, its client or the client's permissions are wrong; or
   * a stored item or a definition does not fit the operation. `reason` is a sentence without the
   * value, and says what to do.
   */
  readonly InvalidConfiguration: {
    readonly path: string;
    readonly reason: string;
    /** The name of the AWS SDK's error, such as `AccessDeniedException`, if it threw one. */
    readonly sdkError?: string;
    /** The code of the table's error, if an item or a definition does not fit. */
    readonly entityError?: EntityErrorCode;
  };
  /** Too many passwords are waiting to be hashed; the same call may succeed later. */
  readonly TooBusy: NoDetails;
  /** A dependency of the library did not respond; the same call may succeed later. */
  readonly ServiceUnavailable: NoDetails;
}

/** The stable code of a failure; it determines the shape of `details`. */
export type AccountErrorCode = keyof AccountErrorDetails;

/** A code that this table has; those of `SelfService` have one of their own. */
type CoreErrorCode = Exclude<AccountErrorCode, SelfServiceErrorCode>;

/**
 * Every code of the core with its status and sentence. The sentence is fixed, so that it cannot
 * contain a secret.
 */
export const accountErrorCodes: Readonly<Record<CoreErrorCode, AccountErrorEntry>> = Object.freeze({
  InvalidInput: entry(400, 'The input is not valid.'),
  PasswordTooShort: entry(400, 'The password is too short.'),
  PasswordTooLong: entry(400, 'The password is too long.'),
  PasswordNotAllowed: entry(400, 'The password is too easily guessed.'),
  UsernameAlreadyExists: entry(409, 'The username is already taken.'),
  EmailAlreadyExists: entry(409, 'The e-mail address is already in use.'),
  PhoneAlreadyExists: entry(409, 'The phone number is already in use.'),
  IdentityAlreadyExists: entry(409, 'The identity is already linked to an account.'),
  AccountNotActivated: entry(403, 'The e-mail address must be confirmed first.'),
  LoginFailed: entry(401, 'Login failed.'),
  TokenVerificationFailed: entry(401, 'The token could not be verified.'),
  InvalidSession: entry(401, 'The session is no longer valid.'),
  UserNotSignedIn: entry(401, 'The user is not signed in.'),
  UserNotFound: entry(404, 'User not found.'),
  AccountDeactivated: entry(403, 'The account is deactivated.'),
  EmailAlreadyVerified: entry(409, 'The e-mail address is already confirmed.'),
  EmailRemoved: entry(
    403,
    'The e-mail address was not confirmed and has been removed from the account. Sign in to add it again.',
  ),
  NewPasswordRequired: entry(401, 'Choose a new password to confirm the e-mail address.'),
  ContactNotFound: entry(404, 'Contact not found.'),
  PasskeyNotFound: entry(404, 'Passkey not found.'),
  PasswordNotFound: entry(404, 'The account has no password.'),
  LastLoginMethod: entry(409, "This is the account's last login method and cannot be removed."),
  AccountLocked: entry(429, 'Too many failed attempts. Try again later.'),
  AuthenticatorDisabled: entry(
    403,
    'Too many failed attempts. This login method must be set up again.',
  ),
  TooManyRequests: entry(429, 'Too many requests. Try again later.'),
  TooManyTokens: entry(429, 'Too many unused tokens. Try again later.'),
  TwoFactorRequired: entry(401, 'A second factor is required.'),
  TwoFactorEnrolmentRequired: entry(401, 'A second factor must be set up first.'),
  TwoFactorMandatory: entry(403, 'A second factor is mandatory and cannot be removed.'),
  IdentityProviderRefused: entry(403, 'The identity provider did not confirm the sign-in.'),
  IdentityProviderUnavailable: entry(503, 'The identity provider is unavailable. Try again later.'),
  IdentityLinkRequired: entry(
    409,
    'There is an account with this address. Sign in to it, and link the identity there.',
  ),
  RecentLoginRequired: entry(401, 'Recent authentication is required.'),
  PermissionDenied: entry(403, 'Permission denied.'),
  ImpersonatedSession: entry(403, "Only the account's owner can do this."),
  Vetoed: entry(403, 'The application does not allow this.'),
  TrialExceededLimit: entry(402, 'The application has reached its maximum number of accounts.'),
  AppIdNotSet: entry(400, 'The application id is missing.'),
  AppIdNotValid: entry(401, 'The application id is not valid.'),
  NotASandbox: entry(403, 'This can only be done in a sandbox.'),
  SandboxNotMarked: entry(403, 'The table is not marked as a sandbox.'),
  SecretTooShort: entry(500, 'The token signing secret is too short.'),
  InvalidConfiguration: entry(500, 'The accounts library is misconfigured.'),
  TooBusy: entry(503, 'The service is too busy. Try again later.'),
  ServiceUnavailable: entry(503, 'The service is unavailable. Try again later.'),
});
