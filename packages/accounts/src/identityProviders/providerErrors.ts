import {
  AuthorizationResponseError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { AccountError, type AnyAccountError } from '../errors/AccountError.js';
import { invalidOption } from '../errors/invalidOption.js';
import { objectOf } from './providers/claims.js';

/** Codes of RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6: any other is the provider's own text. */
const KNOWN_ERRORS: readonly string[] = [
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
];

/** Codes of a token endpoint by which the application itself is refused; the last two are GitHub's. */
const CLIENT_ERRORS: readonly unknown[] = [
  'invalid_client',
  'unauthorized_client',
  'incorrect_client_credentials',
  'redirect_uri_mismatch',
];

/** Errors of `oauth4webapi` about a response that no person and no attacker has a part in. */
const UNFIT_RESPONSE: readonly unknown[] = [
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
];

/**
 * The one answer to a callback that proves nothing: replayed, forged, mixed up, expired or of another
 * browser. It does not tell which.
 */
export function callbackRefused(cause?: Error): AccountError<'TokenVerificationFailed'> {
  const options = cause ? { cause } : {};
  return new AccountError('TokenVerificationFailed', { path: 'callback' }, options);
}

/** The error for a provider that did not answer, or not as its standard says. */
export function unavailable(
  provider: string,
  error: unknown,
): AccountError<'IdentityProviderUnavailable'> {
  return new AccountError(
    'IdentityProviderUnavailable',
    { provider },
    { cause: withoutData(error) },
  );
}

/**
 * Translates an error of a request to a provider. Nothing that the provider has sent is in it: neither
 * its texts, nor tokens (ASVS 16.2.5).
 */
export function toAccountError(provider: string, error: unknown): AnyAccountError {
  if (AccountError.is(error)) return error;
  if (error instanceof AuthorizationResponseError) {
    const code = KNOWN_ERRORS.includes(error.error) ? error.error : 'other';
    return new AccountError('IdentityProviderRefused', { provider, error: code });
  }
  if (error instanceof WWWAuthenticateChallengeError || CLIENT_ERRORS.includes(bodyError(error))) {
    const reason =
      'The provider does not accept the client: check its id, secret and redirect URI.';
    return invalidOption(`identityProviders.${provider}`, reason, { cause: withoutData(error) });
  }
  if (isOutage(error)) return unavailable(provider, error);
  return callbackRefused(withoutData(error));
}

function bodyError(error: unknown): unknown {
  if (error instanceof ResponseBodyError) return error.error;
  const { cause } = objectOf(error) as { readonly cause?: unknown };
  return objectOf(objectOf(cause).body).error;
}

/** Tells whether the network or the provider failed, so that the same call may succeed later. */
function isOutage(error: unknown): boolean {
  if (error instanceof ResponseBodyError) return error.status >= 500;
  const { code, name } = objectOf(error);
  // A timeout, or what `fetch` throws where there is no response.
  if (name === 'TimeoutError' || name === 'AbortError') return true;
  return UNFIT_RESPONSE.includes(code) || (error instanceof TypeError && code === undefined);
}

/** An error with the text of the library only: its `cause` would hold what the provider has sent. */
function withoutData(error: unknown): Error {
  const { code } = objectOf(error);
  const { cause } = objectOf(error) as { readonly cause?: unknown };
  const reason = objectOf(cause).code;
  const words = [code, reason, error instanceof Error ? error.message : undefined];
  return new Error(words.filter((word) => typeof word === 'string').join(': '));
}
