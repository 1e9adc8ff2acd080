import { EntityError, type TransactOperation, type TransactResults } from '@latchkey/entity';
import { AccountQuota } from '../quota/AccountQuota.js';
import type { ContactData } from '../core/Account.js';
import { AccountError } from '../errors/AccountError.js';
import { toAccountError } from '../errors/withAccountErrors.js';
import { readInput, readObject } from '../errors/requireObject.js';
import { connectionContext } from '../events/connectionContext.js';
import type { EventContext, ValidateEvent } from '../events/accountEvents.js';
import { reasonOf } from '../events/Events.js';
import type { LoginSessionOptions } from '../login/completeLogin.js';
import { completeLogin } from '../login/completeLogin.js';
import { type AccountDocument, type SessionRequest } from '../requests/SessionRequest.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { notifySignUpAttempt } from './notifySignUpAttempt.js';
import { claimOperation, takingClaims, type Claiming, type TakenClaims } from '../core/claims.js';
import { digestSecret } from '../tokens/digestSecret.js';
import { newHandle } from './newHandle.js';
import { UnsentVerification } from './UnsentVerification.js';
import { parseNewAccount, type CreateAccountInput, type NewAccount } from './parseNewAccount.js';

/** Input of {@link AccountCreation.createAccountAndLogin}. */
export interface CreateAccountAndLoginInput extends CreateAccountInput {
  readonly request: SessionRequest;
  /** Tells whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
}

/** Input of {@link AccountCreation.requestAccount}. */
export interface RequestAccountInput extends Omit<
  CreateAccountInput,
  'username' | 'email' | 'extraContacts' | 'password'
> {
  readonly email: string;
  /** 8 to 1000 characters, unless configured otherwise. */
  readonly password: string;
}

/** Data from which an account is made. */
interface NewAccountInput {
  readonly own: CreateAccountInput;
  /** Handle that confirms the address, as the sign-up gives it to whoever asks. */
  readonly handle?: string | undefined;
}

/** Checks what was given. */
type Reader<T> = () => T | Promise<T>;

/** Data from which an account and its first login are made. */
interface NewAccountAndLogin {
  readonly own: Omit<CreateAccountAndLoginInput, 'rememberMe'>;
  readonly session: LoginSessionOptions;
  readonly method?: undefined;
  readonly proven?: undefined;
  readonly request?: undefined;
}

/** A contact of a new account. */
interface PlannedContact {
  readonly data: ContactData;
  readonly verified: boolean;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** An account whose contacts are proven, so that it needs no password. */
export interface ProvenAccount {
  readonly fields: NewAccount['fields'];
  /** The contacts of the account with this id. */
  readonly contactsOf: (
    accountId: string,
  ) => readonly (Omit<PlannedContact, 'verified'> & { readonly verified: true })[];
  /** Claims on them that give way. */
  readonly claims: TakenClaims;
  /** Writes that belong to the proof (default: none). */
  readonly alongside?: readonly TransactOperation<unknown>[];
  /** Translates an error of the transaction; undefined for one that stays as it is (default: all do). */
  readonly toRefusal?: (error: unknown) => AccountError | undefined;
}

/** A proven account, and its first login. */
export interface ProvenAccountAndLogin {
  readonly proven: ProvenAccount;
  readonly request: SessionRequest;
  readonly session: LoginSessionOptions;
  /** Method of the login, for its event. */
  readonly method: string;
  readonly own?: undefined;
}

/** A new account before it is written: every write that belongs to it. */
interface PlannedAccount {
  readonly account: TransactOperation<AccountDocument>;
  /** The other writes; claims that were never proven give way. */
  readonly others: (claims: TakenClaims) => readonly TransactOperation<unknown>[];
  readonly contacts: readonly PlannedContact[];
  readonly verifications: readonly { readonly to: string; readonly token: string }[];
}

/** Data of an account, checked. */
interface CheckedAccount {
  readonly accountId: string;
  readonly fields: NewAccount['fields'];
  readonly contacts: readonly PlannedContact[];
  /** Undefined for an account without one. */
  readonly password?: string;
  readonly handle?: string | undefined;
  readonly request: object | undefined;
}

/** New accounts. */
export class AccountCreation {
  readonly #core: AccountsCore;
  readonly #quota: AccountQuota;
  readonly #unsent: UnsentVerification;

  constructor(core: AccountsCore) {
    this.#core = core;
    this.#quota = new AccountQuota(core);
    this.#unsent = new UnsentVerification(core);
  }

  /**
   * Carries out {@link Accounts.createAccount}.
   *
   * @param read - checks the input, as part of the flow (default: it is taken as it is).
   */
  async createAccount(
    input: unknown,
    read: Reader<NewAccountInput> = () => ({ own: input as CreateAccountInput }),
  ): Promise<AccountDocument> {
    const eventContext = eventContextOf(input);
    return this.#core.events.run('CreateUser', eventContext, async () => {
      const { own, handle } = await read();
      const plan = await this.#plan(own, eventContext, handle);
      const [account] = await takingClaims(this.#core, claimingOf(plan), (claims) =>
        this.#transact([plan.account, ...plan.others(claims)]),
      );
      await this.#deliver(account, plan.verifications);
      await this.#unsent.report(account, unverifiedOf(plan), eventContext);
      return account;
    });
  }

  /**
   * Carries out {@link Accounts.createAccountAndLogin}.
   *
   * @param read - checks the input, as part of the flow (default: as it is documented there). It may give
   *   an account whose contacts are proven.
   */
  async createAccountAndLogin(
    input: unknown,
    read: Reader<NewAccountAndLogin | ProvenAccountAndLogin> = () => readAccountAndLogin(input),
  ): Promise<CompletedLogin> {
    const eventContext = eventContextOf(input);
    const { events } = this.#core;
    const { given, plan, planned } = await events.withFailureEvent(
      'CreateUser',
      eventContext,
      async () => {
        const given = await read();
        this.#core.connectionOf(requestOf(given));
        const plan = given.own
          ? await this.#plan(given.own, eventContext)
          : await this.#planProven(given, eventContext);
        // Once: what is planned again would be another account.
        return { given, plan, planned: await plan.account.prepare() };
      },
    );
    const loginContext: EventContext = { ...eventContext, method: given.method ?? 'signUp' };
    const login = {
      ...given.session,
      account: { ...planned.result, accessTypes: plan.contacts, tokens: [] },
      request: requestOf(given),
      eventContext: loginContext,
    };
    const claiming = {
      ...claimingOf(plan),
      ...(given.proven && { isProven: true, known: given.proven.claims }),
    };
    let isDecided = false;
    return events.run('Login', loginContext, async () => {
      try {
        return await completeLogin(this.#core, login, (operations) => {
          isDecided = true;
          return events.run('CreateUser', eventContext, async () => {
            const account = { prepare: () => Promise.resolve(planned) };
            const results = await takingClaims(this.#core, claiming, (claims) =>
              this.#transact([
                account,
                ...operations,
                ...plan.others(claims),
                ...(given.proven?.alongside ?? []),
              ]),
            ).catch((error: unknown) => {
              throw given.proven?.toRefusal?.(error) ?? error;
            });
            await this.#deliver(planned.result, plan.verifications);
            await this.#unsent.report(planned.result, unverifiedOf(plan), eventContext);
            return results.slice(1, operations.length + 1) as TransactResults<typeof operations>;
          });
        });
      } catch (error) {
        // A login that is refused before it is written leaves no account behind, either.
        if (!isDecided) await events.emit('CreateUserError', eventContext, reasonOf(error));
        throw error;
      }
    });
  }

  /** Carries out {@link Accounts.requestAccount}. */
  async requestAccount(input: RequestAccountInput): Promise<{ readonly handle: string }> {
    input = readInput(input);
    const eventContext = eventContextOf(input);
    const handle = newHandle();
    const creation = this.#core.events.run('CreateUser', eventContext, async () => {
      input = readObject(input, '');
      this.#core.delivery.requireConfigured();
      const { accountFields, visitorFields } = this.#core;
      const notTheirs = accountFields.filter((name) => !visitorFields.includes(name));
      const refused = ['username', 'extraContacts', ...notTheirs].find((name) => name in input);
      if (refused !== undefined) {
        throw new AccountError('InvalidInput', { path: refused, reason: 'unknownField' });
      }
      // From a form, a password that is missing is a mistake.
      if ((input.password as unknown) === null) {
        throw new AccountError('InvalidInput', { path: 'password', reason: 'notAString' });
      }
      if (input.request !== undefined) {
        await this.#core.throttle.countAddress(this.#core.connectionOf(input.request).ip);
      }
      const plan = await this.#plan(input, eventContext, handle);
      try {
        const [account] = await this.#transact([plan.account, ...plan.others(new Map())]);
        // Not waited for, nor is the other message: what there is to send must not show.
        void this.#deliver(account, plan.verifications);
      } catch (error) {
        const known = EntityError.is(error) ? toAccountError(error) : undefined;
        if (known?.code !== 'EmailAlreadyExists') throw error;
        const told = { ...eventContext };
        delete eventContext.accountId;
        void this.#core.delivery.afterwards({ method: 'SignUpAttempt' }, () =>
          this.#createOrNotify(plan, { email: input.email, eventContext: told, taken: error }),
        );
        throw known;
      }
    });
    await creation.catch((error: unknown) => {
      // Told to listeners, but not to who asks.
      if (!AccountError.is(error) || error.code !== 'EmailAlreadyExists') throw error;
    });
    return { handle };
  }

  /**
   * Takes over a claim on an address that has lapsed; for any other, writes to the address. Nobody
   * waits for it: how long it takes must not show that there is an account.
   */
  async #createOrNotify(
    plan: PlannedAccount,
    attempt: {
      readonly email: string;
      readonly eventContext: EventContext;
      readonly taken: unknown;
    },
  ): Promise<void> {
    try {
      const [account] = await takingClaims(this.#core, claimingOf(plan), async (claims) => {
        if (claims.size === 0) throw attempt.taken;
        return this.#transact([plan.account, ...plan.others(claims)]);
      });
      await this.#core.events.emit('CreateUserSuccess', attempt.eventContext);
      await this.#deliver(account, plan.verifications);
    } catch (error) {
      if (error !== attempt.taken) throw error;
      await notifySignUpAttempt(this.#core, attempt.email);
    }
  }

  /** @throws AccountError `TooManyRequests`, `TrialExceededLimit`; and what `table.transact` throws. */
  async #transact<const O extends readonly TransactOperation<unknown>[]>(
    operations: O,
  ): Promise<TransactResults<O>> {
    try {
      return await this.#quota.transact(operations);
    } catch (error) {
      throw this.#core.messageLimit.toMessageLimitError(error);
    }
  }

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

  async #plan(
    input: CreateAccountInput,
    eventContext: EventContext,
    handle?: string,
  ): Promise<PlannedAccount> {
    const { passwords, table } = this.#core;
    const { contacts, password: given, fields } = parseNewAccount(input, this.#core);
    const names = [fields.username, ...emailsOf(contacts).map((email) => email.split('@')[0])];
    const password = given === null ? null : await passwords.parseNew(given, 'password', names);
    const account = {
      accountId: table.newUlid(),
      fields,
      contacts: contacts.map((data) => ({ data, verified: false })),
      ...(password !== null && { password }),
      handle,
      request: input.request,
    };
    return this.#planFor(account, eventContext);
  }

  #planProven(
    { proven: { fields, contactsOf: contactsFor }, request }: ProvenAccountAndLogin,
    eventContext: EventContext,
  ): Promise<PlannedAccount> {
    const accountId = this.#core.table.newUlid();
    const contacts = contactsFor(accountId);
    return this.#planFor({ accountId, fields, contacts, request }, eventContext);
  }

  async #planFor(
    { accountId, fields, contacts, password, handle, request }: CheckedAccount,
    eventContext: EventContext,
  ): Promise<PlannedAccount> {
    const {
      accountFields,
      accounts,
      delivery,
      events,
      messageLimit,
      oneTimeTokens,
      passwords,
      tokens,
    } = this.#core;
    await events.authorize('ValidateCreateUser', eventContext, {
      input: validated(fields, emailsOf(contacts.map(({ data }) => data)), accountFields),
    });
    eventContext.accountId = accountId;
    // As one value: what a request carries must not pass for what the application says itself.
    const context = { request };
    const value = password === undefined ? undefined : await passwords.hash(password);
    const verifications = (
      delivery.isConfigured ? emailsOf(unverifiedOf({ contacts })).slice(0, 1) : []
    ).map((to) => ({
      to,
      ...oneTimeTokens.prepare({ accountId, kind: 'email_verification', createdFor: to }),
    }));
    return {
      account: accounts.createOneOperation({
        // The owner may administer the account's own profile, and nothing else.
        item: {
          ...fields,
          ...this.#quota.ofNewAccount,
          accountId,
          permissions: [`admin_profile:${accountId}`],
        },
        context,
      }),
      others: (claims) => [
        // Before the addresses: where it stands in the way, it must not tell which of them are taken.
        ...verifications.flatMap(({ to }) =>
          messageLimit.countFirstOperations({ to: { kind: 'email', value: to } }),
        ),
        ...(value === undefined
          ? []
          : [
              tokens.createOneOperation({
                item: {
                  accountId,
                  kind: 'password',
                  createdFor: accountId,
                  reason: 'signup',
                  value,
                },
                context,
              }),
            ]),
        // Addresses last: what is older than the mailbox was there from the beginning, which recoveries leave alone.
        ...mailboxesLast(contacts).map(({ data, verified, meta }) => {
          const isHandled = handle !== undefined && data.kind === 'email';
          const item = {
            accountId,
            verified,
            data,
            ...(meta && { meta }),
            ...(isHandled && { handle: digestSecret(handle) }),
          };
          return claimOperation(this.#core, { item, context }, claims);
        }),
        ...verifications.map(({ operation }) => operation),
      ],
      contacts,
      verifications,
    };
  }
}

function mailboxesLast<C extends { readonly data: ContactData }>(contacts: readonly C[]): C[] {
  const isMailbox = ({ data }: C): number => (data.kind === 'email' ? 1 : 0);
  return [...contacts].sort((a, b) => isMailbox(a) - isMailbox(b));
}

function emailsOf(contacts: readonly ContactData[]): readonly string[] {
  return contacts.flatMap((data) => (data.kind === 'email' ? [data.value] : []));
}

function requestOf({ own, request }: NewAccountAndLogin | ProvenAccountAndLogin): SessionRequest {
  return own ? own.request : request;
}

function claimingOf(plan: PlannedAccount): Claiming {
  return { contacts: contactsOf(plan) };
}

function unverifiedOf({ contacts }: Pick<PlannedAccount, 'contacts'>): readonly ContactData[] {
  return contacts.filter(({ verified }) => !verified).map(({ data }) => data);
}

function contactsOf({ contacts }: PlannedAccount): readonly ContactData[] {
  return contacts.map(({ data }) => data);
}

/** @throws AccountError `InvalidInput` */
function readAccountAndLogin(input: unknown): NewAccountAndLogin {
  input = readObject(input, '');
  const { rememberMe, ...own } = input as CreateAccountAndLoginInput;
  return { own, session: { ...(rememberMe === true && { rememberMe }) } };
}

function eventContextOf(input: unknown): EventContext {
  return connectionContext((input as Partial<CreateAccountInput> | null | undefined)?.request);
}

/** Part of the input that `ValidateCreateUser` shows. */
function validated(
  { username, profile, ...others }: NewAccount['fields'],
  [email]: readonly string[],
  ownNames: readonly string[],
): NonNullable<ValidateEvent['input']> {
  const own = Object.entries(others).filter(([name]) => ownNames.includes(name));
  return {
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email }),
    ...(profile && { profile }),
    ...(own.length > 0 && { fields: Object.fromEntries(own) }),
  };
}
