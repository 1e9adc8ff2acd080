import type { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountDocument, SessionRequest } from '../../src/requests/SessionRequest.js';
import { errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

const DAY = 24 * 60 * 60 * 1000;

/** A request that keeps what its owner is told of. */
function watched(authToken: string): { request: SessionRequest; told: SessionRequest[] } {
  const told: SessionRequest[] = [];
  const request = requestWith(authToken);
  request.onCallDestroySession = (ended) => told.push({ ...ended });
  return { request, told };
}

describe('the life of one account', () => {
  let test: TestAccounts;
  let accounts: Accounts;
  let ada: AccountDocument;
  const login = async (username = 'ada'): Promise<string> => {
    const result = await accounts.userByPasswordLogin({
      username,
      password: PASSWORD,
      request: requestWith(),
    });
    return result.authToken;
  };

  beforeAll(async () => {
    test = await createTestAccounts();
    accounts = test.accounts;
    ada = await accounts.createAccount({
      username: 'Ada',
      email: 'Ada@Example.com',
      password: PASSWORD,
      profile: { name: 'Ada Lovelace', empty: '', nested: { list: [1, null] } },
    });
    await accounts.verifyEmail({ accountId: ada.accountId, email: 'ada@example.com' });
  });
  afterAll(() => test.drop());

  it('goes from sign-up to logout, and the token of the past is refused', async () => {
    expect(ada).toMatchObject({
      username: 'ada',
      deactivated: false,
      permissions: [`admin_profile:${ada.accountId}`],
      profile: { name: 'Ada Lovelace', empty: '', nested: { list: [1, null] } },
      createdAt: test.clock.now(),
    });

    // Nobody else gets her username, nor her e-mail address in other letters.
    const sameName = accounts.createAccount({ username: 'ADA', password: 'another password' });
    expect(await errorOf(sameName)).toMatchObject({
      code: 'UsernameAlreadyExists',
      status: 409,
      details: { path: 'username' },
    });
    const sameEmail = accounts.createAccount({
      username: 'grace',
      email: 'aDA@EXAMPLE.COM',
      password: 'another password',
    });
    expect(await errorOf(sameEmail)).toMatchObject({
      code: 'EmailAlreadyExists',
      status: 409,
      details: { path: 'email' },
    });
    // The refused account took nothing with it: its username is free.
    expect(await accounts.findUser({ username: 'grace' })).toBeNull();

    // She logs in.
    const loginRequest = requestWith();
    const { account, authToken, sessionDocument } = await accounts.userByPasswordLogin({
      username: 'ada',
      password: PASSWORD,
      request: loginRequest,
    });
    expect(account).toEqual(ada);
    expect(loginRequest).toMatchObject({ authToken, user: ada });
    expect(sessionDocument).toMatchObject({
      accountId: ada.accountId,
      valid: true,
      connectionInfo: { ip: '203.0.113.7', userAgent: 'latchkey-tests/1' },
      expiresAt: new Date(test.clock.now().getTime() + 7 * DAY),
    });

    // A request with the token is hers.
    const { request, told } = watched(authToken);
    expect(await accounts.handleRequest(request)).toBe(request);
    expect(request.user).toEqual(ada);
    expect(told).toEqual([]);

    // She logs out: its owner is told once, when token and user are gone already.
    expect(await accounts.logout({ authToken, request })).toBe(true);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ sessionDestroyed: true });
    for (const ended of [request, told[0]]) {
      expect(ended).not.toHaveProperty('user');
      expect(ended).not.toHaveProperty('authToken');
    }

    // The same token is refused from now on, and taken off the request that brought it.
    const again = watched(authToken);
    expect(await errorOf(accounts.handleRequest(again.request))).toMatchObject({
      code: 'InvalidSession',
      status: 401,
    });
    expect(again.told).toHaveLength(1);
    expect(again.request).toMatchObject({ sessionDestroyed: true });
    expect(again.request).not.toHaveProperty('user');
    expect(again.request).not.toHaveProperty('authToken');
  });

  it.each([
    ['her username', () => 'ADA'],
    ['her e-mail address in other letters', () => 'ADA@example.COM'],
    ['her account id', () => ada.accountId],
    [
      'her account id in lower case, with spaces around it',
      () => ` ${ada.accountId.toLowerCase()}\t\u00a0`,
    ],
    ['her e-mail address with spaces around it', () => '\tada@example.com '],
    ['her username with spaces around it', () => '\u00a0ada '],
  ])('knows her by %s', async (_name, username) => {
    const found = await accounts.findUser({ username: username() });
    expect(found).toEqual(ada);
    const request = await accounts.handleRequest(requestWith(await login(username())));
    expect(request.user).toEqual(ada);
  });

  // One rule for every call (story 14): none takes a line break, wherever it stands.
  it.each(['\n', '\r\n', '\u2028'])('refuses identifiers that end in %j', async (lineBreak) => {
    for (const name of ['ada', 'ada@example.com', ada.accountId]) {
      const username = `${name}${lineBreak}`;
      expect((await errorOf(accounts.findUser({ username }))).code).toBe('InvalidInput');
      expect((await errorOf(login(username))).code).toBe('InvalidInput');
    }
  });

  it('finds no account under an unknown name', async () => {
    for (const username of [
      'nobody',
      'nobody@example.com',
      '+4930123456',
      '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    ]) {
      expect(await accounts.findUser({ username })).toBeNull();
    }
  });

  it('leaves a request without token alone', async () => {
    const request = requestWith();
    const called = jest.fn();
    request.onCallDestroySession = called;
    const before = { ...request };
    expect(await accounts.handleRequest(request)).toBe(request);
    expect(request).toEqual(before);
    expect(called).not.toHaveBeenCalled();
  });

  it('believes no user that came with the request (better-auth CVE-2025-61928)', async () => {
    const impostor = { ...ada, permissions: ['root'] };
    const anonymous = { ...requestWith(), user: impostor };
    await accounts.handleRequest(anonymous);
    expect(anonymous).not.toHaveProperty('user');

    const known = { ...requestWith(await login()), user: impostor };
    await accounts.handleRequest(known);
    expect(known.user).toEqual(ada);

    const refused = { ...requestWith('no token'), user: impostor };
    await errorOf(accounts.handleRequest(refused));
    expect(refused).not.toHaveProperty('user');
  });

  it('a second logout with the same token succeeds, too', async () => {
    const authToken = await login();
    for (const { request, told } of [watched(authToken), watched(authToken)]) {
      await accounts.logout({ authToken, request });
      expect(told).toHaveLength(1);
      expect(request.sessionDestroyed).toBe(true);
    }
  });

  it('ends one session and no other', async () => {
    const [phone, laptop] = [await login(), await login()];
    await accounts.logout({ authToken: phone, request: requestWith(phone) });
    expect((await accounts.handleRequest(requestWith(laptop))).user).toEqual(ada);
  });

  it('waits for what its owner does about the end', async () => {
    const authToken = await login();
    const request = requestWith(authToken);
    const steps: string[] = [];
    request.onCallDestroySession = async () => {
      await Promise.resolve();
      steps.push('cookie cleared');
    };
    await accounts.logout({ authToken, request });
    expect(steps).toEqual(['cookie cleared']);
  });

  it('shows the new session, not the end of the old one, to a request that logs in again', async () => {
    const authToken = await login();
    const request = requestWith(authToken);
    await accounts.logout({ authToken, request });
    await accounts.userByPasswordLogin({ username: 'ada', password: PASSWORD, request });
    expect(request.user).toEqual(ada);
    expect(request.sessionDestroyed).not.toBe(true);
  });

  it('ASVS 7.4.1: shows a logout to a second instance at once', async () => {
    const other = test.another();
    const authToken = await login();
    expect((await other.handleRequest(requestWith(authToken))).user).toEqual(ada);
    await accounts.logout({ authToken, request: requestWith(authToken) });
    expect((await errorOf(other.handleRequest(requestWith(authToken)))).code).toBe(
      'InvalidSession',
    );
  });

  it('lets her log out with a token that has expired', async () => {
    const authToken = await login();
    test.clock.advance(7 * DAY);
    expect((await errorOf(accounts.handleRequest(requestWith(authToken)))).code).toBe(
      'TokenVerificationFailed',
    );
    const { request, told } = watched(authToken);
    expect(await accounts.logout({ authToken, request })).toBe(true);
    expect(told).toHaveLength(1);
  });

  it('logs out quietly when DynamoDB has removed the session already', async () => {
    const authToken = await login();
    const { items } = await accounts.SessionEntity.findMany({
      filter: { accountId: ada.accountId },
    });
    for (const { accountId, ulid } of items) {
      await accounts.SessionEntity.deleteOne({ filter: { accountId, ulid } });
    }
    const { request, told } = watched(authToken);
    expect(await accounts.logout({ authToken, request })).toBe(false);
    expect(told).toHaveLength(1);
  });
});
