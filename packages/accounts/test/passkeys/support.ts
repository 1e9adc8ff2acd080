import type { AccountsOptions, AccountsWith } from '../../src/accounts/Accounts.js';
import type { Message } from '../../src/delivery/Delivery.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import type { CompletedLogin } from '../../src/login/completeLogin.js';
import type { PasskeyOptions } from '../../src/passkeys/passkeySettings.js';
import { passkeys } from '../../src/passkeys/index.js';
import type { Passkey, PasskeyLoginInput } from '../../src/passkeys/passkeyInputs.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { totp } from '../../src/twoFactor/totp.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { Device, ORIGIN, RP_ID } from './Device.js';

export { Device, ORIGIN, RP_ID };
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** Options of passkeys that fit the tests' {@link Device}. */
export const PASSKEYS: PasskeyOptions = { rpId: RP_ID, rpName: 'Tests', origins: [ORIGIN] };

/** Somebody with an account, who is logged in. */
export interface Person {
  readonly accountId: string;
  readonly username: string;
  readonly email: string;
  readonly request: SessionRequest;
}

/** Somebody with a passkey. */
export interface PasskeyOwner extends Person {
  readonly device: Device;
  readonly passkey: Passkey;
}

/** Accounts with passkeys, and people in them. */
export interface PasskeyAccounts extends Omit<TestAccounts, 'accounts'> {
  readonly accounts: AccountsWith<'passkeys' | 'phones' | 'twoFactor'>;
  readonly messages: Message[];
  readonly events: AccountEvent[];
  /** An account with a username, a password and a verified e-mail address. */
  signUp(): Promise<Person>;
  /** The same, with a passkey. */
  signUpWithPasskey(device?: Device): Promise<PasskeyOwner>;
  register(request: SessionRequest, device: Device, name?: string): Promise<Passkey>;
  login(device: Device, input?: Partial<PasskeyLoginInput>): Promise<CompletedLogin>;
}

/** Makes an empty table with accounts in it. */
export async function createPasskeyAccounts(
  own: Partial<PasskeyOptions> = {},
  options: Partial<Omit<AccountsOptions, 'table' | 'passkeys'>> = {},
): Promise<PasskeyAccounts> {
  const messages: Message[] = [];
  const events: AccountEvent[] = [];
  const test = await createTestAccounts({
    delivery: { send: (message) => messages.push(message) },
    throttling: { messages: false, address: false },
    twoFactor: totp({
      issuer: 'Tests',
      encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }],
    }),
    passkeys: passkeys({ ...PASSKEYS, ...own }),
    ...options,
  });
  const accounts = test.accounts as unknown as PasskeyAccounts['accounts'];
  accounts.on('*', (event) => events.push(event));
  let count = 0;

  const signUp = async (): Promise<Person> => {
    const username = `user${String(++count)}`;
    const email = `${username}@example.com`;
    const request = requestWith();
    const input = { username, email, password: PASSWORD, request };
    const { account } = await accounts.createAccountAndLogin(input);
    const { accountId } = account;
    await accounts.verifyEmail({ accountId, email });
    await accounts.settled();
    messages.length = 0;
    return { accountId, username, email, request };
  };
  const register = async (
    request: SessionRequest,
    device: Device,
    name?: string,
  ): Promise<Passkey> => {
    const begun = await accounts.passkeys.createRegistrationOptions({ request });
    return accounts.passkeys.register({
      request,
      response: device.create(begun.options),
      browserSecret: begun.browserSecret,
      ...(name !== undefined && { name }),
    });
  };
  const login = async (
    device: Device,
    input: Partial<PasskeyLoginInput> = {},
  ): Promise<CompletedLogin> => {
    const { challenge, request = requestWith() } = input;
    const { options: given, browserSecret } = await accounts.passkeys.createLoginOptions({
      request,
      ...(challenge !== undefined && { challenge }),
    });
    const response = device.get(given);
    return accounts.passkeys.login({ request, response, browserSecret, ...input });
  };
  return {
    ...test,
    accounts,
    messages,
    events,
    signUp,
    signUpWithPasskey: async (device = new Device()) => {
      const person = await signUp();
      const passkey = await register(person.request, device);
      await accounts.settled();
      messages.length = 0;
      return { ...person, device, passkey };
    },
    register,
    login,
  };
}
