import type { IdentityProvider, ProviderOptions } from '../IdentityProvider.js';
import { standardProfile } from './claims.js';

/** Options of {@link oidc}. */
export interface OidcOptions extends ProviderOptions {
  readonly name: string;
  /** The issuer, exactly as its metadata has it, such as `https://id.example.com`. */
  readonly issuer: string;
  /** Without it, the client is a public one. */
  readonly clientSecret?: string;
  /** How the secret is sent (default: `client_secret_basic`). */
  readonly secretIn?: IdentityProvider['secretIn'];
  /** Tells that the provider posts its answer as a form (default: false). */
  readonly formPost?: boolean;
}

/**
 * Declares any provider of OpenID Connect. Its endpoints are found by its issuer.
 *
 * @example
 * ```ts
 * import { oidc } from '@latchkey/accounts/oauth';
 *
 * export const company = oidc({
 *   name: 'company',
 *   issuer: 'https://id.example.com',
 *   clientId: 'my-application',
 *   clientSecret: process.env['COMPANY_SECRET'] ?? '',
 *   trustedDomains: ['example.com'],
 * });
 * ```
 */
export function oidc(options: OidcOptions): IdentityProvider {
  const { name, issuer, clientId, clientSecret, secretIn, formPost, parameters } = options;
  return {
    name,
    issuer,
    clientId,
    getClientSecret: clientSecret === undefined ? undefined : () => clientSecret,
    ...(secretIn !== undefined && { secretIn }),
    ...(formPost !== undefined && { formPost }),
    ...(parameters && { parameters }),
    scopes: ['openid', 'email', 'profile', ...(options.scopes ?? [])],
    trustedDomains: options.trustedDomains,
    readProfile: ({ claims }) => standardProfile(claims),
  };
}
