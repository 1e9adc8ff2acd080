import { Table } from '@latchkey/entity';
import { injectFaults, type InjectedFault } from '@latchkey/entity/testing';
import { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountDocument } from '../../src/requests/SessionRequest.js';
import type { LoginResult } from '../../src/sessions/Sessions.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { claimsOf, resign } from '../support/forgeToken.js';
import { PASSWORD, requestWith, SECRET, type TestAccounts } from '../support/testAccounts.js';
import {
  accountsWith,
  DAY,
  HOUR,
  letsIn,
  MINUTE,
  signUp,
  someone,
  verified,
  watch,
} from './support.js';
import { QuickHasher } from '../support/QuickHasher.js';

const ALWAYS = 1000;

let test: TestAccounts;
const use = (options: Parameters<typeof accountsWith>[0]): void => {
  beforeAll(async () => {
    test = await accountsWith(options);
  });
  afterAll(() => test.drop());
};

describe('ASVS 7.3.1: an idle timeout', () => {
  use({ idleTimeout: '30m' });

  it('ends a session to the millisecond, in which nothing was done', async () => {
    const { authToken } = await someone(test.accounts);
    const { authToken: idle } = await someone(test.accounts);
    test.clock.advance(30 * MINUTE - 1);
    expect(await letsIn(test.accounts, authToken)).toBe(true);
    test.clock.advance(1);
    expect(await letsIn(test.another(), idle)).toBe(false);
    expect(await letsIn(test.another(), authToken)).toBe(true);
    expect(
      await codeOf(test.accounts.refreshTokens({ authToken: idle, request: requestWith() })),
    ).toBe('InvalidSession');
  });

  it('ASVS 7.3.2: does not end one that is in use, until its absolute end', async () => {
    const { authToken } = await someone(test.accounts);
    for (let at = 0; at < (7 * DAY) / (29 * MINUTE) - 1; at++) {
      test.clock.advance(29 * MINUTE);
      expect(await letsIn(test.accounts, authToken)).toBe(true);
    }
    test.clock.advance(29 * MINUTE);
    expect(await letsIn(test.accounts, authToken)).toBe(false);
  });

  it('writes when it was seen at most once in a tenth of it, for any number of requests', async () => {
    const { authToken } = await someone(test.accounts);
    test.clock.advance(3 * MINUTE - 1);
    const before = await test.log.costOf(() => verified(test.accounts, authToken));
    expect(before.commands).toEqual(['BatchGetItem']);
    test.clock.advance(1);
    const versionOf = async (): Promise<unknown> => {
      const { sub: accountId, sid: ulid } = claimsOf(authToken);
      const { item } = await test.accounts.SessionEntity.findOne({ filter: { accountId, ulid } });
      return { version: item?._v, lastSeenAt: item?.lastSeenAt };
    };
    const due = await test.log.costOf(() => verified(test.accounts, authToken));
    expect(due.commands).toEqual(['BatchGetItem', 'UpdateItem']);
    const written = await versionOf();
    expect(written).toEqual({ version: expect.any(Number), lastSeenAt: test.clock.now() });
    test.clock.advance(3 * MINUTE);
    const { version } = written as { version: number };
    await Promise.all(Array.from({ length: 16 }, () => verified(test.accounts, authToken)));
    expect(await versionOf()).toEqual({ version: version + 1, lastSeenAt: test.clock.now() });
  });

  it('ASVS 16.5.3: refuses a session that was logged out meanwhile, and while DynamoDB does not write', async () => {
    const { authToken } = await someone(test.accounts);
    test.clock.advance(5 * MINUTE);
    const injected = injectFaults(test.client).on('UpdateItem', 'timeout', { times: ALWAYS });
    const error = await errorOf(verified(test.accounts, authToken)).finally(() =>
      injected.remove(),
    );
    expect(error.code).toBe('ServiceUnavailable');
    expect(await letsIn(test.accounts, authToken)).toBe(true);
  });

  it('does not apply to sessions with rememberMe', async () => {
    const request = requestWith();
    const account = await signUp(test.accounts);
    const { authToken } = await test.accounts.sessions.begin(account, request, {
      rememberMe: true,
    });
    test.clock.advance(29 * DAY);
    const cost = await test.log.costOf(() => verified(test.accounts, authToken));
    expect(cost.commands).toEqual(['BatchGetItem']);
    expect(await letsIn(test.accounts, authToken)).toBe(true);
  });
});

describe('how long a session lasts', () => {
  use({ tokenDuration: '1d', rememberMeDuration: '20d' });

  it('is for its owner to choose between two: rememberMe', async () => {
    const { username = '' } = await signUp(test.accounts);
    const login = (rememberMe: boolean): Promise<LoginResult> =>
      test.accounts.userByPasswordLogin({
        username,
        password: PASSWORD,
        request: requestWith(),
        rememberMe,
      });
    const [short, long] = [await login(false), await login(true)];
    expect(short.sessionDocument).not.toHaveProperty('remembered');
    expect(long.sessionDocument.remembered).toBe(true);
    test.clock.advance(DAY - 1);
    expect(await letsIn(test.accounts, short.authToken)).toBe(true);
    test.clock.advance(1);
    expect(await letsIn(test.accounts, short.authToken)).toBe(false);
    test.clock.advance(19 * DAY - 1);
    expect(await letsIn(test.accounts, long.authToken)).toBe(true);
    test.clock.advance(1);
    expect(await letsIn(test.accounts, long.authToken)).toBe(false);
  });

  it('is for a caller to choose up to 400 days', async () => {
    const account = await signUp(test.accounts);
    const { sessions } = test.accounts;
    const now = test.clock.now().getTime();
    for (const [options, endMs] of [
      [{ durationMs: 5000 }, now + 5000],
      [{ durationMs: 400 * DAY }, now + 400 * DAY],
      [{ expiresAt: new Date(now + 1), durationMs: 5000 }, now + 1],
    ] as const) {
      const { sessionDocument } = await sessions.begin(account, requestWith(), options);
      expect(sessionDocument.expiresAt.getTime()).toBe(endMs);
    }
    for (const [options, path] of [
      [{ durationMs: 0 }, 'durationMs'],
      [{ durationMs: NaN }, 'durationMs'],
      [{ durationMs: 400 * DAY + 1 }, 'durationMs'],
      [{ expiresAt: new Date(now) }, 'expiresAt'],
      [{ expiresAt: new Date(NaN) }, 'expiresAt'],
      [{ expiresAt: new Date(now + 400 * DAY + 1) }, 'expiresAt'],
    ] as const) {
      const error = await errorOf(sessions.begin(account, requestWith(), options));
      expect(error).toMatchObject({ code: 'InvalidInput', details: { path } });
    }
  });

  it.each([1, 400, 999, 1000, 1600])(
    'is to the millisecond, by a clock that is within a second: %i ms',
    async (durationMs) => {
      test.clock.advance(250);
      const account = await signUp(test.accounts);
      const begin = (): Promise<LoginResult> =>
        test.accounts.sessions.begin(account, requestWith(), { durationMs });
      const [{ authToken }, { authToken: other }] = [await begin(), await begin()];
      test.clock.advance(durationMs - 1);
      expect(await letsIn(test.accounts, authToken)).toBe(true);
      const renewed = await test.accounts.refreshTokens({
        authToken: other,
        request: requestWith(),
      });
      expect(await letsIn(test.accounts, renewed.authToken)).toBe(true);
      test.clock.advance(1);
      expect(await letsIn(test.accounts, authToken)).toBe(false);
      expect(await letsIn(test.accounts, renewed.authToken)).toBe(false);
    },
  );

  it('is no matter of the token alone: a clock that goes back revives nothing', async () => {
    const { authToken } = await someone(test.accounts);
    await test.accounts.logout({ authToken, request: requestWith() });
    test.clock.advance(-5 * MINUTE);
    expect(await letsIn(test.accounts, authToken)).toBe(false);
    test.clock.advance(5 * MINUTE);
  });
});

describe('ASVS 7.1.2: a maximum of 3 sessions', () => {
  use({ maxSessions: 3 });
  let account: AccountDocument;
  beforeEach(async () => {
    account = await signUp(test.accounts);
  });
  const login = async (instance: Accounts = test.accounts): Promise<string> => {
    test.clock.advance(1); // What is older than what is told by time.
    const { username = '' } = account;
    const input = { username, password: PASSWORD, request: requestWith() };
    return (await instance.userByPasswordLogin(input)).authToken;
  };
  const lets = async (
    tokens: readonly string[],
    instance: Accounts = test.another(),
  ): Promise<boolean[]> => Promise.all(tokens.map((token) => letsIn(instance, token)));

  it('says nothing of sessions of an account that is deleted at this moment', async () => {
    for (let begun = 0; begun < 3; begun++) await login();
    const names: string[] = [];
    const stop = test.accounts.on('*', ({ name }) => names.push(name));
    let isDeleted = false;
    test.client.middlewareStack.add(
      (next) => async (args) => {
        if (!isDeleted && JSON.stringify(args.input).includes('"sessionsTo"')) {
          isDeleted = true;
          await test.another().lifecycle.delete({ accountId: account.accountId });
        }
        return next(args);
      },
      { step: 'initialize', name: 'meanwhile' },
    );
    await login();
    test.client.middlewareStack.remove('meanwhile');
    stop();
    expect(isDeleted).toBe(true);
    expect(names).not.toContain('RevokeSessionsSuccess');
  });

  it('ends the oldest with the fourth, on every instance', async () => {
    const tokens: string[] = [];
    for (let at = 0; at < 4; at++) tokens.push(await login());
    expect(await lets(tokens)).toEqual([false, true, true, true]);
    tokens.push(await login(test.another()));
    expect(await lets(tokens)).toEqual([false, false, true, true, true]);
    const current = (await test.accounts.findUser({ username: account.accountId })) ?? account;
    const { edges } = await test.accounts.sessions.listSessions({ account: current });
    expect(edges.map(({ node }) => node.ulid)).toEqual(
      tokens
        .slice(2)
        .map((token) => claimsOf(token).sid)
        .reverse(),
    );
  });

  it('ASVS 15.4.2: leaves exactly 3 of 16 that begin at once on two instances', async () => {
    const other = test.another();
    const logins = await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        (at % 2 ? other : test.accounts).pushCustomSession({
          username: account.accountId,
          request: requestWith(),
        }),
      ),
    );
    const isLive = await lets(logins.map(({ authToken }) => authToken));
    expect(isLive.filter(Boolean)).toHaveLength(3);
  });

  it('has ended the oldest before the login returns', async () => {
    const tokens = [await login(), await login(), await login()];
    let hasReturned = false;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const counted = new Promise<void>((resolve) => {
      const hold = injectFaults(test.client).on('Query', {
        name: 'interleave',
        run: () => {
          hold.remove();
          resolve();
          return held;
        },
      });
    });
    const begun = test.accounts.sessions
      .begin(account, requestWith())
      .then(() => (hasReturned = true));
    await counted;
    expect(hasReturned).toBe(false);
    release();
    await begun;
    expect(await lets(tokens)).toEqual([false, true, true]);
  });

  it('ASVS 15.4.2: brings none back that a later login has ended meanwhile', async () => {
    const tokens = [await login(), await login(), await login()];
    test.clock.advance(1);
    const later: string[] = [];
    const meanwhile = injectFaults(test.client).on('Query', {
      name: 'interleave',
      run: async () => {
        const other = test.another();
        later.push(await login(other), await login(other));
      },
    });
    const { authToken } = await test.accounts.sessions
      .begin(account, requestWith())
      .finally(() => meanwhile.remove());
    expect(await lets(tokens)).toEqual([false, false, false]);
    expect(await lets([authToken, ...later])).toEqual([true, true, true]);
  });

  it('does not count what has ended', async () => {
    const [first, second] = [await login(), await login()];
    const third = await login();
    await test.accounts.logout({ authToken: second, request: requestWith() });
    const fourth = await login();
    expect(await lets([first, third, fourth])).toEqual([true, true, true]);
  });

  it('counts anew after all were revoked, and never brings back what was ended', async () => {
    const tokens = [await login(), await login(), await login(), await login()];
    await test.accounts.sessions.revokeAllSessions({ accountId: account.accountId });
    const fresh = [await login(), await login(), await login()];
    expect(await lets(fresh)).toEqual([true, true, true]);
    expect(await lets(tokens)).toEqual([false, false, false, false]);
  });

  it('is not applied by a login that all sessions were revoked under meanwhile', async () => {
    const before = await login();
    await test.accounts.sessions.revokeAllSessions({ accountId: account.accountId });
    const fresh = await login();
    // They had read the account before the revocation, and write their sessions after it.
    const late: string[] = [];
    for (let at = 0; at < 3; at++) {
      test.clock.advance(1);
      late.push((await test.accounts.sessions.begin(account, requestWith())).authToken);
    }
    expect(await lets([before, ...late])).toEqual([false, false, false, false]);
    expect(await lets([fresh])).toEqual([true]);
  });

  it('costs one Query, and one write where there are too many, whatever was before', async () => {
    let current = account;
    const readAgain = async (): Promise<void> => {
      current = (await test.accounts.findUser({ username: account.accountId })) ?? account;
    };
    const costOf = async (): Promise<readonly string[]> => {
      test.clock.advance(1);
      const cost = await test.log.costOf(() =>
        test.accounts.sessions.begin(current, requestWith()),
      );
      return cost.commands;
    };
    expect(await costOf()).toEqual(['PutItem', 'Query']);
    await login();
    await login();
    expect(await costOf()).toEqual(['PutItem', 'Query', 'UpdateItem']);
    // 60 sessions that were logged out lie between the cut and now.
    for (let at = 0; at < 60; at++) {
      await readAgain();
      const { authToken } = await test.accounts.sessions.begin(current, requestWith());
      await test.accounts.logout({ authToken, request: requestWith() });
    }
    const tokens = [await login(), await login(), await login()];
    await readAgain();
    expect(await costOf()).toEqual(['PutItem', 'Query', 'UpdateItem']);
    expect(await lets(tokens)).toEqual([false, true, true]);
  });

  it.each(['Query', 'UpdateItem'])(
    'fails no login that is written already: without %s, the next one keeps it',
    async (command) => {
      const tokens = [await login(), await login(), await login()];
      const seen = watch(test.accounts);
      const faults: InjectedFault[] = [];
      const written = injectFaults(test.client).on('PutItem', {
        name: 'interleave',
        run: () => {
          faults.push(injectFaults(test.client).on(command, 'timeout', { times: ALWAYS }));
          return Promise.resolve();
        },
      });
      test.clock.advance(1);
      const request = requestWith();
      const { authToken } = await test.accounts
        .pushCustomSession({ username: account.accountId, request })
        .finally(() => {
          for (const fault of [written, ...faults]) fault.remove();
        });
      expect(faults.map(({ attempts }) => attempts > 0)).toEqual([true]);
      expect(request.authToken).toBe(authToken);
      expect(await lets([...tokens, authToken])).toEqual([true, true, true, true]);
      expect(seen.names()).toEqual(['RevokeSessionsError', 'LoginSuccess']);
      expect(seen.events[0]).toMatchObject({
        accountId: account.accountId,
        sessionId: claimsOf(authToken).sid,
        ip: requestWith().requestIp,
        reason: 'ServiceUnavailable',
      });
      const next = await login();
      expect(await lets([...tokens, authToken, next])).toEqual([false, false, true, true, true]);
    },
  );

  it('ASVS 16.2.1: tells of what it has ended, once for each login that has done so', async () => {
    const seen = watch(test.accounts);
    for (let at = 0; at < 3; at++) await login();
    expect(seen.names()).toEqual(['LoginSuccess', 'LoginSuccess', 'LoginSuccess']);
    seen.events.length = 0;
    const request = requestWith();
    const { authToken } = await test.accounts.pushCustomSession({
      username: account.accountId,
      request,
    });
    expect(seen.events).toMatchObject([
      {
        name: 'RevokeSessionsSuccess',
        method: 'maxSessions',
        accountId: account.accountId,
        sessionId: claimsOf(authToken).sid,
        ip: request.requestIp,
      },
      { name: 'LoginSuccess' },
    ]);
    await test.accounts.logout({ authToken, request });
    await login(); // In its place: none is too many.
    expect(seen.names().slice(2)).toEqual(['LogoutSuccess', 'LoginSuccess']);
  });

  /** The same accounts on a server whose clock is behind. */
  const serverBehind = (behind: number): Accounts =>
    new Accounts({
      table: new Table({
        name: test.table.name,
        client: test.client,
        clock: () => new Date(test.clock.now().getTime() - behind),
      }),
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET, maxSessions: 3 },
    });

  it('ends the oldest first, also where new ones begin on a server that is behind', async () => {
    const behind = serverBehind(5000);
    const tokens = [await login(), await login(), await login()];
    for (let at = 1; at <= 4; at++) {
      tokens.push(await login(behind));
      const expected = tokens.map((_, index) => index >= tokens.length - 3);
      expect(await lets(tokens)).toEqual(expected);
    }
  });

  it.each([
    ['5 seconds', 5000],
    ['an hour', HOUR],
  ])('lets in by a login on a server whose clock is %s behind', async (_name, behind) => {
    const tokens = [await login(), await login(), await login()];
    const late = serverBehind(behind);
    const newer: string[] = [];
    for (let at = 1; at <= 4; at++) {
      newer.push(await login(late));
      expect((await lets([newer.at(-1) ?? ''])).at(-1)).toBe(true);
      const isLive = await lets([...tokens, ...newer]);
      expect(isLive.filter(Boolean)).toHaveLength(3);
    }
    // And the one in time comes after it.
    expect(await lets([await login()])).toEqual([true]);
  });
});

describe('a row that says more than its account', () => {
  use({});

  it('is not let in by a token that was signed for longer', async () => {
    const accounts: Accounts = test.accounts;
    const { authToken } = await someone(accounts);
    test.clock.advance(7 * DAY);
    const token = resign(authToken, { exp: Math.floor(test.clock.now().getTime() / 1000) + 60 });
    expect(await letsIn(accounts, token)).toBe(false);
  });
});
