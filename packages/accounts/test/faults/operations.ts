import assert from 'node:assert/strict';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import {
  EMAIL,
  NEW_PASSWORD,
  OTHER_EMAIL,
  PHONE,
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
const ALREADY = ['UsernameAlreadyExists', 'EmailAlreadyExists', 'AccessTypeAlreadyExists'];

/** Every operation that writes. */
export const OPERATIONS: readonly Operation[] = [
  operation({
    method: 'createAccount',
    prepare: () => Promise.resolve(),
    run: ({ accounts }) => accounts.createAccount(newAccount),
    done: ALREADY,
    once: true,
    verify: (world) => assertUsername(world, EMAIL),
  }),
  operation({
    method: 'createAccountAndLogin',
    prepare: () => Promise.resolve(requestWith()),
    run: ({ accounts }, request) => accounts.createAccountAndLogin({ ...newAccount, request }),
    done: ALREADY,
    verify: (world) => assertPassword(world, PASSWORD),
  }),
  operation({
    method: 'requestAccount',
    prepare: () => Promise.resolve(),
    run: ({ accounts }) => accounts.requestAccount({ email: EMAIL, password: PASSWORD }),
    verify: (world) => assertUsername(world, EMAIL),
  }),
  operation({
    method: 'userByPasswordLogin',
    prepare: owner,
    run: (world) => world.login(),
    verify: (world) => assertPassword(world, PASSWORD),
  }),
  operation({
    method: 'userByPasswordLogin',
    variant: 'with a wrong password',
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
    method: 'reauthenticate',
    prepare: owner,
    run: ({ accounts }, { request }) => accounts.reauthenticate({ request, password: PASSWORD }),
    verify: async (world, { request }) => assert.ok(await world.isAlive(request.authToken)),
  }),
  operation({
    method: 'pushCustomSession',
    prepare: owner,
    run: ({ accounts }) => accounts.pushCustomSession({ username: 'ada', request: requestWith() }),
  }),
  operation({
    method: 'impersonate',
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
    prepare: owner,
    run: ({ accounts }, { authToken }) =>
      accounts.logout({ authToken, request: requestWith(authToken) }),
    verify: assertDead,
  }),
  operation({
    method: 'sessions.revokeSession',
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
    prepare: async (world) => ({ ...(await world.owner()), own: await world.login() }),
    run: ({ accounts }, { own }) => accounts.sessions.revokeOtherSessions({ request: own }),
    verify: async (world, state) => {
      await assertDead(world, state);
      assert.ok(await world.isAlive(state.own.authToken));
    },
  }),
  operation({
    method: 'sessions.revokeAllSessions',
    prepare: owner,
    run: ({ accounts }, { accountId }) => accounts.sessions.revokeAllSessions({ accountId }),
    verify: assertDead,
  }),
  operation({
    method: 'sessions.begin',
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
    prepare: owner,
    run: ({ accounts }) => accounts.passwords.requestReset({ email: EMAIL }),
  }),
  operation({
    method: 'passwords.reset',
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
    method: 'passwords.remove',
    prepare: owner,
    run: ({ accounts }, { request }) => accounts.passwords.remove({ request }),
    verify: (world) => assert.rejects(world.login(), { code: 'LoginFailed' }),
  }),
  operation({
    method: 'contacts.addEmail',
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.contacts.addEmail({ accountId, email: OTHER_EMAIL }),
    verify: (world, state) => assertContact(world, state, `${OTHER_EMAIL} false`),
  }),
  operation({
    method: 'contacts.addPhone',
    prepare: owner,
    run: ({ accounts }, { request }) => accounts.contacts.addPhone({ request, phone: PHONE }),
    verify: (world, state) => assertContact(world, state, `${PHONE} false`),
  }),
  operation({
    method: 'contacts.requestPhoneVerification',
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
    prepare: owner,
    run: ({ accounts }, { accountId }) =>
      accounts.contacts.remove({ accountId, kind: 'email', value: EMAIL }),
    done: ['UserAccessTypeNotFound'],
    verify: async (world, state) => assert.deepEqual(await contactsOf(world, state), []),
  }),
  operation({
    method: 'contacts.undoReplacement',
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
    prepare: owner,
    run: ({ accounts }) => accounts.magicLinks.request({ email: EMAIL }),
  }),
  operation({
    method: 'magicLinks.request',
    variant: 'for an address that no account has',
    prepare: () => Promise.resolve(),
    run: ({ accounts }) => accounts.magicLinks.request({ email: EMAIL }),
  }),
  ...(['MagicLink', 'SignUpLink'] as const).map((kind) =>
    operation({
      method: 'magicLinks.login',
      variant: kind === 'SignUpLink' ? 'that signs up' : 'of an account',
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
    prepare: withPhone,
    run: ({ accounts }) => accounts.phoneCodes.request({ phone: PHONE }),
  }),
  operation({
    method: 'phoneCodes.login',
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
    method: 'twoFactor.regenerateRecoveryCodes',
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
    prepare: (world) => world.protectedOwner(),
    run: ({ accounts }, { accountId }) => accounts.twoFactor.reset({ accountId }),
    verify: async (world) => {
      await world.login();
    },
  }),
  operation({
    method: 'passkeys.createRegistrationOptions',
    prepare: owner,
    run: ({ accounts }, { request }) => accounts.passkeys.createRegistrationOptions({ request }),
  }),
  operation({
    method: 'passkeys.register',
    prepare: async (world) => {
      const { request } = await world.owner();
      const begun = await world.accounts.passkeys.createRegistrationOptions({ request });
      const { browserSecret } = begun;
      const device = new (await import('../passkeys/Device.js')).Device();
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
    prepare: () => Promise.resolve(requestWith()),
    run: ({ accounts }, request) => accounts.passkeys.createLoginOptions({ request }),
  }),
  operation({
    method: 'passkeys.login',
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

async function passkeyOf(world: FaultWorld): Promise<Owner & { passkeyId: string }> {
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
  'passkeys.createReauthenticationOptions': 'writes what passkeys.createLoginOptions does',
  'passkeys.reauthenticate': 'writes what passkeys.login and reauthenticate do',
  'passkeys.relatedOrigins': 'reads memory',
  'quota.transact': 'internal: part of createAccount',
  'quota.giveBack': 'internal: part of lifecycle.delete',
  'quota.getUsage': 'reads',
  'sandbox.createTable': 'sends no request that writes an item of accounts',
  'sandbox.reset': 'is clearTable of the entity package',
};
