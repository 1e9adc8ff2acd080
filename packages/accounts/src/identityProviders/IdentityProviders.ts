import { Challenges } from '../challenges/Challenges.js';
import { linkIdentityAs } from '../contacts/linkIdentity.js';
import { removeContact } from '../contacts/removeContact.js';
import type { ActingAccount } from '../core/actingAccount.js';
import { Actor } from '../core/Actor.js';
import type { Contact } from '../core/Account.js';
import { changeAccount, Flow } from '../core/changeAccount.js';
import { isContactTaken, isSame, takingClaims } from '../core/claims.js';
import { requireRecentLogin } from '../core/requireRecentLogin.js';
import { AccountError } from '../errors/AccountError.js';
import {
  readFrom,
  readInput,
  readObject,
  requireObject,
  requireUlid,
} from '../errors/requireObject.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { commitLogin, completeLogin, type CompletedLogin } from '../login/completeLogin.js';
import { requireRequest, type SessionRequest } from '../requests/SessionRequest.js';
import type { AccountCreation } from '../signUp/AccountCreation.js';
import {
  findIdentityOwner,
  linkedIdentity,
  type IdentityLoginContext,
} from './findIdentityOwner.js';
import { parseReturnTo } from './parseReturnTo.js';
import { callbackRefused } from './providerErrors.js';
import { ProviderClient, type ProvenIdentity, type ProviderTokens } from './ProviderClient.js';
import type { IdentityProviderSettings } from './providerSettings.js';
import { assertSameIssuer, openTokens, sealTokens, toContactData } from './storedIdentity.js';

/** Identity providers for `Accounts`: `identityProviders(…)` of `@latchkey/accounts/oauth`. */
export interface IdentityProvidersPart {
  /** @internal */
  readonly create: (core: AccountsCore, creation: AccountCreation) => IdentityProviders;
}

/** Input of {@link IdentityProviders.begin}. */
export interface BeginIdentityLoginInput {
  /** The name of a provider. */
  readonly provider: string;
  /** Request of the visitor, which is counted by address. */
  readonly request: SessionRequest;
  /** Path of the application's own to return to; {@link CompletedIdentityFlow} has it again. */
  readonly returnTo?: string;
  /** Tells whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
}

/** Input of {@link IdentityProviders.beginLink} and {@link IdentityProviders.beginReauthentication}. */
export interface BeginIdentityLinkInput {
  readonly provider: string;
  /** Request of the owner's session, accepted by `handleRequest`. */
  readonly request: SessionRequest;
  readonly returnTo?: string;
}

/** A flow that has begun. */
export interface BegunIdentityFlow {
  /** The URL at the provider to send the browser to. */
  readonly url: string;
  /** For the browser to keep, in a cookie that no script can read, until the callback. */
  readonly browserSecret: string;
  /** Tells that the provider posts its answer as a form, from its own site. */
  readonly formPost: boolean;
}

/** Input of {@link IdentityProviders.complete}. */
export interface CompleteIdentityFlowInput {
  /** The name of the provider whose callback was called. */
  readonly provider: string;
  /** The parameters of the callback, as they came. */
  readonly parameters: URLSearchParams | Readonly<Record<string, string | undefined>>;
  readonly browserSecret: string | undefined;
  /** Request of the callback; of the owner's session if an identity is linked. */
  readonly request: SessionRequest;
}

/** Result of a flow: the login, the identity that was linked, or the token of the session that goes on. */
export type CompletedIdentityFlow = {
  readonly returnTo?: string;
  readonly rememberMe: boolean;
} & (
  | { readonly login: CompletedLogin; readonly contact?: undefined; readonly authToken?: undefined }
  | { readonly contact: Contact; readonly login?: undefined; readonly authToken?: undefined }
  | {
      /** The session's new token, after its owner was authenticated again. */
      readonly authToken: string;
      readonly login?: undefined;
      readonly contact?: undefined;
    }
);

/** Data of a flow's challenge. */
interface FlowData {
  readonly provider?: unknown;
  readonly returnTo?: string;
  readonly rememberMe?: boolean;
  /** The account and session that an identity is linked to. */
  readonly link?: FlowOwner;
  /** The account and session whose owner is authenticated again. */
  readonly reauthentication?: FlowOwner & { readonly sinceMs: number };
}

/** A session, and the account that it is of. */
interface FlowOwner {
  readonly accountId: string;
  readonly sessionId: string;
}

const KIND = 'identityProvider';
/** As long as someone may take to sign in at the provider. */
const LIFETIME_MS = 10 * 60 * 1000;
const MAX_ROUNDS = 3;

/**
 * Sign-in with identity providers, by OAuth 2.1 and OpenID Connect.
 *
 * An identity is the provider together with the provider's id of the person (ASVS 6.8.1), never an
 * address. A flow belongs to the browser that has begun it, works once, and is good for ten minutes.
 *
 * @example
 * ```ts
 * import type { AccountsWith, SessionRequest } from '@latchkey/accounts';
 *
 * export async function begin(accounts: AccountsWith<'identityProviders'>, request: SessionRequest) {
 *   const { url, browserSecret } = await accounts.identityProviders.begin({
 *     provider: 'google',
 *     request,
 *     returnTo: '/inbox',
 *   });
 *   return { location: url, cookie: browserSecret };
 * }
 * ```
 */
export class IdentityProviders {
  readonly #core: AccountsCore;
  readonly #creation: AccountCreation;
  readonly #settings: IdentityProviderSettings;
  readonly #challenges: Challenges;
  readonly #clients: ReadonlyMap<string, ProviderClient>;

  /** @internal */
  constructor(core: AccountsCore, creation: AccountCreation, settings: IdentityProviderSettings) {
    this.#core = core;
    this.#creation = creation;
    this.#settings = settings;
    this.#challenges = new Challenges(core);
    this.#clients = new Map(
      settings.providers.map((provider) => [
        provider.name,
        new ProviderClient(provider, settings.network, () => core.table.now()),
      ]),
    );
  }

  /** The names of the providers, in the order of the option. */
  get names(): readonly string[] {
    return [...this.#clients.keys()];
  }

  /**
   * Begins a login: two requests. The browser goes to `url`, and brings `browserSecret` to the callback.
   *
   * @throws AccountError `InvalidInput`; `TooManyRequests`; `IdentityProviderUnavailable`,
   *   `InvalidConfiguration`, `ServiceUnavailable`.
   */
  async begin(input: BeginIdentityLoginInput): Promise<BegunIdentityFlow> {
    const { provider, request, returnTo, rememberMe } = readObject(input, '');
    const eventContext: EventContext = { ...connectionContext(request), method: KIND };
    return this.#core.events.run('RequestIdentityLogin', eventContext, () =>
      this.#begin(provider, request, { returnTo, rememberMe: rememberMe === true }),
    );
  }

  /**
   * Begins to link an identity to the owner's account, after a recent login (`recentLogin`): two requests.
   *
   * @throws AccountError as {@link IdentityProviders.begin}; `InvalidSession`, `ImpersonatedSession`,
   *   `RecentLoginRequired`.
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { IdentityProviders } from '@latchkey/accounts/oauth';
   *
   * export async function example(providers: IdentityProviders, request: SessionRequest) {
   *   const { url } = await providers.beginLink({ provider: 'github', request, returnTo: '/account' });
   *   return url; // where the browser goes
   * }
   * ```
   */
  async beginLink(input: BeginIdentityLinkInput): Promise<BegunIdentityFlow> {
    const { provider, request, returnTo } = readObject(input, '');
    const eventContext: EventContext = { ...connectionContext(request), method: KIND };
    return this.#core.events.run('RequestIdentityLogin', eventContext, () => {
      const { recentLogin } = this.#core;
      const link = this.#ownerOf(request, eventContext);
      if (recentLogin !== false) requireRecentLogin(this.#core, request, recentLogin);
      return this.#begin(provider, request, { returnTo, link });
    });
  }

  /**
   * Begins to authenticate the owner of a session again, after `RecentLoginRequired`, by an identity that the
   * account has: two requests. {@link IdentityProviders.complete} gives the session its new token. The
   * provider is asked for a sign-in that is made now (`max_age=0`); one that says when it was made, and says
   * an earlier time, is refused.
   *
   * @throws AccountError as {@link IdentityProviders.begin}; `InvalidSession`, `ImpersonatedSession`.
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { IdentityProviders } from '@latchkey/accounts/oauth';
   *
   * export async function example(providers: IdentityProviders, request: SessionRequest) {
   *   const { url } = await providers.beginReauthentication({ provider: 'github', request });
   *   return url; // where the browser goes
   * }
   * ```
   */
  async beginReauthentication(input: BeginIdentityLinkInput): Promise<BegunIdentityFlow> {
    const { provider, request, returnTo } = readObject(input, '');
    const eventContext: EventContext = { ...connectionContext(request), method: KIND };
    return this.#core.events.run('RequestIdentityLogin', eventContext, () => {
      const owner = this.#ownerOf(request, eventContext);
      const sinceMs = this.#core.table.now().getTime();
      return this.#begin(provider, request, {
        returnTo,
        reauthentication: { ...owner, sinceMs },
      });
    });
  }

  /**
   * Completes a flow with the parameters of the provider's callback; of concurrent calls, one does.
   *
   * A login goes to the account that has the identity: four requests. If there is none, to the account
   * with the same address, if the provider is trusted for it, both sides have verified it and the account
   * has no second factor: five requests. Otherwise it makes a new account without a password: four
   * requests. A second factor is still required. A reauthentication takes four requests.
   *
   * @throws AccountError `TokenVerificationFailed` for a flow that is unknown, expired, used, of another
   *   browser or provider, for a code or ID token that proves nothing, and for a reauthentication by an
   *   identity that the account does not have; `IdentityProviderRefused`,
   *   `IdentityProviderUnavailable`; `IdentityLinkRequired` if the owner of an account with the address
   *   must log in to it first; `IdentityAlreadyExists` if another account has the identity to link;
   *   `InvalidSession` if the session to link to, or to go on with, has ended; `AccountDeactivated`,
   *   `AccountNotActivated`, `TwoFactorRequired`, `TwoFactorEnrolmentRequired`, `TrialExceededLimit`, `Vetoed`,
   *   `InvalidInput`, `InvalidConfiguration`, `SecretTooShort`, `ServiceUnavailable`.
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { IdentityProviders } from '@latchkey/accounts/oauth';
   *
   * export async function example(providers: IdentityProviders, request: SessionRequest, callback: URL, browserSecret: string) {
   *   const { state = '', code = '', iss } = Object.fromEntries(callback.searchParams);
   *   return providers.complete({
   *     provider: 'github',
   *     request,
   *     browserSecret, // from the cookie that `begin` has set
   *     parameters: { state, code, ...(iss !== undefined && { iss }) },
   *   });
   * }
   * ```
   */
  async complete(input: CompleteIdentityFlowInput): Promise<CompletedIdentityFlow> {
    input = readObject(input, '');
    const { request } = input;
    const eventContext: EventContext = { ...connectionContext(request), method: KIND };
    const { events } = this.#core;
    const { data, proven } = await events.withFailureEvent('Login', eventContext, () =>
      this.#prove(input),
    );
    const { returnTo, rememberMe = false, link, reauthentication } = data;
    const result = { rememberMe, ...(returnTo !== undefined && { returnTo }) };
    if (reauthentication) {
      return { ...result, ...(await this.#reauthenticate(request, reauthentication, proven)) };
    }
    if (link) return { ...result, contact: await this.#link(request, link, proven) };
    const session = rememberMe ? { rememberMe } : {};
    for (let round = 1; ; round++) {
      const owner = await events.withFailureEvent('Login', eventContext, () =>
        findIdentityOwner(this.#contextOf(proven), proven),
      );
      try {
        const login = owner.newAccount
          ? await this.#creation.createAccountAndLogin({ request }, () => ({
              proven: owner.newAccount,
              request,
              session,
              method: KIND,
            }))
          : await events.run('Login', eventContext, () => {
              const { account, claiming, decide } = owner;
              eventContext.accountId = account.accountId;
              const loginTo = { ...session, account, request, eventContext };
              return takingClaims(this.#core, claiming, (claims) => {
                const commit = commitLogin(this.#core, loginTo, (change) => decide(change, claims));
                return completeLogin(this.#core, loginTo, commit);
              });
            });
        return { ...result, login };
      } catch (error) {
        // Somebody else has linked or claimed it in between.
        if (!isContactTaken(error) || round === MAX_ROUNDS) throw error;
      }
    }
  }

  /**
   * Lists the identities of an account, oldest first, without secrets: one request.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`
   */
  async list(input: ActingAccount): Promise<readonly Contact[]> {
    input = readInput(input);
    return withAccountErrors(async () => {
      const flow = new Flow(this.#core, Actor.of(this.#core, input), {});
      const { accessTypes } = await flow.load({ session: true });
      return accessTypes.filter(({ data }) => data.kind === 'oauth');
    });
  }

  /**
   * Removes an identity, with the provider's tokens, in the same way as {@link Contacts.remove}.
   *
   * @param input - `contactId`: the `ulid` of the identity, from {@link IdentityProviders.list}.
   * @throws AccountError `ContactNotFound`, `LastLoginMethod`, and as {@link Contacts.remove}
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { IdentityProviders } from '@latchkey/accounts/oauth';
   *
   * export async function example(providers: IdentityProviders, request: SessionRequest) {
   *   const [identity] = await providers.list({ request });
   *   if (identity) await providers.unlink({ request, contactId: identity.ulid });
   * }
   * ```
   */
  async unlink(input: ActingAccount & { readonly contactId: string }): Promise<void> {
    input = readInput(input);
    const start = { flow: 'RemoveContact', method: 'oauth', input } as const;
    await changeAccount(this.#core, start, async (flow) => {
      flow.requireRecentLogin();
      const { contactId } = input;
      requireUlid(contactId, 'contactId');
      await flow.commit(await flow.load(), (change) => {
        removeContact(
          this.#core,
          change,
          ({ data, ulid }) => data.kind === 'oauth' && ulid === contactId,
        );
        return () => undefined;
      });
    });
  }

  /**
   * Decrypts the tokens that a provider gave at the last login, for the application's own calls: one
   * request. They are kept only with the option `storeTokens`.
   *
   * @returns the tokens; null if there are none, or if no key decrypts them.
   * @throws AccountError `InvalidInput`, `ContactNotFound`, `ServiceUnavailable`
   * @example
   * ```ts
   * import type { IdentityProviders } from '@latchkey/accounts/oauth';
   *
   * export async function example(providers: IdentityProviders, accountId: string) {
   *   const [identity] = await providers.list({ accountId });
   *   const tokens = identity && (await providers.tokens({ accountId, contactId: identity.ulid }));
   *   return tokens?.accessToken;
   * }
   * ```
   */
  tokens(input: {
    readonly accountId: string;
    readonly contactId: string;
  }): Promise<Partial<ProviderTokens> | null> {
    return withAccountErrors(async () => {
      const { accountId, contactId } = readObject(input, '');
      requireUlid(accountId, 'accountId');
      requireUlid(contactId, 'contactId');
      const { item } = await this.#core.accessTypes.findOne({
        filter: { accountId, 'data.kind': 'oauth', ulid: contactId },
        consistent: true,
        secrets: true,
      });
      if (item?.data.kind !== 'oauth') throw new AccountError('ContactNotFound', {});
      const { provider, authToken } = item.data;
      const { keyring } = this.#settings;
      if (!keyring || authToken === undefined) return null;
      return openTokens(keyring, { accountId, provider }, authToken);
    });
  }

  async #begin(
    provider: string,
    request: SessionRequest,
    { returnTo: given, ...data }: Omit<FlowData, 'provider' | 'returnTo'> & { returnTo: unknown },
  ): Promise<BegunIdentityFlow> {
    const client = this.#clients.get(provider);
    if (!client) throw new AccountError('InvalidInput', { path: 'provider', reason: 'unknown' });
    const returnTo = parseReturnTo(given);
    const { value: state, browserSecret } = await this.#challenges.create({
      kind: KIND,
      request,
      lifetimeMs: LIFETIME_MS,
      data: { provider, ...data, ...(returnTo !== undefined && { returnTo }) },
    });
    const redirectUri = this.#settings.redirectUriOf(provider);
    const { reauthentication } = data;
    const signedInSince = reauthentication && new Date(reauthentication.sinceMs);
    const flow = { state, browserSecret, redirectUri, signedInSince };
    const url = await client.authorizationUrl(flow);
    return { url, browserSecret, formPost: client.provider.formPost === true };
  }

  async #prove(
    input: CompleteIdentityFlowInput,
  ): Promise<{ readonly data: FlowData; readonly proven: ProvenIdentity }> {
    const { provider, parameters: given, browserSecret, request } = input;
    requireRequest(request);
    const parameters = toParameters(given);
    const state = parameters.get('state');
    const shown = { kind: KIND, value: state, browserSecret, path: 'callback' } as const;
    const data = (await this.#challenges.use(shown)) as FlowData;
    const client = this.#clients.get(provider);
    // Begun with another provider: mixed up (RFC 9700 §4.4).
    if (!client || data.provider !== provider) throw callbackRefused();
    const flow = {
      state: state ?? '',
      browserSecret: browserSecret ?? '',
      redirectUri: this.#settings.redirectUriOf(provider),
      signedInSince: data.reauthentication && new Date(data.reauthentication.sinceMs),
    };
    return { data, proven: await client.prove(flow, parameters) };
  }

  /** Gives the session that begins a flow, and tells the event of it. */
  #ownerOf(request: SessionRequest, eventContext: EventContext): FlowOwner {
    requireRequest(request);
    const { account, session } = this.#core.verified.of(request);
    if (session.impersonatedBy !== undefined) throw new AccountError('ImpersonatedSession', {});
    const owner = { accountId: account.accountId, sessionId: session.ulid };
    Object.assign(eventContext, owner);
    return owner;
  }

  /** @throws AccountError `InvalidSession` for another session than the one that has begun the flow. */
  #assertSameOwner(request: SessionRequest, { accountId, sessionId }: FlowOwner): void {
    const found = this.#core.verified.find(request);
    const isSame = found?.account.accountId === accountId && found.session.ulid === sessionId;
    if (!isSame) throw new AccountError('InvalidSession', {});
  }

  #reauthenticate(
    request: SessionRequest,
    owner: FlowOwner,
    proven: ProvenIdentity,
  ): Promise<{ readonly authToken: string }> {
    const start = { flow: 'Reauthentication', method: KIND, input: { request } } as const;
    return changeAccount(this.#core, start, async (flow) => {
      this.#assertSameOwner(request, owner);
      const { provider } = this.#contextOf(proven);
      const data = toContactData(provider, proven.identity);
      const { accessTypes } = await flow.load({ session: true });
      const contact = accessTypes.find((each) => isSame(each.data, data));
      if (contact?.verified !== true) throw callbackRefused();
      assertSameIssuer(contact.meta, proven.identity);
      return this.#core.sessions.reauthentication.renew(request);
    });
  }

  async #link(request: SessionRequest, owner: FlowOwner, proven: ProvenIdentity): Promise<Contact> {
    this.#assertSameOwner(request, owner);
    const { accountId } = owner;
    const context = this.#contextOf(proven);
    const { contact } = await linkIdentityAs(this.#core, { request }, () =>
      linkedIdentity(context, proven, accountId),
    );
    return contact;
  }

  #contextOf({ identity: { provider: name } }: ProvenIdentity): IdentityLoginContext {
    const provider = this.#clients.get(name)?.provider;
    if (!provider) throw callbackRefused();
    const { keyring, toAccount } = this.#settings;
    return {
      core: this.#core,
      provider,
      toAccount,
      sealTokens: (accountId, tokens) =>
        keyring && sealTokens(keyring, { accountId, provider: name }, tokens),
    };
  }
}

/** The parameters of a callback; one that is there twice is refused (RFC 6749 §3.1). */
function toParameters(given: CompleteIdentityFlowInput['parameters']): URLSearchParams {
  requireObject(given, 'parameters');
  const entries = readFrom<[string, unknown][]>('parameters', () =>
    given instanceof URLSearchParams ? [...given] : Object.entries(given),
  );
  const parameters = new URLSearchParams();
  for (const [name, value] of entries) {
    if (typeof value !== 'string') continue;
    if (parameters.has(name)) throw callbackRefused();
    parameters.set(name, value);
  }
  return parameters;
}
