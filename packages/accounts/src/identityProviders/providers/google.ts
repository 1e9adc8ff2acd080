import type {
  IdentityProvider,
  ProviderClaims,
  SecretProviderOptions,
} from '../IdentityProvider.js';
import { standardProfile, textOf } from './claims.js';
import { oidc } from './oidc.js';

const OWN_DOMAINS = ['gmail.com', 'googlemail.com'];

/**
 * Declares Google. Google answers for the addresses of Gmail and of the customers of Google Workspace;
 * any other address was only verified when its Google account was made, and counts as not verified.
 *
 * @example
 * ```ts
 * import { google } from '@latchkey/accounts/oauth';
 *
 * export const provider = google({
 *   clientId: '1234.apps.googleusercontent.com',
 *   clientSecret: process.env['GOOGLE_SECRET'] ?? '',
 *   trustedDomains: ['gmail.com'],
 * });
 * ```
 */
export function google(options: SecretProviderOptions): IdentityProvider {
  return {
    ...oidc({ name: 'google', issuer: 'https://accounts.google.com', ...options }),
    readProfile: ({ claims }) => {
      const profile = standardProfile(claims);
      return {
        ...profile,
        emailVerified: profile.emailVerified === true && isOwn(profile.email, claims),
      };
    },
  };
}

function isOwn(email = '', { hd }: ProviderClaims): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return OWN_DOMAINS.includes(domain) || textOf(hd)?.toLowerCase() === domain;
}
