import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import { TOTP } from 'otpauth';
import { injectFaults, localClient, type Fault } from '@latchkey/entity/testing';
import { Accounts, type AccountsWith } from '../../src/accounts/Accounts.js';
import type { Message } from '../../src/delivery/Delivery.js';
import { AccountError } from '../../src/errors/AccountError.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { totp } from '../../src/twoFactor/totp.js';
import { QUICK_RETRIES } from '../../../entity/test/support/quickRetries.js';
import { QuickHasher } from '../support/QuickHasher.js';
import type { Call, OfCode, Outcome } from './calls.js';

/** The faults that meet the requests of a client. An answer is late by a few milliseconds, not by a timeout. */
const FAULTS: readonly Fault[] = [
  'answerLost',
  'connectionResetAfter',
  'connectionResetBefore',
  'internalServerError',
  { name: 'internalServerError', executed: true },
  { name: 'slowAnswer', delayMs: 5 },
  'throttling',
  'timeout',
  'transactionConflict',
  'transactionConflict',
  'transactionInProgress',
  'unprocessedItems',
];

const SECRET = 'lab-token-secret-0123456789-abcdefghij';
const PURPOSE = 'lab';
const ENCRYPTION_KEYS = [{ kid: 'lab', key: Buffer.alloc(32, 7) }];
const TOTP_STEP_MS = 30_000;
/** The beginning of every history. Each step of its clock is a millisecond, so that nothing expires. */
const START_MS = Date.UTC(2036, 10, 21, 12);

/** Where a history takes place, and what meets the requests of one client. */
export interface HistoryStart {
  readonly endpoint: string;
  readonly tableName: string;
  /** Seed of the faults. */
  readonly seed: number;
  /** Probability that an attempt of a request meets a fault. */
  readonly rate: number;
}

/** A client of a history, in this process or another. */
export interface Client {
  start(history: HistoryStart): Promise<void>;
  /** @param step - of the clock of the history: no server's clock is ahead of another's. */
  call(call: Call, step: number): Promise<Outcome>;
  /** Ends the history, and tells how many faults its requests have met. */
  end(): Promise<number>;
}

/** One backend: accounts of its own, and a connection to the table whose requests meet faults. */
export class LabClient implements Client {
  #client: DynamoDBClient | undefined;
  #accounts: AccountsWith<'twoFactor'> | undefined;
  #faults: { hits: number; remove(): void } = { hits: 0, remove: () => undefined };
  #messages: Message[] = [];
  #now = new Date(START_MS);

  start({ endpoint, tableName, seed, rate }: HistoryStart): Promise<void> {
    this.#client ??= createClient(endpoint);
    const injector = injectFaults(this.#client, { seed });
    const random = injector.randomly({ rate, faults: FAULTS });
    this.#faults = {
      get hits() {
        return random.hits;
      },
      remove: () => injector.remove(),
    };
    this.#messages = [];
    this.#accounts = new Accounts({
      table: new Table({ name: tableName, client: this.#client, clock: () => this.#now }),
      sessions: { getTokenSecret: () => SECRET, rotation: { grace: '1m' } },
      passwords: { hasher: new QuickHasher() },
      throttling: { address: false },
      recentLogin: false,
      twoFactor: totp({ issuer: 'Lab', encryptionKeys: ENCRYPTION_KEYS }),
      delivery: { send: (message: Message) => void this.#messages.push(message) },
    });
    return Promise.resolve();
  }

  async call(call: Call, step: number): Promise<Outcome> {
    if (!this.#accounts) throw new Error('the history has not begun');
    this.#now = new Date(START_MS + step);
    this.#messages.length = 0;
    let outcome: Outcome;
    try {
      outcome = await this.#carryOut(this.#accounts, call);
    } catch (error) {
      if (!AccountError.is(error)) throw error;
      const { code, challenge: value } = error;
      return { code, ...(value !== undefined && { value }) };
    }
    await this.#accounts.settled();
    const expected = call.kind === 'requestLink' ? 'MagicLink' : 'EmailVerification';
    const sent = this.#messages.find(({ kind }) => kind === expected);
    if (sent?.token === undefined) return outcome;
    const sentCode = sent.code;
    return { ...outcome, value: sent.token, ...(sentCode !== undefined && { sentCode }) };
  }

  /** Makes a deletion again that had no answer, as an application does. */
  async finishDeletion(accountId: string): Promise<void> {
    await this.#accounts?.lifecycle.delete({ accountId });
  }

  end(): Promise<number> {
    const { hits } = this.#faults;
    this.#faults.remove();
    return Promise.resolve(hits);
  }

  /** Closes the connections. */
  close(): void {
    this.#client?.destroy();
  }

  async #carryOut(accounts: AccountsWith<'twoFactor'>, call: Call): Promise<Outcome> {
    const ofSession = async (token: string): Promise<{ request: SessionRequest }> => ({
      request: await accounts.handleRequest(newRequest(token)),
    });
    switch (call.kind) {
      case 'signUp': {
        const { name: username, email, password } = call;
        const contact = email !== undefined && { email };
        const input = { username, password, ...contact, request: newRequest() };
        const { account, authToken: token } = await accounts.createAccountAndLogin(input);
        return { accountId: account.accountId, token };
      }
      case 'login': {
        const { name: username, password } = call;
        return begun(
          await accounts.userByPasswordLogin({ username, password, request: newRequest() }),
        );
      }
      case 'loginByLink':
        return begun(await accounts.magicLinks.login({ token: call.value, request: newRequest() }));
      case 'findUser': {
        const account = await accounts.findUser({ username: call.name });
        return { accountId: account?.accountId ?? null };
      }
      case 'findIdentity': {
        const identity = { provider: 'lab', value: call.identity };
        return { accountId: (await accounts.contacts.findByIdentity(identity))?.accountId ?? null };
      }
      case 'check': {
        const { user } = await accounts.handleRequest(newRequest(call.token));
        return { accountId: user?.accountId ?? null };
      }
      case 'refresh': {
        const input = { authToken: call.token, request: newRequest() };
        const { authToken } = await accounts.refreshTokens(input);
        return { token: authToken };
      }
      case 'logout':
        await accounts.logout({ authToken: call.token, request: newRequest() });
        return {};
      case 'revokeOthers':
        await accounts.sessions.revokeOtherSessions(await ofSession(call.token));
        return {};
      case 'revokeAll':
        await accounts.sessions.revokeAllSessions(await ofSession(call.token));
        return {};
      case 'deactivate':
        await accounts.lifecycle.deactivate(await ofSession(call.token));
        return {};
      case 'reactivate':
        await accounts.lifecycle.reactivate({ accountId: call.accountId });
        return {};
      case 'delete':
        await accounts.lifecycle.delete(await ofSession(call.token));
        return {};
      case 'rename': {
        const input = { ...(await ofSession(call.token)), username: call.name };
        await accounts.profile.changeUsername(input);
        return {};
      }
      case 'changePassword': {
        const { current: currentPassword, password: newPassword } = call;
        const input = { ...(await ofSession(call.token)), currentPassword, newPassword };
        return { token: (await accounts.passwords.change(input)).authToken };
      }
      case 'addEmail':
        await accounts.contacts.addEmail({ ...(await ofSession(call.token)), email: call.email });
        return {};
      case 'replaceEmail': {
        const { email, newEmail } = call;
        await accounts.contacts.replaceEmail({ ...(await ofSession(call.token)), email, newEmail });
        return {};
      }
      case 'removeEmail': {
        const contact = { kind: 'email', value: call.email } as const;
        await accounts.contacts.remove({ ...(await ofSession(call.token)), ...contact });
        return {};
      }
      case 'verifyEmail':
        await accounts.verifyEmailWithToken({
          ...(await ofSession(call.token)),
          token: call.value,
        });
        return {};
      case 'requestLink': {
        const { email } = call;
        const { challenge } = await accounts.magicLinks.request({ email, request: newRequest() });
        return { challenge };
      }
      case 'loginByCode': {
        const { challenge, value: code } = call;
        const shown = { challenge, code };
        return begun(await accounts.magicLinks.login({ ...shown, request: newRequest() }));
      }
      case 'enrolTotp': {
        const { secret, step } = call;
        const proof = secret !== undefined && step !== undefined && { code: codeAt(secret, step) };
        const { twoFactor } = accounts;
        const enrolled = await twoFactor.enrol({ ...(await ofSession(call.token)), ...proof });
        return { value: enrolled.secret };
      }
      case 'confirmTotp': {
        const code = codeAt(call.value, call.step);
        const input = { ...(await ofSession(call.token)), code };
        const { recoveryCodes } = await accounts.twoFactor.confirm(input);
        return { recoveryCodes };
      }
      case 'loginByTotp': {
        const shown = { challenge: call.value, code: codeOf(call) };
        const input = { ...shown, request: newRequest() };
        return begun(await accounts.twoFactor.loginWithTwoFactor(input));
      }
      case 'loginByRecoveryCode': {
        const shown = { challenge: call.value, recoveryCode: call.code };
        const input = { ...shown, request: newRequest() };
        return begun(await accounts.twoFactor.loginWithTwoFactor(input));
      }
      case 'disableTotp': {
        const input = { ...(await ofSession(call.token)), code: codeOf(call) };
        await accounts.twoFactor.disable(input);
        return {};
      }
      case 'resetTwoFactor':
        await accounts.twoFactor.reset({ accountId: call.accountId });
        return {};
      case 'issue': {
        const { accountId } = call;
        return { value: (await accounts.tokens.issue({ accountId, purpose: PURPOSE })).token };
      }
      case 'issueReset': {
        const { accountId } = call;
        return { value: (await accounts.addResetPasswordToken({ accountId })).token };
      }
      case 'consume': {
        const consumed = await accounts.tokens.consume({ token: call.value, purpose: PURPOSE });
        return { accountId: consumed.accountId };
      }
      case 'reset':
        await accounts.passwords.reset({ token: call.value, newPassword: call.password });
        return {};
      case 'addIdentity': {
        const { accountId, identity: value } = call;
        await accounts.contacts.addOAuth({ accountId, provider: 'lab', value });
        return {};
      }
      case 'removeIdentity': {
        const contact = { kind: 'oauth', provider: 'lab', value: call.identity } as const;
        await accounts.contacts.remove({ ...(await ofSession(call.token)), ...contact });
        return {};
      }
    }
  }
}

/** The code that an authenticator shows, so many steps from the beginning. */
function codeAt(secret: string, step: number): string {
  return new TOTP({ secret }).generate({ timestamp: START_MS + step * TOTP_STEP_MS });
}

function codeOf({ secret, step }: OfCode): string {
  return codeAt(secret, step);
}

function newRequest(authToken?: string): SessionRequest {
  return {
    requestIp: '203.0.113.7',
    userAgent: 'latchkey-lab/1',
    onCallDestroySession: null,
    ...(authToken !== undefined && { authToken }),
  };
}

function begun(login: {
  readonly account: { readonly accountId: string };
  readonly authToken: string;
}): Outcome {
  return { accountId: login.account.accountId, token: login.authToken };
}

/** A client with the SDK's own attempts, but without its waits. */
function createClient(endpoint: string): DynamoDBClient {
  const client = localClient(endpoint);
  client.config.retryStrategy = () => Promise.resolve(QUICK_RETRIES);
  return client;
}
