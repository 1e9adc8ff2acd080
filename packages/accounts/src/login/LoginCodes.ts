import type { TransactOperation } from '@latchkey/entity';
import { randomBytes } from 'node:crypto';
import type { Account, StoredToken } from '../core/Account.js';
import { changeAccount } from '../core/changeAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { readObject } from '../errors/requireObject.js';
import type { AccountFlow, EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { countToken } from '../flows/countToken.js';
import { forgetLinks } from '../flows/linkThrottleKeys.js';
import { sendLink, suppressEnumeration, type LinkToNobody } from '../flows/sendLink.js';
import type { LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import {
  tokenRefused,
  type FoundToken,
  type UnownedToken,
} from '../oneTimeTokens/OneTimeTokens.js';
import {
  NO_CLIENT,
  requireRequest,
  type ConnectionInfo,
  type SessionRequest,
} from '../requests/SessionRequest.js';
import { LOGIN_CHALLENGE_SUBJECT_BYTES } from '../tokens/LoginChallenges.js';
import { createSixDigitCode } from '../tokens/sixDigitCode.js';
import { commitLogin, completeLogin, type CompletedLogin } from './completeLogin.js';
import {
  addressAttempt,
  addressDigest,
  codeAttempt,
  codeRefused,
  parseLoginCode,
  tokenOfCode,
  type LoginCode,
} from './loginCode.js';

/** The ways in which a secret to log in with reaches its owner. */
export type LoginSecretKind = 'login_code' | 'magick_link';

/** Properties of each: the contact that it is sent to, the message, and the method of its events. */
const FORMS = {
  magick_link: { contact: 'email', message: 'MagicLink', method: 'magicLink' },
  login_code: { contact: 'phone', message: 'LoginCode', method: 'phoneCode' },
} as const;

/** A secret as someone shows it, of any form: the token of a link, or a code and its challenge. */
export interface ShownLoginSecret {
  readonly token?: unknown;
  readonly challenge?: unknown;
  readonly code?: unknown;
  readonly request: SessionRequest;
}

/** Input of `Accounts.reauthenticate`: the token of a link, or a code and its challenge. */
export type ReauthenticateByCodeInput = {
  /** Request accepted by `handleRequest`. */
  readonly request: SessionRequest;
  readonly password?: undefined;
} & (
  | { readonly token: string; readonly challenge?: undefined; readonly code?: undefined }
  | (LoginCode & { readonly token?: undefined })
);

/** A code that somebody asks for. */
export interface CodeRequest {
  readonly flow: AccountFlow;
  /** Reads whom it is for, as part of the flow. */
  readonly parse: () => LoginIdentifier;
  readonly request: SessionRequest | undefined;
  /** Writes to an address that no account has (default: nothing is sent). */
  readonly toNobody?: LinkToNobody | undefined;
}

/** Input of {@link LoginCodes.login}. */
export interface CodeLoginInput extends ShownLoginSecret {
  readonly rememberMe?: boolean | undefined;
}

/**
 * Logins by a secret that is sent to a verified address: a link, or a code of six digits. One set of
 * rules for e-mail and phones: a code is good for whoever has asked for it, once; guesses are counted by
 * challenge and by address, whoever has asked.
 */
export class LoginCodes {
  readonly #core: AccountsCore;
  readonly #kind: LoginSecretKind;

  constructor(core: AccountsCore, kind: LoginSecretKind) {
    this.#core = core;
    this.#kind = kind;
  }

  /**
   * Sends a secret, and gives the challenge that its code is good with; the same for everybody.
   *
   * @throws AccountError `InvalidInput`, `TooManyRequests`, `SecretTooShort`, `ServiceUnavailable`;
   *   `InvalidConfiguration` without `delivery`.
   */
  async request({ flow, parse, request, toNobody }: CodeRequest): Promise<{ challenge: string }> {
    const code = createSixDigitCode();
    const { message, method } = FORMS[this.#kind];
    let challenge = '';
    const eventContext: EventContext = { ...connectionContext(request), method };
    const send = this.#core.events.run(flow, eventContext, async () => {
      const identifier = parse();
      challenge = await this.#issueChallenge(addressDigest(identifier.value), request);
      const link = { identifier, kind: this.#kind, message, toNobody } as const;
      const secret = { token: tokenOfCode({ challenge, code }), code };
      try {
        await sendLink(this.#core, { ...link, secret, request, eventContext });
      } catch (error) {
        // No message was sent, so no code is good: guesses must not use up the address's failures.
        if (AccountError.is(error) && error.code === 'AccountLocked') {
          challenge = await this.#issueChallenge(
            randomBytes(LOGIN_CHALLENGE_SUBJECT_BYTES),
            request,
          );
        }
        throw error;
      }
    });
    await suppressEnumeration(send);
    return { challenge };
  }

  /**
   * Logs in with a secret.
   *
   * @param signUp - makes an account for the reader of an address that none has.
   * @throws AccountError as `MagicLinks.login`
   */
  async login(
    input: CodeLoginInput,
    signUp?: (token: StoredToken, usedFrom: ConnectionInfo) => Promise<CompletedLogin>,
  ): Promise<CompletedLogin> {
    input = readObject(input, '');
    const { request, rememberMe } = input;
    const { contact, method } = FORMS[this.#kind];
    const eventContext: EventContext = { ...connectionContext(request), method };
    const find = async (): Promise<FoundToken | UnownedToken> => {
      const connection = this.#core.connectionOf(request);
      const shown = await readLoginSecret(this.#core, input, connection);
      const found = await orCodeRefused(input, () =>
        signUp
          ? this.#core.oneTimeTokens.findAny(shown, this.#kind)
          : this.#core.oneTimeTokens.find(shown, this.#kind),
      );
      if (!found.account) return found;
      eventContext.accountId = found.account.accountId;
      if (!hasContact(found.account, contact, found.token)) throw tokenRefused();
      return found;
    };
    const { events } = this.#core;
    const found = await events.withFailureEvent('Login', eventContext, find);
    if (!found.account) {
      if (!signUp) throw tokenRefused();
      return signUp(found.token, this.#core.connectionOf(request));
    }
    return events.run('Login', eventContext, async () => {
      const { account, token } = found;
      const login = { account, request, eventContext, ...(rememberMe === true && { rememberMe }) };
      const commit = commitLogin(this.#core, login, (change) =>
        change
          .useToken(token, tokenRefused, this.#core.connectionOf(request))
          .writeAll(forgetLoginSecret(this.#core, { account, token })),
      );
      return completeLogin(this.#core, login, commit);
    });
  }

  /** No code is good for longer than ten minutes by default, and none for longer than its link. */
  #issueChallenge(subject: Buffer, request: SessionRequest = NO_CLIENT): Promise<string> {
    const { oneTimeTokens, loginChallenges } = this.#core;
    const lifetimeMs = Math.min(
      oneTimeTokens.lifetimeMsOf('login_code'),
      oneTimeTokens.lifetimeMsOf(this.#kind),
    );
    return loginChallenges.issue({ subject, lifetimeMs }, request);
  }
}

/**
 * Authenticates the owner of a session again by a secret that was sent to a verified address of the
 * account, for accounts without a password.
 *
 * @throws AccountError as `Accounts.reauthenticate`
 */
export function reauthenticateByCode(
  core: AccountsCore,
  input: ShownLoginSecret,
): Promise<{ authToken: string }> {
  const { request } = input;
  const start = {
    flow: 'Reauthentication',
    method: 'magicLink',
    input: { request },
    begin: () => requireRequest(request),
  } as const;
  return changeAccount(core, start, async (flow) => {
    const connection = core.connectionOf(request);
    await flow.actor.assertSessionActive();
    const shown = await readLoginSecret(core, input, connection);
    const kinds = ['magick_link', 'login_code'] as const;
    const found = await orCodeRefused(input, () => core.oneTimeTokens.find(shown, ...kinds));
    const { account, token } = found;
    const { contact, method } = FORMS[token.kind as LoginSecretKind];
    flow.eventContext.method = method;
    // Somebody else's secret proves nothing of the session, and stays theirs.
    const isOwn = account.accountId === flow.actor.accountId;
    if (!isOwn || !hasContact(account, contact, token)) throw tokenRefused();
    await flow.commit(account, (change) => {
      change
        .useToken(token, tokenRefused, connection)
        .writeAll(forgetLoginSecret(core, { account: change.account, token }));
      return () => undefined;
    });
    return core.sessions.reauthentication.renew(request);
  });
}

/**
 * Reads a token, or the one that a code and its challenge make up, once the attempt is counted.
 *
 * @throws AccountError `InvalidInput`, `AccountLocked`, `AuthenticatorDisabled`, `TooManyRequests`,
 *   `TokenVerificationFailed`
 */
async function readLoginSecret(
  core: AccountsCore,
  { token, challenge, code, request }: ShownLoginSecret,
  { ip }: ConnectionInfo,
): Promise<string> {
  if (challenge === undefined && code === undefined) {
    return countToken(core, { token, request });
  }
  if (token !== undefined) {
    throw new AccountError('InvalidInput', { path: 'token', reason: 'notBesideCode' });
  }
  const shown: LoginCode = parseLoginCode({ challenge, code });
  const { throttle, loginChallenges } = core;
  const address = await loginChallenges.verify(shown.challenge, request);
  // Made up or expired: no code is good with it, so there is no guess to count.
  if (!address) throw codeRefused();
  // Only guesses that are looked at count against the address.
  await throttle.recordAttempt({ ...codeAttempt(shown), ip });
  await throttle.recordAttempt(addressAttempt(address));
  return tokenOfCode(shown);
}

/** Gives a refusal the path of the code, if there was one, whatever was found by it. */
async function orCodeRefused<T>({ code }: ShownLoginSecret, find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    const isRefused = AccountError.is(error) && error.code === 'TokenVerificationFailed';
    throw isRefused && code !== undefined ? codeRefused() : error;
  }
}

/** Tells whether an account still has the address, verified, that a token was sent to. */
function hasContact(
  { accessTypes }: Pick<Account, 'accessTypes'>,
  kind: 'email' | 'phone',
  { createdFor }: StoredToken,
): boolean {
  return accessTypes.some(
    ({ data, verified }) => verified === true && data.kind === kind && data.value === createdFor,
  );
}

/** The writes by which what was sent to an address, and failed at, is forgotten. */
function forgetLoginSecret(
  core: AccountsCore,
  { account, token }: { readonly account: Account; readonly token: StoredToken },
): TransactOperation<unknown>[] {
  const { createdFor: mailbox } = token;
  const kind = token.kind as LoginSecretKind;
  return [
    forgetLinks(core, { kind, account, mailbox }),
    core.throttle.forgetOperation(addressAttempt(addressDigest(mailbox))),
  ];
}
