import { EntityError, type TransactOperation } from '@latchkey/entity';
import type { AccountToken, InferWithSecrets } from '@latchkey/schema';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { findAccountId } from '../flows/findAccountId.js';
import type { ActingAccount } from '../core/actingAccount.js';
import { changeAccount } from '../core/changeAccount.js';
import { loadAccount } from '../core/loadAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { readObject } from '../errors/requireObject.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import { parseLoginIdentifier, type LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { MaybePhoneNumbers } from '../identifiers/PhoneParser.js';
import { requireRequest, type SessionRequest } from '../requests/SessionRequest.js';
import { isPasswordDisabledAtLogin, requirePasswordEnabled } from '../flows/isPasswordDisabled.js';
import { resetCounts } from '../flows/resetCounts.js';
import { isUsedUp, type Attempt } from '../throttling/Throttle.js';
import type { Account, StoredToken } from '../core/Account.js';
import {
  commitLogin,
  completeLogin,
  type CompletedLogin,
  type LoginSessionOptions,
} from './completeLogin.js';
import { isVerifiedIdentifier, isActivated } from '../flows/isVerifiedIdentifier.js';
import { placeholderId } from '../identifiers/placeholderId.js';

/** Input of {@link PasswordLogin.userByPasswordLogin}. */
export interface PasswordLoginInput {
  /** A username, a verified e-mail address or phone number, or an account id. */
  readonly username: string;
  /** The country (ISO 3166-1 alpha-2) of a phone number that has no country code. */
  readonly country?: string;
  readonly password: string;
  readonly request: SessionRequest;
  /** Tells whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
  /**
   * Device token from an earlier login on the same device. Its attempts are counted separately, so
   * that strangers cannot lock the device out; an invalid token is ignored.
   */
  readonly deviceToken?: string | undefined;
}

/** Input of {@link PasswordLogin.reauthenticate}. */
export interface ReauthenticateInput {
  /** Request accepted by `handleRequest`. */
  readonly request: SessionRequest;
  readonly password: string;
  readonly token?: undefined;
  readonly challenge?: undefined;
  readonly code?: undefined;
}

/** A password that somebody logs in with. */
export interface PasswordLoginAttempt extends LoginSessionOptions {
  readonly request: SessionRequest;
  readonly identifier: LoginIdentifier;
  /** Not looked at yet. */
  readonly password: unknown;
  /** Not looked at yet, either. */
  readonly deviceToken?: unknown;
}

/** Checks what was given. */
type PasswordLoginReader = () => PasswordLoginAttempt | Promise<PasswordLoginAttempt>;

/** Result of a login by password. */
interface LoginByPassword {
  readonly login: CompletedLogin;
  readonly accessTypes: Account['accessTypes'];
}

/** A password that is to be compared. */
interface ShownPassword {
  readonly password: string;
  /** In the form in which it is stored. */
  readonly identifier: string;
  /** Context of the flow's event; the account is added to it. */
  readonly eventContext: EventContext;
  /** The client's address, which has been counted. */
  readonly ip: string;
  /** The account, where it has been loaded already. */
  readonly loaded?: Account<StoredToken> | undefined;
  readonly isAllowed: (account: Account) => boolean;
}

/** Result of a right password. */
interface PasswordProof {
  readonly account: Account;
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
   * Carries out {@link Accounts.userByPasswordLogin}.
   *
   * @param read - checks the input, as part of the flow (default: as it is documented there).
   * @returns the login, and the account's contacts as they were read for it.
   */
  async userByPasswordLogin(
    input: unknown,
    read: PasswordLoginReader = () => readPasswordLogin(this.#core, input),
  ): Promise<LoginByPassword> {
    const eventContext: EventContext = { ...eventContextOf(input), method: 'password' };
    return this.#core.events.run('Login', eventContext, async () => {
      const { identifier, password: given, deviceToken, ...options } = await read();
      const { passwords, requireActivation } = this.#core;
      const { request } = options;
      const password = passwords.parse(given, 'password');
      const { ip } = this.#core.connectionOf(request);
      const device = await this.#core.deviceTokens.verify(deviceToken, request);
      const counted = this.#core.throttle.beginCountAddress(ip);
      // At the same time as the name's owner, so that a known device's login takes no trip more.
      const [owner, deviceAccount] = await Promise.all([
        findAccountId(this.#core, identifier),
        device && loadAccount(this.#core, device.accountId, { secrets: true }),
      ]);
      // An id that somebody typed need not be anybody's.
      if (owner !== undefined && identifier.kind !== 'accountId') eventContext.accountId = owner;
      await counted;
      const accountId = owner ?? placeholderId(identifier);
      const loaded = deviceAccount?.accountId === accountId ? deviceAccount : undefined;
      // After what ends an owner's other sessions, a device is any other, or a thief's would stay known;
      // and so is one whose budget is used up, or it would be worse off than any other.
      const isKnown =
        loaded !== undefined &&
        loaded.sessionGeneration === device?.generation &&
        !isUsedUp(loaded.attempts, 'knownDevice');
      const attempt = {
        accountId,
        authenticator: isKnown ? 'knownDevice' : 'password',
      } as const;
      const { account, effects, failures } = await this.#prove(attempt, {
        password,
        identifier: identifier.value,
        eventContext,
        ip,
        loaded,
        // Who has not confirmed any address is told so, after the right password.
        isAllowed: (found) =>
          isVerifiedIdentifier(found, identifier) ||
          (requireActivation && !isActivated(found.accessTypes)),
      });
      const proven = { ...options, account, eventContext, failures };
      const commit = commitLogin(this.#core, proven, (change) => change.writeAll(effects));
      const login = await completeLogin(this.#core, proven, commit);
      return { login, accessTypes: account.accessTypes };
    });
  }

  /** Carries out {@link Accounts.reauthenticate}. */
  async reauthenticate(input: ReauthenticateInput): Promise<{ authToken: string }> {
    const { passwords, sessions, throttle } = this.#core;
    const { request } = (input as Partial<ReauthenticateInput> | null | undefined) ?? {};
    const start = {
      flow: 'Reauthentication',
      method: 'password',
      input: { request } as ActingAccount,
      begin: () => {
        input = readObject(input, '');
        requireRequest(request);
      },
    } as const;
    return changeAccount(this.#core, start, async (flow) => {
      const password = passwords.parse(input.password, 'password');
      const { ip } = this.#core.connectionOf(input.request);
      const account = await flow.load({ secrets: true, session: true });
      // Not with those who guess at the login: they must not keep out who is logged in.
      const attempt = {
        accountId: account.accountId,
        authenticator: 'reauthentication',
        ip,
      } as const;
      const counted = await throttle.recordAttempt(attempt);
      requirePasswordEnabled(account, counted);
      const { effects } = await this.#verifyPassword(attempt, account, password, true);
      return sessions.reauthentication.renew(input.request, effects);
    });
  }

  /**
   * Compares a password with an account's, after the attempt has been counted.
   *
   * @throws AccountError `LoginFailed`, `AccountLocked`, `TooManyRequests`, `TooBusy`
   */
  async #prove(
    attempt: Attempt,
    { password, identifier, ip, eventContext, loaded, isAllowed }: ShownPassword,
  ): Promise<PasswordProof> {
    const { accountId } = attempt;
    const read = async (): Promise<Account<StoredToken> | null> => {
      const account = loaded ?? (await loadAccount(this.#core, accountId, { secrets: true }));
      if (account) eventContext.accountId = accountId;
      return account;
    };
    // Both are waited for, so that a refusal is told as the account's that it is about.
    const counted = this.#core.throttle.recordAttempt(attempt);
    const [reading, counting] = await Promise.allSettled([read(), counted]);
    if (reading.status === 'rejected') throw reading.reason;
    if (counting.status === 'rejected') throw counting.reason;
    const account = reading.value;
    const isDisabled =
      account !== null && (await isPasswordDisabledAtLogin(this.#core, account, counting.value));
    // A password that is disabled fails like a wrong one: nobody learns that the account is there.
    const mayMatch = account !== null && !isDisabled && isAllowed(account);
    return this.#verifyPassword(attempt, account, password, mayMatch, { identifier, ip });
  }

  /**
   * Compares a counted password with what is stored; at the same cost where nothing is.
   *
   * @param asked - what the account's former system is told at a login, where it may be asked.
   */
  async #verifyPassword(
    attempt: Attempt,
    account: Account<StoredToken> | null,
    password: string,
    isAllowed: boolean,
    asked?: Pick<ShownPassword, 'identifier' | 'ip'>,
  ): Promise<PasswordProof> {
    const { elsewhere, passwords, throttle } = this.#core;
    const stored = account?.tokens.filter(({ kind }) => kind === 'password').at(-1);
    const { matches, needsRehash } = await throttle.unlessTooBusy(attempt, () =>
      passwords.verify(password, isAllowed ? stored?.value : undefined),
    );
    const isRight =
      matches ||
      (isAllowed &&
        asked !== undefined &&
        (await throttle.unlessTooBusy(attempt, async () =>
          elsewhere?.takeOver(this.#core, { account, stored, password, ...asked }),
        )));
    if (!account || !stored || isRight !== true) throw new AccountError('LoginFailed', {});
    if (needsRehash) await this.#rehash(stored, password);
    const isAtLogin = attempt.authenticator === 'password';
    return {
      account,
      // On whichever device: a stranger's are the owner's concern.
      failures:
        throttle.recentFailures(account.attempts, 'password') +
        throttle.recentFailures(account.attempts, 'knownDevice'),
      effects: [
        throttle.resetOperation(attempt),
        ...(isAtLogin ? resetCounts(this.#core, account, ['knownDevice']) : []),
      ],
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

/** @throws AccountError `InvalidInput` */
function readPasswordLogin(core: MaybePhoneNumbers, input: unknown): PasswordLoginAttempt {
  input = readObject(input, '');
  const { username, country, rememberMe, ...shown } = input as PasswordLoginInput;
  const { password, request, deviceToken } = shown;
  return {
    identifier: parseLoginIdentifier(username, 'username', core, country),
    password,
    request,
    deviceToken,
    ...(rememberMe === true && { rememberMe }),
  };
}

/** Collects an event's context from an input of any form. */
function eventContextOf(input: unknown): EventContext {
  return connectionContext((input as Partial<ReauthenticateInput> | null | undefined)?.request);
}
