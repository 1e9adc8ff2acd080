import { AccountAttempts } from '@latchkey/schema';
import { injectFaults } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import type { AccountDocument } from '../../src/requests/SessionRequest.js';
import { contentsOf } from '../support/contents.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
  type FullAccounts,
} from '../support/testAccounts.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const DAY = 24 * 60 * 60 * 1000;

describe('an account and its sessions', () => {
  let test: TestAccounts;
  let accounts: FullAccounts;
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

  /** The keys of what the table holds of an account: by partition, or as the owner of a value. */
  const ofAccount = async (accountId: string): Promise<string[]> =>
    (await tableItems(test.client, test.table.name))
      .map(({ PK, SK, ownerPK }) => `${PK?.S ?? ''} ${SK?.S ?? ''} ${ownerPK?.S ?? ''}`)
      .filter((keys) => keys.includes(accountId));

  beforeEach(async () => {
    test = await createTestAccounts();
    accounts = test.accounts;
  });
  afterEach(() => test.drop());

  it('ASVS 7.4.3: revokeAllSessions ends 30 sessions by one write, on every instance', async () => {
    const ada = await signUp();
    const { sessionDocument, authToken } = await login(ada);
    const { accountId, sessionGeneration: generation } = ada;
    for (let at = 0; at < 29; at++) {
      const { connectionInfo, expiresAt } = sessionDocument;
      const token = 'd'.repeat(43);
      await accounts.SessionEntity.createOne({
        item: { accountId, token, valid: true, connectionInfo, expiresAt, generation, rotation: 0 },
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
    expect(page.edges.map(({ node }) => node.ulid)).toEqual([ids[2]]);
    expect(page.pageInfo.hasNextPage).toBe(true);
    const cost = await test.log.costOf(async () => {
      const after = page.pageInfo.endCursor;
      const next = await accounts.sessions.listSessions({ account: ada, after });
      expect(next.edges.map(({ node }) => node.ulid)).toEqual([ids[0]]);
      expect(JSON.stringify(next)).not.toContain('"token"');
    });
    expect(cost.commands).toEqual(['Query']);
    test.clock.advance(7 * DAY);
    expect((await accounts.sessions.listSessions({ account: ada })).edges).toEqual([]);
  });

  it('ASVS 8.2.2: revokeSession ends one session of the account, and none of another’s', async () => {
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

  it('ASVS 7.4.2: deactivate ends sessions and logins in one write; reactivate brings back logins only', async () => {
    const ada = await signUp();
    const { authToken } = await login(ada);
    const { accountId } = ada;
    const cost = await test.log.costOf(() => accounts.lifecycle.deactivate({ accountId }));
    expect(cost.commands).toEqual(['UpdateItem']);
    expect(await isIn(authToken)).toBe(false);
    expect(await codeOf(login(ada))).toBe('AccountDeactivated');
    expect((await accounts.lifecycle.reactivate({ accountId })).deactivated).toBe(false);
    expect(await isIn(authToken)).toBe(false);
    expect(await isIn((await login(ada)).authToken)).toBe(true);
  });

  it('GHSA-2vg6-77g8-24mp: deleteAccount leaves nothing, ends its sessions, and frees its identifiers', async () => {
    const ada = await signUp();
    const { authToken } = await login(ada);
    const { accountId } = ada;
    await accounts.addResetPasswordToken({ accountId });
    expect(await accounts.lifecycle.delete({ accountId })).toEqual({ deletedCount: 6 });
    expect(await isIn(authToken)).toBe(false);
    const left = await contentsOf(test.client, test.table.name);
    // What is left counts client addresses.
    expect(left).toEqual({ counts: { AddressAttempts: 1 }, problems: [] });
    expect(await accounts.lifecycle.delete({ accountId })).toEqual({ deletedCount: 0 });
    await accounts.createAccount({
      ...(ada.username !== undefined && { username: ada.username }),
      email: `${String(ada.username)}@example.com`,
      password: PASSWORD,
    });
  });

  it('deleteAccount takes what is not counted among the account’s own, too: attempts and sessions', async () => {
    const ada = await signUp();
    const { accountId } = ada;
    await codeOf(login(ada, 'wrong password'));
    await accounts.contacts.addPhone({ accountId, phone: '+4930123456' });
    await accounts.contacts.addOAuth({ accountId, provider: 'one', value: 'sub-1' });
    await codeOf(
      accounts.contacts.verifyPhone({ accountId, phone: '+4930123456', code: '000000' }),
    );
    await login(ada);
    await accounts.lifecycle.delete({ accountId });
    expect(await ofAccount(accountId)).toEqual([]);
    const { counts, problems } = await contentsOf(test.client, test.table.name);
    expect(problems).toEqual([]);
    // What is left counts by client address and phone number, and names no account; it expires.
    expect(Object.keys(counts).sort()).toEqual([
      'AccountAttempts',
      'AddressAttempts',
      'SentMessages',
    ]);
    await accounts.createAccount({ username: 'next', password: PASSWORD });
    const next = await accounts.findUser({ username: 'next' });
    await accounts.contacts.addOAuth({
      accountId: next?.accountId ?? '',
      provider: 'one',
      value: 'sub-1',
    });
  });

  it('ASVS 7.4.2: deleteAccount can be made again after a fault at any of its requests', async () => {
    const prepare = async (): Promise<{ ada: AccountDocument; authToken: string }> => {
      const ada = await signUp();
      const { authToken } = await login(ada);
      await codeOf(login(ada, 'wrong password'));
      return { ada, authToken };
    };
    const whole = await prepare();
    const { commands } = await test.log.costOf(() =>
      accounts.lifecycle.delete({ accountId: whole.ada.accountId }),
    );
    expect(commands).toContain('TransactWriteItems');
    for (let at = 1; at <= commands.length; at++) {
      const { ada, authToken } = await prepare();
      const { accountId, username = '' } = ada;
      const fault = injectFaults(test.client).from(at, 'timeout');
      const code = await codeOf(accounts.lifecycle.delete({ accountId }));
      fault.remove();
      expect(code).toBe('ServiceUnavailable');
      // The first request only looks whether everything can be deleted.
      if (at > 2) expect(await isIn(authToken)).toBe(false);
      expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
      await accounts.lifecycle.delete({ accountId });
      expect(await ofAccount(accountId)).toEqual([]);
      expect(await isIn(authToken)).toBe(false);
      const email = `${username}@example.com`;
      await accounts.createAccount({ username, email, password: PASSWORD });
    }
  });

  it('GHSA-2vg6-77g8-24mp: no login that is under way survives deleteAccount', async () => {
    for (const command of ['Query', 'TransactWriteItems']) {
      const ada = await signUp();
      const { accountId } = ada;
      const meanwhile = injectFaults(test.client).on(command, {
        name: 'interleave',
        run: () => test.another().lifecycle.delete({ accountId }),
      });
      const { authToken } = await login(ada)
        .catch(() => ({ authToken: undefined }))
        .finally(() => meanwhile.remove());
      expect(await accounts.findUser({ username: accountId })).toBeNull();
      if (authToken !== undefined) expect(await isIn(authToken)).toBe(false);
      await accounts.lifecycle.delete({ accountId });
      expect(await ofAccount(accountId)).toEqual([]);
    }
  });

  it('deleteAccount takes, when it is made again, what flows have written behind it', async () => {
    const ada = await signUp();
    const { accountId } = ada;
    const { sessionDocument } = await login(ada);
    const { connectionInfo, expiresAt, generation } = sessionDocument;
    await accounts.lifecycle.delete({ accountId });
    await accounts.SessionEntity.createOne({
      item: {
        accountId,
        token: 'd'.repeat(43),
        valid: true,
        rotation: 0,
        connectionInfo,
        expiresAt,
        generation,
      },
    });
    await accounts.TokenEntity.createOne({
      item: { accountId, kind: 'custom', createdFor: 'late', value: 'late', expiresAt },
    });
    await test.table.entity(AccountAttempts).createOne({
      item: {
        accountId,
        authenticator: 'password',
        attempts: 1,
        lastAttemptAt: test.clock.now(),
        expiresAt,
      },
    });
    expect(await accounts.lifecycle.delete({ accountId })).toEqual({ deletedCount: 3 });
    expect(await ofAccount(accountId)).toEqual([]);
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
  });

  it('16 logins beside deleteAccount leave no session that verifies', async () => {
    const ada = await signUp();
    const { accountId } = ada;
    const logins = Array.from({ length: 16 }, () =>
      login(ada).then(
        ({ authToken }) => authToken,
        () => undefined,
      ),
    );
    await accounts.lifecycle.delete({ accountId });
    for (const authToken of await Promise.all(logins)) {
      if (authToken !== undefined) expect(await isIn(authToken)).toBe(false);
    }
  });

  it('an owner can deactivate and delete the own account; the request is logged out', async () => {
    for (const method of ['deactivate', 'delete'] as const) {
      const ada = await signUp();
      const request = requestWith();
      const { username = '' } = ada;
      await accounts.userByPasswordLogin({ username, password: PASSWORD, request });
      const { authToken = '' } = request;
      await accounts.lifecycle[method]({ request });
      expect(request).toMatchObject({ sessionDestroyed: true });
      expect(request).not.toHaveProperty('authToken');
      expect(await isIn(authToken)).toBe(false);
    }
  });

  it('every operation emits its outcome exactly once', async () => {
    const { accountId } = await signUp();
    const names: string[] = [];
    const off = accounts.on('*', ({ name, reason }) =>
      names.push(reason === undefined ? name : `${name} ${reason}`),
    );
    await accounts.lifecycle.deactivate({ accountId });
    await accounts.lifecycle.reactivate({ accountId });
    await accounts.profile.update({ accountId, profile: {} });
    await accounts.profile.changeUsername({ accountId, username: 'renamed' });
    await accounts.lifecycle.export({ accountId });
    await accounts.lifecycle.delete({ accountId });
    await codeOf(accounts.lifecycle.deactivate({ accountId }));
    await codeOf(accounts.lifecycle.reactivate(null as never));
    off();
    expect(names).toEqual([
      'DeactivateUserSuccess',
      'ReactivateUserSuccess',
      'UpdateUserSuccess',
      'UpdateUserSuccess',
      'ExportUserSuccess',
      'DeleteUserSuccess',
      'DeactivateUserError UserNotFound',
      'ReactivateUserError InvalidInput',
    ]);
  });

  it('ASVS 7.4.3: setPassword replaces the password and ends every session', async () => {
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
    ['setPassword', { accountId: UNKNOWN, newPassword: PASSWORD }, 'UserNotFound'],
    ['setPassword', { accountId: UNKNOWN, newPassword: 5 }, 'InvalidInput'],
    ['verifyEmail', { accountId: UNKNOWN, email: 'a@x,b@y' }, 'InvalidInput'],
    ['verifyEmail', { accountId: UNKNOWN, email: 'a@example.com' }, 'UserNotFound'],
    ['removeAllResetPasswordTokens', null, 'InvalidInput'],
  ] as const)('%s refuses %j', async (method, input, code) => {
    expect(await codeOf(accounts[method](input as never))).toBe(code);
    expect(await contentsOf(test.client, test.table.name)).toMatchObject({ counts: {} });
  });

  it.each([
    ['deactivate', { accountId: UNKNOWN }, 'UserNotFound'],
    ['reactivate', { accountId: UNKNOWN }, 'UserNotFound'],
    ['deactivate', { accountId: '' }, 'InvalidInput'],
    ['delete', { accountId: 5 }, 'InvalidInput'],
  ] as const)('lifecycle.%s refuses %j', async (method, input, code) => {
    expect(await codeOf(accounts.lifecycle[method](input as never))).toBe(code);
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
