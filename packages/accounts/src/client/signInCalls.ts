import type { AnswerOf, BodyOf, SessionAnswer } from '../http/api.js';
import {
  coreOf,
  type AccountsClient,
  type Begun,
  type CallOptions,
  type ClientCore,
} from './AccountsClient.js';
import { page } from './browser.js';

// Each function has its method and path itself: a table of all would be in every bundle. A test compares
// them with the server's routes.

/**
 * Creates an account and signs in, unless its address has to be confirmed first.
 *
 * @typeParam Own - fields of the application's own that the server lets visitors set.
 * @throws AccountsClientError `UserAlreadySignedIn`, before anything is sent; those of the server.
 */
export async function signUp<Own extends object = object>(
  client: AccountsClient,
  body: BodyOf<'signUp'> & NoInfer<Own>,
  options?: CallOptions,
): Promise<Begun<'signUp'>> {
  const core = coreOf(client);
  core.requireSignedOut();
  return core.begin<AnswerOf<'signUp'>>('/sign-up', body, options);
}

/**
 * Creates an account by e-mail. The answer does not show whether the address is taken.
 *
 * @typeParam Own - fields of the application's own that the server lets visitors set.
 */
export function requestAccount<Own extends object = object>(
  client: AccountsClient,
  body: BodyOf<'requestAccount'> & NoInfer<Own>,
  options?: CallOptions,
): Promise<AnswerOf<'requestAccount'>> {
  return coreOf(client).call('POST', '/request-account', body, options);
}

/** Confirms an e-mail address by the token from a message. It does not sign in. */
export function activate(
  client: AccountsClient,
  body: BodyOf<'activate'>,
  options?: CallOptions,
): Promise<AnswerOf<'activate'>> {
  return coreOf(client).change('POST', '/verify-email', body, options);
}

/** Sends another token to an unconfirmed e-mail address; the answer is the same for all addresses. */
export function resendActivation(
  client: AccountsClient,
  body: BodyOf<'resendActivation'>,
  options?: CallOptions,
): Promise<AnswerOf<'resendActivation'>> {
  return coreOf(client).call('POST', '/verify-email/resend', body, options);
}

/**
 * Signs in by a password.
 *
 * `rememberMe` decides where the session is kept: `'local'` in a cookie that outlives the browser,
 * `'session'` (the default) in one that goes with it, `'none'` in this page's memory only.
 *
 * @throws AccountsClientError `UserAlreadySignedIn`, before anything is sent;
 *   `UsernameOrPasswordMismatch`, `TwoFactorRequired` with a `challenge` for
 *   {@link signInWithSecondFactor}, and others of the server.
 */
export async function signIn(
  client: AccountsClient,
  body: BodyOf<'signIn'>,
  options?: CallOptions,
): Promise<Begun<'signIn'>> {
  const core = coreOf(client);
  core.requireSignedOut();
  return core.begin<AnswerOf<'signIn'>>('/sign-in', body, options);
}

/** Completes a sign-in by a code or a recovery code; takes the same `rememberMe` as its first step. */
export function signInWithSecondFactor(
  client: AccountsClient,
  body: BodyOf<'signInWithSecondFactor'>,
  options?: CallOptions,
): Promise<Begun<'signInWithSecondFactor'>> {
  return coreOf(client).begin<AnswerOf<'signInWithSecondFactor'>>(
    '/sign-in/second-factor',
    body,
    options,
  );
}

/** Sends a link and a code that sign in, or up; the answer is alike for all addresses. */
export function requestMagicLink(
  client: AccountsClient,
  body: BodyOf<'requestMagicLink'>,
  options?: CallOptions,
): Promise<AnswerOf<'requestMagicLink'>> {
  return coreOf(client).call('POST', '/magic-link/request', body, options);
}

/** Signs in by the token of a link, or by the code and the challenge of {@link requestMagicLink}. */
export function signInWithMagicLink(
  client: AccountsClient,
  body: BodyOf<'signInWithMagicLink'>,
  options?: CallOptions,
): Promise<Begun<'signInWithMagicLink'>> {
  return coreOf(client).begin<AnswerOf<'signInWithMagicLink'>>('/magic-link', body, options);
}

/** Sends a code that signs in to a phone; the answer is alike for all numbers. */
export function requestPhoneCode(
  client: AccountsClient,
  body: BodyOf<'requestPhoneCode'>,
  options?: CallOptions,
): Promise<AnswerOf<'requestPhoneCode'>> {
  return coreOf(client).call('POST', '/phone-code/request', body, options);
}

/** Signs in by a code and the challenge of {@link requestPhoneCode}. */
export function signInWithPhoneCode(
  client: AccountsClient,
  body: BodyOf<'signInWithPhoneCode'>,
  options?: CallOptions,
): Promise<Begun<'signInWithPhoneCode'>> {
  return coreOf(client).begin<AnswerOf<'signInWithPhoneCode'>>('/phone-code', body, options);
}

/**
 * The salt with which passwords of a name are hashed: `prehashPassword` asks for it by itself.
 *
 * @example
 * ```ts
 * import { passwordSalt, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient) {
 *   const { salt } = await passwordSalt(client, { username: 'ada' });
 *   return salt; // the same for every name of an account, and a steady one for nobody's
 * }
 * ```
 */
export function passwordSalt(
  client: AccountsClient,
  body: BodyOf<'passwordSalt'>,
  options?: CallOptions,
): Promise<AnswerOf<'passwordSalt'>> {
  return coreOf(client).call('POST', '/password-salt', body, options);
}

/** Ends the session, everywhere, before it returns. Other tabs find out. */
export function signOut(client: AccountsClient, options?: CallOptions): Promise<void> {
  return coreOf(client).end('POST', '/sign-out', undefined, options);
}

/**
 * Asks the server who is signed in.
 *
 * @returns null without a session.
 */
export function session(
  client: AccountsClient,
  options?: CallOptions,
): Promise<SessionAnswer | null> {
  return coreOf(client).ask(options);
}

/**
 * Replaces the session's token by a new one. No call needs it: a token lives as long as its session, and
 * the server replaces it by itself where its `sessions.rotation` says so.
 *
 * One at a time: while another tab does it, this one waits, and takes over the outcome. Otherwise, the
 * token of a slow request could be two refreshes old when it arrives, which would end the session.
 */
export function refresh(client: AccountsClient, options?: CallOptions): Promise<SessionAnswer> {
  const core = coreOf(client);
  core.refreshing ??= refreshAlone(core, options).finally(() => {
    core.refreshing = undefined;
  });
  return core.refreshing;
}

async function refreshAlone(core: ClientCore, options: CallOptions = {}): Promise<SessionAnswer> {
  const send = (): Promise<SessionAnswer> =>
    core.call('POST', '/session/refresh', undefined, options);
  const locks = core.isBearer ? undefined : page().navigator?.locks;
  if (!locks) return learned(core, await send());
  const own = await locks.request(core.name, { ifAvailable: true }, (lock) => lock && send());
  if (own) return learned(core, own);
  // The cookie that the other tab has got is this one's, too.
  const found = await locks.request(core.name, options, () =>
    core.call<SessionAnswer>('GET', '/session', undefined, options),
  );
  return learned(core, found);
}

function learned(core: ClientCore, session: SessionAnswer): SessionAnswer {
  core.learn(session);
  return session;
}

/**
 * Proves again whose session it is, after `RecentLoginRequired`: by the password, or by a link or code of
 * {@link requestMagicLink} or {@link requestPhoneCode}.
 */
export function reauthenticate(
  client: AccountsClient,
  body: BodyOf<'reauthenticate'>,
  options?: CallOptions,
): Promise<AnswerOf<'reauthenticate'>> {
  return coreOf(client).call('POST', '/session/reauthenticate', body, options);
}

/** Sends a token to reset the password; the answer is the same for everyone. */
export function forgotPassword(
  client: AccountsClient,
  body: BodyOf<'forgotPassword'>,
  options?: CallOptions,
): Promise<AnswerOf<'forgotPassword'>> {
  return coreOf(client).call('POST', '/forgot-password', body, options);
}

/** Sets a new password by the token from a message. Every session of the user ends. */
export function resetPassword(
  client: AccountsClient,
  body: BodyOf<'resetPassword'>,
  options?: CallOptions,
): Promise<AnswerOf<'resetPassword'>> {
  return coreOf(client).call('POST', '/reset-password', body, options);
}
