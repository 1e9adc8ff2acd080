import { IdentityProviders, type IdentityProvidersPart } from './IdentityProviders.js';
import { providerSettings, type IdentityProvidersOptions } from './providerSettings.js';

export { apple, type AppleOptions } from './providers/apple.js';
export { github } from './providers/github.js';
export { google } from './providers/google.js';
export { microsoft, type MicrosoftOptions } from './providers/microsoft.js';
export { oidc, type OidcOptions } from './providers/oidc.js';
export type {
  IdentityProvider,
  ProfileSource,
  ProvidedIdentity,
  ProvidedProfile,
  ProviderClaims,
  ProviderEndpoints,
  ProviderOptions,
  SecretProviderOptions,
} from './IdentityProvider.js';
export type {
  BeginIdentityLinkInput,
  BeginIdentityLoginInput,
  BegunIdentityFlow,
  CompletedIdentityFlow,
  CompleteIdentityFlowInput,
  IdentityProviders,
  IdentityProvidersPart,
} from './IdentityProviders.js';
export type { ProviderTokens } from './ProviderClient.js';
export type { Fetch, NetworkOptions } from './providerFetch.js';
export type { IdentityProvidersOptions, StoreTokensOptions } from './providerSettings.js';

/**
 * Sign-in with identity providers, for the option `identityProviders` of `Accounts`. The client of OAuth
 * and OpenID Connect comes with this entry alone.
 *
 * @throws AccountError `InvalidConfiguration` with the path of the option.
 * @example
 * ```ts
 * import { Accounts } from '@latchkey/accounts';
 * import { github, google, identityProviders } from '@latchkey/accounts/oauth';
 * import { createClient, Table } from '@latchkey/entity';
 *
 * export const accounts = new Accounts({
 *   table: new Table({ name: 'my-application', client: createClient() }),
 *   sessions: { getTokenSecret: () => process.env['TOKEN_SECRET'] ?? '' },
 *   identityProviders: identityProviders({
 *     redirectUri: 'https://www.example.com/auth/identity-providers/{provider}/callback',
 *     providers: [
 *       google({ clientId: '1234', clientSecret: process.env['GOOGLE_SECRET'] ?? '' }),
 *       github({ clientId: 'Iv1.5678', clientSecret: process.env['GITHUB_SECRET'] ?? '' }),
 *     ],
 *   }),
 * });
 * ```
 */
export function identityProviders(options: IdentityProvidersOptions): IdentityProvidersPart {
  const settings = providerSettings(options);
  return { create: (core, creation) => new IdentityProviders(core, creation, settings) };
}
