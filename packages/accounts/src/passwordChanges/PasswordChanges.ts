import { EntityError, type TransactOperation } from '@latchkey/entity';
import { Account, Session } from '@latchkey/schema';
import type { AccountsCore } from '../core/AccountsCore.js';
import { Actor } from '../core/Actor.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import { requireUlid } from '../errors/requireUlid.js';
import type { EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import { resetCounts } from '../oneTimeTokens/resetCounts.js';
import {
  readConnectionInfo,
  type AccountDocument,
  type SessionRequest,
} from '../core/SessionRequest.js';
import type { LoginResult } from '../sessions/Sessions.js';
import { parseNewPassword, replacePassword } from './replacePassword.js';
import { tellPasswordChanged } from './tellPasswordChanged.js';

/** What {@link PasswordChanges.changePassword} takes. */
export interface ChangePasswordInput {
  /** As `handleRequest` has let it through. */
  readonly request: SessionRequest;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** What {@link PasswordChanges.setPassword} takes. */
export interface SetPasswordInput {
  readonly accountId: string;
  readonly newPassword: string;
}

/**
 * New passwords for those who are known already.
 *
 * @example
 * ```ts
 * import type { Accounts, SessionRequest } from '@latchkey/accounts';
 *
 * export async function change(
 *   accounts: Accounts,
 *   request: SessionRequest,
 *   form: { currentPassword: string; newPassword: string },
 * ) {
 *   await accounts.handleRequest(request);
 *   const { authToken } = await accounts.changePassword({ request, ...form });
 *   return authToken;
 * }
 * ```
 */
export class PasswordChanges {
  readonly #core: AccountsCore;

  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Changes the password of the account that makes a request, by the one before (ASVS 6.2.3). The
   * attempt is counted before it is looked at, together with those of `reauthenticate`. Every other
   * session has ended, and every token sent out before is void, when it returns; the request's session
   * goes on with a new token, which is put on the request. The owner is told, at every verified
   * address.
   *
   * @returns the new token, for the client.
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`,
   *   `PasswordNotAllowed` before the attempt is counted; `InvalidSession`, `ImpersonatedSession`;
   *   `LoginFailed` for a wrong password, and for an account without one; `AccountLocked`,
   *   `TooManyRequests`, `TooBusy`, `ServiceUnavailable`.
   */
  readonly changePassword = async (input: ChangePasswordInput): Promise<{ authToken: string }> => {
    requireObject(input, '');
    const { request, newPassword } = input;
    const facts: EventFacts = { ...connectionFacts(request), method: 'password' };
    return this.#core.events.run('ChangePassword', facts, async () => {
      const { accounts, passwords, table, throttle } = this.#core;
      const actor = new Actor(this.#core, { request });
      Object.assign(facts, actor.facts);
      const { accountId } = actor;
      const currentPassword = passwords.parse(input.currentPassword, 'currentPassword');
      const { ip } = readConnectionInfo(request);
      const { item: account } = await accounts.findOne({
        filter: { accountId },
        include: { accessTypes: true, attempts: true, tokens: true },
        secrets: true,
        consistent: true,
      });
      if (!account) throw new AccountError('InvalidSession', {});
      actor.requireAlive(account);
      const stored = account.tokens.filter(({ kind }) => kind === 'password').at(-1);
      // First what says nothing of the current one: a refusal must not cost an attempt.
      const password = await parseNewPassword(this.#core, account, newPassword);
      const attempt = { accountId, authenticator: 'reauthentication', ip } as const;
      await throttle.count(attempt);
      const value = await throttle.unlessTooBusy(attempt, async () => {
        const { matches } = await passwords.verify(currentPassword, stored?.value);
        if (!stored || !matches) throw new AccountError('LoginFailed', {});
        return passwords.hash(password);
      });
      const sessionGeneration = table.newUlid();
      const { accessTypes: _contacts, attempts: _, tokens: _tokens, ...document } = account;
      const { authToken, sessionDocument } = await this.#goOn(
        request,
        { ...document, sessionGeneration },
        () => [
          ...replacePassword(this.#core, {
            account,
            value,
            sessionGeneration,
            // Of two who know the current one, the second does not any more; and where all sessions
            // have ended, or all but the newest, so has this one.
            condition: actor.condition,
          }),
          ...resetCounts(this.#core, account, ['password']),
          throttle.resetOperation(attempt),
        ],
      );
      facts.sessionId = sessionDocument.ulid;
      await tellPasswordChanged(this.#core, account);
      return { authToken };
    });
  };

  /**
   * Begins the request's session anew, with the end that it had, in one transaction with what ends
   * all of the account's: if the one before has not ended in the meantime.
   *
   * @throws AccountError `InvalidSession`
   */
  async #goOn(
    request: SessionRequest,
    account: AccountDocument,
    alongside: () => readonly TransactOperation<unknown>[],
  ): Promise<LoginResult> {
    const { sessionEntity, sessions, table } = this.#core;
    const { accountId, ulid, expiresAt, generation, remembered } =
      sessions.verifiedSessionOf(request).session;
    if (expiresAt <= table.now()) throw new AccountError('InvalidSession', {});
    const { create, write, complete } = await sessions.prepare(account, request, {
      expiresAt,
      ...(remembered === true && { rememberMe: true }),
    });
    const begin = sessionEntity.createOneOperation(create);
    // Who was logged out while the password was hashed must not be logged in again by it (ASVS 7.4.1).
    const end = sessionEntity.updateOneOperation({
      filter: { accountId, ulid },
      condition: { valid: true, generation },
      update: { $set: { valid: false } },
    });
    const [sessionDocument] = await write(async () => {
      try {
        return await table.transact([begin, end, ...alongside()]);
      } catch (error) {
        throw hasEnded(error) ? new AccountError('InvalidSession', {}) : error;
      }
    });
    return complete(sessionDocument);
  }

  /**
   * Gives an account a new password, because the application says so: two requests. Every session of
   * the account has ended, every token sent out before is void, and the attempts on the password are
   * forgotten, when it returns. The owner is told, at every verified address. An account that had no
   * password has one then.
   *
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`,
   *   `PasswordNotAllowed`, `UserNotFound`, `TooBusy`, `ServiceUnavailable`.
   */
  readonly setPassword = async (input: SetPasswordInput): Promise<void> => {
    requireObject(input, '');
    const { accountId, newPassword } = input;
    const facts: EventFacts = {};
    await this.#core.events.run('SetPassword', facts, async () => {
      requireUlid(accountId, 'accountId');
      const { accounts, passwords, table } = this.#core;
      passwords.parse(newPassword, 'newPassword');
      const { item: account } = await accounts.findOne({
        filter: { accountId },
        include: { accessTypes: true, attempts: true, tokens: true },
        consistent: true,
      });
      if (!account) throw new AccountError('UserNotFound', {});
      facts.accountId = accountId;
      const password = await parseNewPassword(this.#core, account, newPassword);
      const value = await passwords.hash(password);
      const replacement = { account, value, sessionGeneration: table.newUlid() };
      await table.transact([
        ...replacePassword(this.#core, replacement),
        ...resetCounts(this.#core, account, ['password', 'reauthentication']),
      ]);
      await tellPasswordChanged(this.#core, account);
    });
  };
}

/** Whether the session, or the account's state that it is good in, is not as it was. */
function hasEnded(error: unknown): boolean {
  return (
    EntityError.is(error) &&
    (error.code === 'ConditionFailed' || error.code === 'NotFound') &&
    (error.details.entity === Session.name || error.details.entity === Account.name)
  );
}
