import { AccountError } from '../errors/AccountError.js';
import { AUTH_TOKEN_ISSUER } from '../tokens/authTokenSchemas.js';

const APP_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Checks the id of an application as it is configured.
 *
 * @throws AccountError `InvalidConfiguration`
 */
export function parseAppId(appId: unknown, path: string): string {
  if (typeof appId === 'string' && APP_ID.test(appId)) return appId;
  throw new AccountError('InvalidConfiguration', {
    path,
    reason:
      'An id has 1 to 64 letters, digits, ".", "_" and "-", and begins with a letter or digit.',
  });
}

/** Default audience of an application's tokens (ASVS 9.2.3, 9.2.4). */
export function audienceOf(appId: string | undefined): string {
  return appId === undefined ? AUTH_TOKEN_ISSUER : `${AUTH_TOKEN_ISSUER}/${appId}`;
}
