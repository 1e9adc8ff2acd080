import type { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountDocument } from '../../src/sessions/SessionRequest.js';
import { contentsOf } from '../support/contents.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const DAY = 24 * 60 * 60 * 1000;

describe('an account and its sessions', () => {
  let test: TestAccounts;
  let accounts: Accounts;
  let count = 0;
  const signUp = (): Promise<AccountDocument> => {
    const username = `user${++count}`;
    return accounts.createAccount({
      username,
      email: `${username}@example.com`,
      password: PASSWORD,
    });
  };
  const login = ({ username = '' }: AccountDocument, password = PASSWORD) =>
    accounts.userByPasswordLogin({ username, password, request: requestWith() });
  const isIn = async (authToken: string): Promise<boolean> => {
    const request = requestWith(authToken);
    return test
      .another()
      .handleRequest(request)
      .then(
        ({ user }) => user !== undefined,
        () => false,
      );
  };

  beforeEach(async () => {
    test = await createTestAccounts();
    accounts = test.accounts;
  });
  afterEach(() => test.drop());

  it('revokeAllSessions ends 30 sessions by one write, on every instance (ASVS 7.4.3)', async () => {
    const ada = await signUp();
    const { sessionDocument, authToken } = await login(ada);
    const { accountId, sessionGeneration: generation } = ada;
    for (let at = 0; at < 29; at++) {
      const { connectionInfo, expiresAt } = sessionDocument;
      const token = 'd'.repeat(43);
      await accounts.SessionEntity.createOne({
        item: { accountId, token, valid: true, connectionInfo, expiresAt, generation },
      });
    }
    const cost = await test.log.costOf(() => accounts.sessions.revokeAllSessions({ accountId }));
    expect(cost.commands).toEqual(['UpdateItem']);
    expect(await isIn(authToken)).toBe(false);
    const account = (await accounts.findUser({ username: accountId })) ?? ada;
    expect((await accounts.sessions.listSessions({ account })).edges).toEqual([]);
    expect(await isIn((await login(ada)).authToken)).toBe(true);
  });

  it('listSessions shows what is live, page by page, and no secret; one request a page', async () => {
    const ada = await signUp();
    const logins = [await login(ada), await login(ada), await login(ada)];
    const { accountId } = ada;
    const ids = logins.map(({ sessionDocument }) => sessionDocument.ulid);
    await accounts.sessions.revokeSession({ accountId, sessionId: ids[1] ?? '' });
    const page = await accounts.sessions.listSessions({ account: ada, first: 1 });
    expect(page.edges.map(({ node }) => node.ulid)).toEqual([ids[0]]);
    expect(page.pageInfo.hasNextPage).toBe(true);
    const cost = await test.log.costOf(async () => {
      const after = page.pageInfo.endCursor;
      const next = await accounts.sessions.listSessions({ account: ada, after });
      expect(next.edges.map(({ node }) => node.ulid)).toEqual([ids[2]]);
      expect(JSON.stringify(next)).not.toContain('"token"');
    });
    expect(cost.commands).toEqual(['Query']);
    test.clock.advance(7 * DAY);
    expect((await accounts.sessions.listSessions({ account: ada })).edges).toEqual([]);
  });

  it('revokeSession ends one session of the account, and none of another’s (ASVS 8.2.2)', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const { authToken, sessionDocument } = await login(ada);
    const { ulid: sessionId } = sessionDocument;
    const byEve = await accounts.sessions.revokeSession({ accountId: eve.accountId, sessionId });
    expect(byEve).toBe(false);
    expect(await isIn(authToken)).toBe(true);
    const { accountId } = ada;
    expect(await accounts.sessions.revokeSession({ accountId, sessionId })).toBe(true);
    expect(await isIn(authToken)).toBe(false);
  });

  it('deactivate ends sessions and logins in one write; reactivate brings back logins only (ASVS 7.4.2)', async () => {
    const ada = await signUp();
    const { authToken } = await login(ada);
    const { accountId } = ada;
    const cost = await test.log.costOf(() => accounts.deactivate({ accountId }));
    expect(cost.commands).toEqual(['UpdateItem']);
    expect(await isIn(authToken)).toBe(false);
    expect(await codeOf(login(ada))).toBe('AccountDeactivated');
    expect((await accounts.reactivate({ accountId })).deactivated).toBe(false);
    expect(await isIn(authToken)).toBe(false);
    expect(await isIn((await login(ada)).authToken)).toBe(true);
  });

  it('deleteAccount leaves nothing, ends its sessions, and frees its identifiers (GHSA-2vg6-77g8-24mp)', async () => {
    const ada = await signUp();
    const { authToken } = await login(ada);
    const { accountId } = ada;
    await accounts.addResetPasswordToken({ accountId });
    expect(await accounts.deleteAccount({ accountId })).toEqual({ deletedCount: 5 });
    expect(await isIn(authToken)).toBe(false);
    const left = await contentsOf(test.client, test.table.name);
    expect(left).toEqual({ counts: {}, problems: [] });
    expect(await accounts.deleteAccount({ accountId })).toEqual({ deletedCount: 0 });
    await accounts.createAccount({
      ...(ada.username !== undefined && { username: ada.username }),
      email: `${String(ada.username)}@example.com`,
      password: PASSWORD,
    });
  });

  it('setPassword replaces the password and ends every session (ASVS 7.4.3)', async () => {
    const ada = await signUp();
    const { authToken } = await login(ada);
    const { accountId } = ada;
    const newPassword = 'another long walk';
    const cost = await test.log.costOf(() => accounts.setPassword({ accountId, newPassword }));
    expect(cost.commands).toEqual(['Query', 'TransactWriteItems']);
    expect(await isIn(authToken)).toBe(false);
    expect(await codeOf(login(ada))).toBe('LoginFailed');
    expect(await isIn((await login(ada, newPassword)).authToken)).toBe(true);
    const { items } = await accounts.TokenEntity.findMany({
      filter: { accountId, kind: 'password' },
    });
    expect(items).toHaveLength(1);
  });

  it.each([
    ['deactivate', { accountId: UNKNOWN }, 'UserNotFound'],
    ['reactivate', { accountId: UNKNOWN }, 'UserNotFound'],
    ['setPassword', { accountId: UNKNOWN, newPassword: PASSWORD }, 'UserNotFound'],
    ['setPassword', { accountId: UNKNOWN, newPassword: 'short' }, 'PasswordTooShort'],
    ['deactivate', { accountId: '' }, 'InvalidInput'],
    ['deleteAccount', { accountId: 5 }, 'InvalidInput'],
    ['verifyEmail', { accountId: UNKNOWN, email: 'a@x,b@y' }, 'InvalidInput'],
    ['verifyEmail', { accountId: UNKNOWN, email: 'a@example.com' }, 'UserNotFound'],
    ['removeAllResetPasswordTokens', null, 'InvalidInput'],
  ] as const)('%s refuses %j', async (method, input, code) => {
    expect(await codeOf(accounts[method](input as never))).toBe(code);
    expect(await contentsOf(test.client, test.table.name)).toMatchObject({ counts: {} });
  });

  it.each([
    ['revokeAllSessions', { accountId: UNKNOWN }, 'UserNotFound'],
    ['revokeAllSessions', {}, 'InvalidInput'],
    ['revokeSession', { accountId: UNKNOWN, sessionId: 'session#1' }, 'InvalidInput'],
    ['listSessions', { account: null }, 'InvalidInput'],
  ] as const)('sessions.%s refuses %j', async (method, input, code) => {
    expect(await codeOf(accounts.sessions[method](input as never))).toBe(code);
  });
});
