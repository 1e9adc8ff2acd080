import { Challenges } from '../challenges/Challenges.js';
import type { Account } from '../core/Account.js';
import { Actor } from '../core/Actor.js';
import type { ActingAccount } from '../core/actingAccount.js';
import { changeAccount, Flow, type FlowStart } from '../core/changeAccount.js';
import { loadAccount } from '../core/loadAccount.js';
import { passkeysOf, type PasskeyContact, type PasskeyPolicy } from '../core/PasskeyPolicy.js';
import { AccountError } from '../errors/AccountError.js';
import { readInput, readObject, requireUlid } from '../errors/requireObject.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import {
  commitLogin,
  completeLogin,
  type CompletedLogin,
  type ProvenLogin,
} from '../login/completeLogin.js';
import { digestSecret } from '../tokens/digestSecret.js';
import { challengeRefused, findChallenge, type WaitingLogin } from '../twoFactor/findChallenge.js';
import { CHALLENGE_LIFETIME_MS, creationOptions, requestOptions } from './ceremonyOptions.js';
import {
  addPasskey,
  assertRoomForPasskey,
  isKnownCredential,
  parsePasskeyName,
  removePasskey,
  renamePasskey,
  requireFreshLogin,
  usePasskey,
} from './changePasskeys.js';
import { credentialRefused, parseAuthentication, parseRegistration } from './parseCredential.js';
import { assertSameOwner, ownerOf, type CeremonyContext } from './ceremonyOwner.js';
import { accountOfUserHandle, signalsOf, toPasskey } from './passkeyFacts.js';
import type {
  BegunCeremony,
  CreateLoginOptionsInput,
  CreateReauthenticationOptionsInput,
  CreateRegistrationOptionsInput,
  Passkey,
  PasskeyCreationOptions,
  PasskeyList,
  PasskeyLoginInput,
  PasskeyReference,
  PasskeyRequestOptions,
  PasskeySignals,
  ReauthenticateByPasskeyInput,
  RegisterPasskeyInput,
} from './passkeyInputs.js';
import type { PasskeySettings } from './passkeySettings.js';
import {
  createReauthenticationOptions,
  reauthenticateByPasskey,
} from './reauthenticateByPasskey.js';
import { verifyAssertion, verifyRegistration } from './verifyCredential.js';

/** Passkeys for `Accounts`: `passkeys(…)` of `@latchkey/accounts/passkeys`. */
export interface PasskeysPart {
  /** @internal */
  readonly rules: PasskeyPolicy;
  /** @internal */
  readonly createPasskeys: (core: AccountsCore) => Passkeys;
}

/**
 * Passkeys (WebAuthn Level 3): logins by a key that a device or password manager keeps, without a
 * username. The device verifies its user, so that a passkey counts as two factors; after another first
 * factor, it is the second.
 *
 * Each ceremony has two calls: the first gives options for the browser, the second takes what the
 * browser's authenticator has signed. The challenge in the options can be used once, within ten minutes,
 * for the same purpose, and only by the browser that shows its secret.
 *
 * @example
 * ```ts
 * import type { AccountsWith, SessionRequest } from '@latchkey/accounts';
 *
 * type Answer = { response: Record<string, unknown>; browserSecret: string };
 *
 * export const begin = (accounts: AccountsWith<'passkeys'>, request: SessionRequest) =>
 *   accounts.passkeys.createLoginOptions({ request }); // For `navigator.credentials.get`.
 *
 * export const login = (
 *   accounts: AccountsWith<'passkeys'>,
 *   answer: Answer,
 *   request: SessionRequest,
 * ) => accounts.passkeys.login({ ...answer, request });
 * ```
 */
export class Passkeys {
  readonly #core: AccountsCore;
  readonly #settings: PasskeySettings;
  readonly #challenges: Challenges;

  /** @internal */
  constructor(core: AccountsCore, settings: PasskeySettings) {
    this.#core = core;
    this.#settings = settings;
    this.#challenges = new Challenges(core);
  }

  /**
   * Creates the options with which a browser creates a passkey for the request's account: four requests.
   * An account can have 10 passkeys.
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`; `RecentLoginRequired`,
   *   in an account with a second factor also for a session that only a password has renewed;
   *   `TooManyRequests`, `ServiceUnavailable`.
   */
  async createRegistrationOptions(
    input: CreateRegistrationOptionsInput,
  ): Promise<BegunCeremony<PasskeyCreationOptions>> {
    input = readObject(input, '');
    const { request, browserSecret: shown, conditional = false } = input;
    return this.#change('EnrolPasskey', { request }, async (flow) => {
      if (typeof (conditional as unknown) !== 'boolean') {
        throw new AccountError('InvalidInput', { path: 'conditional', reason: 'notABoolean' });
      }
      flow.requireRecentLogin(this.#settings.recentLogin);
      const account = await flow.load({ session: true });
      requireFreshLogin(this.#core, this.#settings, flow, account);
      assertRoomForPasskey(account);
      const { value, browserSecret } = await this.#challenges.create({
        kind: 'passkeyRegistration',
        request,
        lifetimeMs: CHALLENGE_LIFETIME_MS,
        browserSecret: shown,
        data: { ...ownerOf(flow), conditional },
      });
      const options = creationOptions(account, this.#settings, { challenge: value, conditional });
      return { options, browserSecret };
    });
  }

  /**
   * Adds a passkey that the browser has created: three requests. The owner is notified at every verified
   * address. Sessions stay.
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`;
   *   `TokenVerificationFailed` with the path `response`, the one answer to a challenge that is expired,
   *   used, or of another session or browser, to a response that cannot be verified, and to a credential
   *   that is registered already; `ServiceUnavailable`; `InvalidConfiguration` without
   *   `@simplewebauthn/server`.
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { Passkeys } from '@latchkey/accounts/passkeys';
   *
   * export async function example(passkeys: Passkeys, request: SessionRequest, body: { response: Record<string, unknown> }, browserSecret: string) {
   *   const { response } = body; // the credential's `toJSON()`
   *   return passkeys.register({ request, response, browserSecret, name: 'Work laptop' });
   * }
   * ```
   */
  async register(input: RegisterPasskeyInput): Promise<Passkey> {
    input = readObject(input, '');
    const { request, browserSecret } = input;
    return this.#change('AddPasskey', { request }, async (flow) => {
      const name = parsePasskeyName(input.name);
      const credential = parseRegistration(input.response);
      const { challenge, data } = await this.#use({
        kind: 'passkeyRegistration',
        value: credential.challenge,
        browserSecret,
      });
      assertSameOwner(flow, data);
      const verification = { settings: this.#settings, challenge };
      const isConditional = data.conditional === true;
      const verified = await verifyRegistration(credential, verification, isConditional);
      try {
        const added = await flow.commit(await flow.load(), (change) =>
          addPasskey(this.#core, change, { ...verified, name }),
        );
        return toPasskey(added);
      } catch (error) {
        // Which account has it is nobody else's business.
        throw isKnownCredential(error) ? credentialRefused() : error;
      }
    });
  }

  /**
   * Creates the options with which a browser signs a challenge, for a login without a username: two
   * requests, counted by the client's address. With the `challenge` of a login that waits for its second
   * factor, the options name the account's passkeys: four requests.
   *
   * @throws AccountError `InvalidInput`, `TooManyRequests`, `ServiceUnavailable`; with `challenge`,
   *   `TokenVerificationFailed` with the path `challenge`, and `AccountDeactivated`.
   */
  async createLoginOptions(
    input: CreateLoginOptionsInput,
  ): Promise<BegunCeremony<PasskeyRequestOptions>> {
    input = readObject(input, '');
    const { request, browserSecret: shown } = input;
    return withAccountErrors(async () => {
      this.#core.connectionOf(request);
      const waiting = await this.#waitingLogin(input.challenge);
      const { value, browserSecret } = await this.#challenges.create({
        kind: 'passkeyLogin',
        request,
        lifetimeMs: CHALLENGE_LIFETIME_MS,
        browserSecret: shown,
        data: purposeOf(input.challenge),
      });
      const options = requestOptions(value, this.#settings, waiting?.factors.account);
      return { options, browserSecret };
    });
  }

  /**
   * Logs in with a passkey: three requests. The device must have verified its user, so no other factor is
   * asked for. With the `challenge` of a login that waits for its second factor, the passkey completes that
   * login: four requests.
   *
   * A signature counter that has gone back is refused, since a copy of the passkey may exist; the event
   * `PasskeyCounterRollback` reports it.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` with the path `response`, the one answer
   *   to a challenge that is expired, used, for another purpose, or of another browser, to a response that
   *   cannot be verified, and to an unknown passkey; with the path `challenge` for the login that waits;
   *   `AccountDeactivated`, `AccountNotActivated`, `Vetoed`, `SecretTooShort`, `ServiceUnavailable`;
   *   `InvalidConfiguration` without `@simplewebauthn/server`.
   */
  async login(input: PasskeyLoginInput): Promise<CompletedLogin> {
    input = readObject(input, '');
    const { request, browserSecret } = input;
    const core = this.#core;
    const eventContext: EventContext = { ...connectionContext(request), method: 'passkey' };
    return core.events.run('Login', eventContext, async () => {
      const connection = core.connectionOf(request);
      const credential = parseAuthentication(input.response);
      const { challenge, data } = await this.#use({
        kind: 'passkeyLogin',
        value: credential.challenge,
        browserSecret,
      });
      if (data.secondFactorOf !== purposeOf(input.challenge).secondFactorOf)
        throw credentialRefused();
      const waiting = await this.#waitingLogin(input.challenge);
      const { id, response } = credential.response;
      const { account, passkey } = await this.#find(id, response.userHandle ?? undefined, waiting);
      eventContext.accountId = account.accountId;
      const verification = { settings: this.#settings, challenge };
      const verified = await verifyAssertion(credential, verification, passkey, !waiting);
      if (verified.hasRolledBack) {
        await core.events.emit('PasskeyCounterRollback', eventContext);
        throw credentialRefused();
      }
      const login: ProvenLogin = waiting
        ? {
            ...waiting.session,
            account,
            request,
            eventContext,
            failures: waiting.failures,
            isSecondStep: true,
          }
        : {
            account,
            request,
            eventContext,
            isMultiFactor: true,
            ...(input.rememberMe === true && { rememberMe: true }),
          };
      const commit = commitLogin(core, { account, eventContext }, (change) => {
        if (waiting) change.useToken(waiting.challenge, challengeRefused, connection);
        usePasskey(core, change, passkey, verified);
      });
      return completeLogin(core, login, commit);
    });
  }

  /**
   * Creates the options with which a browser signs a challenge by one of the account's passkeys, for
   * {@link Passkeys.reauthenticate}: four requests.
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`; `PasskeyNotFound` for an
   *   account without a passkey; `TooManyRequests`, `ServiceUnavailable`.
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { Passkeys } from '@latchkey/accounts/passkeys';
   *
   * export async function example(passkeys: Passkeys, request: SessionRequest) {
   *   const { options, browserSecret } = await passkeys.createReauthenticationOptions({ request });
   *   return { options, browserSecret }; // the secret as a cookie that no script can read
   * }
   * ```
   */
  createReauthenticationOptions(
    input: CreateReauthenticationOptionsInput,
  ): Promise<BegunCeremony<PasskeyRequestOptions>> {
    return createReauthenticationOptions(this.#context, input);
  }

  /**
   * Authenticates the owner of a session again by a passkey of the account, after `RecentLoginRequired`:
   * four requests. The device must have verified its user. The session gets a token that is not derived from
   * the previous one, which becomes invalid at once (ASVS 7.2.4).
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`;
   *   `TokenVerificationFailed` with the path `response`, as {@link Passkeys.login}, also for a challenge
   *   of another session and a passkey of another account; `SecretTooShort`, `ServiceUnavailable`;
   *   `InvalidConfiguration` without `@simplewebauthn/server`.
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { Passkeys } from '@latchkey/accounts/passkeys';
   *
   * export async function example(passkeys: Passkeys, request: SessionRequest, body: { response: Record<string, unknown> }, browserSecret: string) {
   *   await passkeys.reauthenticate({ request, response: body.response, browserSecret });
   * }
   * ```
   */
  reauthenticate(input: ReauthenticateByPasskeyInput): Promise<{ readonly authToken: string }> {
    return reauthenticateByPasskey(this.#context, input);
  }

  /**
   * Lists the passkeys of an account, and gives the data for the browser's signals: one request, two with
   * a session.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`
   */
  async list(input: ActingAccount): Promise<PasskeyList> {
    input = readInput(input);
    return withAccountErrors(async () => {
      const flow = new Flow(this.#core, Actor.of(this.#core, input), {});
      const account = await flow.load({ session: true });
      const passkeys = passkeysOf(account).map(toPasskey);
      return { passkeys, signals: signalsOf(account, this.#settings) };
    });
  }

  /**
   * Gives a passkey another name, 1 to 64 characters: two requests.
   *
   * @throws AccountError `InvalidInput`; `PasskeyNotFound`, also for a passkey of another account;
   *   `UserNotFound`, `InvalidSession`, `ImpersonatedSession`, `ServiceUnavailable`
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { Passkeys } from '@latchkey/accounts/passkeys';
   *
   * export async function example(passkeys: Passkeys, request: SessionRequest, passkeyId: string) {
   *   await passkeys.rename({ request, passkeyId, name: 'Work laptop' });
   * }
   * ```
   */
  async rename(input: PasskeyReference & { readonly name: string }): Promise<Passkey> {
    input = readInput(input);
    return this.#change('RenamePasskey', input, async (flow) => {
      const { passkeyId, name: given } = input;
      requireUlid(passkeyId, 'passkeyId');
      const name = parsePasskeyName(given);
      return flow.commit(await flow.load(), (change) => {
        const renamed = renamePasskey(this.#core, change, passkeyId, name);
        return () => toPasskey(renamed);
      });
    });
  }

  /**
   * Removes a passkey: three requests. Every session except that of `request` ends, and the owner is notified.
   *
   * @returns data for the browser's signals, by which it stops to offer the passkey.
   * @throws AccountError `InvalidInput`; `PasskeyNotFound`, also for a passkey of another account;
   *   `LastLoginMethod`; `TwoFactorMandatory` for the last second factor of an account that must have one;
   *   `UserNotFound`, `InvalidSession`, `ImpersonatedSession`; `RecentLoginRequired`, as
   *   {@link Passkeys.createRegistrationOptions}; `ServiceUnavailable`
   * @example
   * ```ts
   * import type { SessionRequest } from '@latchkey/accounts';
   * import type { Passkeys } from '@latchkey/accounts/passkeys';
   *
   * export async function example(passkeys: Passkeys, request: SessionRequest, passkeyId: string) {
   *   const signals = await passkeys.remove({ request, passkeyId });
   *   return signals; // for `PublicKeyCredential.signalAllAcceptedCredentials`
   * }
   * ```
   */
  async remove(input: PasskeyReference): Promise<PasskeySignals> {
    input = readInput(input);
    return this.#change('RemovePasskey', input, async (flow) => {
      const { passkeyId } = input;
      requireUlid(passkeyId, 'passkeyId');
      flow.requireRecentLogin(this.#settings.recentLogin);
      return flow.commit(await flow.load(), (change) => {
        requireFreshLogin(this.#core, this.#settings, flow, change.account);
        const removed = removePasskey(this.#core, change, passkeyId);
        const accessTypes = change.account.accessTypes.filter((each) => each !== removed);
        return () => signalsOf({ ...change.account, accessTypes }, this.#settings);
      });
    });
  }

  /**
   * Answer to `GET /.well-known/webauthn` on the host `rpId`, by which browsers find out that pages of the
   * other `origins` may use the passkeys (WebAuthn §5.11). `createAccountsHandler` gives it.
   * @example
   * ```ts
   * import type { Passkeys } from '@latchkey/accounts/passkeys';
   *
   * export async function example(passkeys: Passkeys) {
   *   return Response.json(passkeys.relatedOrigins()); // for /.well-known/webauthn
   * }
   * ```
   */
  relatedOrigins(): { readonly origins: readonly string[] } {
    return { origins: this.#settings.origins.filter((origin) => !origin.startsWith('android:')) };
  }

  /**
   * Uses a challenge up, before anything else of a response is looked at.
   *
   * @throws AccountError `TokenVerificationFailed`
   */
  async #use(shown: {
    readonly kind: 'passkeyLogin' | 'passkeyRegistration';
    readonly value: unknown;
    readonly browserSecret: unknown;
  }): Promise<{ readonly challenge: string; readonly data: Readonly<Record<string, unknown>> }> {
    const data = await this.#challenges.use({ ...shown, path: 'response' });
    return { challenge: shown.value as string, data };
  }

  /** Finds the login that waits for its second factor, where there is one. */
  async #waitingLogin(challenge: unknown): Promise<WaitingLogin | undefined> {
    return challenge === undefined ? undefined : findChallenge(this.#core, challenge, 'challenge');
  }

  /**
   * Finds a passkey by what the authenticator calls its user.
   *
   * @throws AccountError `TokenVerificationFailed`
   */
  async #find(
    credentialId: string,
    userHandle: string | undefined,
    waiting: WaitingLogin | undefined,
  ): Promise<{ readonly account: Account; readonly passkey: PasskeyContact }> {
    const accountId = accountOfUserHandle(userHandle);
    const account =
      waiting?.factors.account ??
      (accountId === undefined ? null : await loadAccount(this.#core, accountId));
    const passkey = account && passkeysOf(account).find(({ data }) => data.value === credentialId);
    if (!account || !passkey) throw credentialRefused();
    // Some authenticators name the user only where no credential was named to them.
    if (userHandle !== undefined && accountId !== account.accountId) throw credentialRefused();
    return { account, passkey };
  }

  get #context(): CeremonyContext {
    return { core: this.#core, settings: this.#settings, challenges: this.#challenges };
  }

  #change<T>(flow: FlowStart['flow'], input: unknown, run: (flow: Flow) => Promise<T>): Promise<T> {
    input = readObject(input, '');
    return changeAccount(
      this.#core,
      { flow, method: 'passkey', input: input as ActingAccount },
      run,
    );
  }
}

/** The login that a challenge is for: one of its own, or one that waits for its second factor. */
function purposeOf(challenge: unknown): { readonly secondFactorOf?: string } {
  return typeof challenge === 'string' ? { secondFactorOf: digestSecret(challenge) } : {};
}
