import { AccountError, type AccountErrorOptions } from './AccountError.js';
import type { AccountErrorDetails } from './accountErrorCodes.js';
import { entry, type AccountErrorEntry, type NoDetails } from './errorEntry.js';

/** Contents of `details` for each code that only `SelfService` uses. */
export interface SelfServiceErrorDetails {
  /** The argument is not an object of parameters. */
  readonly ParamsMustBeObject: NoDetails;
  /** No changes were given. */
  readonly ParamsMissing: NoDetails;
  /** There is neither a username nor an address in its place. */
  readonly UsernameMissing: NoDetails;
  readonly UsernameMustBeString: NoDetails;
  /** The username is empty or only white space. */
  readonly UsernameCannotBeBlank: NoDetails;
  /** The username has more than `maxLen` characters. */
  readonly UsernameTooLong: { readonly maxLen: number };
  readonly PasswordMissing: { readonly path: string };
  readonly PasswordMustBeString: { readonly path: string };
  readonly PasswordCannotBeBlank: { readonly path: string };
  /** A new password requires the current one. */
  readonly CurrentPasswordMissing: NoDetails;
  readonly CurrentPasswordIncorrect: NoDetails;
  /** The e-mail address has the wrong form, or is missing where it must be confirmed. */
  readonly EmailNotValid: NoDetails;
  /** The profile is not a plain object. */
  readonly ProfileMustBeObject: NoDetails;
  readonly ProfileCannotBeEmpty: NoDetails;
  readonly ProfileHasTooManyKeys: { readonly maxKeys: number };
  /** A key of the profile is a symbol, or empty. */
  readonly ProfileKeyMustBeString: NoDetails;
  /** The key of the profile that begins with `key` has more than `maxLen` characters. */
  readonly ProfileKeyTooLong: { readonly maxLen: number; readonly key: string };
  readonly ProfileValueMustBeString: { readonly key: string };
  readonly ProfileValueCannotBeBlank: { readonly key: string };
  readonly ProfileValueTooLong: { readonly maxLen: number; readonly key: string };
  readonly RememberMeValueNotValid: { readonly values: readonly string[] };
  readonly SessionLengthMustBeNumber: NoDetails;
  /** In hours. */
  readonly SessionLengthTooShort: { readonly minLen: number };
  /** In hours. */
  readonly SessionLengthTooLong: { readonly maxLen: number };
  /**
   * It is not a date-time, is in the past, is too far in the future, or is combined with
   * `sessionLength`.
   */
  readonly ExpiredTimeNotValid: {
    readonly reason: 'notADateTime' | 'past' | 'tooFar' | 'besideSessionLength';
  };
  /**
   * The request already has an active session; `username` is its account's username, if it has one.
   */
  readonly UserAlreadySignedIn: { readonly username?: string };
  /** Unknown user, wrong password, address that is not verified: all look the same (ASVS 6.3.8). */
  readonly UsernameOrPasswordMismatch: NoDetails;
  readonly ActivationTokenNotValid: NoDetails;
  readonly ResetTokenNotValid: NoDetails;
}

/** The stable code of a failure that only `SelfService` uses. */
export type SelfServiceErrorCode = keyof SelfServiceErrorDetails;

/** Every code of `SelfService` with its status and sentence. */
export const selfServiceErrorCodes: Readonly<Record<SelfServiceErrorCode, AccountErrorEntry>> =
  Object.freeze({
    ParamsMustBeObject: entry(400, 'The parameters must be an object.'),
    ParamsMissing: entry(400, 'No changes were given.'),
    UsernameMissing: entry(400, 'The username is missing.'),
    UsernameMustBeString: entry(400, 'The username must be a string.'),
    UsernameCannotBeBlank: entry(400, 'The username cannot be blank.'),
    UsernameTooLong: entry(400, 'The username is too long.'),
    PasswordMissing: entry(400, 'The password is missing.'),
    PasswordMustBeString: entry(400, 'The password must be a string.'),
    PasswordCannotBeBlank: entry(400, 'The password cannot be blank.'),
    CurrentPasswordMissing: entry(400, 'The current password is missing.'),
    CurrentPasswordIncorrect: entry(401, 'The current password is incorrect.'),
    EmailNotValid: entry(400, 'The e-mail address is not valid.'),
    ProfileMustBeObject: entry(400, 'The profile must be a plain object.'),
    ProfileCannotBeEmpty: entry(400, 'The profile cannot be empty.'),
    ProfileHasTooManyKeys: entry(400, 'The profile has too many keys.'),
    ProfileKeyMustBeString: entry(400, 'Profile keys must be strings.'),
    ProfileKeyTooLong: entry(400, 'A profile key is too long.'),
    ProfileValueMustBeString: entry(400, 'Profile values must be strings.'),
    ProfileValueCannotBeBlank: entry(400, 'Profile values cannot be blank.'),
    ProfileValueTooLong: entry(400, 'A profile value is too long.'),
    RememberMeValueNotValid: entry(400, "rememberMe must be 'local', 'session' or 'none'."),
    SessionLengthMustBeNumber: entry(400, 'The session length must be a number.'),
    SessionLengthTooShort: entry(400, 'The session length is too short.'),
    SessionLengthTooLong: entry(400, 'The session length is too long.'),
    ExpiredTimeNotValid: entry(400, 'The expiry time of the session is not valid.'),
    UserAlreadySignedIn: entry(409, 'The user is already signed in.'),
    UsernameOrPasswordMismatch: entry(401, 'Incorrect username or password.'),
    ActivationTokenNotValid: entry(401, 'The activation token is not valid.'),
    ResetTokenNotValid: entry(401, 'The reset token is not valid.'),
  });

/** Makes an {@link AccountError} with a code of `SelfService`. */
export function selfServiceError<C extends SelfServiceErrorCode>(
  code: C,
  details: AccountErrorDetails[C],
  options?: AccountErrorOptions,
): AccountError<C> {
  const ofCode = { ...options, entry: selfServiceErrorCodes[code] };
  return new AccountError(code, details, ofCode);
}
