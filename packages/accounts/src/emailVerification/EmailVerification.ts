import { documentOf, mailboxContact, type Contact } from '../core/Account.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { changeAccount } from '../core/changeAccount.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import { readEmailOfAccount, type EmailOfAccount } from '../flows/readEmailOfAccount.js';
import { verifyContact } from '../contacts/verifyContact.js';
import { AccountError } from '../errors/AccountError.js';
import { readObject } from '../errors/requireObject.js';
import { ISSUED } from '../oneTimeTokens/TokenLimit.js';
import { connectionContext } from '../events/connectionContext.js';
import { changeByToken } from '../flows/changeByToken.js';
import { confirmEmail } from './confirmEmail.js';
import type { IssuedOneTimeToken } from '../oneTimeTokens/OneTimeTokens.js';

/** Input of {@link EmailVerification.addEmailVerificationToken}. */
export interface AddEmailVerificationTokenInput extends EmailOfAccount {
  /**
   * Value of the token, 4 to 1000 characters (default: 256 random bits). Anyone who guesses it can
   * verify the address, and it is stored under a fast digest that only protects long random tokens.
   */
  readonly token?: string;
  /** Request that asked for the token, which is stored with it. */
  readonly request?: SessionRequest;
}

/** Input of {@link EmailVerification.verifyEmailWithToken}. */
export interface VerifyEmailWithTokenInput {
  readonly token: string;
  /**
   * Request that presents the token, which is stored with it. In the account's own session, it
   * confirms the address. A token of fewer than 22 characters requires it, since attempts at such a
   * token are counted by address, and works only if `throttling.address` is on.
   */
  readonly request?: SessionRequest;
  /** The account's password, which confirms the address without a session. */
  readonly password?: string;
  /** Handle that the sign-up returned, which also confirms the address. */
  readonly handle?: string;
  /**
   * A new password, after the error `NewPasswordRequired`: everything that was set before is
   * discarded.
   */
  readonly newPassword?: string;
}

/**
 * Verification of e-mail addresses.
 *
 * @example
 * ```ts
 * import { AccountError, type Accounts, type SessionRequest } from '@latchkey/accounts';
 *
 * export async function linkTo(accounts: Accounts, accountId: string, email: string) {
 *   const { token } = await accounts.addEmailVerificationToken({ accountId, email });
 *   return `https://example.com/verify#${encodeURIComponent(token)}`;
 * }
 *
 * // The page behind the link: in the account's session, or with a form that asks for the password.
 * export async function follow(
 *   accounts: Accounts,
 *   request: SessionRequest,
 *   form: { token: string; password?: string; newPassword?: string },
 * ) {
 *   try {
 *     await accounts.verifyEmailWithToken({ ...form, request });
 *     return 'Your address is confirmed.';
 *   } catch (error) {
 *     if (!AccountError.is(error) || error.code !== 'NewPasswordRequired') throw error;
 *     return 'Please choose a password.';
 *   }
 * }
 * ```
 */
export class EmailVerification {
  readonly #core: AccountsCore;

  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /** Carries out {@link Accounts.addEmailVerificationToken}. */
  async addEmailVerificationToken(
    input: AddEmailVerificationTokenInput,
  ): Promise<IssuedOneTimeToken> {
    input = readObject(input, '');
    const { token, request, accountId } = input;
    const start = {
      flow: 'RequestVerification',
      method: 'email_verification',
      input: { accountId },
    } as const;
    return changeAccount(this.#core, start, async (flow) => {
      Object.assign(flow.eventContext, connectionContext(request));
      const { email } = readEmailOfAccount(input);
      return this.#core.oneTimeTokens.issue(flow, {
        accountId,
        kind: 'email_verification',
        createdFor: email,
        reason: ISSUED,
        ...(token !== undefined && { token }),
        ...(request !== undefined && { request }),
      });
    });
  }

  /**
   * Carries out {@link Accounts.verifyEmailWithToken}.
   *
   * @returns the account, as it was read before, and its address.
   */
  async verifyEmailWithToken(
    input: VerifyEmailWithTokenInput,
  ): Promise<{ readonly account: AccountDocument; readonly email: string }> {
    input = readObject(input, '');
    const { token, request } = input;
    const shown = { token, kind: 'email_verification', request } as const;
    return changeByToken(this.#core, { flow: 'VerifyEmail', shown }, async (flow, found) => {
      await confirmEmail(this.#core, flow, found, input);
      return { account: documentOf(found.account), email: found.token.createdFor };
    });
  }

  /** Carries out {@link Accounts.verifyEmail}. */
  async verifyEmail(input: EmailOfAccount): Promise<Contact> {
    input = readObject(input, '');
    const { accountId = '' } = input as Partial<EmailOfAccount>;
    return changeAccount(
      this.#core,
      { flow: 'VerifyEmail', input: { accountId } },
      async (flow) => {
        const { email } = readEmailOfAccount(input);
        return flow.commit(await flow.load(), (change) => {
          const contact = mailboxContact(change.account, email);
          if (!contact) throw new AccountError('UserNotFound', {});
          const verified = verifyContact(this.#core, change, contact);
          return () => verified.result ?? { ...contact, verified: true };
        });
      },
    );
  }
}
