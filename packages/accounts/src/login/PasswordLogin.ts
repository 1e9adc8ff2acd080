import { EntityError, type TransactOperation, type TransactResults } from '@latchkey/entity';
import type { AccountAttempts, AccountToken, Infer, InferWithSecrets } from '@latchkey/schema';
import type { AccountsCore } from '../core/AccountsCore.js';
import { findAccountId } from '../accounts/findAccountId.js';
import { Actor } from '../core/Actor.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import type { EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import { parseLoginIdentifier, type LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { readConnectionInfo, type SessionRequest } from '../core/SessionRequest.js';
import type { LoginResult } from '../sessions/Sessions.js';
import type { Attempt } from '../throttling/Throttle.js';
import type { AccountOfLogin } from './AccountOfLogin.js';
import type { CompleteLogin } from './beginLoginSession.js';
import { completeLogin } from './completeLogin.js';
import { isActivated } from './isActivated.js';
import { mayLogInBy } from './mayLogInBy.js';
import { placeholderId } from './placeholderId.js';

/** What {@link PasswordLogin.userByPasswordLogin} takes. */
export interface PasswordLoginInput {
  /** A username, a verified e-mail address or phone number, or an account id. */
  readonly username: string;
  readonly password: string;
  readonly request: SessionRequest;
  /** Whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
}

/** What {@link PasswordLogin.reauthenticate} takes. */
export interface ReauthenticateInput {
  /** As `handleRequest` gave it. */
  readonly request: SessionRequest;
  readonly password: string;
}

/** A password that somebody logs in with, as part of a flow. */
export interface PasswordLoginAttempt extends Omit<CompleteLogin, 'account'> {
  readonly identifier: LoginIdentifier;
  /** Not looked at yet. */
  readonly password: unknown;
}

/** A password that is to be compared. */
interface ShownPassword {
  readonly password: string;
  /** What the flow's event tells; the account is added to it. */
  readonly facts: EventFacts;
  readonly isAllowed: (account: AccountOfLogin) => boolean;
}

/** An account with the secrets of its tokens. */
interface AccountToProve extends AccountOfLogin {
  readonly attempts: readonly Infer<typeof AccountAttempts>[];
  readonly tokens: readonly InferWithSecrets<typeof AccountToken>[];
}

/** What the right password leads to. */
interface PasswordProof {
  readonly account: AccountOfLogin;
  /** Writes that belong to the success: the count begins again. */
  readonly effects: readonly TransactOperation<unknown>[];
  /** How many attempts failed since the last success, as far as it was known at the beginning. */
  readonly failures: number;
}

/** Logins by password. */
export class PasswordLogin {
  readonly #core: AccountsCore;

  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Logs in with a password: the identifier's owner; everything of the account that is needed in
   * one Query and, at the same time, the count of the attempt; and the new session. An unknown user
   * costs the same requests and the same hashing (ASVS 6.3.8).
   *
   * @throws AccountError `InvalidInput`; `LoginFailed` for an unknown user, an address that is not
   *   verified and a wrong password alike; `AccountLocked`, `TooManyRequests` before the password
   *   is looked at; `AccountDeactivated`, `AccountNotActivated`, `Vetoed`, `TwoFactorRequired`,
   *   `TwoFactorEnrolmentRequired` after the right one; `TooBusy`, `SecretTooShort`,
   *   `ServiceUnavailable`.
   */
  readonly userByPasswordLogin = async (input: PasswordLoginInput): Promise<LoginResult> => {
    const facts: EventFacts = { ...factsOf(input), method: 'password' };
    return this.#core.events.run('Login', facts, async () => {
      requireObject(input, '');
      const { username, password, request, rememberMe } = input;
      const identifier = parseLoginIdentifier(username, 'username');
      const session = { ...(rememberMe === true && { rememberMe }) };
      return (await this.logIn({ ...session, identifier, password, request, facts })).login;
    });
  };

  /**
   * {@link userByPasswordLogin}, as part of a flow.
   *
   * @internal
   * @returns the login, and the account's contacts as they were read for it.
   */
  async logIn({ identifier, password: given, ...options }: PasswordLoginAttempt): Promise<{
    readonly login: LoginResult;
    readonly accessTypes: AccountOfLogin['accessTypes'];
  }> {
    const { passwords, requireActivation, table } = this.#core;
    const { request, facts } = options;
    const password = passwords.parse(given, 'password');
    const { ip } = readConnectionInfo(request);
    const owner = await findAccountId(this.#core, identifier);
    const accountId = owner ?? placeholderId(identifier);
    // An id that somebody typed need not be anybody's.
    if (owner !== undefined && identifier.kind !== 'accountId') facts.accountId = owner;
    const attempt = { accountId, authenticator: 'password', ip } as const;
    const { account, effects, failures } = await this.#prove(attempt, {
      password,
      facts,
      // Who has not confirmed any address is told so, after the right password.
      isAllowed: (found) =>
        mayLogInBy(found, identifier) || (requireActivation && !isActivated(found.accessTypes)),
    });
    const proven = { ...options, account, failures };
    const login = await completeLogin(this.#core, proven, async (operations) => {
      const results = await table.transact([...operations, ...effects]);
      return results.slice(0, operations.length) as TransactResults<typeof operations>;
    });
    return { login, accessTypes: account.accessTypes };
  }

  /**
   * Proves again, by the password, who makes a request, for what `requireRecentLogin` guards. The
   * session gets a new token, which is put on the request; the one before is void (ASVS 7.2.4).
   * Attempts have a count of their own, by `throttling.password`: whoever guesses at the login keeps
   * nobody from this.
   *
   * @returns the new token, for the client.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`, `LoginFailed`,
   *   `AccountLocked`, `TooManyRequests`, `TooBusy`, `ServiceUnavailable`.
   */
  readonly reauthenticate = async (input: ReauthenticateInput): Promise<{ authToken: string }> => {
    const { events, passwords, sessions } = this.#core;
    const facts: EventFacts = { ...factsOf(input), method: 'password' };
    return events.run('Reauthentication', facts, async () => {
      requireObject(input, '');
      const { request } = input;
      const actor = new Actor(this.#core, { request });
      const { accountId } = actor;
      Object.assign(facts, actor.facts);
      const password = passwords.parse(input.password, 'password');
      const { ip } = readConnectionInfo(request);
      // Not with those who guess at the login: they must not keep out who is logged in.
      const attempt = { accountId, authenticator: 'reauthentication', ip } as const;
      const { account, effects } = await this.#prove(attempt, {
        password,
        facts,
        isAllowed: () => true,
      });
      actor.requireAlive(account);
      return sessions.reauthenticated(request, effects);
    });
  };

  /**
   * Compares a password with an account's, after the attempt has been counted.
   *
   * @throws AccountError `LoginFailed`, `AccountLocked`, `TooManyRequests`, `TooBusy`
   */
  async #prove(
    attempt: Attempt,
    { password, facts, isAllowed }: ShownPassword,
  ): Promise<PasswordProof> {
    const { accountId } = attempt;
    const { accounts, passwords, throttle } = this.#core;
    const read = async (): Promise<AccountToProve | null> => {
      const { item } = await accounts.findOne({
        filter: { accountId },
        include: { accessTypes: true, attempts: true, tokens: true },
        secrets: true,
        consistent: true,
      });
      if (item) facts.accountId = accountId;
      return item;
    };
    // Both are waited for, so that a refusal is told as the account's that it is about.
    const [reading, counting] = await Promise.allSettled([read(), throttle.count(attempt)]);
    if (reading.status === 'rejected') throw reading.reason;
    if (counting.status === 'rejected') throw counting.reason;
    const item = reading.value;
    const stored = item?.tokens.filter(({ kind }) => kind === 'password').at(-1);
    const comparedWith = item && isAllowed(item) ? stored?.value : undefined;
    const { matches, needsRehash } = await throttle.unlessTooBusy(attempt, () =>
      passwords.verify(password, comparedWith),
    );
    if (!item || !stored || !matches) throw new AccountError('LoginFailed', {});
    if (needsRehash) await this.#rehash(stored, password);
    const { attempts, ...account } = item;
    const now = this.#core.table.now();
    const count = attempts.find((each) => each.authenticator === 'password');
    return {
      account,
      failures: count && count.expiresAt > now ? count.attempts : 0,
      effects: [throttle.resetOperation(attempt)],
    };
  }

  /**
   * Replaces what is stored of a password, unless somebody has just changed it (ASVS 11.2.2). By
   * itself and as well as it can: the next login will do, and this one has shown the right password.
   */
  async #rehash(
    { accountId, createdFor, ulid, value }: InferWithSecrets<typeof AccountToken>,
    password: string,
  ): Promise<void> {
    const { passwords, tokens } = this.#core;
    try {
      await tokens.updateOne({
        filter: { accountId, kind: 'password', createdFor, ulid },
        condition: { value },
        update: { $set: { value: await passwords.hash(password) } },
      });
    } catch (error) {
      if (!AccountError.is(error) && !EntityError.is(error)) throw error;
    }
  }
}

/** What an event tells of an input of any form. */
function factsOf(input: unknown): EventFacts {
  return connectionFacts((input as Partial<ReauthenticateInput> | null | undefined)?.request);
}
