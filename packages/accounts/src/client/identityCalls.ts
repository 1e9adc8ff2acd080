import type { AnswerOf, BodyOf, ContactAnswer } from '../http/api.js';
import { coreOf, type AccountsClient, type CallOptions } from './AccountsClient.js';

/** A provider, by its name. */
interface Provider {
  readonly provider: string;
}

/**
 * The names of the identity providers.
 *
 * @example
 * ```ts
 * import { listIdentityProviders, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient) {
 *   const { providers } = await listIdentityProviders(client);
 *   return providers; // ['google', 'github']: a button for each
 * }
 * ```
 */
export function listIdentityProviders(
  client: AccountsClient,
  options?: CallOptions,
): Promise<AnswerOf<'listIdentityProviders'>> {
  return coreOf(client).call('GET', '/identity-providers', undefined, options);
}

/**
 * Begins a sign-in with an identity provider. The page then goes to the `url`; the provider sends the
 * browser back to the server, and the server to `returnTo`.
 *
 * @throws AccountsClientError `UserAlreadySignedIn`, before anything is sent; those of the server.
 * @example
 * ```ts
 * import { beginIdentitySignIn, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function signInWith(
 *   client: AccountsClient,
 *   provider: string,
 *   page: { readonly assign: (url: string) => void }, // the page's `location`
 * ) {
 *   const { url } = await beginIdentitySignIn(client, { provider, returnTo: '/inbox' });
 *   page.assign(url);
 * }
 * ```
 */
export async function beginIdentitySignIn(
  client: AccountsClient,
  { provider, ...body }: BodyOf<'beginIdentitySignIn'> & Provider,
  options?: CallOptions,
): Promise<AnswerOf<'beginIdentitySignIn'>> {
  const core = coreOf(client);
  core.requireSignedOut();
  return core.call('POST', `${pathOf(provider)}/sign-in`, body, options);
}

/**
 * Begins to link an identity to the user. The page then goes to the `url`.
 *
 * @example
 * ```ts
 * import { beginIdentityLink, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient) {
 *   const { url } = await beginIdentityLink(client, { provider: 'github', returnTo: '/account' });
 *   return url; // for `location.assign`
 * }
 * ```
 */
export function beginIdentityLink(
  client: AccountsClient,
  { provider, ...body }: BodyOf<'beginIdentityLink'> & Provider,
  options?: CallOptions,
): Promise<AnswerOf<'beginIdentityLink'>> {
  return coreOf(client).call('POST', `${pathOf(provider)}/link`, body, options);
}

/**
 * Begins to prove again, by an identity that the user has linked, whose session it is, after
 * `RecentLoginRequired`. The page then goes to the `url`.
 * @example
 * ```ts
 * import { beginIdentityReauthentication, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient) {
 *   const { url } = await beginIdentityReauthentication(client, { provider: 'github' });
 *   return url; // for `location.assign`
 * }
 * ```
 */
export function beginIdentityReauthentication(
  client: AccountsClient,
  { provider, ...body }: BodyOf<'beginIdentityReauthentication'> & Provider,
  options?: CallOptions,
): Promise<AnswerOf<'beginIdentityReauthentication'>> {
  return coreOf(client).call('POST', `${pathOf(provider)}/reauthenticate`, body, options);
}

/**
 * Completes a sign-in with the parameters of the provider's callback, in an application whose own URL the
 * provider calls. In a browser, the server does so by itself.
 * @example
 * ```ts
 * import { completeIdentityFlow, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient, callback: URL) {
 *   const { state = '', code = '' } = Object.fromEntries(callback.searchParams);
 *   const { user } = await completeIdentityFlow(client, { provider: 'github', state, code });
 *   return user;
 * }
 * ```
 */
export function completeIdentityFlow(
  client: AccountsClient,
  { provider, ...body }: BodyOf<'completeIdentityFlow'> & Provider,
  options?: CallOptions,
): Promise<AnswerOf<'completeIdentityFlow'>> {
  return coreOf(client).begin<AnswerOf<'completeIdentityFlow'>>(
    `${pathOf(provider)}/callback`,
    body,
    options,
  );
}

/**
 * The identities at providers that are linked to the user.
 *
 * @example
 * ```ts
 * import { listIdentities, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient) {
 *   const { identities } = await listIdentities(client);
 *   return identities.map(({ provider }) => provider);
 * }
 * ```
 */
export function listIdentities(
  client: AccountsClient,
  options?: CallOptions,
): Promise<AnswerOf<'listIdentities'>> {
  return coreOf(client).call('GET', '/identities', undefined, options);
}

/**
 * Removes an identity, unless it is the last way to sign in.
 *
 * @example
 * ```ts
 * import { unlinkIdentity, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient, contactId: string) {
 *   await unlinkIdentity(client, { contactId }); // from `listIdentities`
 * }
 * ```
 */
export function unlinkIdentity(
  client: AccountsClient,
  { contactId }: Pick<ContactAnswer, 'contactId'>,
  options?: CallOptions,
): Promise<AnswerOf<'unlinkIdentity'>> {
  const path = `/identities/${encodeURIComponent(contactId)}`;
  return coreOf(client).call('DELETE', path, undefined, options);
}

function pathOf(provider: string): string {
  return `/identity-providers/${encodeURIComponent(provider)}`;
}
