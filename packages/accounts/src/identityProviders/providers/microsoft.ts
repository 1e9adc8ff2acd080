import type { IdentityProvider, SecretProviderOptions } from '../IdentityProvider.js';
import { isTrue, standardProfile, textOf } from './claims.js';
import { oidc } from './oidc.js';

/** Options of {@link microsoft}. */
export interface MicrosoftOptions extends SecretProviderOptions {
  /**
   * The tenant's id, or `common`, `organizations` or `consumers` (default: `common`). With one of these
   * three, people of many tenants sign in, each of which is an issuer of its own.
   */
  readonly tenant?: string;
}

const HOST = 'https://login.microsoftonline.com';
const SEVERAL_TENANTS = ['common', 'organizations', 'consumers'];
const TENANT_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Declares Microsoft: Entra ID and personal accounts. The administrator of a tenant writes any address
 * into `email`, so it counts as verified only with the optional claim `xms_edov`.
 *
 * @example
 * ```ts
 * import { microsoft } from '@latchkey/accounts/oauth';
 *
 * export const provider = microsoft({
 *   clientId: '00000000-0000-0000-0000-000000000000',
 *   clientSecret: process.env['MICROSOFT_SECRET'] ?? '',
 * });
 * ```
 */
export function microsoft({ tenant = 'common', ...options }: MicrosoftOptions): IdentityProvider {
  const issuer = `${HOST}/${tenant}/v2.0`;
  const hasSeveral = SEVERAL_TENANTS.includes(tenant);
  return {
    ...oidc({ name: 'microsoft', secretIn: 'client_secret_post', issuer, ...options }),
    ...(hasSeveral && {
      metadataIssuer: `${HOST}/{tenantid}/v2.0`,
      issuerOf: ({ tid }) => {
        const id = textOf(tid) ?? '';
        return TENANT_ID.test(id) ? `${HOST}/${id}/v2.0` : undefined;
      },
    }),
    readProfile: ({ claims }) => ({
      ...standardProfile(claims),
      emailVerified: isTrue(claims.xms_edov),
    }),
  };
}
