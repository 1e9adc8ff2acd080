import type { IdentityProvider, SecretProviderOptions } from '../IdentityProvider.js';
import { isTrue, objectOf, textOf } from './claims.js';

const API = 'https://api.github.com';
/** Addresses that only forward, or lead nowhere. */
const NO_REPLY = /@users\.noreply\.github\.com$/i;

/**
 * Declares GitHub, which has OAuth 2.0 but no ID token: the person is read from its API. Of several
 * addresses, the verified primary one counts.
 *
 * @example
 * ```ts
 * import { github } from '@latchkey/accounts/oauth';
 *
 * export const provider = github({
 *   clientId: 'Iv1.0123456789abcdef',
 *   clientSecret: process.env['GITHUB_SECRET'] ?? '',
 * });
 * ```
 */
export function github(options: SecretProviderOptions): IdentityProvider {
  const { name = 'github', clientId, clientSecret, parameters, trustedDomains } = options;
  return {
    name,
    clientId,
    getClientSecret: () => clientSecret,
    secretIn: 'client_secret_post',
    issuer: 'https://github.com/login/oauth',
    endpoints: {
      authorization: 'https://github.com/login/oauth/authorize',
      token: 'https://github.com/login/oauth/access_token',
    },
    ...(parameters && { parameters }),
    scopes: ['read:user', 'user:email', ...(options.scopes ?? [])],
    trustedDomains,
    readProfile: async ({ getJson }) => {
      const [user, emails] = await Promise.all([
        getJson(`${API}/user`),
        getJson(`${API}/user/emails`),
      ]);
      const { id, login, name: fullName } = objectOf(user);
      const email = bestOf(emails);
      return {
        // The login can be given up, and taken by someone else.
        subject: typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : '',
        email,
        emailVerified: email !== undefined,
        name: textOf(fullName) ?? textOf(login),
      };
    },
  };
}

function bestOf(emails: unknown): string | undefined {
  const verified = (Array.isArray(emails) ? emails : [])
    .map(objectOf)
    .filter(({ email, verified }) => isTrue(verified) && !NO_REPLY.test(textOf(email) ?? ''));
  const best = verified.find(({ primary }) => isTrue(primary)) ?? verified[0];
  return textOf(best?.email);
}
