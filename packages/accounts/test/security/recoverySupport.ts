import { TOTP } from 'otpauth';
import type { AccountsOptions, AccountsWith } from '../../src/accounts/Accounts.js';
import { passkeys } from '../../src/passkeys/index.js';
import type { PasskeyOptions } from '../../src/passkeys/passkeySettings.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { totp } from '../../src/twoFactor/totp.js';
import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { Device } from '../passkeys/Device.js';
import { PASSKEYS } from '../passkeys/support.js';
import { codeOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';

/** The password that an owner chooses when they come back. */
export const OWN = 'an owner walks in the hills';

/** Owners, and what a stranger does in a session of theirs. */
export interface Recovery extends Owners {
  /** Logs in with the owner's password. */
  logIn(owner: Pick<Owner, 'username'>, request?: SessionRequest): Promise<SessionRequest>;
  /** Replaces an address; returns the token that undoes it, from the mailbox before. */
  replace(request: SessionRequest, email: string, to: string): Promise<string>;
  /** Adds an address and verifies it. */
  addEmail(request: SessionRequest, email: string): Promise<void>;
  addPasskey(request: SessionRequest): Promise<Device>;
  passkeyLogin(device: Device): Promise<string>;
  /** Enables an authenticator app of the stranger's. */
  addTotp(request: SessionRequest): Promise<void>;
  /** Resets the password by the mailbox. */
  reset(email: string): Promise<void>;
  undo(token: string): Promise<string>;
  /** The verified contacts of an account, apart from passkeys. */
  verified(accountId: string): Promise<string[]>;
}

export async function createRecovery(
  options: Partial<AccountsOptions> = {},
  ofPasskeys: Partial<PasskeyOptions> = {},
): Promise<Recovery> {
  const test = await createOwners({
    passwords: { hasher: new QuickHasher() },
    passkeys: passkeys({ ...PASSKEYS, ...ofPasskeys }),
    twoFactor: totp({
      issuer: 'Latchkey',
      encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }],
    }),
    throttling: { messages: false, address: false },
    ...options,
  });
  const { accounts } = test;
  const part = (accounts as unknown as AccountsWith<'passkeys'>).passkeys;
  return {
    ...test,
    logIn: async ({ username }, request = requestWith()) => {
      await accounts.userByPasswordLogin({ username, password: PASSWORD, request });
      return request;
    },
    replace: async (request, email, newEmail) => {
      await accounts.contacts.replaceEmail({ request, email, newEmail });
      await accounts.verifyEmailWithToken({ token: test.lastToken(newEmail), request });
      await accounts.settled();
      return test.lastToken(email);
    },
    addEmail: async (request, email) => {
      await accounts.contacts.addEmail({ request, email });
      await accounts.verifyEmailWithToken({ token: test.lastToken(email), request });
    },
    addPasskey: async (request) => {
      const device = new Device();
      const { options: given, browserSecret } = await part.createRegistrationOptions({ request });
      await part.register({ request, response: device.create(given), browserSecret });
      return device;
    },
    passkeyLogin: async (device) => {
      const request = requestWith();
      const { options: given, browserSecret } = await part.createLoginOptions({ request });
      return codeOf(part.login({ request, response: device.get(given), browserSecret }));
    },
    addTotp: async (request) => {
      const { secret } = await accounts.twoFactor.enrol({ request });
      const code = new TOTP({ secret }).generate({ timestamp: test.clock.now().getTime() });
      await accounts.twoFactor.confirm({ request, code });
    },
    reset: async (email) => {
      await accounts.passwords.requestReset({ email });
      await accounts.settled();
      await accounts.passwords.reset({ token: test.lastToken(email), newPassword: OWN });
    },
    undo: (token) => codeOf(accounts.contacts.undoReplacement({ token })),
    verified: async (accountId) =>
      (await accounts.contacts.list({ accountId })).flatMap(({ data, verified }) =>
        verified === true ? [`${data.kind} ${data.value}`] : [],
      ),
  };
}
