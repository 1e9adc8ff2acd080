import { injectFaults } from '@latchkey/entity/testing';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import type { LoginResult } from '../../src/sessions/Sessions.js';
import { codeOf } from '../support/errorOf.js';
import { claimsOf } from '../support/forgeToken.js';
import { PASSWORD, requestWith, type TestAccounts } from '../support/testAccounts.js';
import { accountsWith, DAY, letsIn, signUp, someone, verified } from './support.js';

const ALWAYS = 1000;

/** Someone who has a session already, and a request in it. */
interface Visitor {
  readonly username: string;
  readonly accountId: string;
  readonly authToken: string;
  readonly request: SessionRequest;
}

let test: TestAccounts;
beforeAll(async () => {
  test = await accountsWith({});
});
afterAll(() => test.drop());

async function visitor(): Promise<Visitor> {
  const { account, authToken } = await someone(test.accounts);
  const { username = '', accountId } = account;
  return { username, accountId, authToken, request: await verified(test.accounts, authToken) };
}

const byPassword = (username: string, request: SessionRequest): Promise<LoginResult> =>
  test.accounts.userByPasswordLogin({ username, password: PASSWORD, request });

/** The ways in, by name: each begins a session for somebody on a request. */
const LOGINS: readonly [
  string,
  (username: string, request: SessionRequest) => Promise<LoginResult>,
][] = [
  ['userByPasswordLogin', byPassword],
  [
    'pushCustomSession',
    (username, request) => test.accounts.pushCustomSession({ username, request }),
  ],
  [
    'sessions.begin',
    async (username, request) => {
      const account = await test.accounts.findUser({ username });
      if (!account) throw new Error('there is no such account');
      return test.accounts.sessions.begin(account, request);
    },
  ],
];

describe.each(LOGINS)('%s on a request that has a session', (_name, login) => {
  it('ASVS 7.2.4, CVE-2022-25896: ends that one, of the same account, and no other', async () => {
    const { username, authToken, request } = await visitor();
    const { authToken: elsewhere } = await byPassword(username, requestWith());
    const { authToken: fresh, sessionDocument } = await login(username, request);
    expect(await letsIn(test.another(), authToken)).toBe(false);
    expect(await letsIn(test.accounts, elsewhere)).toBe(true);
    expect(await letsIn(test.accounts, fresh)).toBe(true);
    expect(request.authToken).toBe(fresh);
    expect(test.accounts.sessions.verifiedSessionOf(request).session).toEqual(sessionDocument);
  });

  it('ASVS 7.2.4: ends that one, of another account', async () => {
    const { authToken, request } = await visitor();
    const { username = '', accountId } = await signUp(test.accounts);
    const { authToken: fresh } = await login(username, request);
    expect(await letsIn(test.another(), authToken)).toBe(false);
    expect(await letsIn(test.accounts, fresh)).toBe(true);
    expect(request.user?.accountId).toBe(accountId);
  });

  it('a login that fails does not end the previous session', async () => {
    const { username, authToken, request } = await visitor();
    const injected = injectFaults(test.client).on('TransactWriteItems', 'timeout', {
      times: ALWAYS,
    });
    const code = await codeOf(login(username, request)).finally(() => injected.remove());
    expect(code).toBe('ServiceUnavailable');
    expect(await letsIn(test.accounts, authToken)).toBe(true);
    expect(request.authToken).toBe(authToken);
  });

  it('succeeds where that one is gone, and does not bring it back', async () => {
    const { username, accountId, authToken, request } = await visitor();
    const filter = { accountId, ulid: claimsOf(authToken).sid };
    await test.accounts.SessionEntity.deleteOne({ filter });
    const { authToken: fresh } = await login(username, request);
    expect(await letsIn(test.accounts, fresh)).toBe(true);
    expect((await test.accounts.SessionEntity.findOne({ filter })).item).toBeNull();
  });

  it('leaves alone one that has expired meanwhile', async () => {
    const { username, accountId, authToken, request } = await visitor();
    test.clock.advance(7 * DAY);
    await login(username, request);
    const filter = { accountId, ulid: claimsOf(authToken).sid };
    expect((await test.accounts.SessionEntity.findOne({ filter })).item?.valid).toBe(true);
  });

  it('ASVS 15.4.2: ends it once and begins each of 16 at the same time', async () => {
    const { username, authToken } = await visitor();
    const requests = await Promise.all(
      Array.from({ length: 16 }, () => verified(test.accounts, authToken)),
    );
    const outcomes = await Promise.all(
      requests.map(async (request) => {
        try {
          return (await login(username, request)).authToken;
        } catch {
          return undefined; // Too many at the same moment: nothing has happened.
        }
      }),
    );
    const begun = outcomes.filter((token) => token !== undefined);
    expect(begun.length).toBeGreaterThan(0);
    for (const token of begun) expect(await letsIn(test.accounts, token)).toBe(true);
    expect(await letsIn(test.accounts, authToken)).toBe(false);
  });
});

it('ASVS 7.2.4: a sign-up that logs in ends the session before', async () => {
  const { authToken, request } = await visitor();
  const { authToken: fresh } = await test.accounts.createAccountAndLogin({
    username: 'newcomer',
    password: PASSWORD,
    request,
  });
  expect(await letsIn(test.accounts, authToken)).toBe(false);
  expect(await letsIn(test.accounts, fresh)).toBe(true);
});

it('a password change ends it, and continues with another', async () => {
  const { authToken, request } = await visitor();
  const { authToken: fresh } = await test.accounts.passwords.change({
    request,
    currentPassword: PASSWORD,
    newPassword: `${PASSWORD} another`,
  });
  expect(await letsIn(test.accounts, authToken)).toBe(false);
  expect(await letsIn(test.accounts, fresh)).toBe(true);
});

it('an impersonator keeps their own session', async () => {
  const { accountId, authToken } = await visitor();
  await test.accounts.AccountEntity.updateOne({
    filter: { accountId },
    update: { $set: { permissions: ['impersonate'] } },
  });
  const request = await verified(test.accounts, authToken);
  const other = await signUp(test.accounts);
  const acting = await test.accounts.impersonate({ request, accountId: other.accountId });
  expect(await letsIn(test.accounts, authToken)).toBe(true);
  expect(await letsIn(test.accounts, acting.authToken)).toBe(true);
  expect(request.authToken).toBe(authToken);
});

it('nor does a session end in which somebody begins to act by sessions.begin', async () => {
  const { accountId, authToken } = await visitor();
  await test.accounts.AccountEntity.updateOne({
    filter: { accountId },
    update: { $set: { permissions: ['impersonate'] } },
  });
  const request = await verified(test.accounts, authToken);
  const { session } = test.accounts.sessions.verifiedSessionOf(request);
  const actor = { accountId, sessionId: session.ulid };
  const acting = await test.accounts.sessions.begin(await signUp(test.accounts), request, {
    actor,
  });
  expect(await letsIn(test.accounts, acting.authToken)).toBe(true);
  expect(await letsIn(test.accounts, authToken)).toBe(true);
});

it('ASVS 8.2.2: what was not verified ends no session: a token on a request is no proof', async () => {
  const { authToken } = await visitor();
  const { username = '' } = await signUp(test.accounts);
  await byPassword(username, requestWith(authToken));
  expect(await letsIn(test.accounts, authToken)).toBe(true);
});
