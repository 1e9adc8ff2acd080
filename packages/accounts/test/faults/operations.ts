import assert from 'node:assert/strict';
import { importAccounts } from '@latchkey/accounts/import';
import { requireNewPasswords } from '@latchkey/accounts/restore';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import type { CompleteIdentityFlowInput } from '../../src/identityProviders/IdentityProviders.js';
import { Device } from '../passkeys/Device.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import {
  EMAIL,
  NEW_PASSWORD,
  OTHER_EMAIL,
  PHONE,
  PROVIDER,
  OLD_HASH,
  type FaultWorld,
  type Owner,
} from './FaultWorld.js';

/** An operation that writes, as the matrix of faults runs it. */
export interface Operation<S = never> {
  /** The method of `Accounts`, such as `contacts.addEmail`. */
  readonly method: string;
  /** Name that distinguishes it from others of the same method. */
  readonly variant?: string;
  /** Makes the state that has to be there before; without faults. */
  prepare(world: FaultWorld): Promise<S>;
  run(world: FaultWorld, state: S): Promise<unknown>;
  /** The code with which it ends even without faults. */
  readonly refusal?: string;
  /** Codes with which it says that it was done before, when it is repeated after a failure. */
  readonly done?: readonly string[];
  /** It must not succeed a second time. */
  readonly once?: boolean;
  /** How many of the sessions before it has ended, and how many it has begun (default: none). */
  readonly sessions?: { readonly ends?: number; readonly begins?: number };
  /** Counts that one call raises, such as `AddressAttempts`; less than 0 where its success forgets them. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Throws unless it has taken effect; without faults. */
  verify?(world: FaultWorld, state: S, runs: number): Promise<void>;
}

const operation = <S>(given: Operation<S>): Operation => given as unknown as Operation;

const owner = (world: FaultWorld): Promise<Owner> => world.owner();
const USED = ['TokenVerificationFailed'];

async function assertUsername(world: FaultWorld, username: string): Promise<void> {
  assert.ok(await world.accounts.findUser({ username }), `nobody is ${username}`);
}

async function assertPassword(world: FaultWorld, password: string): Promise<void> {
  const request = await world.login(password);
  assert.ok(await world.isAlive(request.authToken));
}

async function assertDead(world: FaultWorld, { authToken }: Owner): Promise<void> {
  assert.equal(await world.isAlive(authToken), false, 'the session is alive');
}

async function contactsOf(world: FaultWorld, { accountId }: Owner): Promise<string[]> {
  const contacts = await world.accounts.contacts.list({ accountId });
  return contacts.map(({ data, verified }) => `${data.value} ${String(verified === true)}`);
}

async function assertContact(world: FaultWorld, owned: Owner, contact: string): Promise<void> {
  assert.ok((await contactsOf(world, owned)).includes(contact), `there is no contact ${contact}`);
}

async function attemptsOf(world: FaultWorld, { accountId }: Owner): Promise<number> {
  const entity = world.accounts.AccountEntity as unknown as {
    findOne(
      input: object,
    ): Promise<{ item: { attempts?: { authenticator: string; attempts: number }[] } | null }>;
  };
  const { item } = await entity.findOne({ filter: { accountId }, include: { attempts: true } });
  return (
    (item?.attempts ?? []).find(({ authenticator }) => authenticator === 'password')?.attempts ?? 0
  );
}

const newAccount = { username: 'ada', email: EMAIL, password: PASSWORD };
const ALREADY = [
  'UsernameAlreadyExists',
  'EmailAlreadyExists',
  'AccessTypeAlreadyExists',
  'IdentityAlreadyExists',
];

/** Every operation that writes. */
export const OPERATIONS: readonly Operation[] = [
  operation({
    method: 'createAccount',
    counts: { 'SentMessages email': 1 },
    prepare: () => Promise.resolve(),
    run: ({ accounts }) => accounts.createAccount(newAccount),
    done: ALREADY,
    once: true,
    verify: (world) => assertUsername(world, EMAIL),
  }),
  operation({
    method: 'createAccountAndLogin',
    sessions: { begins: 1 },
    counts: { 'SentMessages email': 1 },
    prepare: () => Promise.resolve(requestWith()),
    run: ({ accounts }, request) => accounts.createAccountAndLogin({ ...newAccount, request }),
    done: ALREADY,
    verify: (world) => assertPassword(world, PASSWORD),
  }),
  operation({
    method: 'requestAccount',
    counts: { 'SentMessages email': 1 },
    prepare: () => Promise.resolve(),
    run: ({ accounts }) => accounts.requestAccount({ email: EMAIL, password: PASSWORD }),
    verify: (world) => assertUsername(world, EMAIL),
  }),
  operation({
    method: 'userByPasswordLogin',
    sessions: { begins: 1 },
    counts: { AddressAttempts: 1 },
    prepare: owner,
    run: (world) => world.login(),
    verify: (world) => assertPassword(world, PASSWORD),
  }),
  operation({
    method: 'userByPasswordLogin',
    variant: 'with a wrong password',
    counts: { 'AccountAttempts password': 1, AddressAttempts: 1 },
    prepare: owner,
    run: (world) => world.login(NEW_PASSWORD),
    refusal: 'LoginFailed',
    verify: async (world, state, runs) => {
      const attempts = await attemptsOf(world, state);
      assert.ok(
        attempts >= 1 && attempts <= runs,
        `${String(attempts)} attempts in ${String(runs)} runs`,
      );
    },
  }),
  operation({
    method: 'userByPasswordLogin',
    variant: 'with a hash that is due to be replaced',
    sessions: { begins: 1 },
    counts: { AddressAttempts: 1 },
    prepare: (world) => importOld(world),
    run: (world) => world.login(),
    verify: async (world) => {
      await assertPassword(world, PASSWORD);
      world.hasher.verified = [];
      await world.login();
      // Replaced by the first login, or by the second where the fault kept it from that.
      assert.equal(world.hasher.verified.length, 1, 'the password has its old hash');
    },
  }),
  operation({
    method: 'reauthenticate',
    variant: 'with a wrong password',
    counts: { 'AccountAttempts reauthentication': 1, AddressAttempts: 1 },
    prepare: owner,
    run: ({ accounts }, { request }) =>
      accounts.reauthenticate({ request, password: NEW_PASSWORD }),
    refusal: 'LoginFailed',
  }),
  operation({
    method: 'reauthenticate',
    counts: { AddressAttempts: 1 },
    prepare: owner,
    run: ({ accounts }, { request }) => accounts.reauthenticate({ request, password: PASSWORD }),
    verify: async (world, { request }) => assert.ok(await world.isAlive(request.authToken)),
  }),
  operation({
    method: 'pushCustomSession',
    sessions: { begins: 1 },
    prepare: owner,
    run: ({ accounts }) => accounts.pushCustomSession({ username: 'ada', request: requestWith() }),
  }),
  operation({
    method: 'impersonate',
    sessions: { begins: 1 },
    prepare: async (world) => {
      const { accountId: actor, request } = await world.owner();
      await world.accounts.permissions.grant({ accountId: actor, permission: 'impersonate' });
      // The permissions of a request are those of its check.
      await world.accounts.handleRequest(request);
      const { accountId } = await world.accounts.createAccount({
        username: 'charles',
        password: PASSWORD,
      });
      return { request, accountId };
    },
    run: ({ accounts }, state) => accounts.impersonate(state),
  }),
  operation({
    method: 'refreshTokens',
    prepare: owner,
    run: ({ accounts }, { authToken }) =>
      accounts.refreshTokens({ authToken, request: requestWith(authToken) }),
    verify: async (world, { authToken }) => assert.ok(await world.isAlive(authToken)),
  }),
  operation({
    method: 'handleRequest',
    variant: 'with a rotation',
    prepare: async (world) => {
      const owned = await world.owner();
      world.clock.advance(20 * 60_000);
      return owned;
    },
    run: ({ accounts }, { authToken }) => accounts.handleRequest(requestWith(authToken)),
    verify: async (world, { authToken }) => assert.ok(await world.isAlive(authToken)),
  }),
  operation({
    method: 'logout',
    sessions: { ends: 1 },
    prepare: owner,
    run: ({ accounts }, { authToken }) =>
      accounts.logout({ authToken, request: requestWith(authToken) }),
    verify: assertDead,
  }),
  operation({
    method: 'sessions.revokeSession',
    sessions: { ends: 1 },
    prepare: async (world) => {
      const other = await world.owner();
      const request = await world.login();
      const { edges } = await world.accounts.sessions.listSessions({ request });
      const sessionId = edges.find(({ node }) => !node.current)?.node.ulid ?? '';
      return { ...other, own: request, sessionId };
    },
    run: ({ accounts }, { own, sessionId }) =>
      accounts.sessions.revokeSession({ request: own, sessionId }),
    verify: (world, state) => assertDead(world, state),
  }),
  operation({
    method: 'sessions.revokeOtherSessions',
    sessions: { ends: 1 },
    prepare: async (world) => ({ ...(await world.owner()), own: await world.login() }),
    run: ({ accounts }, { own }) => accounts.sessions.revokeOtherSessions({ request: own }),
    verify: async (world, state) => {
      await assertDead(world, state);
      assert.ok(await world.isAlive(state.own.authToken));
    },
  }),
  operation({
    method: 'sessions.revokeAllSessions',
    sessions: { ends: 1 },
    prepare: owner,
    run: ({ accounts }, { accountId }) => accounts.sessions.revokeAllSessions({ accountId }),
    verify: assertDead,
  }),
  operation({
    method: 'sessions.begin',
    sessions: { begins: 1 },
    prepare: async (world) => {
      const { accountId } = await world.owner();
      const account = await world.accounts.findUser({ username: accountId });
      assert.ok(account);
      return account;
    },
    run: ({ accounts }, account) => accounts.sessions.begin(account, requestWith()),
  }),
  operation({
    method: 'addEmailVerificationToken',
    prepare: (world) => world.accounts.createAccount(newAccount),
    run: ({ accounts }, { accountId }) =>
      accounts.addEmailVerificationToken({ accountId, email: EMAIL }),
  }),
  operation({
    method: 'verifyEmailWithToken',
    prepare: async (world) => {
      await world.accounts.createAccount(newAccount);
      return (await world.message('EmailVerification')).token ?? '';
    },
    run: ({ accounts }, token) => accounts.verifyEmailWithToken({ token, password: PASSWORD }),
    done: USED,
    once: true,
    verify: (world) => assertPassword(world, PASSWORD),
  }),
  operation({
    method: 'verifyEmail',
    prepare: (world) => world.accounts.createAccount(newAccount),
    run: ({ accounts }, { accountId }) => accounts.verifyEmail({ accountId, email: EMAIL }),
  }),
  operation({
    method: 'setPassword',
    sessions: { ends: 1 },
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.setPassword({ accountId, newPassword: NEW_PASSWORD }),
    verify: async (world, state) => {
      await assertPassword(world, NEW_PASSWORD);
      await assertDead(world, state);
    },
  }),
  operation({
    method: 'addResetPasswordToken',
    prepare: owner,
    run: ({ accounts }, { accountId }) => accounts.addResetPasswordToken({ accountId }),
  }),
  operation({
    method: 'removeAllResetPasswordTokens',
    prepare: async (world) => {
      const owned = await world.owner();
      const { token } = await world.accounts.addResetPasswordToken({ accountId: owned.accountId });
      return { ...owned, token };
    },
    run: ({ accounts }, { accountId }) => accounts.removeAllResetPasswordTokens({ accountId }),
    verify: ({ accounts }, { token }) =>
      assert.rejects(accounts.passwords.reset({ token, newPassword: NEW_PASSWORD }), {
        code: 'TokenVerificationFailed',
      }),
  }),
  operation({
    method: 'passwords.requestReset',
    counts: { 'AccountAttempts token': 1 },
    prepare: owner,
    run: ({ accounts }) => accounts.passwords.requestReset({ email: EMAIL }),
  }),
  operation({
    method: 'passwords.reset',
    sessions: { ends: 1 },
    prepare: async (world) => {
      const owned = await world.owner();
      const { token } = await world.accounts.addResetPasswordToken({ accountId: owned.accountId });
      return { ...owned, token };
    },
    run: ({ accounts }, { token }) =>
      accounts.passwords.reset({ token, newPassword: NEW_PASSWORD }),
    done: USED,
    once: true,
    verify: async (world, state) => {
      await assertPassword(world, NEW_PASSWORD);
      await assertDead(world, state);
    },
  }),
  operation({
    method: 'passwords.change',
    sessions: { ends: 2, begins: 1 },
    counts: { AddressAttempts: 1 },
    prepare: async (world) => ({ ...(await world.owner()), own: await world.login() }),
    run: ({ accounts }, { own }) =>
      accounts.passwords.change({
        request: own,
        currentPassword: PASSWORD,
        newPassword: NEW_PASSWORD,
      }),
    done: ['LoginFailed', 'InvalidSession'],
    verify: async (world, state) => {
      await assertPassword(world, NEW_PASSWORD);
      await assertDead(world, state);
    },
  }),
  operation({
    method: 'passwords.change',
    variant: 'with a wrong password',
    counts: { 'AccountAttempts reauthentication': 1, AddressAttempts: 1 },
    prepare: owner,
    run: ({ accounts }, { request }) =>
      accounts.passwords.change({
        request,
        currentPassword: NEW_PASSWORD,
        newPassword: OTHER_EMAIL,
      }),
    refusal: 'LoginFailed',
  }),
  operation({
    method: 'passwords.remove',
    sessions: { ends: 1, begins: 1 },
    prepare: owner,
    run: ({ accounts }, { request }) => accounts.passwords.remove({ request }),
    verify: (world) => assert.rejects(world.login(), { code: 'LoginFailed' }),
  }),
  operation({
    method: 'contacts.addEmail',
    counts: { 'SentMessages account': 1, 'SentMessages email': 1 },
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.contacts.addEmail({ accountId, email: OTHER_EMAIL }),
    verify: (world, state) => assertContact(world, state, `${OTHER_EMAIL} false`),
  }),
  operation({
    method: 'contacts.addPhone',
    counts: { 'SentMessages account': 1, 'SentMessages phone': 1 },
    prepare: owner,
    run: ({ accounts }, { request }) => accounts.contacts.addPhone({ request, phone: PHONE }),
    verify: (world, state) => assertContact(world, state, `${PHONE} false`),
  }),
  operation({
    method: 'contacts.requestPhoneVerification',
    counts: { 'SentMessages account': 1, 'SentMessages phone': 1 },
    prepare: async (world) => {
      const owned = await world.owner();
      await world.accounts.contacts.addPhone({ accountId: owned.accountId, phone: PHONE });
      return owned;
    },
    run: ({ accounts }, { request }) =>
      accounts.contacts.requestPhoneVerification({ request, phone: PHONE }),
  }),
  operation({
    method: 'contacts.verifyPhone',
    counts: { AddressAttempts: 1 },
    prepare: async (world) => {
      const owned = await world.owner();
      const { request } = owned;
      await world.accounts.contacts.addPhone({ request, phone: PHONE });
      return { ...owned, code: (await world.message('PhoneVerification')).token ?? '' };
    },
    run: ({ accounts }, { request, code }) =>
      accounts.contacts.verifyPhone({ request, phone: PHONE, code }),
    done: USED,
    once: true,
    verify: (world, state) => assertContact(world, state, `${PHONE} true`),
  }),
  operation({
    method: 'contacts.verifyPhone',
    variant: 'with a wrong code',
    counts: { 'AccountAttempts phone': 1, AddressAttempts: 1 },
    prepare: async (world) => {
      const owned = await world.owner();
      await world.accounts.contacts.addPhone({ request: owned.request, phone: PHONE });
      return { ...owned, code: wrong((await world.message('PhoneVerification')).token) };
    },
    run: ({ accounts }, { request, code }) =>
      accounts.contacts.verifyPhone({ request, phone: PHONE, code }),
    refusal: 'TokenVerificationFailed',
  }),
  operation({
    method: 'contacts.addOAuth',
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.contacts.addOAuth({ accountId, provider: 'example', value: 'subject-1' }),
    done: ALREADY,
    verify: (world, state) => assertContact(world, state, 'subject-1 true'),
  }),
  operation({
    method: 'contacts.addCustom',
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.contacts.addCustom({ accountId, value: 'card-7' }),
    done: ALREADY,
    verify: (world, state) => assertContact(world, state, 'card-7 true'),
  }),
  operation({
    method: 'contacts.replaceEmail',
    counts: { 'SentMessages account': 1, 'SentMessages email': 1 },
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.contacts.replaceEmail({ accountId, email: EMAIL, newEmail: OTHER_EMAIL }),
    verify: (world, state) => assertContact(world, state, `${OTHER_EMAIL} false`),
  }),
  operation({
    method: 'verifyEmailWithToken',
    variant: 'of an address that replaces another',
    prepare: async (world) => {
      const owned = await world.owner();
      const { request } = owned;
      await world.accounts.contacts.replaceEmail({ request, email: EMAIL, newEmail: OTHER_EMAIL });
      return { ...owned, token: (await world.message('EmailVerification')).token ?? '' };
    },
    run: ({ accounts }, { token, request }) => accounts.verifyEmailWithToken({ token, request }),
    done: USED,
    once: true,
    verify: async (world, state) =>
      assert.deepEqual(await contactsOf(world, state), [`${OTHER_EMAIL} true`]),
  }),
  operation({
    method: 'contacts.replacePhone',
    counts: { 'SentMessages account': 1, 'SentMessages phone': 1 },
    prepare: async (world) => {
      const owned = await world.owner();
      await world.accounts.contacts.addPhone({ accountId: owned.accountId, phone: PHONE });
      return owned;
    },
    run: ({ accounts }, { accountId }) =>
      accounts.contacts.replacePhone({ accountId, phone: PHONE, newPhone: '+14155552672' }),
    done: ['UserAccessTypeNotFound', 'PhoneAlreadyExists'],
    verify: (world, state) => assertContact(world, state, '+14155552672 false'),
  }),
  ...(['replaceOAuth', 'replaceCustom'] as const).map((method) =>
    operation({
      method: `contacts.${method}`,
      sessions: { ends: 1 },
      prepare: async (world) => {
        const owned = await world.owner();
        const { accountId } = owned;
        const { contacts } = world.accounts;
        if (method === 'replaceCustom') await contacts.addCustom({ accountId, value: 'one' });
        else await contacts.addOAuth({ accountId, provider: 'example', value: 'one' });
        return owned;
      },
      run: ({ accounts: { contacts } }, { accountId }) =>
        method === 'replaceCustom'
          ? contacts.replaceCustom({ accountId, value: 'one', newValue: 'two' })
          : contacts.replaceOAuth({
              accountId,
              provider: 'example',
              value: 'one',
              newValue: 'two',
            }),
      done: ['UserAccessTypeNotFound', ...ALREADY],
      verify: (world, state) => assertContact(world, state, 'two true'),
    }),
  ),
  operation({
    method: 'contacts.remove',
    sessions: { ends: 1 },
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.contacts.remove({ accountId, kind: 'email', value: EMAIL }),
    done: ['UserAccessTypeNotFound'],
    verify: async (world, state) => assert.deepEqual(await contactsOf(world, state), []),
  }),
  operation({
    method: 'contacts.undoReplacement',
    sessions: { ends: 1 },
    prepare: async (world) => {
      const owned = await world.owner();
      const { request } = owned;
      await world.accounts.contacts.replaceEmail({ request, email: EMAIL, newEmail: OTHER_EMAIL });
      const { token = '' } = await world.message('EmailVerification');
      await world.accounts.verifyEmailWithToken({ token, request });
      await world.accounts.settled();
      const sent = world.messages.find(
        ({ kind, to }) => kind === 'ContactRemoved' && to.value === EMAIL,
      );
      return { ...owned, token: sent?.token ?? '' };
    },
    run: ({ accounts }, { token }) => accounts.contacts.undoReplacement({ token }),
    done: USED,
    once: true,
    verify: (world, state) => assertContact(world, state, `${EMAIL} true`),
  }),
  operation({
    method: 'magicLinks.request',
    counts: { 'AccountAttempts token': 1, 'SentMessages email': 1 },
    prepare: owner,
    run: ({ accounts }) => accounts.magicLinks.request({ email: EMAIL }),
  }),
  operation({
    method: 'magicLinks.request',
    variant: 'for an address that no account has',
    counts: { 'AccountAttempts token': 1, 'SentMessages email': 1 },
    prepare: () => Promise.resolve(),
    run: ({ accounts }) => accounts.magicLinks.request({ email: EMAIL }),
  }),
  ...(['MagicLink', 'SignUpLink'] as const).map((kind) =>
    operation({
      method: 'magicLinks.login',
      variant: kind === 'SignUpLink' ? 'that signs up' : 'of an account',
      sessions: { begins: 1 },
      ...(kind === 'MagicLink' && { counts: { 'AccountAttempts token': -1 } }),
      prepare: async (world) => {
        if (kind === 'MagicLink') await world.owner();
        await world.accounts.magicLinks.request({ email: EMAIL });
        return (await world.message(kind)).token ?? '';
      },
      run: ({ accounts }, token) => accounts.magicLinks.login({ token, request: requestWith() }),
      done: USED,
      once: true,
      verify: (world) => assertUsername(world, EMAIL),
    }),
  ),
  operation({
    method: 'phoneCodes.request',
    counts: { 'AccountAttempts token': 1 },
    prepare: withPhone,
    run: ({ accounts }) => accounts.phoneCodes.request({ phone: PHONE }),
  }),
  operation({
    method: 'phoneCodes.login',
    sessions: { begins: 1 },
    counts: { AddressAttempts: 1 },
    prepare: async (world) => {
      await withPhone(world);
      const { challenge } = await world.accounts.phoneCodes.request({ phone: PHONE });
      return { challenge, code: (await world.message('LoginCode')).code ?? '' };
    },
    run: ({ accounts }, shown) => accounts.phoneCodes.login({ ...shown, request: requestWith() }),
    done: USED,
    once: true,
  }),
  operation({
    method: 'phoneCodes.login',
    variant: 'with a wrong code',
    counts: { 'AccountAttempts token': 1, 'AccountAttempts loginCode': 1, AddressAttempts: 1 },
    prepare: async (world) => {
      await withPhone(world);
      const { challenge } = await world.accounts.phoneCodes.request({ phone: PHONE });
      return { challenge, code: wrong((await world.message('LoginCode')).code) };
    },
    run: ({ accounts }, shown) => accounts.phoneCodes.login({ ...shown, request: requestWith() }),
    refusal: 'TokenVerificationFailed',
  }),
  operation({
    method: 'identityProviders.begin',
    counts: { AddressAttempts: 1 },
    prepare: () => Promise.resolve(requestWith()),
    run: ({ accounts }, request) =>
      accounts.identityProviders.begin({ provider: PROVIDER, request }),
  }),
  operation({
    method: 'identityProviders.beginLink',
    counts: { AddressAttempts: 1 },
    prepare: owner,
    run: ({ accounts }, { request }) =>
      accounts.identityProviders.beginLink({ provider: PROVIDER, request }),
  }),
  operation({
    method: 'identityProviders.beginReauthentication',
    counts: { AddressAttempts: 1 },
    prepare: owner,
    run: ({ accounts }, { request }) =>
      accounts.identityProviders.beginReauthentication({ provider: PROVIDER, request }),
  }),
  ...(['that signs up', 'of an account', 'to an account with the address'] as const).map(
    (variant) =>
      operation({
        method: 'identityProviders.complete',
        variant,
        sessions: { begins: 1 },
        prepare: async (world) => {
          if (variant === 'of an account') await signUpWithProvider(world);
          if (variant === 'to an account with the address') await world.owner();
          return beginWithProvider(world);
        },
        run: ({ accounts }, input) => accounts.identityProviders.complete(input),
        done: USED,
        once: true,
        // The flow is spent first: after a failure, the browser may have to begin again.
        verify: async (world) => {
          const input = await beginWithProvider(world);
          const { login } = await world.accounts.identityProviders.complete(input);
          assert.ok(await world.isAlive(login?.authToken));
          assert.equal((await world.accounts.quota.getUsage()).taken, 1);
        },
      }),
  ),
  operation({
    method: 'identityProviders.complete',
    variant: 'that links',
    prepare: async (world) => {
      const { request } = await world.owner();
      return linkWithProvider(world, request);
    },
    run: ({ accounts }, input) => accounts.identityProviders.complete(input),
    done: USED,
    once: true,
    verify: async (world, { request }) => {
      const linked = await world.accounts.identityProviders.list({ request });
      if (linked.length > 0) return;
      await world.accounts.identityProviders.complete(await linkWithProvider(world, request));
    },
  }),
  operation({
    method: 'identityProviders.complete',
    variant: 'that authenticates again',
    prepare: async (world) => {
      const request = requestWith();
      await signUpWithProvider(world, request);
      const begun = await world.accounts.identityProviders.beginReauthentication({
        provider: PROVIDER,
        request,
      });
      const auth_time = Math.floor(world.clock.now().getTime() / 1000);
      return world.fromProvider(begun, { ...PERSON, auth_time }, request);
    },
    run: ({ accounts }, input) => accounts.identityProviders.complete(input),
    done: USED,
    once: true,
    verify: async (world, { request }) => assert.ok(await world.isAlive(request.authToken)),
  }),
  operation({
    method: 'identityProviders.unlink',
    prepare: async (world) => {
      const owned = await world.owner();
      const input = await linkWithProvider(world, owned.request);
      const { contact } = await world.accounts.identityProviders.complete(input);
      return { ...owned, contactId: contact?.ulid ?? '' };
    },
    run: ({ accounts }, { request, contactId }) =>
      accounts.identityProviders.unlink({ request, contactId }),
    done: ['ContactNotFound'],
    verify: async ({ accounts }, { request }) =>
      assert.deepEqual(await accounts.identityProviders.list({ request }), []),
  }),
  operation({
    method: 'import.importAccounts',
    prepare: () => Promise.resolve(),
    run: async ({ accounts }) => {
      const { outcome, refusedCount } = await importAccounts(accounts, () => ROWS);
      assert.deepEqual([outcome, refusedCount], ['imported', 0]);
    },
    verify: async (world) => {
      assert.equal((await world.accounts.quota.getUsage()).taken, ROWS.length);
      const again = await importAccounts(world.accounts, () => ROWS);
      assert.deepEqual([again.accounts, again.present], [0, ROWS.length]);
      await assertUsername(world, OTHER_EMAIL);
    },
  }),
  operation({
    method: 'restore.requireNewPasswords',
    sessions: { ends: 1 },
    prepare: owner,
    run: ({ accounts }, { accountId }) => requireNewPasswords(accounts, [accountId]),
    verify: async (world, state) => {
      await assertDead(world, state);
      await assert.rejects(world.login(), { code: 'LoginFailed' });
      const { token } = await world.accounts.addResetPasswordToken(state);
      await world.accounts.passwords.reset({ token, newPassword: NEW_PASSWORD });
      await assertPassword(world, NEW_PASSWORD);
    },
  }),
  operation({
    method: 'tokens.issue',
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.tokens.issue({ accountId, purpose: 'invitation' }),
  }),
  operation({
    method: 'tokens.consume',
    prepare: async (world) => {
      const { accountId } = await world.owner();
      return world.accounts.tokens.issue({ accountId, purpose: 'invitation' });
    },
    run: ({ accounts }, { token }) => accounts.tokens.consume({ token, purpose: 'invitation' }),
    done: USED,
    once: true,
  }),
  operation({
    method: 'profile.changeUsername',
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.profile.changeUsername({ accountId, username: 'lovelace' }),
    verify: async (world) => {
      await assertUsername(world, 'lovelace');
      assert.equal(await world.accounts.findUser({ username: 'ada' }), null);
    },
  }),
  operation({
    method: 'profile.update',
    prepare: owner,
    run: ({ accounts }, { request }) =>
      accounts.profile.update({ request, profile: { city: 'London' } }),
    verify: async ({ accounts }) =>
      assert.deepEqual((await accounts.findUser({ username: 'ada' }))?.profile, { city: 'London' }),
  }),
  operation({
    method: 'permissions.grant',
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.permissions.grant({ accountId, permission: 'read' }),
    verify: async ({ accounts }, { accountId }) =>
      assert.ok((await accounts.permissions.list({ accountId })).includes('read')),
  }),
  operation({
    method: 'permissions.revoke',
    prepare: async (world) => {
      const owned = await world.owner();
      await world.accounts.permissions.grant({ accountId: owned.accountId, permission: 'read' });
      return owned;
    },
    run: ({ accounts }, { accountId }) =>
      accounts.permissions.revoke({ accountId, permission: 'read' }),
    verify: async ({ accounts }, { accountId }) =>
      assert.ok(!(await accounts.permissions.list({ accountId })).includes('read')),
  }),
  operation({
    method: 'twoFactor.enrol',
    prepare: owner,
    run: ({ accounts }, { request }) => accounts.twoFactor.enrol({ request }),
  }),
  operation({
    method: 'twoFactor.confirm',
    counts: { AddressAttempts: 1 },
    prepare: async (world) => {
      const owned = await world.owner();
      const { secret } = await world.accounts.twoFactor.enrol({ request: owned.request });
      return { ...owned, code: world.code(secret) };
    },
    run: ({ accounts }, { request, code }) => accounts.twoFactor.confirm({ request, code }),
    done: [
      'TwoFactorNotEnrolled',
      'TwoFactorAlreadyEnabled',
      'TokenVerificationFailed',
      'AuthenticationFailed',
    ],
    verify: async (world) => {
      await world.challenge();
    },
  }),
  operation({
    method: 'twoFactor.loginWithTwoFactor',
    sessions: { begins: 1 },
    counts: { AddressAttempts: 1 },
    prepare: async (world) => {
      const { secret } = await world.protectedOwner();
      return { challenge: await world.challenge(), code: world.code(secret) };
    },
    run: ({ accounts }, shown) =>
      accounts.twoFactor.loginWithTwoFactor({ ...shown, request: requestWith() }),
    done: ['AuthenticationFailed', ...USED],
    once: true,
  }),
  operation({
    method: 'twoFactor.loginWithTwoFactor',
    variant: 'with a recovery code',
    sessions: { begins: 1 },
    counts: { AddressAttempts: 1 },
    prepare: async (world) => {
      const { recoveryCodes } = await world.protectedOwner();
      return { challenge: await world.challenge(), recoveryCode: recoveryCodes[0] ?? '' };
    },
    run: ({ accounts }, shown) =>
      accounts.twoFactor.loginWithTwoFactor({ ...shown, request: requestWith() }),
    done: ['AuthenticationFailed', ...USED],
    once: true,
  }),
  operation({
    method: 'twoFactor.loginWithTwoFactor',
    variant: 'with a wrong code',
    counts: { 'AccountAttempts totp': 1, AddressAttempts: 1 },
    prepare: async (world) => {
      const { secret } = await world.protectedOwner();
      return { challenge: await world.challenge(), code: wrong(world.code(secret)) };
    },
    run: ({ accounts }, shown) =>
      accounts.twoFactor.loginWithTwoFactor({ ...shown, request: requestWith() }),
    refusal: 'TokenVerificationFailed',
  }),
  operation({
    method: 'twoFactor.regenerateRecoveryCodes',
    counts: { AddressAttempts: 1 },
    prepare: async (world) => {
      const owned = await world.protectedOwner();
      return { ...owned, code: world.code(owned.secret) };
    },
    run: ({ accounts }, { request, code }) =>
      accounts.twoFactor.regenerateRecoveryCodes({ request, code }),
    done: ['AuthenticationFailed', ...USED],
    once: true,
  }),
  operation({
    method: 'twoFactor.disable',
    counts: { AddressAttempts: 1 },
    prepare: async (world) => {
      const owned = await world.protectedOwner();
      return { ...owned, code: world.code(owned.secret) };
    },
    run: ({ accounts }, { request, code }) => accounts.twoFactor.disable({ request, code }),
    done: ['TwoFactorNotEnabled', 'AuthenticationFailed', ...USED],
    verify: async (world) => {
      await world.login();
    },
  }),
  operation({
    method: 'twoFactor.reset',
    sessions: { ends: 1 },
    prepare: (world) => world.protectedOwner(),
    run: ({ accounts }, { accountId }) => accounts.twoFactor.reset({ accountId }),
    verify: async (world) => {
      await world.login();
    },
  }),
  operation({
    method: 'passkeys.createRegistrationOptions',
    counts: { AddressAttempts: 1 },
    prepare: owner,
    run: ({ accounts }, { request }) => accounts.passkeys.createRegistrationOptions({ request }),
  }),
  operation({
    method: 'passkeys.register',
    prepare: async (world) => {
      const { request } = await world.owner();
      const begun = await world.accounts.passkeys.createRegistrationOptions({ request });
      const { browserSecret } = begun;
      const device = new Device();
      return { request, browserSecret, response: device.create(begun.options) };
    },
    run: ({ accounts }, input) => accounts.passkeys.register(input),
    done: ['PasskeyAlreadyExists', 'PasskeyVerificationFailed', ...USED, ...ALREADY],
    once: true,
    // The challenge is spent first: after a failure, the browser may have to begin again.
    verify: async ({ accounts }, { request }) =>
      assert.ok((await accounts.passkeys.list({ request })).passkeys.length <= 1),
  }),
  operation({
    method: 'passkeys.createLoginOptions',
    counts: { AddressAttempts: 1 },
    prepare: () => Promise.resolve(requestWith()),
    run: ({ accounts }, request) => accounts.passkeys.createLoginOptions({ request }),
  }),
  operation({
    method: 'passkeys.login',
    sessions: { begins: 1 },
    prepare: async (world) => {
      const { device } = await world.passkey(await world.owner());
      const request = requestWith();
      const begun = await world.accounts.passkeys.createLoginOptions({ request });
      return { response: device.get(begun.options), browserSecret: begun.browserSecret };
    },
    run: ({ accounts }, shown) => accounts.passkeys.login({ ...shown, request: requestWith() }),
    done: ['PasskeyVerificationFailed', 'AuthenticationFailed', ...USED],
    once: true,
  }),
  operation({
    method: 'passkeys.createReauthenticationOptions',
    counts: { AddressAttempts: 1 },
    prepare: passkeyOf,
    run: ({ accounts }, { request }) =>
      accounts.passkeys.createReauthenticationOptions({ request }),
  }),
  operation({
    method: 'passkeys.reauthenticate',
    prepare: async (world) => {
      const { device, request } = await passkeyOf(world);
      const begun = await world.accounts.passkeys.createReauthenticationOptions({ request });
      const { browserSecret } = begun;
      return { request, response: device.get(begun.options), browserSecret };
    },
    run: ({ accounts }, input) => accounts.passkeys.reauthenticate(input),
    done: ['PasskeyVerificationFailed', 'AuthenticationFailed', ...USED],
    once: true,
    verify: async (world, { request }) => assert.ok(await world.isAlive(request.authToken)),
  }),
  operation({
    method: 'passkeys.rename',
    prepare: passkeyOf,
    run: ({ accounts }, { request, passkeyId }) =>
      accounts.passkeys.rename({ request, passkeyId, name: 'laptop' }),
    verify: async ({ accounts }, { request }) =>
      assert.equal((await accounts.passkeys.list({ request })).passkeys[0]?.name, 'laptop'),
  }),
  operation({
    method: 'passkeys.remove',
    prepare: passkeyOf,
    run: ({ accounts }, { request, passkeyId }) => accounts.passkeys.remove({ request, passkeyId }),
    done: ['PasskeyNotFound', 'UserAccessTypeNotFound'],
    verify: async ({ accounts }, { request }) =>
      assert.equal((await accounts.passkeys.list({ request })).passkeys.length, 0),
  }),
  operation({
    method: 'lifecycle.deactivate',
    sessions: { ends: 1 },
    prepare: owner,
    run: ({ accounts }, { accountId }) => accounts.lifecycle.deactivate({ accountId }),
    verify: assertDead,
  }),
  operation({
    method: 'lifecycle.reactivate',
    prepare: async (world) => {
      const owned = await world.owner();
      await world.accounts.lifecycle.deactivate({ accountId: owned.accountId });
      return owned;
    },
    run: ({ accounts }, { accountId }) => accounts.lifecycle.reactivate({ accountId }),
    verify: async (world, state) => {
      await assertPassword(world, PASSWORD);
      await assertDead(world, state);
    },
  }),
  operation({
    method: 'lifecycle.delete',
    sessions: { ends: 1 },
    prepare: async (world) => {
      const owned = await world.protectedOwner();
      await world.accounts.tokens.issue({ accountId: owned.accountId, purpose: 'invitation' });
      return owned;
    },
    run: ({ accounts }, { accountId }) => accounts.lifecycle.delete({ accountId }),
    done: ['UserNotFound'],
    verify: async (world, state) => {
      await assertDead(world, state);
      assert.equal(await world.accounts.findUser({ username: 'ada' }), null);
      assert.equal((await world.accounts.quota.getUsage()).taken, 0);
      await world.accounts.createAccount(newAccount);
    },
  }),
  operation({
    method: 'lifecycle.finishDeletions',
    prepare: async (world) => {
      const owned = await world.owner();
      await world.interruptDeletion(owned.accountId);
      return owned;
    },
    run: ({ accounts }) => accounts.lifecycle.finishDeletions(),
    verify: async (world) => {
      assert.equal((await world.accounts.quota.getUsage()).taken, 0);
      await world.accounts.createAccount(newAccount);
    },
  }),
  operation({
    method: 'lifecycle.export',
    prepare: owner,
    run: ({ accounts }, { accountId }) => accounts.lifecycle.export({ accountId }),
  }),
  operation({
    method: 'quota.backfill',
    prepare: owner,
    run: ({ accounts }) => accounts.quota.backfill(),
    verify: async ({ accounts }) => assert.equal((await accounts.quota.getUsage()).taken, 1),
  }),
];

async function withPhone(world: FaultWorld): Promise<void> {
  const { request } = await world.owner();
  await world.accounts.contacts.addPhone({ request, phone: PHONE });
  const { token: code = '' } = await world.message('PhoneVerification');
  await world.accounts.contacts.verifyPhone({ request, phone: PHONE, code });
}

/** A code of the same form that is not the one. */
function wrong(code = ''): string {
  return code.replace(/.$/, (last) => String((Number(last) + 5) % 10));
}

const PERSON = { sub: 'person-1', email: EMAIL };

async function beginWithProvider(
  world: FaultWorld,
  request?: SessionRequest,
): Promise<CompleteIdentityFlowInput> {
  const begun = await world.accounts.identityProviders.begin({
    provider: PROVIDER,
    request: requestWith(),
  });
  return world.fromProvider(begun, PERSON, request);
}

async function signUpWithProvider(world: FaultWorld, request?: SessionRequest): Promise<void> {
  await world.accounts.identityProviders.complete(await beginWithProvider(world, request));
  await world.accounts.settled();
}

async function linkWithProvider(
  world: FaultWorld,
  request: SessionRequest,
): Promise<CompleteIdentityFlowInput> {
  const begun = await world.accounts.identityProviders.beginLink({ provider: PROVIDER, request });
  return world.fromProvider(begun, PERSON, request);
}

/** People of another system; the hash is of {@link PASSWORD}, and of a scheme that is replaced. */
const ROWS = [
  {
    foreignId: 'other|1',
    username: 'ada',
    email: EMAIL,
    emailVerified: true,
    passwordHash: OLD_HASH,
  },
  { foreignId: 'other|2', email: OTHER_EMAIL, phone: PHONE },
];

async function importOld(world: FaultWorld): Promise<void> {
  await importAccounts(world.accounts, () => ROWS.slice(0, 1));
}

async function passkeyOf(
  world: FaultWorld,
): Promise<Owner & { passkeyId: string; device: Device }> {
  const owned = await world.owner();
  return { ...owned, ...(await world.passkey(owned)) };
}

/** Public methods that write nothing, or only what is written elsewhere: why they are not in the list. */
export const NOT_IN_MATRIX: Readonly<Record<string, string>> = {
  on: 'adds a listener',
  settled: 'waits for messages',
  findUser: 'reads',
  listAccounts: 'reads',
  addHooks: 'adds hooks',
  'sessions.addHooks': 'adds hooks',
  'sessions.verifiedSessionOf': 'reads memory',
  'sessions.listSessions': 'reads',
  'sessions.requirePermission': 'reads memory',
  'sessions.requireRecentLogin': 'reads memory',
  'contacts.findByIdentity': 'reads',
  'contacts.list': 'reads',
  'passwords.setPassword': 'is setPassword',
  'passwords.addResetPasswordToken': 'is addResetPasswordToken',
  'passwords.removeAllResetPasswordTokens': 'is removeAllResetPasswordTokens',
  'permissions.list': 'reads',
  'twoFactor.status': 'reads',
  'passkeys.list': 'reads',
  'identityProviders.list': 'reads',
  'identityProviders.tokens': 'reads',
  'import.readUsers': 'reads a file',
  'passkeys.relatedOrigins': 'reads memory',
  'quota.transact': 'internal: part of createAccount',
  'quota.giveBack': 'internal: part of lifecycle.delete',
  'quota.getUsage': 'reads',
  'sandbox.createTable': 'sends no request that writes an item of accounts',
  'sandbox.reset': 'is clearTable of the entity package',
};
