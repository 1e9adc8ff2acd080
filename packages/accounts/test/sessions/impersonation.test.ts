import { Accounts } from '../../src/accounts/Accounts.js';
import { AccountError } from '../../src/errors/AccountError.js';
import type { AccountDocument, SessionRequest } from '../../src/requests/SessionRequest.js';
import type { LoginResult } from '../../src/sessions/Sessions.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { claimsOf, resign } from '../support/forgeToken.js';
import { PASSWORD, requestWith, SECRET, type TestAccounts } from '../support/testAccounts.js';
import {
  accountsWith,
  HOUR,
  letsIn,
  signUp,
  reauthenticationOf,
  someone,
  verified,
  watch,
} from './support.js';
import { QuickHasher } from '../support/QuickHasher.js';

/** A key that nobody signs with. */
const MADE_UP = 'some other secret that is thirty-two long';

let test: TestAccounts;
let accounts: Accounts;
let ada: AccountDocument;

beforeAll(async () => {
  test = await accountsWith({});
  ({ accounts } = test);
  ada = await signUp(accounts);
});
afterAll(() => test.drop());

const permit = (accountId: string, permissions: string[]) =>
  accounts.AccountEntity.updateOne({ filter: { accountId }, update: { $set: { permissions } } });

/** Somebody with the permission, and a request of theirs. */
async function support(): Promise<{ own: LoginResult; request: SessionRequest; actorId: string }> {
  const account = await signUp(accounts);
  await permit(account.accountId, ['impersonate']);
  const own = await accounts.sessions.begin(account, requestWith());
  const request = await verified(accounts, own.authToken);
  return { own, request, actorId: account.accountId };
}

it('acts for another account, marked with the impersonator, and does not change the own session', async () => {
  const { own, request, actorId } = await support();
  const before = { ...request };
  const watched = watch(accounts);
  const { account, authToken, sessionDocument } = await accounts.impersonate({
    request,
    accountId: ada.accountId,
  });
  expect(account).toEqual(ada);
  expect(sessionDocument).toMatchObject({
    accountId: ada.accountId,
    impersonatedBy: actorId,
    expiresAt: new Date(test.clock.now().getTime() + HOUR),
  });
  expect(sessionDocument).not.toHaveProperty('authTime');
  expect(request).toEqual(before);
  expect(accounts.sessions.verifiedSessionOf(request).account.accountId).toBe(actorId);
  expect(watched.events).toMatchObject([
    {
      name: 'ImpersonationSuccess',
      actorId,
      accountId: ada.accountId,
      sessionId: sessionDocument.ulid,
      ip: '203.0.113.7',
    },
  ]);

  const acting = requestWith(authToken);
  const cost = await test.log.costOf(() => accounts.handleRequest(acting));
  expect(cost.commands).toEqual(['BatchGetItem']);
  expect(acting.user).toEqual(ada);
  expect(watched.events.at(-1)).toMatchObject({ name: 'ResumeSessionSuccess', actorId });

  await accounts.logout({ authToken, request: acting });
  expect(watched.events.at(-1)).toMatchObject({ name: 'LogoutSuccess', actorId });
  expect(await letsIn(accounts, authToken)).toBe(false);
  expect(await letsIn(accounts, own.authToken)).toBe(true);
});

it('stays who acts through a rotation', async () => {
  const { request, actorId } = await support();
  const { authToken } = await accounts.impersonate({ request, accountId: ada.accountId });
  const fresh = await accounts.refreshTokens({ authToken, request: requestWith() });
  expect(fresh.sessionDocument.impersonatedBy).toBe(actorId);
  expect(await letsIn(accounts, fresh.authToken)).toBe(true);
  await permit(actorId, []);
  expect(await letsIn(accounts, fresh.authToken)).toBe(false);
});

describe('is refused', () => {
  it.each([
    ['without the permission', 'PermissionDenied'],
    ['for the own account', 'InvalidInput'],
    ['for nobody', 'UserNotFound'],
    ['for what is no id', 'InvalidInput'],
    ['for a deactivated account', 'AccountDeactivated'],
  ])('%s', async (name, code) => {
    const { request, actorId } = await support();
    let acting = request;
    let accountId: string = ada.accountId;
    if (name === 'for the own account') accountId = actorId;
    if (name === 'for nobody') accountId = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
    if (name === 'for what is no id') accountId = `${ada.accountId}#x`;
    if (name === 'without the permission') {
      acting = await verified(accounts, (await someone(accounts)).authToken);
    }
    if (name === 'for a deactivated account') {
      ({ accountId } = await signUp(accounts));
      await accounts.lifecycle.deactivate({ accountId });
    }
    const watched = watch(accounts);
    expect(await codeOf(accounts.impersonate({ request: acting, accountId }))).toBe(code);
    expect(watched.events).toMatchObject([
      { name: 'ImpersonationError', reason: code, actorId: expect.any(String) },
    ]);
  });

  it('for an account that waits to be activated, as every session is then', async () => {
    const waiting = new Accounts({
      table: test.table,
      requireActivation: true,
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
    });
    const { request } = await support();
    await waiting.handleRequest(request);
    const email = 'waiting@example.com';
    const { accountId } = await waiting.createAccount({ email, password: PASSWORD });
    const impersonate = (): Promise<string> => codeOf(waiting.impersonate({ request, accountId }));
    expect(await impersonate()).toBe('AccountNotActivated');
    const { items } = await waiting.SessionEntity.findMany({ filter: { accountId } });
    expect(items).toEqual([]);
    await waiting.verifyEmail({ accountId, email });
    const cost = await test.log.costOf(async () => expect(await impersonate()).toBe('none'));
    expect(cost.commands).toEqual(['Query', 'PutItem']);
  });

  it('from within an impersonated session, also for who has the permission themselves', async () => {
    const { request } = await support();
    const boss = await support();
    const { authToken } = await accounts.impersonate({ request, accountId: boss.actorId });
    const acting = await verified(accounts, authToken);
    expect(await codeOf(accounts.impersonate({ request: acting, accountId: ada.accountId }))).toBe(
      'ImpersonatedSession',
    );
  });

  it('impersonation is refused for a request that handleRequest has not accepted', async () => {
    const { own } = await support();
    const request = { ...requestWith(own.authToken), user: own.account };
    expect(await codeOf(accounts.impersonate({ request, accountId: ada.accountId }))).toBe(
      'InvalidSession',
    );
    for (const input of [undefined, null, {}, { accountId: ada.accountId }]) {
      expect(await codeOf(accounts.impersonate(input as never))).toBe('InvalidInput');
    }
  });

  it('ASVS 16.5.3: by a listener, also by one that throws', async () => {
    const { request } = await support();
    const off = accounts.on('ValidateImpersonation', ({ account }) => {
      if (account?.accountId === ada.accountId) throw new Error('not her');
    });
    const code = await codeOf(accounts.impersonate({ request, accountId: ada.accountId }));
    off();
    expect(code).toBe('Vetoed');
  });
});

it('ASVS 7.5.1: cannot change how the owner logs in, nor prove to be the owner', async () => {
  const { request } = await support();
  const { authToken } = await accounts.impersonate({ request, accountId: ada.accountId });
  const acting = await verified(accounts, authToken);
  const calls: Promise<unknown>[] = [
    accounts.reauthenticate({ request: acting, password: PASSWORD }),
    reauthenticationOf(accounts).renew(acting),
    accounts.sessions.listSessions({ request: acting }),
    accounts.sessions.revokeAllSessions({ request: acting }),
    accounts.sessions.revokeOtherSessions({ request: acting }),
    accounts.sessions.revokeSession({ request: acting, sessionId: claimsOf(authToken).sid }),
  ];
  for (const call of calls) expect(await codeOf(call)).toBe('ImpersonatedSession');
  const ofOwner = resign(authToken, { act: undefined, sid: ada.accountId }, { secret: MADE_UP });
  expect(await codeOf(accounts.logout({ authToken: ofOwner, request: acting }))).toBe(
    'TokenVerificationFailed',
  );
  expect(() => accounts.sessions.requireRecentLogin(acting, '10m')).toThrow(
    expect.objectContaining({ code: 'ImpersonatedSession' }),
  );
  expect(await letsIn(accounts, authToken)).toBe(true);
});

describe('logs out, by a token whose key is no longer known,', () => {
  /** Who acts for an account, whose owner is logged in as well. */
  async function acting(): Promise<{
    readonly request: SessionRequest;
    readonly authToken: string;
    readonly own: LoginResult;
    readonly actorId: string;
    readonly logout: (token: string) => Promise<string>;
  }> {
    const own = await someone(accounts);
    const { request: ofActor, actorId } = await support();
    const { accountId } = own.account;
    const { authToken } = await accounts.impersonate({ request: ofActor, accountId });
    const request = await verified(accounts, authToken);
    const logout = (token: string): Promise<string> =>
      codeOf(accounts.logout({ authToken: token, request }));
    return { request, authToken, own, actorId, logout };
  }
  const forgedFor = (own: LoginResult, authToken: string): string =>
    resign(authToken, { act: undefined, sid: own.sessionDocument.ulid }, { secret: MADE_UP });

  it("of none of the owner's own sessions (ASVS 8.2.2)", async () => {
    const { authToken, own, actorId, logout } = await acting();
    const watched = watch(accounts);
    expect(await logout(forgedFor(own, authToken))).toBe('TokenVerificationFailed');
    expect(watched.events).toMatchObject([{ name: 'LogoutError', actorId }]);
    expect(await letsIn(accounts, own.authToken)).toBe(true);
    expect(await letsIn(accounts, authToken)).toBe(true);
  });

  it('nor does the end of the time to act open that way', async () => {
    const { authToken, own, logout } = await acting();
    test.clock.advance(HOUR);
    expect(await logout(forgedFor(own, authToken))).toBe('TokenVerificationFailed');
    expect(await letsIn(accounts, own.authToken)).toBe(true);
  });

  it('of the session that they act in, and says who did', async () => {
    const { authToken, own, actorId, logout } = await acting();
    const watched = watch(accounts);
    expect(await logout(resign(authToken, {}, { secret: MADE_UP }))).toBe('none');
    const { accountId } = own.account;
    expect(watched.events).toMatchObject([{ name: 'LogoutSuccess', actorId, accountId }]);
    expect(await letsIn(accounts, authToken)).toBe(false);
    expect(await letsIn(accounts, own.authToken)).toBe(true);
  });
});

describe('ends', () => {
  it.each<[string, (actorId: string, own: LoginResult) => Promise<unknown>]>([
    ['with the permission', (actorId) => permit(actorId, [])],
    ['with the account of who acts', (accountId) => accounts.lifecycle.deactivate({ accountId })],
    ['when that is deleted', (accountId) => accounts.lifecycle.delete({ accountId })],
    [
      'with the session of who acts',
      (_, { authToken }) => accounts.logout({ authToken, request: requestWith() }),
    ],
    ['with all their sessions', (accountId) => accounts.sessions.revokeAllSessions({ accountId })],
    [
      'with all sessions of the owner',
      () => accounts.sessions.revokeAllSessions({ accountId: ada.accountId }),
    ],
  ])(
    'GHSA-xr8f-h2gw-9xh6, ASVS 8.3.2: %s, on every instance, before the call returns',
    async (_name, end) => {
      const { own, request, actorId } = await support();
      ada = (await accounts.findUser({ username: ada.accountId })) ?? ada;
      const { authToken } = await accounts.impersonate({ request, accountId: ada.accountId });
      expect(await letsIn(test.another(), authToken)).toBe(true);
      await end(actorId, own);
      expect(await letsIn(test.another(), authToken)).toBe(false);
    },
  );

  it('after its time, and not after the session of who acts', async () => {
    const { request } = await support();
    ada = (await accounts.findUser({ username: ada.accountId })) ?? ada;
    const long = test.another({ impersonation: { duration: '30d' } });
    await long.handleRequest(request);
    const { authToken, sessionDocument } = await long.impersonate({
      request,
      accountId: ada.accountId,
    });
    const actorSession = long.sessions.verifiedSessionOf(request).session;
    expect(sessionDocument.expiresAt).toEqual(actorSession.expiresAt);
    expect(await letsIn(accounts, authToken)).toBe(true);
    const { authToken: short } = await accounts
      .handleRequest(request)
      .then(() => accounts.impersonate({ request, accountId: ada.accountId }));
    test.clock.advance(HOUR - 1000);
    expect(await letsIn(accounts, short)).toBe(true);
    test.clock.advance(1000);
    expect(await letsIn(accounts, short)).toBe(false);
  });
});

it('cannot be faked or hidden by a token that says otherwise', async () => {
  const { own, request } = await support();
  const { authToken } = await accounts.impersonate({ request, accountId: ada.accountId });
  const { sub, sid } = claimsOf(own.authToken);
  const other = await someone(accounts);
  const forged = [
    resign(authToken, { act: undefined }),
    resign(authToken, { act: { sub: claimsOf(other.authToken).sub, sid } }),
    resign(authToken, { act: { sub, sid: claimsOf(other.authToken).sid } }),
    resign(other.authToken, { act: { sub, sid } }),
    resign(authToken, { act: { sub, sid, more: 1 } }),
    resign(authToken, { act: 'somebody' }),
  ];
  for (const token of forged) expect(await letsIn(accounts, token)).toBe(false);
  expect(await letsIn(accounts, authToken)).toBe(true);
});

it('is by another permission where the application says so', async () => {
  const named = test.another({ impersonation: { permission: 'support' } });
  const { request, actorId } = await support();
  await named.handleRequest(request);
  const error = await errorOf(named.impersonate({ request, accountId: ada.accountId }));
  expect(error).toMatchObject({ code: 'PermissionDenied', details: { permission: 'support' } });
  await permit(actorId, ['support']);
  await named.handleRequest(request);
  const { authToken } = await named.impersonate({ request, accountId: ada.accountId });
  expect(await letsIn(named, authToken)).toBe(true);
  expect(AccountError.is(error)).toBe(true);
});
