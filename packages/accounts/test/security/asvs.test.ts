import { AccessType, Account, AccountToken, Session } from '@latchkey/schema';
import { Table } from '@latchkey/entity';
import type { Message } from '../../src/delivery/Delivery.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import { failWith, timeout } from '../../../entity/test/support/faults.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { claimsOf } from '../support/forgeToken.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';

const YEAR = 365 * 24 * 60 * 60 * 1000;

describe('what no flow alone shows', () => {
  let test: TestAccounts;
  let accounts: Accounts;
  const messages: Message[] = [];
  let count = 0;
  const signUp = async () => {
    const username = `user${String(++count)}`;
    const email = `${username}@example.com`;
    const account = await accounts.createAccount({ username, email, password: PASSWORD });
    await accounts.verifyEmail({ accountId: account.accountId, email });
    return { ...account, username, email };
  };
  const login = (username: string, password = PASSWORD) =>
    accounts.userByPasswordLogin({ username, password, request: requestWith() });

  beforeAll(async () => {
    test = await createTestAccounts({ delivery: { send: (message) => messages.push(message) } });
    accounts = test.accounts;
  });
  afterAll(() => test.drop());

  it('a new table has no account in it (ASVS 6.3.2)', async () => {
    const empty = await createTestAccounts();
    expect(await tableItems(empty.client, empty.table.name)).toEqual([]);
    await empty.drop();
  });

  it('nothing is kept that could hold a hint or a secret question (ASVS 6.4.2)', () => {
    for (const { schema } of [Account, AccessType, AccountToken, Session]) {
      expect(Object.keys(schema.shape).join()).not.toMatch(/hint|question|answer/i);
    }
  });

  it('a password does not grow old (ASVS 6.2.10)', async () => {
    const { username } = await signUp();
    test.clock.advance(5 * YEAR);
    expect(await codeOf(login(username))).toBe('none');
  });

  it('no secret comes from Math.random, nor is it a UUID (ASVS 6.5.4, 11.5.1)', async () => {
    const random = jest.spyOn(Math, 'random').mockImplementation(() => {
      throw new Error('not for secrets');
    });
    try {
      const { username, accountId } = await signUp();
      const { authToken } = await login(username);
      const { token } = await accounts.addResetPasswordToken({ accountId });
      for (const secret of [token, claimsOf(authToken).jti]) {
        expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(16);
        expect(secret).not.toMatch(/^[0-9a-f]{8}-/);
      }
    } finally {
      random.mockRestore();
    }
  });

  it('the server’s clock decides, not what a caller says (ASVS 6.5.8)', async () => {
    const { username, accountId } = await signUp();
    const { authToken } = await login(username);
    const late = new Date(test.clock.now().getTime() + YEAR);
    const request = { ...requestWith(authToken), now: late, time: late, expiresAt: late };
    test.clock.advance(8 * 24 * 60 * 60 * 1000);
    expect(await codeOf(accounts.handleRequest(request))).not.toBe('none');
    const { token } = await accounts.addResetPasswordToken({ accountId });
    test.clock.advance(2 * 60 * 60 * 1000);
    const reset = { token, newPassword: 'another long walk', now: new Date(0) };
    expect(await codeOf(accounts.resetPassword(reset))).toBe('ResetTokenNotValid');
  });

  it('one subject at two providers is two identities (ASVS 6.8.1)', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const identity = { value: 'subject-7' };
    await accounts.contacts.addOAuth({ accountId: ada.accountId, provider: 'a', ...identity });
    await accounts.contacts.addOAuth({ accountId: eve.accountId, provider: 'b', ...identity });
    const again = accounts.contacts.addOAuth({
      accountId: eve.accountId,
      provider: 'a',
      ...identity,
    });
    expect(await codeOf(again)).toBe('IdentityAlreadyExists');
  });

  it('a token is checked at the back end each time, and its session’s row holds no more than a digest (ASVS 7.2.1, 7.2.2, 7.2.3)', async () => {
    const { username, accountId } = await signUp();
    const { authToken, sessionDocument } = await login(username);
    const { jti } = claimsOf(authToken);
    expect(Buffer.from(jti, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(await tableItems(test.client, test.table.name))).not.toContain(jti);
    await accounts.SessionEntity.deleteOne({
      filter: { accountId, ulid: sessionDocument.ulid },
    });
    expect(await codeOf(accounts.handleRequest(requestWith(authToken)))).toBe('InvalidSession');
  });

  it('an account that is locked or deactivated is so by every way in (ASVS 6.3.4, 7.4.2)', async () => {
    const { username, email, accountId } = await signUp();
    await accounts.requestMagicLink({ email });
    await accounts.settled();
    const { token = '' } = messages.at(-1) ?? {};
    await accounts.deactivate({ accountId });
    const request = requestWith();
    const outcomes = [
      await codeOf(login(username)),
      await codeOf(login(email)),
      await codeOf(accounts.loginWithMagicLink({ token, request })),
      await codeOf(accounts.pushCustomSession({ username, request })),
    ];
    expect(outcomes).toEqual(Array.from(outcomes, () => 'AccountDeactivated'));
  });

  it('a second tenant knows nothing of the first: names, tokens, sessions, ids (ASVS 8.4.1)', async () => {
    const { username, email, accountId } = await signUp();
    const { authToken, sessionDocument } = await login(username);
    const { token } = await accounts.addResetPasswordToken({ accountId });
    const other = new Accounts({
      table: test.table.namespace('tenant-b'),
      sessions: { getTokenSecret: () => SECRET },
    });
    expect(await other.findUser({ username })).toBeNull();
    expect(await other.findUser({ username: email })).toBeNull();
    expect(await other.findUser({ username: accountId })).toBeNull();
    const attempts = [
      other.userByPasswordLogin({ username, password: PASSWORD, request: requestWith() }),
      other.handleRequest(requestWith(authToken)),
      other.resetPassword({ token, newPassword: 'another long walk' }),
      other.setPassword({ accountId, newPassword: 'another long walk' }),
      other.sessions.revokeAllSessions({ accountId }),
    ];
    expect(await Promise.all(attempts.map(codeOf))).toEqual([
      'LoginFailed',
      'InvalidSession',
      'ResetTokenNotValid',
      'UserNotFound',
      'UserNotFound',
    ]);
    const sessionId = sessionDocument.ulid;
    expect(await other.sessions.revokeSession({ accountId, sessionId })).toBe(false);
    expect(await codeOf(accounts.handleRequest(requestWith(authToken)))).toBe('none');
    const same = await other.createAccount({ username, email, password: PASSWORD });
    expect(same.accountId).not.toBe(accountId);
  });

  it('what a caller must not set is not set: fields of others, ids, flags (ASVS 8.2.3, 15.3.3, 2.2.2)', async () => {
    const { accountId } = await signUp();
    const profile = { name: 'Ada', permissions: ['root'], deactivated: true, accountId: 'x' };
    await accounts.updateProfile({ accountId, profile });
    const after = await accounts.findUser({ username: accountId });
    expect(after).toMatchObject({
      accountId,
      deactivated: false,
      permissions: [`admin_profile:${accountId}`],
    });
  });

  it('a name is put into its one form before it is judged (ASVS 1.1.1, 2.2.3)', async () => {
    const { username } = await signUp();
    const fullWidth = username.replace(/[a-z0-9]/g, (letter) =>
      String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0),
    );
    expect(await codeOf(accounts.createAccount({ username: fullWidth, password: PASSWORD }))).toBe(
      'UsernameAlreadyExists',
    );
    expect((await accounts.findUser({ username: fullWidth }))?.username).toBe(username);
  });

  it('a step of a login cannot be left out or come first (ASVS 2.3.1, 2.3.2)', async () => {
    const { accountId } = await signUp();
    const request = requestWith();
    const challenge = 'x'.repeat(43);
    const outcomes = await Promise.all(
      [
        accounts.changePassword({ request, currentPassword: PASSWORD, newPassword: 'new walk' }),
        accounts.reauthenticate({ request, password: PASSWORD }),
        accounts.contacts.addEmail({ request, email: 'new@example.com' }),
        accounts.refreshTokens({ authToken: challenge, request }),
        accounts.loginWithMagicLink({ token: challenge, request }),
        accounts.verifyEmailWithToken({ token: challenge }),
        accounts.verifyPhone({ accountId, phone: '+4930123456', code: '123456' }),
      ].map(codeOf),
    );
    expect(outcomes.filter((code) => code === 'none')).toEqual([]);
    expect(await accounts.SessionEntity.count({ filter: { accountId } })).toBe(0);
  });

  it('every failure of the database fails closed, and is told (ASVS 16.3.4, 16.5.3, 16.5.4)', async () => {
    const { username } = await signUp();
    const { authToken } = await login(username);
    const events: AccountEvent[] = [];
    const stop = accounts.on('*', (event) => events.push(event));
    for (const command of ['BatchGetItem', 'GetItem', 'Query', 'TransactWriteItems']) {
      const fault = failWith(test.client, command, timeout, 1000);
      const code =
        command === 'BatchGetItem'
          ? await codeOf(accounts.handleRequest(requestWith(authToken)))
          : await codeOf(login(username));
      fault.remove();
      expect([command, code]).toEqual([command, 'ServiceUnavailable']);
    }
    stop();
    expect(events.map(({ reason }) => reason)).toEqual(Array(4).fill('ServiceUnavailable'));
    expect(events.every(({ name }) => name.endsWith('Error'))).toBe(true);
  });

  it('the clock goes back: no session and no token comes to life again', async () => {
    const { username, accountId } = await signUp();
    const { authToken } = await login(username);
    const { token } = await accounts.addResetPasswordToken({ accountId });
    await accounts.logout({ authToken, request: requestWith() });
    await accounts.resetPassword({ token, newPassword: 'another long walk' });
    test.clock.advance(-5 * 60 * 1000);
    expect(await codeOf(accounts.handleRequest(requestWith(authToken)))).toBe('InvalidSession');
    const again = accounts.resetPassword({ token, newPassword: 'a third long walk' });
    expect(await codeOf(again)).toBe('ResetTokenNotValid');
    test.clock.advance(5 * 60 * 1000);
  });

  it('two Accounts in one process share nothing but the table (ASVS 8.1.1)', async () => {
    const table = new Table({ name: test.table.name, client: test.client });
    const other = new Accounts({ table, sessions: { getTokenSecret: () => `another ${SECRET}` } });
    const { username } = await signUp();
    const { authToken } = await login(username);
    expect(await codeOf(other.handleRequest(requestWith(authToken)))).toBe(
      'TokenVerificationFailed',
    );
  });
});
