/** A value of JSON's. */
type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };

/** Claims that a provider makes about a person, as it gave them. */
export type ProviderClaims = Readonly<Record<string, Json | undefined>>;

/** Facts about a person, read from the claims of one provider. */
export interface ProvidedProfile {
  /** The provider's id of the person, unique within the issuer; never an e-mail address. */
  readonly subject: string;
  readonly email?: string | undefined;
  /** Tells whether the provider says that the person reads the address (default: false). */
  readonly emailVerified?: boolean;
  readonly name?: string | undefined;
}

/** A person as one provider knows them. */
export interface ProvidedIdentity extends ProvidedProfile {
  /** The application's name of the provider. */
  readonly provider: string;
  readonly issuer: string;
  readonly emailVerified: boolean;
  readonly claims: ProviderClaims;
}

/** Material that a provider's declaration reads a person from. */
export interface ProfileSource {
  /** Of the verified ID token and, where that says too little, of the userinfo endpoint. */
  readonly claims: ProviderClaims;
  /** The parameter `user` of a callback by `form_post`; it comes through the browser, unsigned. */
  readonly user: ProviderClaims;
  /** Reads a resource of the provider's API with the access token. */
  readonly getJson: (url: string) => Promise<unknown>;
}

/** Endpoints of a provider that does not publish them. */
export interface ProviderEndpoints {
  readonly authorization: string;
  readonly token: string;
}

/**
 * Declaration of an identity provider: made by `google(…)`, `microsoft(…)`, `apple(…)`, `github(…)` or
 * `oidc(…)`.
 */
export interface IdentityProvider {
  /**
   * The provider's name in URLs and in stored identities: 1 to 50 lower-case letters, digits and hyphens.
   * It stands for one issuer: never give the name to another one.
   */
  readonly name: string;
  readonly clientId: string;
  /** Gives the client's secret; undefined for a public client. */
  readonly getClientSecret: ((now: Date) => string | Promise<string>) | undefined;
  /** How the secret is sent (default: `client_secret_basic`). */
  readonly secretIn?: 'client_secret_basic' | 'client_secret_post';
  /** Issuer by whose metadata the endpoints are found. */
  readonly issuer: string;
  /** Issuer that the metadata names, where that is a template. */
  readonly metadataIssuer?: string;
  /** Instead of metadata, for a provider of OAuth 2.0 alone: there is no ID token. */
  readonly endpoints?: ProviderEndpoints;
  /**
   * Of a provider with several issuers: the issuer that the claims of an ID token must be of, or undefined
   * to refuse it. Its identities are stored with their issuer.
   */
  readonly issuerOf?: (claims: ProviderClaims) => string | undefined;
  readonly scopes: readonly string[];
  /** Tells that the provider posts its answer as a form (default: false). */
  readonly formPost?: boolean;
  /** More parameters of the authorization request. */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * Domains whose addresses the provider is trusted to have verified, or `'all'` (default: none). Only
   * such an address is taken into a new account, and only by such an address is an identity linked to an
   * account that exists.
   */
  readonly trustedDomains?: readonly string[] | 'all' | undefined;
  readonly readProfile: (source: ProfileSource) => ProvidedProfile | Promise<ProvidedProfile>;
}

/** Options that every provider takes. */
export interface ProviderOptions {
  /** The id under which the application is registered with the provider. */
  readonly clientId: string;
  /** {@link IdentityProvider.name} (default: the provider's own). */
  readonly name?: string;
  /** {@link IdentityProvider.trustedDomains} */
  readonly trustedDomains?: readonly string[] | 'all';
  /** More scopes, for the application's own use of the provider's tokens. */
  readonly scopes?: readonly string[];
  /** More parameters of the authorization request, such as `prompt`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Options of a provider that the application shares a secret with. */
export interface SecretProviderOptions extends ProviderOptions {
  readonly clientSecret: string;
}
