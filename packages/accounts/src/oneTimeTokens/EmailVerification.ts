import type { AccountsCore } from '../core/AccountsCore.js';
import { readEmailOfAccount, type EmailOfAccount } from '../accounts/readEmailOfAccount.js';
import type { Contact, ContactsAndTokens } from '../core/Contact.js';
import { orSessionEnded } from '../contacts/endOtherSessions.js';
import { tellOfReplacement } from '../core/notices.js';
import { readAccount } from '../contacts/readAccount.js';
import { replacedBy } from '../core/replacedBy.js';
import { verifyContactOperations } from '../contacts/verifyContactOperations.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import type { EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import {
  readConnectionInfo,
  type AccountDocument,
  type SessionRequest,
} from '../core/SessionRequest.js';
import { findToken } from './findToken.js';
import { tokenRefused, type IssuedOneTimeToken } from './OneTimeTokens.js';

/** What {@link EmailVerification.addEmailVerificationToken} takes. */
export interface AddEmailVerificationTokenInput extends EmailOfAccount {
  /**
   * The caller's own, 4 to 1000 characters (default: 256 random bits). Whoever guesses it verifies
   * the address, and only a digest made for long random tokens guards it in the table.
   */
  readonly token?: string;
  /** On whose request, which is kept with the token. */
  readonly request?: SessionRequest;
}

/** What {@link EmailVerification.verifyEmailWithToken} takes. */
export interface VerifyEmailWithTokenInput {
  readonly token: string;
  /**
   * Who shows it, which is kept with the token. A token of less than 22 characters needs it, as it is
   * counted by address, and works only where `throttling.address` counts.
   */
  readonly request?: SessionRequest;
}

/**
 * Who reads which e-mail address.
 *
 * @example
 * ```ts
 * import type { Accounts } from '@latchkey/accounts';
 *
 * export async function linkTo(accounts: Accounts, accountId: string, email: string) {
 *   const { token } = await accounts.addEmailVerificationToken({ accountId, email });
 *   return `https://example.com/verify#${encodeURIComponent(token)}`;
 * }
 *
 * export async function follow(accounts: Accounts, token: string) {
 *   await accounts.verifyEmailWithToken({ token });
 * }
 * ```
 */
export class EmailVerification {
  readonly #core: AccountsCore;

  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Issues a token to be sent to an e-mail address of an account, which proves that its owner reads
   * it: one request. The application sends it.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `ServiceUnavailable`
   */
  readonly addEmailVerificationToken = async (
    input: AddEmailVerificationTokenInput,
  ): Promise<IssuedOneTimeToken> => {
    requireObject(input, '');
    const { token, request } = input;
    const facts: EventFacts = { ...connectionFacts(request), method: 'email_verification' };
    return this.#core.events.run('RequestVerification', facts, async () => {
      const { accountId, email } = readEmailOfAccount(input);
      const issued = await this.#core.oneTimeTokens.issue({
        accountId,
        kind: 'email_verification',
        createdFor: email,
        ...(token !== undefined && { token }),
        ...(request !== undefined && { request }),
      });
      facts.accountId = accountId;
      return issued;
    });
  };

  /**
   * Verifies the e-mail address that a token was sent to; the token works once. Three requests, and
   * one more for a token that is short enough to be guessed.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a token that is unknown,
   *   expired, used, void, of another kind, or for an address that the account no longer has;
   *   `InvalidSession` where the session of `request`, which was to go on, has ended meanwhile;
   *   `TooManyRequests`, `ServiceUnavailable`.
   */
  readonly verifyEmailWithToken = async (input: VerifyEmailWithTokenInput): Promise<void> => {
    await this.verifyWithToken(input);
  };

  /**
   * {@link verifyEmailWithToken}.
   *
   * @internal
   * @returns the account, as it was read before, and its address.
   */
  async verifyWithToken(
    input: VerifyEmailWithTokenInput,
  ): Promise<{ readonly account: AccountDocument; readonly email: string }> {
    requireObject(input, '');
    const { token, request } = input;
    const facts: EventFacts = { ...connectionFacts(request), method: 'email_verification' };
    return this.#core.events.run('VerifyEmail', facts, async () => {
      const { oneTimeTokens } = this.#core;
      const holder = await findToken(this.#core, { token, kind: 'email_verification', request });
      facts.accountId = holder.account.accountId;
      const contact = contactOf(holder.account, holder.token.createdFor);
      if (!contact) throw tokenRefused();
      const { account } = holder;
      const usedFrom = request && readConnectionInfo(request);
      const verification = verifyContactOperations(this.#core, account, contact, { request });
      const options = { usedFrom, writesAccount: true };
      try {
        await oneTimeTokens.consume(holder, verification.operations, options);
      } catch (error) {
        throw orSessionEnded(error);
      }
      verification.committed();
      const { attempts: _attempts, ...told } = account;
      await tellOfReplacement(this.#core, told, contact);
      const { accessTypes: _contacts, tokens: _tokens, ...document } = told;
      return { account: document, email: contact.data.value };
    });
  }

  /**
   * Marks an e-mail address of an account as verified, because the application knows: two requests,
   * and two more where it takes another one's place.
   *
   * @returns the contact as it is then.
   * @throws AccountError `InvalidInput`; `UserNotFound` when the account does not have the address;
   *   `ServiceUnavailable`.
   */
  readonly verifyEmail = async (input: EmailOfAccount): Promise<Contact> => {
    const facts: EventFacts = {};
    return this.#core.events.run('VerifyEmail', facts, async () => {
      const { accessTypes, table } = this.#core;
      const { accountId, email } = readEmailOfAccount(input);
      const account = await readAccount(this.#core, accountId);
      facts.accountId = accountId;
      const contact = contactOf(account, email);
      if (!contact) throw new AccountError('UserNotFound', {});
      if (replacedBy(account, contact)) {
        const { operations } = verifyContactOperations(this.#core, account, contact);
        await table.transact(operations);
        await tellOfReplacement(this.#core, account, contact);
      }
      const { item } = await accessTypes.updateOne({
        filter: { accountId, 'data.kind': 'email', ulid: contact.ulid },
        update: { $set: { verified: true } },
      });
      if (!item) throw new AccountError('UserNotFound', {});
      return item;
    });
  };
}

function contactOf(
  { accessTypes }: Pick<ContactsAndTokens, 'accessTypes'>,
  email: string,
): Contact | undefined {
  return accessTypes.find(({ data }) => data.kind === 'email' && data.value === email);
}
