import { tableItems } from '../../../entity/test/support/tableItems.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, SECRET, type FullAccounts } from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';
import { totp } from '../../src/twoFactor/totp.js';

const NEW_PASSWORD = 'a long walk in the hills';
const WAITING = 'waiting@example.org';
const PHONE = '+4930999999';
const WRONG_CODE = '000000';

/** The calls of an owner in a session. */
type Act = (accounts: FullAccounts, request: SessionRequest, owner: Owner) => Promise<unknown>;

/** Every method that an owner calls by a request, and what each is refused for otherwise. */
const METHODS: Readonly<Record<string, Act>> = {
  'contacts.list': ({ contacts }, request) => contacts.list({ request }),
  'contacts.addEmail': ({ contacts }, request) =>
    contacts.addEmail({ request, email: 'eve@example.org' }),
  'contacts.addEmail, of an address that is there': ({ contacts }, request, { email }) =>
    contacts.addEmail({ request, email }),
  'contacts.addPhone': ({ contacts }, request) =>
    contacts.addPhone({ request, phone: '+4930123456' }),
  'contacts.replaceEmail': ({ contacts }, request, { email }) =>
    contacts.replaceEmail({ request, email, newEmail: 'eve@example.org' }),
  'contacts.replacePhone': ({ contacts }, request) =>
    contacts.replacePhone({ request, phone: PHONE, newPhone: '+4930123456' }),
  'contacts.remove': ({ contacts }, request, { email }) =>
    contacts.remove({ request, kind: 'email', value: email }),
  'contacts.remove, of what is not there': ({ contacts }, request) =>
    contacts.remove({ request, kind: 'email', value: 'nobody@example.org' }),
  requestPhoneVerification: (accounts, request) =>
    accounts.contacts.requestPhoneVerification({ request, phone: PHONE }),
  verifyPhone: (accounts, request) =>
    accounts.contacts.verifyPhone({ request, phone: PHONE, code: WRONG_CODE }),
  changeUsername: (accounts, request) =>
    accounts.profile.changeUsername({ request, username: 'eve' }),
  updateProfile: (accounts, request) =>
    accounts.profile.update({ request, profile: { name: 'Eve' } }),
  'updateUser, the username': (accounts, request) =>
    selfService(accounts).updateUser({ request, username: 'eve' }),
  'updateUser, the profile': (accounts, request) =>
    selfService(accounts).updateUser({ request, profile: { name: 'Eve' } }),
  'updateUser, the password': (accounts, request) =>
    selfService(accounts).updateUser({
      request,
      currentPassword: PASSWORD,
      newPassword: NEW_PASSWORD,
    }),
  changePassword: (accounts, request) =>
    accounts.passwords.change({ request, currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
  'changePassword, by a wrong one': (accounts, request) =>
    accounts.passwords.change({
      request,
      currentPassword: 'not the password',
      newPassword: NEW_PASSWORD,
    }),
  reauthenticate: (accounts, request) => accounts.reauthenticate({ request, password: PASSWORD }),
  'reauthenticate, by a wrong one': (accounts, request) =>
    accounts.reauthenticate({ request, password: 'not the password' }),
  issueToken: (accounts, request) => accounts.tokens.issue({ request, purpose: 'invite' }),
  'twoFactor.enrol': ({ twoFactor }, request) => twoFactor.enrol({ request }),
  'twoFactor.confirm': ({ twoFactor }, request) => twoFactor.confirm({ request, code: WRONG_CODE }),
  'twoFactor.disable': ({ twoFactor }, request) => twoFactor.disable({ request, code: WRONG_CODE }),
  'twoFactor.regenerateRecoveryCodes': ({ twoFactor }, request) =>
    twoFactor.regenerateRecoveryCodes({ request, code: WRONG_CODE }),
  'twoFactor.status': ({ twoFactor }, request) => twoFactor.status({ request }),
  'sessions.listSessions': ({ sessions }, request) => sessions.listSessions({ request }),
  'sessions.revokeSession': ({ sessions }, request, { accountId }) =>
    sessions.revokeSession({ request, sessionId: accountId }),
  'sessions.revokeOtherSessions': ({ sessions }, request) =>
    sessions.revokeOtherSessions({ request }),
  'sessions.revokeAllSessions': ({ sessions }, request) => sessions.revokeAllSessions({ request }),
  exportAccount: (accounts, request) => accounts.lifecycle.export({ request }),
  deactivate: (accounts, request) => accounts.lifecycle.deactivate({ request }),
  deleteAccount: (accounts, request) => accounts.lifecycle.delete({ request }),
};

/** Every way in which the session of a request ends after the request was let through. */
const ENDINGS: Readonly<Record<string, (test: Owners, owner: Owner) => Promise<unknown>>> = {
  'a logout elsewhere': (test, { authToken }) =>
    test.another().logout({ authToken, request: requestWith() }),
  'a revocation of it': async (test, { accountId, request }) => {
    const { edges } = await test.accounts.sessions.listSessions({ request });
    const sessionId = edges.find(({ node }) => node.current)?.node.ulid ?? '';
    await test.another().sessions.revokeSession({ accountId, sessionId });
  },
  'a revocation of all': (test, { accountId }) =>
    test.another().sessions.revokeAllSessions({ accountId }),
  'a revocation from another session': async (test, { username }) => {
    const other = test.another();
    const request = requestWith();
    await other.userByPasswordLogin({ username, password: PASSWORD, request });
    await other.sessions.revokeOtherSessions({ request });
  },
  'too many sessions': async (test, { username }) => {
    const few = test.another({ maxSessions: 1 });
    await few.userByPasswordLogin({ username, password: PASSWORD, request: requestWith() });
  },
  'a new password': (test, { accountId }) =>
    test.another().setPassword({ accountId, newPassword: NEW_PASSWORD }),
  'a deactivation': (test, { accountId }) => test.another().lifecycle.deactivate({ accountId }),
  'a deactivation for a while': async (test, { accountId }) => {
    await test.another().lifecycle.deactivate({ accountId });
    await test.another().lifecycle.reactivate({ accountId });
  },
  'a deletion': (test, { accountId }) => test.another().lifecycle.delete({ accountId }),
};

describe('ASVS 7.4.1: a request whose session has ended since it was let through', () => {
  let test: Owners;
  beforeAll(async () => {
    test = await createOwners({
      sessions: { getTokenSecret: () => SECRET },
      twoFactor: totp({
        issuer: 'Latchkey',
        encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }],
      }),
      throttling: { address: false, messages: false },
    });
  });
  afterAll(() => test.drop());

  it.each(Object.keys(ENDINGS))('does nothing by any method after %s', async (ending) => {
    const owner = await test.signUp();
    const { accountId, request } = owner;
    const address = `${owner.username}.${WAITING}`;
    await test.accounts.contacts.addEmail({ accountId, email: address });
    test.clock.advance(1);
    await ENDINGS[ending]?.(test, owner);
    test.sent();
    const before = await tableItems(test.client, test.table.name);
    const codes: Record<string, string> = {};
    for (const [method, act] of Object.entries(METHODS)) {
      codes[method] = await codeOf(act(test.accounts, request, owner));
    }
    expect(codes).toEqual(
      Object.fromEntries(
        Object.keys(METHODS).map((method) => [
          method,
          // As the calls of forms name it.
          method.startsWith('updateUser') ? 'UserNotSignedIn' : 'InvalidSession',
        ]),
      ),
    );
    const after = await tableItems(test.client, test.table.name);
    expect(after).toEqual(before);
    expect(test.sent()).toEqual([]);
  });

  it('is not told so where it goes on: each method does or says what it is for', async () => {
    const codes = new Set<string>();
    for (const act of Object.values(METHODS)) {
      const owner = await test.signUp();
      codes.add(await codeOf(act(test.accounts, owner.request, owner)));
    }
    expect(codes).not.toContain('InvalidSession');
    expect(codes).not.toContain('UserNotSignedIn');
    expect(codes).not.toContain('ServiceUnavailable');
  });
});
