import * as oauth from 'oauth4webapi';
import { createHash, createHmac } from 'node:crypto';
import { invalidOption } from '../errors/invalidOption.js';
import type { IdentityProvider, ProvidedIdentity, ProviderClaims } from './IdentityProvider.js';
import { callbackRefused, toAccountError, unavailable } from './providerErrors.js';
import { providerFetch, type Fetch, type NetworkOptions } from './providerFetch.js';
import { objectOf, textOf } from './providers/claims.js';

/** A flow with a provider, as both its ends know it. */
export interface ProviderFlow {
  /** The parameter `state`. */
  readonly state: string;
  readonly browserSecret: string;
  readonly redirectUri: string;
  /** When the person must have signed in at the provider, or later; undefined for any time. */
  readonly signedInSince?: Date | undefined;
}

/** Tokens that a provider gave for acting on the person's behalf. */
export interface ProviderTokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly scope?: string;
  /** When the access token expires, if the provider says so. */
  readonly expiresAt?: Date;
}

/** Result of a callback: who the person is, and the tokens for acting on their behalf. */
export interface ProvenIdentity {
  readonly identity: ProvidedIdentity;
  readonly tokens: ProviderTokens;
}

/** Options of every request to the provider. */
interface RequestOptions {
  readonly [oauth.customFetch]: (url: string, init: object) => Promise<Response>;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- it is only marked so that it stands out.
  readonly [oauth.allowInsecureRequests]: boolean;
}

/** Metadata changes with the provider's releases; its keys are fetched on their own. */
const METADATA_MS = 60 * 60 * 1000;
const MAX_SUBJECT = 255;
/** How far the clocks of provider and server may differ. */
const MAX_SKEW_SECONDS = 60;

/** Talks to one identity provider: OAuth 2.1 and OpenID Connect, by the authorization code flow. */
export class ProviderClient {
  readonly provider: IdentityProvider;
  readonly #fetch: Fetch;
  readonly #insecure: boolean;
  readonly #now: () => Date;
  readonly #keys: oauth.JWKSCacheInput = {};
  #metadata: { readonly server: oauth.AuthorizationServer; readonly untilMs: number } | undefined;
  #discovery: Promise<oauth.AuthorizationServer> | undefined;

  constructor(provider: IdentityProvider, network: NetworkOptions, now: () => Date) {
    this.provider = provider;
    this.#fetch = providerFetch(network);
    this.#insecure = network.insecureLoopback === true;
    this.#now = now;
  }

  /**
   * The URL at the provider that a browser is sent to. PKCE's verifier and the nonce follow from the
   * secret that only the browser keeps, so that they are stored nowhere.
   *
   * @throws AccountError `IdentityProviderUnavailable`, `InvalidConfiguration`
   */
  async authorizationUrl(flow: ProviderFlow): Promise<string> {
    const { clientId, scopes, formPost, parameters, endpoints } = this.provider;
    const { authorization_endpoint: endpoint } = await this.#server();
    if (endpoint === undefined) throw unavailable(this.provider.name, undefined);
    const url = new URL(endpoint);
    const own = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: flow.redirectUri,
      scope: [...new Set(scopes)].join(' '),
      state: flow.state,
      code_challenge: createHash('sha256').update(verifierOf(flow)).digest('base64url'),
      code_challenge_method: 'S256',
      ...(!endpoints && { nonce: nonceOf(flow) }),
      // Asks for a sign-in that is made now (OIDC Core §3.1.2.1), in place of a session at the provider.
      ...(!endpoints && flow.signedInSince && { max_age: '0' }),
      ...(formPost === true && { response_mode: 'form_post' }),
    };
    for (const [name, value] of Object.entries({ ...parameters, ...own })) {
      url.searchParams.set(name, value);
    }
    return url.href;
  }

  /**
   * Exchanges the code of a callback, and finds out who the person is.
   *
   * @throws AccountError `TokenVerificationFailed`, `IdentityProviderRefused`,
   *   `IdentityProviderUnavailable`, `InvalidConfiguration`
   */
  async prove(flow: ProviderFlow, parameters: URLSearchParams): Promise<ProvenIdentity> {
    try {
      return await this.#prove(flow, parameters);
    } catch (error) {
      throw toAccountError(this.provider.name, error);
    }
  }

  async #prove(flow: ProviderFlow, parameters: URLSearchParams): Promise<ProvenIdentity> {
    const { name, endpoints } = this.provider;
    const { client } = this;
    const metadata = await this.#server();
    const issuer = textOf(parameters.get('iss'));
    const answering = issuer === undefined ? metadata : this.#issuedBy(metadata, issuer);
    const valid = oauth.validateAuthResponse(answering, client, parameters, flow.state);
    const response = await oauth.authorizationCodeGrantRequest(
      metadata,
      client,
      await this.#clientAuthentication(),
      valid,
      flow.redirectUri,
      verifierOf(flow),
      this.#options,
    );
    const server = this.#serverOf(metadata, await idTokenClaims(response.clone()));
    if (issuer !== undefined && issuer !== server.issuer) throw callbackRefused();
    const answer = await oauth.processAuthorizationCodeResponse(server, client, response, {
      ...(!endpoints && { expectedNonce: nonceOf(flow), requireIdToken: true }),
    });
    if (!endpoints) {
      const options = { ...this.#options, [oauth.jwksCache]: this.#keys };
      await oauth.validateApplicationLevelSignature(server, response, options);
    }
    const claims = await this.#claims(server, answer);
    assertSignedInSince(flow, claims);
    const profile = await this.provider.readProfile({
      claims,
      user: objectOf(parseJson(parameters.get('user'))),
      getJson: (url) => this.#getJson(url, answer.access_token),
    });
    const { subject } = profile;
    if (subject === '' || subject.length > MAX_SUBJECT || !subject.isWellFormed()) {
      throw callbackRefused();
    }
    return {
      identity: {
        ...profile,
        provider: name,
        issuer: server.issuer,
        emailVerified: profile.emailVerified === true,
        claims,
      },
      tokens: this.#tokens(answer),
    };
  }

  /** The client, as it is registered; ID tokens are checked by the clock of the table. */
  get client(): oauth.Client {
    const skewMs = this.#now().getTime() - Date.now();
    return { client_id: this.provider.clientId, [oauth.clockSkew]: Math.round(skewMs / 1000) };
  }

  get #options(): RequestOptions {
    // To which hosts plain http is allowed, `providerFetch` decides.
    return {
      [oauth.customFetch]: (url, init) => this.#fetch(url, init),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above.
      [oauth.allowInsecureRequests]: this.#insecure,
    };
  }

  async #clientAuthentication(): Promise<oauth.ClientAuth> {
    const { getClientSecret, secretIn } = this.provider;
    if (!getClientSecret) return oauth.None();
    const secret = await getClientSecret(this.#now());
    return secretIn === 'client_secret_post'
      ? oauth.ClientSecretPost(secret)
      : oauth.ClientSecretBasic(secret);
  }

  /** The provider's metadata, fetched once an hour; a failure is not kept. */
  async #server(): Promise<oauth.AuthorizationServer> {
    const known = this.#metadata;
    if (known && this.#now().getTime() < known.untilMs) return known.server;
    this.#discovery ??= this.#discover().finally(() => {
      this.#discovery = undefined;
    });
    try {
      return await this.#discovery;
    } catch (error) {
      if (known) return known.server;
      throw error;
    }
  }

  async #discover(): Promise<oauth.AuthorizationServer> {
    const { name, issuer, metadataIssuer = issuer, endpoints } = this.provider;
    if (endpoints) {
      const { authorization, token } = endpoints;
      return { issuer, authorization_endpoint: authorization, token_endpoint: token };
    }
    try {
      const response = await oauth.discoveryRequest(new URL(issuer), this.#options);
      const server = await oauth.processDiscoveryResponse(new URL(metadataIssuer), response);
      this.#metadata = { server, untilMs: this.#now().getTime() + METADATA_MS };
      return server;
    } catch (error) {
      const { code } = objectOf(error);
      if (code !== oauth.JSON_ATTRIBUTE_COMPARISON) throw unavailable(name, error);
      const reason = 'The provider’s metadata is of another issuer.';
      throw invalidOption(`identityProviders.${name}.issuer`, reason);
    }
  }

  /** The server by which an ID token with these claims must be issued. */
  #serverOf(
    metadata: oauth.AuthorizationServer,
    claims: ProviderClaims,
  ): oauth.AuthorizationServer {
    const { issuerOf } = this.provider;
    if (!issuerOf) return metadata;
    const issuer = issuerOf(claims);
    if (issuer === undefined) throw callbackRefused();
    return { ...metadata, issuer };
  }

  /** The server of the parameter `iss`: of a provider of several issuers, it may name any of them. */
  #issuedBy(metadata: oauth.AuthorizationServer, issuer: string): oauth.AuthorizationServer {
    return this.provider.issuerOf ? { ...metadata, issuer } : metadata;
  }

  /** The claims of the ID token, and those of the userinfo endpoint where there is no address in it. */
  async #claims(
    server: oauth.AuthorizationServer,
    answer: oauth.TokenEndpointResponse,
  ): Promise<ProviderClaims> {
    const claims = oauth.getValidatedIdTokenClaims(answer);
    if (!claims) return {};
    const isEnough = claims.email !== undefined || server.userinfo_endpoint === undefined;
    if (isEnough) return claims;
    const { client } = this;
    const response = await oauth.userInfoRequest(
      server,
      client,
      answer.access_token,
      this.#options,
    );
    // Of the same person, or a token of somebody else's was put in the place (OIDC Core §5.3.2).
    const more = await oauth.processUserInfoResponse(server, client, claims.sub, response);
    return { ...more, ...claims };
  }

  async #getJson(url: string, accessToken: string): Promise<unknown> {
    const headers = new Headers({ accept: 'application/json', 'user-agent': 'latchkey' });
    const response = await oauth.protectedResourceRequest(
      accessToken,
      'GET',
      new URL(url),
      headers,
      null,
      this.#options,
    );
    if (response.status === 200) return response.json();
    throw unavailable(this.provider.name, new Error(`The API answered with ${response.status}.`));
  }

  #tokens(answer: oauth.TokenEndpointResponse): ProviderTokens {
    const { access_token: accessToken, refresh_token, scope, expires_in } = answer;
    return {
      accessToken,
      ...(refresh_token !== undefined && { refreshToken: refresh_token }),
      ...(scope !== undefined && { scope }),
      ...(expires_in !== undefined && {
        expiresAt: new Date(this.#now().getTime() + expires_in * 1000),
      }),
    };
  }
}

/**
 * Refuses a sign-in at the provider that is too old. A provider that does not say when it was is taken at its
 * word that it is one.
 *
 * @throws AccountError `TokenVerificationFailed`
 */
function assertSignedInSince({ signedInSince }: ProviderFlow, { auth_time }: ProviderClaims): void {
  if (!signedInSince || typeof auth_time !== 'number') return;
  if ((auth_time + MAX_SKEW_SECONDS) * 1000 < signedInSince.getTime()) throw callbackRefused();
}

/** PKCE's verifier (RFC 7636): 43 characters. */
export function verifierOf({ browserSecret, state }: ProviderFlow): string {
  return createHmac('sha256', browserSecret)
    .update(`latchkey/verifier/${state}`)
    .digest('base64url');
}

/** The nonce that the ID token must carry. */
export function nonceOf({ browserSecret, state }: ProviderFlow): string {
  return createHmac('sha256', browserSecret).update(`latchkey/nonce/${state}`).digest('base64url');
}

/** The claims of an ID token that nobody has verified yet, to learn by which issuer to verify it. */
async function idTokenClaims(response: Response): Promise<ProviderClaims> {
  const { id_token } = objectOf(parseJson(await response.text()));
  const [, payload = ''] = (textOf(id_token) ?? '').split('.');
  return objectOf(parseJson(Buffer.from(payload, 'base64url').toString()));
}

function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
