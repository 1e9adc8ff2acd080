export type { AccountEntity } from './accounts/AccountEntity.js';
export { Accounts, type AccountsOptions, type PasswordLoginInput } from './accounts/Accounts.js';
export type { CreateAccountInput } from './accounts/parseNewAccount.js';
export {
  AccountError,
  type AccountErrorJson,
  type AnyAccountError,
} from './errors/AccountError.js';
export type { AccountErrorCode, AccountErrorDetails } from './errors/accountErrorCodes.js';
export type { EmailOfAccount } from './accounts/readEmailOfAccount.js';
export type { IssuedOneTimeToken, OneTimeTokenLifetimes } from './oneTimeTokens/OneTimeTokens.js';
export { BcryptHasher, type BcryptHasherOptions } from './passwords/BcryptHasher.js';
export type { PasswordHasher } from './passwords/PasswordHasher.js';
export type { PasswordPolicy } from './passwords/PasswordPolicy.js';
export type { AccountDocument, ConnectionInfo, SessionRequest } from './sessions/SessionRequest.js';
export {
  Sessions,
  type ListSessionsInput,
  type LoginResult,
  type LogoutInput,
  type SessionsOptions,
} from './sessions/Sessions.js';
export type { Duration, DurationUnit } from './tokens/parseDuration.js';
export type { TokenSecret, TokenSecrets } from './tokens/TokenKeys.js';
