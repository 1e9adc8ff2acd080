import { documentOf } from '../core/Account.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { ActingAccount } from '../core/actingAccount.js';
import { Actor } from '../core/Actor.js';
import { changeAccount, type Flow } from '../core/changeAccount.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { readInput, readObject, requireObject } from '../errors/requireObject.js';
import type { AccountFlow, EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import { resetCounts } from '../flows/resetCounts.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import { changeFactors, replaceRecoveryCodes } from './changeFactors.js';
import { confirmTotp } from './confirmTotp.js';
import { deleteFactors } from './deleteFactors.js';
import { prepareTotp, type TotpEnrolment } from './enrolTotp.js';
import { findChallenge } from './findChallenge.js';
import { findOwner } from './findOwner.js';
import { parseSecondFactor, parseTotpCode } from './parseSecondFactor.js';
import { factorRefused, verifySecondFactor } from './verifySecondFactor.js';
import { factorsOf, unusedRecoveryCodes } from './readFactors.js';
import { enrolAtLogin, completeSecondFactor } from './completeSecondFactor.js';
import type {
  ConfirmedTwoFactor,
  ConfirmTwoFactorInput,
  DisableTwoFactorInput,
  EnrolTwoFactorInput,
  TwoFactorLoginInput,
  TwoFactorStatus,
} from './twoFactorInputs.js';
import { passkeysOf } from '../core/PasskeyPolicy.js';
import { secondFactorMethods, type TwoFactorPolicy } from '../core/requiredSecondFactor.js';
import { removeAddition } from '../flows/removeAdditions.js';
import type { TwoFactorSettings } from './twoFactorSettings.js';

/** A second factor for `Accounts`: `totp(…)` of `@latchkey/accounts/two-factor`. */
export interface TwoFactorPart {
  /** @internal */
  readonly policy: TwoFactorPolicy;
  /** @internal */
  readonly create: (core: AccountsCore) => TwoFactor;
}

/**
 * The second factor of accounts: an authenticator app (TOTP, RFC 6238), and recovery codes in case the
 * app is lost. Every login to an account with a second factor requires it, except
 * `pushCustomSession`, where the application authenticates the user itself.
 *
 * A code is valid for 90 seconds (its own 30 seconds and 30 on each side) and for one use. Attempts are
 * counted for the account by `throttling.code`, across all challenges. After 100 failures in a row, the
 * authenticator app is disabled (`AuthenticatorDisabled`) until the owner enrols a new one with a
 * recovery code. Recovery codes are counted separately, and disabled until there are new ones.
 *
 * Without the option `twoFactor`, accounts with a second factor cannot log in.
 *
 * @example
 * ```ts
 * import { AccountError, type AccountsWith, type SessionRequest } from '@latchkey/accounts';
 *
 * export async function login(accounts: AccountsWith<'twoFactor'>, password: string, request: SessionRequest) {
 *   try {
 *     return await accounts.userByPasswordLogin({ username: 'ada', password, request });
 *   } catch (error) {
 *     if (!AccountError.is(error) || error.code !== 'TwoFactorRequired') throw error;
 *     return { challenge: error.challenge }; // For the client, to be sent back with a code.
 *   }
 * }
 *
 * export const secondStep = (
 *   accounts: AccountsWith<'twoFactor'>,
 *   answer: { challenge: string; code: string },
 *   request: SessionRequest,
 * ) => accounts.twoFactor.loginWithTwoFactor({ ...answer, request });
 * ```
 */
export class TwoFactor {
  readonly #core: AccountsCore;
  readonly #settings: TwoFactorSettings;

  /** @internal */
  constructor(core: AccountsCore, settings: TwoFactorSettings) {
    this.#core = core;
    this.#settings = settings;
  }

  /**
   * Creates a secret for an authenticator app. The secret takes effect when {@link TwoFactor.confirm}
   * gets a code of it, within an hour; another call replaces it. An account that already has an
   * authenticator must provide one of its factors, and keeps the old authenticator until then
   * (NIST SP 800-63B-4 §4.1.2.1).
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`,
   *   `RecentLoginRequired`; `TokenVerificationFailed` with the path `challenge`, `code` or
   *   `recoveryCode`; `AccountLocked`, `TooManyRequests`, `AuthenticatorDisabled`, `AccountDeactivated`,
   *   `TooBusy`, `ServiceUnavailable`, `InvalidConfiguration`.
   */
  async enrol(input: EnrolTwoFactorInput): Promise<TotpEnrolment> {
    input = readObject(input, '');
    const { challenge, request } = input;
    if (challenge !== undefined) return this.#enrolAtLogin(challenge, request);
    return this.#change('EnrolTwoFactor', request, async (flow, settings) => {
      flow.requireRecentLogin(settings.recentLogin);
      const owner = await findOwner(this.#core, settings, flow);
      const { factors } = owner;
      const proof = factors.totp && (await verifySecondFactor(owner, parseSecondFactor(input)));
      const { enrolment, operations } = await prepareTotp(this.#core, settings, factors);
      return flow.commit(
        factors.account,
        (change) => {
          if (proof) {
            change.write(proof.useOperation, () => factorRefused(proof));
            change.write(proof.resetOperation);
          }
          change.writeAll(operations);
          return () => enrolment;
        },
        { retries: false },
      );
    });
  }

  /**
   * Makes an authenticator app the account's second factor, if its code is right, and returns new
   * recovery codes; earlier ones become invalid. When it returns, every other session of the account has
   * ended (ASVS 7.4.3), and the owner is notified. With a challenge, it also completes the login.
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`;
   *   `TokenVerificationFailed` with the path `challenge` or `code`; `AccountLocked`,
   *   `TooManyRequests`, `AccountDeactivated`, `TooBusy`, `ServiceUnavailable`, `SecretTooShort`,
   *   `InvalidConfiguration`.
   */
  confirm(
    input: ConfirmTwoFactorInput & { readonly challenge: string },
  ): Promise<CompletedLogin & ConfirmedTwoFactor>;
  confirm(input: ConfirmTwoFactorInput): Promise<ConfirmedTwoFactor>;
  async confirm(input: ConfirmTwoFactorInput): Promise<ConfirmedTwoFactor> {
    input = readObject(input, '');
    if ((input.challenge as unknown) === undefined) return this.#confirmInSession(input);
    const eventContext = { ...connectionContext(input.request), method: 'totp' };
    // It is both, and told as both.
    return this.#core.events.run('Login', eventContext, () =>
      this.#run(
        'EnableTwoFactor',
        input,
        (_eventContext, settings) =>
          enrolAtLogin({ core: this.#core, settings, eventContext }, input),
        eventContext,
      ),
    );
  }

  /**
   * Completes a login with its second factor: five requests. Using the code and the challenge, and
   * beginning the session, is one transaction. After a wrong code, the challenge can be used again, until
   * it expires after five minutes by default (`tokens.twoFactorChallenge`).
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` with the path `challenge` (log in
   *   again), `code` or `recoveryCode`; `AccountLocked`, `TooManyRequests`, `AuthenticatorDisabled` before
   *   the code is looked at; `AccountDeactivated`, `TooBusy`, `ServiceUnavailable`, `SecretTooShort`;
   *   `InvalidConfiguration` also when no key decrypts the secret.
   */
  async loginWithTwoFactor(input: TwoFactorLoginInput): Promise<CompletedLogin> {
    input = readInput(input);
    return this.#run('Login', input, (eventContext, settings) =>
      completeSecondFactor({ core: this.#core, settings, eventContext }, input),
    );
  }

  /**
   * Replaces the recovery codes with new ones. When it returns, every other session has ended.
   *
   * @param input - `code`: a code of the app; a recovery code is not accepted.
   * @throws AccountError as {@link TwoFactor.disable}, except `TwoFactorMandatory`.
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { TwoFactor } from '@latchkey/accounts/two-factor';
   *
   * export async function example(twoFactor: TwoFactor, request: SessionRequest, code: string) {
   *   const { recoveryCodes } = await twoFactor.regenerateRecoveryCodes({ request, code });
   *   return recoveryCodes; // to be shown once
   * }
   * ```
   */
  async regenerateRecoveryCodes(input: {
    readonly request: SessionRequest;
    readonly code: string;
  }): Promise<ConfirmedTwoFactor> {
    input = readObject(input, '');
    return this.#change('RegenerateRecoveryCodes', input.request, async (flow, settings) => {
      const code = parseTotpCode(input.code);
      flow.requireRecentLogin(settings.recentLogin);
      const owner = await findOwner(this.#core, settings, flow);
      const { core, factors } = owner;
      const proof = await verifySecondFactor(owner, { authenticator: 'totp', code });
      const { recoveryCodes, operations } = await core.throttle.unlessTooBusy(proof.attempt, () =>
        replaceRecoveryCodes(core, factors),
      );
      return flow.commit(
        factors.account,
        (change) => {
          change.write(proof.useOperation, () => factorRefused(proof));
          const reset = resetCounts(core, change.account, ['recoveryCode']);
          changeFactors(change, [proof.resetOperation, ...reset, ...operations]);
          return () => ({ recoveryCodes });
        },
        { retries: false },
      );
    });
  }

  /**
   * Tells whether the account of a request has a second factor: one request.
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ServiceUnavailable`,
   *   `InvalidConfiguration`
   */
  async status(input: { readonly request: SessionRequest }): Promise<TwoFactorStatus> {
    input = readObject(input, '');
    const { request } = input;
    requireObject(request, 'request');
    // An impersonator may see the status, too.
    const { account } = this.#core.verified.of(request);
    const { accountId } = account;
    return withAccountErrors(async () => {
      const filter = { accountId, kind: 'twoFactorAuth' } as const;
      const [{ items }] = await Promise.all([
        this.#core.tokens.findMany({ filter, consistent: true }),
        Actor.holding(this.#core, accountId, request).assertSessionActive(),
      ]);
      const factors = factorsOf(items);
      const recoveryCodesLeft = unusedRecoveryCodes(this.#core, factors).length;
      return { enabled: factors.totp !== undefined, recoveryCodesLeft };
    });
  }

  /**
   * Removes the second factor. The owner must provide it once more, since a session that began with a
   * password is not enough (ASVS 6.4.4). When it returns, every other session has ended, and the owner is
   * notified.
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`,
   *   `RecentLoginRequired`; `TwoFactorMandatory` where `isRequired` demands one;
   *   `TokenVerificationFailed` with the path `code` or `recoveryCode`; `AccountLocked`,
   *   `TooManyRequests`, `AuthenticatorDisabled`, `TooBusy`, `ServiceUnavailable`, `InvalidConfiguration`.
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { TwoFactor } from '@latchkey/accounts/two-factor';
   *
   * export async function example(twoFactor: TwoFactor, request: SessionRequest, code: string) {
   *   await twoFactor.disable({ request, code }); // or `recoveryCode`
   * }
   * ```
   */
  async disable(input: DisableTwoFactorInput): Promise<void> {
    input = readObject(input, '');
    await this.#change('DisableTwoFactor', input.request, async (flow, settings) => {
      const factor = parseSecondFactor(input);
      flow.eventContext.method = factor.authenticator;
      flow.requireRecentLogin(settings.recentLogin);
      const owner = await findOwner(this.#core, settings, flow);
      const { core, factors } = owner;
      if (settings.isRequired?.(documentOf(factors.account))) {
        throw new AccountError('TwoFactorMandatory', {});
      }
      const proof = await verifySecondFactor(owner, factor);
      await flow.commit(
        factors.account,
        (change) => {
          change.write(proof.deleteOperation, () => factorRefused(proof));
          const others = deleteFactors(core, factorsOf(change.account.tokens), proof.token.ulid);
          const other = factor.authenticator === 'totp' ? 'recoveryCode' : 'totp';
          const reset = resetCounts(core, change.account, [other]);
          changeFactors(change, [proof.resetOperation, ...reset, ...others]);
          change.notify({ kind: 'TwoFactorDisabled' });
          return () => undefined;
        },
        { retries: false },
      );
    });
  }

  /**
   * Removes the second factor of an owner who has lost the app and the recovery codes. Nothing is
   * checked: never call it on a visitor's behalf before the application has verified the owner's identity
   * as thoroughly as at enrolment (ASVS 6.4.4; NIST SP 800-63B-4 §4.2.2.2). Where passkeys would still be
   * demanded as a second factor, they are removed. When it returns, every session of the account has ended,
   * and the owner is notified.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `ServiceUnavailable`,
   *   `InvalidConfiguration`
   */
  async reset(input: { readonly accountId: string }): Promise<void> {
    input = readObject(input, '');
    const { accountId } = input;
    const start = { flow: 'DisableTwoFactor', method: 'reset', input: { accountId } } as const;
    const core = this.#core;
    await changeAccount(core, start, async (flow) =>
      flow.commit(await flow.load(), (change) => {
        const factors = factorsOf(change.account.tokens);
        changeFactors(change, [
          ...deleteFactors(core, factors),
          ...resetCounts(core, change.account, ['totp', 'recoveryCode']),
        ]);
        if (factors.totp) change.notify({ kind: 'TwoFactorDisabled' });
        const left = { ...change.account, tokens: [] };
        if (secondFactorMethods(left, left, core).includes('passkey')) {
          change.requireSameVersion();
          for (const passkey of passkeysOf(left)) removeAddition(core, change, passkey);
        }
        return () => undefined;
      }),
    );
  }

  /** Enrols during a login, if the application requires a second factor. */
  async #enrolAtLogin(challenge: string, request: unknown): Promise<TotpEnrolment> {
    return this.#run('EnrolTwoFactor', { request }, async (eventContext, settings) => {
      const { factors } = await findChallenge(this.#core, challenge, 'enrolment');
      eventContext.accountId = factors.account.accountId;
      const { enrolment, operations } = await prepareTotp(this.#core, settings, factors);
      await this.#core.table.transact(operations);
      return enrolment;
    });
  }

  async #confirmInSession(input: ConfirmTwoFactorInput): Promise<ConfirmedTwoFactor> {
    return this.#change('EnableTwoFactor', input.request, async (flow, settings) => {
      const code = parseTotpCode(input.code);
      // Not again a recent login: that was for the secret, which only its owner has seen.
      const owner = await findOwner(this.#core, settings, flow);
      const { recoveryCodes, operations } = await confirmTotp(owner, code);
      return flow.commit(
        owner.factors.account,
        (change) => {
          changeFactors(change, operations);
          change.notify({ kind: 'TwoFactorEnabled' });
          return () => ({ recoveryCodes });
        },
        { retries: false },
      );
    });
  }

  #change<T>(
    flow: AccountFlow,
    request: SessionRequest | undefined,
    run: (flow: Flow, settings: TwoFactorSettings) => Promise<T>,
  ): Promise<T> {
    const input = { request } as ActingAccount;
    const begin = (): void => {
      requireObject(request, 'request');
    };
    return changeAccount(this.#core, { flow, input, begin }, (started) =>
      run(started, this.#settings),
    );
  }

  async #run<T>(
    flow: AccountFlow,
    input: object,
    action: (eventContext: EventContext, settings: TwoFactorSettings) => Promise<T>,
    given?: EventContext,
  ): Promise<T> {
    input = readObject(input, '');
    const eventContext =
      given ?? connectionContext((input as { readonly request?: unknown }).request);
    return this.#core.events.run(flow, eventContext, () => action(eventContext, this.#settings));
  }
}
