export { AccountError, type AnyAccountError } from '../errors/AccountError.js';
export type { AccountErrorCode, AccountErrorDetails } from '../errors/accountErrorCodes.js';
export type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
export type { SessionHookRegistry } from '../sessions/SessionHooks.js';
export type { SessionsOptions } from '../core/sessionPolicy.js';
export type { GuardOptions } from './createRequestSetup.js';
export { Guard } from './Guard.js';
