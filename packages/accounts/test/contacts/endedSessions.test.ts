import { injectFaults } from '@latchkey/entity/testing';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { requestWith, type FullAccounts } from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from './owners.js';
import { totp } from '../../src/twoFactor/totp.js';

const NEW_PASSWORD = 'a long walk in the hills';
const PHONE = '+4930123456';
const EVIL = 'evil@example.com';

/** What somebody does with the open session of another. */
type Act = (accounts: FullAccounts, request: SessionRequest, owner: Owner) => Promise<unknown>;

/** Every way in which a request acts on its account’s contacts, names and tokens. */
const ACTS: readonly (readonly [string, Act])[] = [
  ['adding an address', ({ contacts }, request) => contacts.addEmail({ request, email: EVIL })],
  ['adding a phone', ({ contacts }, request) => contacts.addPhone({ request, phone: PHONE })],
  [
    'replacing an address',
    ({ contacts }, request, { email }) => contacts.replaceEmail({ request, email, newEmail: EVIL }),
  ],
  [
    'removing an address',
    ({ contacts }, request) => contacts.remove({ request, kind: 'email', value: 'b@example.com' }),
  ],
  [
    'removing a verified address',
    ({ contacts }, request, { email }) => contacts.remove({ request, kind: 'email', value: email }),
  ],
  ['reading the contacts', ({ contacts }, request) => contacts.list({ request })],
  [
    'asking for a code',
    (accounts, request) =>
      accounts.contacts.requestPhoneVerification({ request, phone: '+4930999999' }),
  ],
  [
    'another username',
    (accounts, request) => accounts.profile.changeUsername({ request, username: 'evil' }),
  ],
  [
    'another profile',
    (accounts, request) => accounts.profile.update({ request, profile: { name: 'Eve' } }),
  ],
  ['a token', (accounts, request) => accounts.tokens.issue({ request, purpose: 'invite' })],
  ['a second factor', ({ twoFactor }, request) => twoFactor.enrol({ request })],
];

/** The first request of a flow after which it is too late to see anything on a reading. */
const READERS = ACTS.filter(
  ([name]) => !['another profile', 'a token', 'reading the contacts'].includes(name),
);

describe('ASVS 7.4.1, 7.4.3: a session that ends while something is done in it', () => {
  let test: Owners;
  let ada: Owner;

  beforeEach(async () => {
    test = await createOwners({
      twoFactor: totp({
        issuer: 'Latchkey',
        encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }],
      }),
    });
    ada = await test.signUp();
    const { accountId } = ada;
    await test.accounts.contacts.addEmail({ accountId, email: 'b@example.com' });
    await test.accounts.contacts.addPhone({ accountId, phone: '+4930999999' });
    test.clock.advance(1);
    test.sent();
  });
  afterEach(() => test.drop());

  /** What an account has of everything that somebody could leave behind in it. */
  const stateOf = async () => {
    const { accountId } = ada;
    const { items: tokens } = await test.accounts.TokenEntity.findMany({ filter: { accountId } });
    const account = await test.accounts.findUser({ username: accountId });
    return {
      contacts: await test.accounts.contacts.list({ accountId }),
      tokens: tokens.filter(({ kind }) => kind !== 'password').map(({ ulid }) => ulid),
      name: account?.username,
      profile: account?.profile,
    };
  };
  const reset = (): Promise<void> =>
    test.another().setPassword({ accountId: ada.accountId, newPassword: NEW_PASSWORD });
  /** @param pending - what has become of the contacts that wait to be verified: a reset ends them. */
  const expectNothing = async (
    doing: Promise<unknown>,
    before: Awaited<ReturnType<typeof stateOf>>,
    pending: 'ended' | 'kept',
  ): Promise<void> => {
    expect(await codeOf(doing)).toBe('InvalidSession');
    const contacts = before.contacts.filter(({ verified }) => pending === 'kept' || verified);
    expect([before.contacts.length, contacts.length]).toEqual([3, pending === 'kept' ? 3 : 1]);
    expect(await stateOf()).toEqual({ ...before, contacts });
    const sent = test.sent().filter((message) => !message.startsWith('PasswordChanged'));
    expect(sent).toEqual([]);
  };

  it.each(sampleOf(ACTS, 3))(
    'does nothing more by a password that was set before: %s',
    async (_name, act) => {
      const before = await stateOf();
      await reset();
      await expectNothing(act(test.accounts, ada.request, ada), before, 'ended');
    },
  );

  it.each(sampleOf(READERS, 3))(
    'does nothing more by a password that is set after the reading: %s',
    async (_name, act) => {
      const before = await stateOf();
      const fault = injectFaults(test.client).on('Query', { name: 'interleave', run: reset });
      await expectNothing(act(test.accounts, ada.request, ada), before, 'ended');
      expect(fault.attempts).toBeGreaterThan(0);
      fault.remove();
    },
  );

  it.each(sampleOf(READERS, 3))(
    'does nothing more by a logout after the reading: %s',
    async (_name, act) => {
      const before = await stateOf();
      const { authToken } = ada;
      const fault = injectFaults(test.client).on('Query', {
        name: 'interleave',
        run: () => test.another().logout({ authToken, request: requestWith() }),
      });
      await expectNothing(act(test.accounts, ada.request, ada), before, 'kept');
      expect(fault.attempts).toBeGreaterThan(0);
      fault.remove();
    },
  );

  it('issues no token by a logout before', async () => {
    const { authToken, request } = ada;
    const before = await stateOf();
    await test.another().logout({ authToken, request: requestWith() });
    await expectNothing(test.accounts.tokens.issue({ request, purpose: 'invite' }), before, 'kept');
  });

  it('an ended session verifies no phone number', async () => {
    const { accountId, request } = ada;
    const code = test.lastToken('+4930999999');
    const fault = injectFaults(test.client).on('Query', {
      name: 'interleave',
      run: () => test.another().sessions.revokeAllSessions({ accountId }),
    });
    const verified = test.accounts.contacts.verifyPhone({ request, phone: '+4930999999', code });
    expect(await codeOf(verified)).toBe('InvalidSession');
    fault.remove();
    // Nor later: what waited ends with the sessions.
    const phone = { accountId, phone: '+4930999999', code };
    expect(await codeOf(test.accounts.contacts.verifyPhone(phone))).toBe('TokenVerificationFailed');
  });

  it('an ended session cannot be reauthenticated', async () => {
    const { request } = ada;
    await reset();
    const again = test.accounts.reauthenticate({ request, password: NEW_PASSWORD });
    expect(await codeOf(again)).toBe('InvalidSession');
  });

  it('lets no thief in by an address that a retry would add after the reset', async () => {
    const { accounts } = test;
    const { request } = ada;
    const fault = injectFaults(test.client).on('Query', {
      name: 'interleave',
      run: async () => {
        await reset();
        test.clock.advance(5);
      },
    });
    expect(await codeOf(accounts.contacts.addEmail({ request, email: EVIL }))).toBe(
      'InvalidSession',
    );
    fault.remove();
    await accounts.magicLinks.request({ email: EVIL });
    await accounts.settled();
    expect(test.lastToken(EVIL)).toBe('');
  });

  it('with others alone goes on: what it does itself, and a change of the account', async () => {
    const { request, accountId } = ada;
    const { accounts } = test;
    const fault = injectFaults(test.client).on('Query', {
      name: 'interleave',
      run: () =>
        test.another().contacts.addEmail({ accountId, email: 'by-application@example.com' }),
    });
    await accounts.contacts.addEmail({ request, email: 'c@example.com' });
    fault.remove();
    // What is revoked was there before: of the same moment, the order is not known.
    test.clock.advance(1);
    await accounts.sessions.revokeOtherSessions({ request });
    await accounts.contacts.addEmail({ request, email: 'd@example.com' });
    const contacts = await accounts.contacts.list({ request });
    // What waited before has ended with the other sessions (story 5).
    expect(contacts.map(({ data }) => data.value)).toEqual([ada.email, 'd@example.com']);
    await accounts.tokens.issue({ request, purpose: 'invite' });
    await accounts.profile.changeUsername({ request, username: 'lovelace' });
    await accounts.profile.update({ request, profile: { name: 'Ada' } });
  });

  it('is not among those that are left of too many: it does nothing more', async () => {
    const own = await createOwners({
      sessions: { maxSessions: 1, getTokenSecret: () => 'a secret of tests, 32 characters long' },
    });
    const { request, username } = await own.signUp();
    own.clock.advance(1);
    const password = 'canary-password correct horse';
    await own.another().userByPasswordLogin({ username, password, request: requestWith() });
    const { accounts } = own;
    const error = await errorOf(accounts.profile.update({ request, profile: { name: 'Eve' } }));
    expect(error.code).toBe('InvalidSession');
    expect(await codeOf(accounts.tokens.issue({ request, purpose: 'invite' }))).toBe(
      'InvalidSession',
    );
    await own.drop();
  });
});
