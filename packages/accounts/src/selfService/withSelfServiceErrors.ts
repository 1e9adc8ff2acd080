import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError, type AnyAccountError } from '../errors/AccountError.js';
import { selfServiceError } from '../errors/selfServiceErrorCodes.js';

/** Names that one call gives to the errors that several calls share. */
export interface ErrorNames {
  /** For a password that does not fit. */
  readonly mismatch?: 'UsernameOrPasswordMismatch' | 'CurrentPasswordIncorrect';
  /** For a one-time token that is not valid. */
  readonly token?: 'ActivationTokenNotValid' | 'ResetTokenNotValid';
  /** For a request without a session. */
  readonly session?: 'UserNotSignedIn';
}

/**
 * Runs a flow and calls what went wrong by `SelfService`'s names: the only place where these are
 * put in place of those that the flows have.
 */
export async function withSelfServiceErrors<T>(
  core: Pick<AccountsCore, 'passwords'>,
  names: ErrorNames,
  flow: () => Promise<T>,
): Promise<T> {
  try {
    return await flow();
  } catch (error) {
    throw AccountError.is(error) ? (toSelfServiceError(core, names, error) ?? error) : error;
  }
}

function toSelfServiceError(
  { passwords }: Pick<AccountsCore, 'passwords'>,
  { mismatch, token, session }: ErrorNames,
  error: AnyAccountError,
): AccountError | undefined {
  const options = { cause: error };
  switch (error.code) {
    case 'LoginFailed':
      return mismatch && selfServiceError(mismatch, {}, options);
    case 'AccountLocked':
      return new AccountError('TooManyRequests', error.details, options);
    case 'InvalidSession':
      return session && new AccountError(session, {}, options);
    case 'TokenVerificationFailed':
      if (token) return selfServiceError(token, {}, options);
      return session && new AccountError(session, {}, options);
    case 'PasswordTooShort': {
      const { path, minLength } = error.details;
      return new AccountError(error.code, { path, minLength, minLen: minLength });
    }
    case 'PasswordTooLong': {
      const { path, maxLength } = error.details;
      return new AccountError(error.code, { path, maxLength, maxLen: maxLength });
    }
    case 'InvalidInput':
      return ofInput(error, token, passwords.lengths.maxLength);
    default:
      return undefined;
  }
}

function ofInput(
  { details: { path, reason } }: AccountError<'InvalidInput'>,
  token: ErrorNames['token'],
  maxLength: number,
): AccountError | undefined {
  if (path === '' && reason === 'notAnObject') return selfServiceError('ParamsMustBeObject', {});
  if (path === 'token' && token) return selfServiceError(token, {});
  if (path === 'email' && /^not(?!Beside)/.test(reason))
    return selfServiceError('EmailNotValid', {});
  if (/password$/i.test(path) && reason === 'tooLong') {
    return new AccountError('PasswordTooLong', { path, maxLength, maxLen: maxLength });
  }
  return undefined;
}
