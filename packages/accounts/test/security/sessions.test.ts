import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import { injectFaults } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import { flowsOf } from '../../src/accounts/flowsOf.js';
import type { AccountDocument, SessionRequest } from '../../src/requests/SessionRequest.js';
import { digestSecret } from '../../src/tokens/digestSecret.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { claimsOf, resign } from '../support/forgeToken.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';

const DAY = 24 * 60 * 60 * 1000;
const ALWAYS = 1000;

let test: TestAccounts;
let accounts: Accounts;

beforeAll(async () => {
  test = await createTestAccounts();
  ({ accounts } = test);
});
afterAll(() => test.drop());

let accountsMade = 0;
/** A new account with a session. */
async function someone(): Promise<{ account: AccountDocument; authToken: string }> {
  const username = `user${++accountsMade}`;
  const account = await accounts.createAccount({ username, password: PASSWORD });
  const { authToken } = await accounts.sessions.begin(account, requestWith());
  expect((await accounts.handleRequest(requestWith(authToken))).user).toEqual(account);
  return { account, authToken };
}

/** Whatever is wrong with a session, the answer is the same, and the session leaves the request. */
async function expectInvalid(authToken: string, instance = accounts): Promise<void> {
  const request = requestWith(authToken);
  const destroyed = jest.fn();
  request.onCallDestroySession = destroyed;
  const error = await errorOf(instance.handleRequest(request));
  expect(error.toJSON()).toEqual({
    code: 'InvalidSession',
    status: 401,
    message: 'The session is no longer valid.',
    details: {},
  });
  expect(error.cause).toBeUndefined();
  expect(request).toEqual({
    ...requestWith(),
    onCallDestroySession: destroyed,
    sessionDestroyed: true,
  });
  expect(destroyed).toHaveBeenCalledTimes(1);
}

describe('a session is refused', () => {
  it('ASVS 7.4.2, GHSA-56p6-qw3c-fq2g: when its account is deactivated', async () => {
    const { account, authToken } = await someone();
    const { accountId } = account;
    const { authToken: other } = await accounts.sessions.begin(account, requestWith());
    await accounts.AccountEntity.updateOne({
      filter: { accountId },
      update: { $set: { deactivated: true } },
    });
    await expectInvalid(authToken);
    await expectInvalid(other, test.another());
    const login = (password: string): Promise<string> =>
      codeOf(
        accounts.userByPasswordLogin({
          username: account.username ?? '',
          password,
          request: requestWith(),
        }),
      );
    expect(await login(PASSWORD)).toBe('AccountDeactivated');
    // Who does not know the password does not learn of it.
    expect(await login('wrong password')).toBe('LoginFailed');
  });

  it('ASVS 7.4.2, GHSA-2vg6-77g8-24mp: when its account is deleted, and so is the login', async () => {
    const { account, authToken } = await someone();
    const { accountId } = account;
    await accounts.AccountEntity.deleteOne({ filter: { accountId } });
    await expectInvalid(authToken);
    for (const username of [account.username ?? '', accountId]) {
      const login = accounts.userByPasswordLogin({
        username,
        password: PASSWORD,
        request: requestWith(),
      });
      expect(await codeOf(login)).toBe('LoginFailed');
    }
  });

  it('ASVS 7.4.3: when all sessions are revoked, and new ones are not', async () => {
    const { account, authToken } = await someone();
    const { accountId } = account;
    await accounts.AccountEntity.updateOne({
      filter: { accountId },
      update: { $set: { sessionGeneration: '1' } },
    });
    await expectInvalid(authToken);
    const now = await accounts.findUser({ username: accountId });
    if (!now) throw new Error('the account is gone');
    const { authToken: fresh } = await accounts.sessions.begin(now, requestWith());
    expect((await accounts.handleRequest(requestWith(fresh))).user).toEqual(now);
  });

  it.each([
    ['its digest is another', { token: digestSecret('x'.repeat(43)) }],
    ['it is not valid', { valid: false }],
    ['it was rotated', { rotation: 1 }],
    ['it is of a later generation', { generation: '1' }],
  ])('when %s', async (_name, change) => {
    const { authToken } = await someone();
    const { sub: accountId, sid: ulid } = claimsOf(authToken);
    await accounts.SessionEntity.updateOne({
      filter: { accountId, ulid },
      update: { $set: change },
    });
    await expectInvalid(authToken);
  });

  it('a session whose row was deleted is refused', async () => {
    const { authToken } = await someone();
    const { sub: accountId, sid: ulid } = claimsOf(authToken);
    await accounts.SessionEntity.deleteOne({ filter: { accountId, ulid } });
    await expectInvalid(authToken);
  });

  it('ASVS 7.3.2: when its row has expired and DynamoDB has not removed it, by the clock', async () => {
    const { account, authToken } = await someone();
    const { sub: accountId, sid: ulid } = claimsOf(authToken);
    // The token itself says that it lasts: only the row is left to refuse it.
    const token = resign(authToken, {
      exp: Math.floor(test.clock.now().getTime() / 1000) + 100 * 86_400,
    });
    test.clock.advance(7 * DAY - 1);
    expect((await accounts.handleRequest(requestWith(token))).user).toEqual(account);
    test.clock.advance(1);
    await expectInvalid(token);
    test.clock.advance(3 * DAY);
    await expectInvalid(token);
    const { items } = await accounts.SessionEntity.findMany({ filter: { accountId, ulid } });
    expect(items).toHaveLength(1);
    test.clock.advance(-10 * DAY);
  });

  it('ASVS 8.2.2: when the token names another account\u2019s session', async () => {
    const [ada, eve] = [await someone(), await someone()];
    const victim = claimsOf(ada.authToken);
    const forged = [
      { sid: victim.sid },
      { sub: victim.sub },
      { sub: victim.sub, sid: victim.sid }, // with Eve's own secret
    ].map((claims) => resign(eve.authToken, claims));
    for (const token of forged) {
      await expectInvalid(token);
      // Nor can it end that session.
      await codeOf(accounts.logout({ authToken: token, request: requestWith(token) }));
    }
    expect((await accounts.handleRequest(requestWith(ada.authToken))).user).toEqual(ada.account);
  });

  it('when the token is of another rotation', async () => {
    const { authToken } = await someone();
    await expectInvalid(resign(authToken, { rot: 1 }));
  });

  it('ASVS 8.4.1: when it is another tenant\u2019s, with the same secret', async () => {
    const sessions = { getTokenSecret: () => SECRET };
    const [a, b] = ['a', 'b'].map(
      (name) =>
        new Accounts({
          table: test.table.namespace(name),
          sessions,
          passwords: { hasher: new QuickHasher() },
        }),
    );
    if (!a || !b) throw new Error('two tenants are needed');
    // Both tenants have an Ada, and neither is in the other's way.
    const ada = await a.createAccount({
      username: 'ada',
      email: 'ada@example.com',
      password: PASSWORD,
    });
    await b.createAccount({
      username: 'ada',
      email: 'ada@example.com',
      password: 'another password',
    });
    const { authToken } = await a.sessions.begin(ada, requestWith());
    expect((await a.handleRequest(requestWith(authToken))).user).toEqual(ada);
    await expectInvalid(authToken, b);
    await expectInvalid(authToken, accounts);
    const login = b.userByPasswordLogin({
      username: 'ada',
      password: PASSWORD,
      request: requestWith(),
    });
    expect(await codeOf(login)).toBe('LoginFailed');
    expect(await b.findUser({ username: ada.accountId })).toBeNull();
    expect(await b.logout({ authToken, request: requestWith(authToken) })).toBe(false);
    expect((await a.handleRequest(requestWith(authToken))).user).toEqual(ada);
  });
});

describe('a logout', () => {
  it('ends no session whose secret its token does not know', async () => {
    const { account, authToken } = await someone();
    const forged = resign(authToken, { jti: 'x'.repeat(43) });
    const request = requestWith(forged);
    expect(await codeOf(accounts.logout({ authToken: forged, request }))).toBe('InvalidSession');
    expect((await accounts.handleRequest(requestWith(authToken))).user).toEqual(account);
  });

  it('brings no row back that DynamoDB has removed', async () => {
    const { authToken } = await someone();
    const { sub: accountId, sid: ulid } = claimsOf(authToken);
    await accounts.SessionEntity.deleteOne({ filter: { accountId, ulid } });
    const before = await tableItems(test.client, test.table.name);
    expect(await accounts.logout({ authToken, request: requestWith(authToken) })).toBe(false);
    expect(await tableItems(test.client, test.table.name)).toEqual(before);
  });
});

describe('while DynamoDB is down, a request', () => {
  it.each([
    ['cannot be answered', 'timeout', 'ServiceUnavailable'],
    ['is throttled', 'throttling', 'ServiceUnavailable'],
    ['is refused', { name: 'error', code: 'AccessDeniedException' }, 'InvalidConfiguration'],
  ] as const)(
    'ASVS 16.5.3: %s: the request is refused, and the session is kept',
    async (_name, fault, code) => {
      const { account, authToken } = await someone();
      const request = { ...requestWith(authToken), user: account, onCallDestroySession: jest.fn() };
      const injected = injectFaults(test.client).on('BatchGetItem', fault, { times: ALWAYS });
      const error = await errorOf(accounts.handleRequest(request)).finally(() => injected.remove());
      expect(error).toMatchObject({ code, status: code === 'InvalidConfiguration' ? 500 : 503 });
      expect(request).not.toHaveProperty('user');
      expect(request).not.toHaveProperty('sessionDestroyed');
      expect(request.onCallDestroySession).not.toHaveBeenCalled();
      // The same request, later.
      await accounts.handleRequest(request);
      expect(request.user).toEqual(account);
    },
  );

  it('ASVS 16.5.3: refuses a malformed row', async () => {
    const { authToken } = await someone();
    const { sid } = claimsOf(authToken);
    const row = (await tableItems(test.client, test.table.name)).find(
      ({ ulid }) => ulid?.S === sid,
    );
    for (const name of ['token', 'valid', 'expiresAt', 'generation', 'rotation']) {
      const { [name]: _, ...rest } = row ?? {};
      await test.client.send(new PutItemCommand({ TableName: test.table.name, Item: rest }));
      await expectInvalid(authToken);
    }
  });

  it('refuses requests while the secret store is down, and keeps the session', async () => {
    const { authToken } = await someone();
    const down = test.another({ getTokenSecret: () => Promise.reject(new Error('down')) });
    const request = requestWith(authToken);
    expect(await codeOf(down.handleRequest(request))).toBe('ServiceUnavailable');
    expect(request).toEqual(requestWith(authToken));
  });
});

it.each([
  [
    'throws',
    () => {
      throw new Error('cookie jar is full');
    },
  ],
  ['rejects', () => Promise.reject(new Error('cookie jar is full'))],
])(
  'ASVS 16.5.3: a hook onCallDestroySession that %s changes no answer',
  async (_name, onCallDestroySession) => {
    const { authToken } = await someone();
    const leaving = { ...requestWith(authToken), onCallDestroySession };
    expect(await accounts.logout({ authToken, request: leaving })).toBe(true);
    const request = { ...requestWith(authToken), onCallDestroySession };
    expect(await codeOf(accounts.handleRequest(request))).toBe('InvalidSession');
    for (const each of [leaving, request]) {
      expect(each).toEqual({ ...requestWith(), onCallDestroySession, sessionDestroyed: true });
    }
  },
);

describe('a request that was let through', () => {
  /** What asks whose request it is. */
  const uses: readonly [string, (request: SessionRequest) => unknown][] = [
    ['verifiedSessionOf', (request) => accounts.sessions.verifiedSessionOf(request)],
    ['requireRecentLogin', (request) => accounts.sessions.requireRecentLogin(request, '30d')],
    ['requirePermission', (request) => accounts.sessions.requirePermission(request, 'any')],
    ['listSessions', (request) => accounts.sessions.listSessions({ request })],
    ['revokeAllSessions', (request) => accounts.sessions.revokeAllSessions({ request })],
  ];
  const invalid = async (request: SessionRequest): Promise<void> => {
    for (const [name, use] of uses) {
      const code = await codeOf(Promise.resolve().then(() => use(request)));
      expect([name, code]).toEqual([name, 'InvalidSession']);
    }
  };

  it('ASVS 7.3.2: is nobody\u2019s once its session has expired, by the clock', async () => {
    const { account, authToken } = await someone();
    const request = await accounts.handleRequest(requestWith(authToken));
    test.clock.advance(7 * DAY - 1);
    expect(accounts.sessions.verifiedSessionOf(request).account).toEqual(account);
    test.clock.advance(1);
    await invalid(request);
    test.clock.advance(-7 * DAY);
  });

  it('ASVS 7.4.1: is nobody\u2019s once its session was taken off it, and its owner is told', async () => {
    const { authToken } = await someone();
    const request = await accounts.handleRequest(requestWith(authToken));
    const onCallDestroySession = jest.fn();
    request.onCallDestroySession = onCallDestroySession;
    await flowsOf(accounts).core.verified.destroy(request);
    expect(request).toEqual({ ...requestWith(), onCallDestroySession, sessionDestroyed: true });
    expect(onCallDestroySession).toHaveBeenCalledTimes(1);
    await invalid(request);
  });
});

it('sessions begun directly say what is wrong in the terms of this package', async () => {
  const { account } = await someone();
  const injected = injectFaults(test.client).on('PutItem', 'timeout', { times: ALWAYS });
  const code = await codeOf(accounts.sessions.begin(account, requestWith())).finally(() =>
    injected.remove(),
  );
  expect(code).toBe('ServiceUnavailable');
});

it('two Accounts of one process share nothing: other secret, other audience, other table', async () => {
  const { authToken } = await someone();
  const otherSecret = test.another({ getTokenSecret: () => `${SECRET}-2` });
  const otherAudience = test.another({ audience: 'shop' });
  for (const other of [otherSecret, otherAudience]) {
    expect(await codeOf(other.handleRequest(requestWith(authToken)))).toBe(
      'TokenVerificationFailed',
    );
  }
  const table = new Table({ name: `${test.table.name}-not-there`, client: test.client });
  const elsewhere = new Accounts({ table, sessions: { getTokenSecret: () => SECRET } });
  await expect(elsewhere.handleRequest(requestWith(authToken))).rejects.toThrow();
});
