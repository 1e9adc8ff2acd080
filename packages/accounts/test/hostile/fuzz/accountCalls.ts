import { importAccounts } from '../../../src/import/index.js';
import { Device } from '../../passkeys/support.js';
import { PASSWORD, requestWith } from '../../support/testAccounts.js';
import type { World } from './World.js';

/** Arguments that a method takes: good ones, of which a fuzzer makes hostile ones. */
type GoodArguments = (world: World) => Promise<readonly unknown[]> | readonly unknown[];

const PROFILE = { name: 'Ada', list: [1, { deep: true }] };
const NEW_PASSWORD = 'canary-another password';

/** An input of the owner's own call. */
const own =
  (fields: (world: World) => Promise<object> | object = () => ({})): GoodArguments =>
  async (world) => [{ request: await world.request(), ...(await fields(world)) }];
/** An input of a call on the application's authority. */
const byId =
  (fields: (world: World) => Promise<object> | object = () => ({})): GoodArguments =>
  async (world) => [{ accountId: (await world.person()).accountId, ...(await fields(world)) }];
const visitor =
  (fields: (world: World) => Promise<object> | object = () => ({})): GoodArguments =>
  async (world) => [{ request: requestWith(), ...(await fields(world)) }];
const withEmail = async (world: World): Promise<object> => ({
  email: (await world.person()).email,
});
const newAccount = (world: World): object => {
  const username = world.name();
  return {
    username,
    email: `${username}@example.com`,
    password: PASSWORD,
    extraContacts: [{ kind: 'custom', value: username, meta: { tier: 1 } }],
    profile: PROFILE,
  };
};

/** Good arguments of every public method, by `Group.method`. */
export const ACCOUNT_CALLS: Readonly<Record<string, GoodArguments>> = {
  'Accounts.addEmailVerificationToken': byId(withEmail),
  'Accounts.addResetPasswordToken': byId(() => ({ reason: 'lost', request: requestWith() })),
  'Accounts.createAccount': visitor(newAccount),
  'Accounts.createAccountAndLogin': visitor(newAccount),
  'Accounts.findUser': async (world) => [{ username: (await world.person()).username }],
  'Accounts.handleRequest': async (world) => [requestWith((await world.person()).authToken)],
  'Accounts.impersonate': own(async (world) => ({
    accountId: (await world.person()).accountId,
    duration: '5m',
  })),
  'Accounts.listAccounts': () => [{ by: 'username', prefix: 'u', first: 3, after: null }],
  'Accounts.logout': async (world) => [
    { authToken: (await world.person()).authToken, request: requestWith() },
  ],
  'Accounts.pushCustomSession': visitor(async (world) => ({
    username: (await world.person()).username,
    rememberMe: true,
  })),
  'Accounts.reauthenticate': own(() => ({ password: PASSWORD })),
  'Accounts.refreshTokens': async (world) => [
    { authToken: (await world.person()).authToken, request: requestWith() },
  ],
  'Accounts.removeAllResetPasswordTokens': byId(),
  'Accounts.requestAccount': visitor((world) => {
    const { email, password } = newAccount(world) as Record<string, unknown>;
    return { email, password, profile: PROFILE };
  }),
  'Accounts.setPassword': byId(() => ({ newPassword: NEW_PASSWORD })),
  'Accounts.userByPasswordLogin': visitor(async (world) => ({
    username: (await world.person()).username,
    password: PASSWORD,
    rememberMe: true,
    deviceToken: 'x.y.z',
    country: 'DE',
  })),
  'Accounts.verifyEmail': byId(withEmail),
  'Accounts.verifyEmailWithToken': async (world) => {
    const { accountId, email } = await world.person();
    const { token } = await world.accounts.addEmailVerificationToken({ accountId, email });
    return [{ token, password: PASSWORD, newPassword: NEW_PASSWORD }];
  },
  'AccountLifecycle.deactivate': own(),
  'AccountLifecycle.delete': own(),
  'AccountLifecycle.export': own(() => ({ include: [] })),
  'AccountLifecycle.finishDeletions': () => [],
  'AccountLifecycle.reactivate': byId(),
  'AccountProfile.changeUsername': own((world) => ({ username: world.name() })),
  'AccountProfile.update': own(() => ({ profile: PROFILE })),
  'AccountQuota.backfill': () => [],
  'AccountQuota.getUsage': () => [],
  'Contacts.addCustom': byId((world) => ({ value: world.name(), meta: { tier: 1 } })),
  'Contacts.addEmail': own((world) => ({ email: `${world.name()}@example.com` })),
  'Contacts.addOAuth': byId((world) => ({
    provider: 'github',
    value: world.name(),
    authToken: 'canary-provider-token',
    meta: { tier: 1 },
  })),
  'Contacts.addPhone': own(() => ({ phone: '+4930777777', country: 'DE' })),
  'Contacts.findByIdentity': async (world) => [
    { kind: 'oauth', provider: 'github', value: (await world.person()).username },
  ],
  'Contacts.list': own(),
  'Contacts.remove': own(async (world) => ({
    kind: 'oauth',
    provider: 'github',
    value: (await world.person()).username,
  })),
  'Contacts.replaceCustom': byId(async (world) => ({
    value: (await world.person()).username,
    newValue: world.name(),
    meta: { tier: 2 },
  })),
  'Contacts.replaceEmail': own(async (world) => ({
    ...(await withEmail(world)),
    newEmail: `${world.name()}@example.org`,
  })),
  'Contacts.replaceOAuth': byId(async (world) => ({
    provider: 'github',
    value: (await world.person()).username,
    newProvider: 'company',
    newValue: world.name(),
  })),
  'Contacts.replacePhone': own(async (world) => ({
    phone: (await world.person()).phone,
    newPhone: '+4930888888',
    country: 'DE',
  })),
  'Contacts.requestPhoneVerification': own(async (world) => ({
    phone: (await world.person()).phone,
    country: 'DE',
  })),
  'Contacts.undoReplacement': visitor(() => ({ token: 'a-token-of-more-than-22-letters' })),
  'Contacts.verifyPhone': own(async (world) => ({
    phone: (await world.person()).phone,
    code: '123456',
    country: 'DE',
  })),
  'CustomTokens.consume': async (world) => {
    const { accountId } = await world.person();
    const { token } = await world.accounts.tokens.issue({ accountId, purpose: 'join' });
    return [{ token, purpose: 'join', request: requestWith() }];
  },
  'CustomTokens.issue': byId(() => ({ purpose: 'join', lifetime: '7d', meta: { team: 'x' } })),
  'Guard.handleRequest': async (world) => [requestWith((await world.person()).authToken)],
  'Guard.requirePermission': async (world) => [await world.request(), 'read'],
  'Guard.requireRecentLogin': async (world) => [await world.request(), '5m'],
  'Guard.verifiedSessionOf': async (world) => [await world.request()],
  'IdentityProviders.begin': visitor(() => ({
    provider: 'github',
    returnTo: '/inbox',
    rememberMe: true,
  })),
  'IdentityProviders.beginLink': own(() => ({ provider: 'github', returnTo: '/inbox' })),
  'IdentityProviders.complete': async (world) => {
    const request = requestWith();
    const { identityProviders } = world.accounts;
    const { url, browserSecret } = await identityProviders.begin({ provider: 'github', request });
    const state = new URL(url).searchParams.get('state') ?? '';
    // An error of the provider: no network is needed to hear of it.
    const parameters = { state, error: 'access_denied' };
    return [{ provider: 'github', parameters, browserSecret, request }];
  },
  'IdentityProviders.list': own(),
  'IdentityProviders.tokens': byId(() => ({ contactId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' })),
  'IdentityProviders.unlink': own(() => ({ contactId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' })),
  'MagicLinks.login': async (world) => {
    const { email } = await world.person();
    const { challenge } = await world.accounts.magicLinks.request({ email });
    const { code } = await world.sent();
    return [{ challenge, code, request: requestWith(), rememberMe: true }];
  },
  'MagicLinks.request': visitor(withEmail),
  'Passkeys.createLoginOptions': visitor(() => ({ browserSecret: undefined })),
  'Passkeys.createRegistrationOptions': own(() => ({ conditional: false })),
  'Passkeys.list': own(),
  'Passkeys.login': async (world) => {
    await world.person();
    const request = requestWith();
    const begun = await world.accounts.passkeys.createLoginOptions({ request });
    const response = world.device.get(begun.options);
    return [{ request, response, browserSecret: begun.browserSecret, rememberMe: true }];
  },
  'Passkeys.register': async (world) => {
    const request = await world.request();
    const begun = await world.accounts.passkeys.createRegistrationOptions({ request });
    const response = new Device().create(begun.options);
    return [{ request, response, browserSecret: begun.browserSecret, name: 'telephone' }];
  },
  'Passkeys.relatedOrigins': () => [],
  'Passkeys.remove': own(async (world) => ({ passkeyId: (await world.person()).passkeyId })),
  'Passkeys.rename': own(async (world) => ({
    passkeyId: (await world.person()).passkeyId,
    name: 'telephone',
  })),
  'Passwords.addResetPasswordToken': byId(() => ({ reason: 'lost', request: requestWith() })),
  'Passwords.change': own(() => ({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD })),
  'Passwords.remove': own(),
  'Passwords.removeAllResetPasswordTokens': byId(),
  'Passwords.requestReset': visitor(withEmail),
  'Passwords.reset': async (world) => {
    const { accountId } = await world.person();
    const { token } = await world.accounts.addResetPasswordToken({ accountId });
    return [{ token, newPassword: NEW_PASSWORD, request: requestWith() }];
  },
  'Passwords.setPassword': byId(() => ({ newPassword: NEW_PASSWORD })),
  'Permissions.grant': byId(() => ({ permission: 'read' })),
  'Permissions.list': byId(),
  'Permissions.revoke': byId(() => ({ permission: 'read' })),
  'PhoneCodes.login': async (world) => {
    const { phone } = await world.person();
    const { challenge } = await world.accounts.phoneCodes.request({ phone });
    await world.accounts.settled();
    const { code = '' } = world.messages.findLast(({ kind }) => kind === 'LoginCode') ?? {};
    return [{ challenge, code, request: requestWith(), rememberMe: true }];
  },
  'PhoneCodes.request': visitor(async (world) => ({
    phone: (await world.person()).phone,
    country: 'DE',
  })),
  'SelfService.activate': async (world) => {
    const { accountId, email } = await world.person();
    const { token } = await world.accounts.addEmailVerificationToken({ accountId, email });
    return [{ token, password: PASSWORD, newPassword: NEW_PASSWORD }];
  },
  'SelfService.deleteUser': own(),
  'SelfService.forgotPassword': visitor(withEmail),
  'SelfService.resendActivation': visitor(withEmail),
  'SelfService.resetPassword': async (world) => {
    const { accountId } = await world.person();
    const { token } = await world.accounts.addResetPasswordToken({ accountId });
    return [{ token, newPassword: NEW_PASSWORD, request: requestWith() }];
  },
  'SelfService.signIn': visitor(async (world) => ({
    username: (await world.person()).username,
    password: PASSWORD,
    rememberMe: 'local',
    sessionLength: 1000,
    deviceToken: 'x.y.z',
  })),
  'SelfService.signOut': own(),
  'SelfService.signUp': visitor((world) => {
    const { username, email, password } = newAccount(world) as Record<string, unknown>;
    return { username, email, password, profile: { name: 'Ada' }, rememberMe: 'session' };
  }),
  'SelfService.updateUser': own((world) => ({
    username: world.name(),
    profile: { name: 'Grace' },
    currentPassword: PASSWORD,
    newPassword: NEW_PASSWORD,
  })),
  'SelfService.verifyAuthToken': async (world) => [(await world.person()).authToken, requestWith()],
  'Sessions.begin': async (world) => [
    (await world.person()).account,
    requestWith(),
    { rememberMe: true },
  ],
  'Sessions.listSessions': own(() => ({ first: 3, after: undefined })),
  'Sessions.requirePermission': async (world) => [await world.request(), 'read'],
  'Sessions.requireRecentLogin': async (world) => [await world.request(), '5m'],
  'Sessions.revokeAllSessions': own(),
  'Sessions.revokeOtherSessions': own(),
  'Sessions.revokeSession': own(() => ({ sessionId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' })),
  'Sessions.verifiedSessionOf': async (world) => [await world.request()],
  'TwoFactor.confirm': own(async (world) => {
    await world.accounts.twoFactor.enrol({ request: await world.request() });
    return { code: '123456' };
  }),
  'TwoFactor.disable': own(() => ({ code: '123456' })),
  'TwoFactor.enrol': own(() => ({ code: '123456' })),
  'TwoFactor.loginWithTwoFactor': async (world) => {
    const factor = await world.secondFactor();
    world.forget();
    return [{ ...factor, request: requestWith() }];
  },
  'TwoFactor.regenerateRecoveryCodes': own(() => ({ code: '123456' })),
  'TwoFactor.reset': byId(),
  'TwoFactor.status': own(),
  importAccounts: (world) => [
    world.accounts,
    () => [{ username: world.name(), email: `${world.name()}@example.com`, foreignId: 'x' }],
    { dryRun: false, skipRefused: true, concurrency: 2 },
  ],
};

/** Functions that are no methods. */
export const FUNCTIONS: Readonly<Record<string, (...args: never[]) => unknown>> = {
  importAccounts,
};

/** Methods that nobody's input reaches, with the reason. */
export const NOT_FUZZED: Readonly<Record<string, string>> = {
  'AccountQuota.giveBack': 'internal: called with an account that was read',
  'AccountQuota.transact': 'internal: called with operations that the library has made',
  'Accounts.addHooks': 'takes code',
  'Accounts.on': 'takes code',
  'Accounts.settled': 'takes nothing',
  'Guard.addHooks': 'takes code',
  'Guard.on': 'takes code',
  'Sandbox.createTable': 'takes nothing',
  'Sandbox.reset': 'empties the table that the others use',
  'Sessions.addHooks': 'takes code',
};
