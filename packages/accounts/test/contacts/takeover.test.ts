import { Accounts } from '../../src/accounts/Accounts.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type FullAccounts,
} from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from './owners.js';
import { QuickHasher } from '../support/QuickHasher.js';

const PHONE = '+4930123456';
const MINUTE = 60_000;

describe('another person in an account', () => {
  let test: Owners;
  let accounts: FullAccounts;
  let ada: Owner;
  const isIn = (authToken: string): Promise<boolean> =>
    test
      .another()
      .handleRequest(requestWith(authToken))
      .then(
        ({ user }) => user !== undefined,
        () => false,
      );
  const login = async ({ username }: Owner): Promise<string> => {
    const request = requestWith();
    return (await accounts.userByPasswordLogin({ username, password: PASSWORD, request }))
      .authToken;
  };

  beforeEach(async () => {
    test = await createOwners();
    accounts = test.accounts;
    ada = await test.signUp();
  });
  afterEach(() => test.drop());

  it('ASVS 7.5.1: changes nothing by which it is got into with an old session', async () => {
    const { authToken, accountId, email } = ada;
    test.clock.advance(10 * MINUTE);
    const request = await accounts.handleRequest(requestWith(authToken));
    const newEmail = 'eve@example.com';
    const acts = (): Promise<unknown>[] => [
      accounts.contacts.addEmail({ request, email: newEmail }),
      accounts.contacts.addPhone({ request, phone: PHONE }),
      accounts.contacts.replaceEmail({ request, email, newEmail }),
      accounts.contacts.replacePhone({ request, phone: PHONE, newPhone: '+4930654321' }),
      accounts.contacts.remove({ request, kind: 'email', value: email }),
      accounts.profile.changeUsername({ request, username: 'eve' }),
      accounts.lifecycle.delete({ request }),
    ];
    const codes = await Promise.all(acts().map(codeOf));
    expect(codes).toEqual(codes.map(() => 'RecentLoginRequired'));
    expect(await errorOf(accounts.lifecycle.delete({ request }))).toMatchObject({
      status: 401,
      details: { maxAgeSeconds: 600 },
    });
    await accounts.contacts.addEmail({ accountId, email: 'by-application@example.com' });
    await accounts.reauthenticate({ request, password: PASSWORD });
    await accounts.contacts.replaceEmail({ request, email, newEmail });
  });

  it.each([
    ['1h', 'none'],
    [false, 'none'],
    ['5m', 'RecentLoginRequired'],
  ] as const)('is what recentLogin %j says it is', async (recentLogin, code) => {
    const own = await createOwners({ recentLogin });
    const { authToken } = await own.signUp();
    own.clock.advance(10 * MINUTE);
    const request = await own.accounts.handleRequest(requestWith(authToken));
    const renamed = own.accounts.profile.changeUsername({ request, username: 'renamed' });
    expect(await codeOf(renamed)).toBe(code);
    await own.drop();
  });

  it.each(['soon', true, -1])('is not kept out by recentLogin %j', async (recentLogin) => {
    const made = createTestAccounts({ recentLogin: recentLogin as never });
    expect(await errorOf(made)).toMatchObject({
      code: 'InvalidConfiguration',
      details: { path: 'recentLogin' },
    });
  });

  it('ASVS 7.4.3: is thrown out where a verified contact is removed; its owner stays', async () => {
    const { request, accountId, authToken, email } = ada;
    const other = await login(ada);
    await accounts.contacts.addEmail({ request, email: 'new@example.com' });
    await accounts.contacts.remove({ request, kind: 'email', value: 'new@example.com' });
    expect(await isIn(other)).toBe(true);
    await accounts.contacts.remove({ request, kind: 'email', value: email });
    expect([await isIn(other), await isIn(authToken)]).toEqual([false, true]);
    // The request goes on, too.
    await accounts.profile.changeUsername({ request, username: 'renamed' });
    expect(await codeOf(accounts.contacts.addPhone({ request, phone: PHONE }))).toBe('none');
    const code = test.lastToken(PHONE);
    await accounts.contacts.verifyPhone({ request, phone: PHONE, code });
    await accounts.contacts.remove({ accountId, kind: 'phone', value: PHONE });
    expect(await isIn(authToken)).toBe(false);
  });

  it('ASVS 7.4.3: is thrown out where a verified contact is replaced; its owner stays', async () => {
    const { request, authToken, email } = ada;
    const other = await login(ada);
    await accounts.contacts.replaceEmail({ request, email, newEmail: 'new@example.com' });
    expect(await isIn(other)).toBe(true);
    const token = test.lastToken('new@example.com');
    await accounts.verifyEmailWithToken({ token, request });
    expect([await isIn(other), await isIn(authToken)]).toEqual([false, true]);
    const again = { request, email: 'new@example.com', newEmail: 'newer@example.com' };
    await accounts.contacts.replaceEmail(again);
    // By the link alone nobody is known to be logged in.
    await accounts.verifyEmailWithToken({
      token: test.lastToken('newer@example.com'),
      password: PASSWORD,
    });
    expect(await isIn(authToken)).toBe(false);
  });

  it('does not come back to life by removing a contact in a session that has ended', async () => {
    const { request, accountId, authToken, email } = ada;
    await accounts.sessions.revokeAllSessions({ accountId });
    const removal = accounts.contacts.remove({ request, kind: 'email', value: email });
    expect(await codeOf(removal)).toBe('InvalidSession');
    expect(await isIn(authToken)).toBe(false);
    expect(await accounts.contacts.list({ accountId })).toHaveLength(1);
  });

  it('acts no more on a request after deactivation or deletion', async () => {
    for (const end of ['deactivate', 'delete'] as const) {
      const { request } = await test.signUp();
      await accounts.lifecycle[end]({ request });
      expect(await codeOf(accounts.contacts.list({ request }))).toBe('InvalidSession');
      const back = accounts.lifecycle.reactivate({ request } as never);
      expect(await codeOf(back)).toBe('InvalidInput');
    }
  });

  it('leaves no account whose only address waits to be confirmed, where logins wait for that', async () => {
    const strict = new Accounts({
      table: test.table,
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
      requireActivation: true,
    });
    const { accountId, username, email } = await test.signUp();
    await strict.contacts.addEmail({ accountId, email: `new.${email}` });
    const remove = () => strict.contacts.remove({ accountId, kind: 'email', value: email });
    expect(await codeOf(remove())).toBe('LastLoginMethod');
    await strict.verifyEmail({ accountId, email: `new.${email}` });
    await remove();
    const login = { username, password: PASSWORD, request: requestWith() };
    expect(await codeOf(strict.userByPasswordLogin(login))).toBe('none');
  });

  it('leaves no account with a phone, by which alone nobody gets in', async () => {
    const { accountId } = await accounts.createAccount({
      email: 'b@example.com',
      password: PASSWORD,
    });
    await accounts.verifyEmail({ accountId, email: 'b@example.com' });
    const { token = '' } = await accounts.contacts.addPhone({ accountId, phone: PHONE });
    await accounts.contacts.verifyPhone({ accountId, phone: PHONE, code: token });
    const { items } = await accounts.TokenEntity.findMany({
      filter: { accountId, kind: 'password' },
    });
    for (const { kind, createdFor, ulid } of items) {
      await accounts.TokenEntity.deleteOne({ filter: { accountId, kind, createdFor, ulid } });
    }
    const removal = accounts.contacts.remove({ accountId, kind: 'email', value: 'b@example.com' });
    expect(await codeOf(removal)).toBe('LastLoginMethod');
  });
});
