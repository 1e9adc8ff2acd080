import { TOTP } from 'otpauth';
import type { Accounts, AccountsOptions } from '../../../src/accounts/Accounts.js';
import type { Message } from '../../../src/delivery/Delivery.js';
import type { AccountEvent } from '../../../src/events/accountEvents.js';
import { AccountError } from '../../../src/errors/AccountError.js';
import type { AccountDocument, SessionRequest } from '../../../src/requests/SessionRequest.js';
import type { LoginResult } from '../../../src/sessions/Sessions.js';
import type { TwoFactorOptions } from '../../../src/twoFactor/twoFactorSettings.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../../support/testAccounts.js';
import { QuickHasher } from '../../support/QuickHasher.js';
import { totp } from '../../../src/twoFactor/totp.js';

/** The period of a code. */
export const STEP = 30_000;
export const MINUTE = 60_000;

/** A key to encrypt with: 32 bytes of the same kind. */
export const keyOf = (byte: number, kid = `key-${String(byte)}`): { kid: string; key: Buffer } => ({
  kid,
  key: Buffer.alloc(32, byte),
});

/** Someone with an account. */
export interface Person extends AccountDocument {
  readonly username: string;
  readonly email: string;
}

/** Someone with an authenticator. */
export interface ProtectedPerson extends Person {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  /** Of the session in which it was enabled. */
  readonly request: SessionRequest;
}

/** Accounts with the option `twoFactor`, and people in them. */
export interface TwoFactorAccounts extends TestAccounts {
  readonly hasher: QuickHasher;
  readonly messages: Message[];
  readonly events: AccountEvent[];
  signUp(): Promise<Person>;
  /** Signs up, logs in and enables an authenticator; the next code is a new one. */
  signUpWithTotp(): Promise<ProtectedPerson>;
  /** The first step. */
  login(person: Person, accounts?: Accounts): Promise<LoginResult>;
  /** The first step, of which a challenge is expected. */
  challengeOf(person: Person, accounts?: Accounts): Promise<string>;
  /** A request of a new session, by the second step where it is needed. */
  requestOf(person: Person | ProtectedPerson): Promise<SessionRequest>;
  /** What an authenticator app shows, so many steps from now. */
  app(secret: string, steps?: number): string;
}

/** Makes an empty table with accounts in it. */
export async function createTwoFactorAccounts(
  twoFactor: Partial<TwoFactorOptions> = {},
  options: Partial<Omit<AccountsOptions, 'table' | 'twoFactor'>> = {},
): Promise<TwoFactorAccounts> {
  const hasher = new QuickHasher();
  const messages: Message[] = [];
  const events: AccountEvent[] = [];
  const test = await createTestAccounts({
    passwords: { hasher },
    delivery: { send: (message) => messages.push(message) },
    twoFactor: totp({ issuer: 'Latchkey', encryptionKeys: [keyOf(1)], ...twoFactor }),
    ...options,
  });
  const { accounts, clock } = test;
  accounts.on('*', (event) => events.push(event));
  let count = 0;

  const app = (secret: string, steps = 0): string =>
    new TOTP({ secret }).generate({ timestamp: clock.now().getTime() + steps * STEP });
  const signUp = async (): Promise<Person> => {
    const username = `user${String(++count)}`;
    const email = `${username}@example.com`;
    const account = await accounts.createAccount({ username, email, password: PASSWORD });
    await accounts.verifyEmail({ accountId: account.accountId, email });
    return { ...account, username, email };
  };
  const login = ({ username }: Person, of = accounts): Promise<LoginResult> =>
    of.userByPasswordLogin({ username, password: PASSWORD, request: requestWith() });
  const challengeOf = async (person: Person, of = accounts): Promise<string> => {
    try {
      await login(person, of);
    } catch (error) {
      if (AccountError.is(error) && error.challenge !== undefined) return error.challenge;
      throw error;
    }
    throw new Error('expected a challenge');
  };
  const requestOf = async (person: Person | ProtectedPerson): Promise<SessionRequest> => {
    const request = requestWith();
    if ('secret' in person) {
      const challenge = await challengeOf(person);
      clock.advance(STEP);
      await accounts.twoFactor.loginWithTwoFactor({
        challenge,
        code: app(person.secret),
        request,
      });
    } else {
      const { username } = person;
      await accounts.userByPasswordLogin({ username, password: PASSWORD, request });
    }
    return request;
  };
  const signUpWithTotp = async (): Promise<ProtectedPerson> => {
    const person = await signUp();
    const request = await requestOf(person);
    const { secret } = await accounts.twoFactor.enrol({ request });
    const { recoveryCodes } = await accounts.twoFactor.confirm({ request, code: app(secret) });
    clock.advance(STEP);
    return { ...person, secret, recoveryCodes, request };
  };
  return {
    ...test,
    hasher,
    messages,
    events,
    app,
    signUp,
    signUpWithTotp,
    login,
    challengeOf,
    requestOf,
  };
}
