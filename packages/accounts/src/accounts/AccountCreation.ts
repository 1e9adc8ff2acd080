import { EntityError, type TransactOperation, type TransactResults } from '@latchkey/entity';
import { toAccountError } from '../errors/inAccountTerms.js';
import { requireObject } from '../errors/requireObject.js';
import { connectionFacts } from '../events/connectionFacts.js';
import type { EventFacts, ValidateEvent } from '../events/accountEvents.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { completeLogin } from '../login/completeLogin.js';
import {
  readConnectionInfo,
  type AccountDocument,
  type SessionRequest,
} from '../sessions/SessionRequest.js';
import type { LoginResult } from '../sessions/Sessions.js';
import { findAccountId } from './findAccountId.js';
import type { AccountsCore } from './AccountsCore.js';
import { parseNewAccount, type CreateAccountInput, type NewAccount } from './parseNewAccount.js';

/** What {@link AccountCreation.createAccountAndLogin} takes. */
export interface CreateAccountAndLoginInput extends CreateAccountInput {
  readonly request: SessionRequest;
  /** Whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
}

/** What {@link AccountCreation.requestAccount} takes. */
export interface RequestAccountInput extends CreateAccountInput {
  readonly email: string;
}

/** A new account before it is written: every write that belongs to it. */
interface PlannedAccount {
  readonly account: TransactOperation<AccountDocument>;
  readonly others: readonly TransactOperation<unknown>[];
  readonly verifications: readonly { readonly to: string; readonly token: string }[];
}

/** New accounts. */
export class AccountCreation {
  readonly #core: AccountsCore;

  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Makes an account with its contacts and password: one transaction, in which username and
   * addresses are taken or nothing is written. With `delivery`, a token to verify the e-mail address
   * is part of it, and is sent.
   *
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`
   *   and `Vetoed` before anything is written; `UsernameAlreadyExists`, `EmailAlreadyExists`,
   *   `PhoneAlreadyExists`, `IdentityAlreadyExists`, `TooBusy`, `ServiceUnavailable`.
   */
  readonly createAccount = async (input: CreateAccountInput): Promise<AccountDocument> => {
    const facts = factsOf(input);
    return this.#core.events.run('CreateUser', facts, async () => {
      const { account: create, others, verifications } = await this.#plan(input, facts);
      const [account] = await this.#core.table.transact([create, ...others]);
      await this.#deliver(account, verifications);
      return account;
    });
  };

  /**
   * {@link createAccount}, and the first login in the same transaction.
   *
   * @throws AccountError as {@link createAccount}; `SecretTooShort`, and `Vetoed` by `ValidateLogin`
   *   before anything is written; `TwoFactorEnrolmentRequired` with a challenge once the account is
   *   there, where the application demands a second factor.
   */
  readonly createAccountAndLogin = async (
    input: CreateAccountAndLoginInput,
  ): Promise<LoginResult> => {
    requireObject(input, '');
    const { rememberMe, ...own } = input;
    const facts = factsOf(own);
    return this.#core.events.run('CreateUser', facts, async () => {
      readConnectionInfo(own.request);
      const { account: create, others, verifications } = await this.#plan(own, facts);
      // Once: what is planned again would be another account.
      const planned = await create.prepare();
      const login = {
        account: { ...planned.result, accessTypes: [], tokens: [] },
        request: own.request,
        facts,
        ...(rememberMe === true && { rememberMe }),
      };
      return completeLogin(this.#core, login, async (operations) => {
        const account = { prepare: () => Promise.resolve(planned) };
        const results = await this.#core.table.transact([account, ...operations, ...others]);
        await this.#deliver(planned.result, verifications);
        return results.slice(1, operations.length + 1) as TransactResults<typeof operations>;
      });
    });
  };

  /**
   * {@link createAccount} for a public form that must not show who has an account (ASVS 6.3.8): the
   * answer and its cost are the same when the e-mail address is taken, and a message to that address
   * says so instead. A username that is taken is still refused: usernames are public.
   *
   * @throws AccountError as {@link createAccount}, but never `EmailAlreadyExists`.
   */
  readonly requestAccount = async (input: RequestAccountInput): Promise<void> => {
    const facts = factsOf(input);
    await this.#core.events.run('CreateUser', facts, async () => {
      if (facts.ip !== undefined) await this.#core.throttle.countAddress(facts.ip);
      const { account: create, others, verifications } = await this.#plan(input, facts);
      try {
        const [account] = await this.#core.table.transact([create, ...others]);
        // Not waited for, nor is the other message: what there is to send must not show.
        void this.#deliver(account, verifications);
      } catch (error) {
        const known = EntityError.is(error) ? toAccountError(error) : undefined;
        if (known?.code !== 'EmailAlreadyExists') throw error;
        delete facts.accountId;
        void this.#core.delivery.afterwards({ method: 'SignUpAttempt' }, () =>
          this.#tellOwner(input.email),
        );
      }
    });
  };

  /** Sends what there is to verify, where to. */
  async #deliver(
    account: AccountDocument,
    verifications: PlannedAccount['verifications'],
  ): Promise<void> {
    await Promise.all(
      verifications.map(({ to, token }) =>
        this.#core.delivery.deliver({
          kind: 'EmailVerification',
          to: { kind: 'email', value: to },
          account,
          token,
        }),
      ),
    );
  }

  /** Tells the owner of an address that somebody wanted to sign up with it. */
  async #tellOwner(email: string): Promise<void> {
    const { accounts, delivery } = this.#core;
    const identifier = parseLoginIdentifier(email, 'email');
    const accountId = await findAccountId(this.#core, identifier);
    const { item } = accountId
      ? await accounts.findOne({ filter: { accountId }, consistent: true })
      : { item: null };
    if (!item) return;
    const to = { kind: 'email', value: identifier.value } as const;
    await delivery.deliver({ kind: 'SignUpAttempt', to, account: item });
  }

  async #plan(input: CreateAccountInput, facts: EventFacts): Promise<PlannedAccount> {
    const {
      accountFields,
      accounts,
      accessTypes,
      delivery,
      events,
      oneTimeTokens,
      passwords,
      table,
      tokens,
    } = this.#core;
    const { contacts, password: given, fields } = parseNewAccount(input, accountFields);
    const emails = contacts.flatMap((data) => (data.kind === 'email' ? [data.value] : []));
    const password = await passwords.parseNew(given, 'password', [
      fields.username,
      ...emails.map((email) => email.split('@')[0]),
    ]);
    await events.ask('ValidateCreateUser', facts, { input: validated(fields, emails) });
    const accountId = table.newUlid();
    facts.accountId = accountId;
    // As one value: what a request carries must not pass for what the application says itself.
    const context = { request: input.request };
    const value = await passwords.hash(password);
    const verifications = (delivery.isConfigured ? emails.slice(0, 1) : []).map((to) => ({
      to,
      ...oneTimeTokens.prepare({ accountId, kind: 'email_verification', createdFor: to }),
    }));
    return {
      account: accounts.createOneOperation({
        // The owner may administer the account's own profile, and nothing else.
        item: { ...fields, accountId, permissions: [`admin_profile:${accountId}`] },
        context,
      }),
      others: [
        tokens.createOneOperation({
          item: { accountId, kind: 'password', createdFor: accountId, reason: 'signup', value },
          context,
        }),
        ...contacts.map((data) =>
          accessTypes.createOneOperation({ item: { accountId, verified: false, data }, context }),
        ),
        ...verifications.map(({ operation }) => operation),
      ],
      verifications,
    };
  }
}

function factsOf(input: unknown): EventFacts {
  requireObject(input, '');
  return connectionFacts((input as Partial<CreateAccountInput>).request);
}

/** What `ValidateCreateUser` shows. */
function validated(
  { username, profile }: NewAccount['fields'],
  [email]: readonly string[],
): NonNullable<ValidateEvent['input']> {
  return {
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email }),
    ...(profile && { profile }),
  };
}
