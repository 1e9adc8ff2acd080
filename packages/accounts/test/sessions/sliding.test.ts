import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import type { SessionsOptions } from '../../src/sessions/Sessions.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { selfService } from '../support/selfService.js';
import { errorOf } from '../support/errorOf.js';
import { createTestHandler, ORIGIN } from '../http/support.js';
import {
  PASSWORD,
  requestWith,
  SECRET,
  TestClock,
  type FullAccounts,
  type TestAccounts,
} from '../support/testAccounts.js';
import { accountsWith, DAY, HOUR, letsIn, MINUTE, reauthenticationOf } from './support.js';

const SLIDING = {
  tokenDuration: '2d',
  rememberMeDuration: '5d',
  rotation: { after: '1h' },
  extend: { by: '2d', atMost: '9d' },
} as const;

/** The ways in which a session is used. */
const USES: Readonly<
  Record<string, (accounts: FullAccounts, authToken: string) => Promise<string | undefined>>
> = {
  handleRequest: async (accounts, authToken) =>
    (await accounts.handleRequest(requestWith(authToken))).authToken,
  refreshTokens: async (accounts, authToken) =>
    (await accounts.refreshTokens({ authToken, request: requestWith() })).authToken,
  reauthenticate: async (accounts, authToken) => {
    const request = await accounts.handleRequest(requestWith(authToken));
    return (await reauthenticationOf(accounts).renew(request)).authToken;
  },
};

describe('a session in use', () => {
  let test: TestAccounts;
  beforeAll(async () => {
    test = await accountsWith(SLIDING);
  });
  afterAll(() => test.drop());

  let people = 0;
  const begin = async (
    options: { rememberMe?: boolean; durationMs?: number; expiresAt?: Date } = {},
  ): Promise<string> => {
    const username = `sliding${String(++people)}`;
    const account = await test.accounts.createAccount({ username, password: PASSWORD });
    return (await test.accounts.sessions.begin(account, requestWith(), options)).authToken;
  };
  /** Uses a session every twelve hours until it ends: how long that took. */
  const lifetimeOf = async (
    token: string,
    use: (typeof USES)[string],
    accounts = test.accounts,
  ): Promise<number> => {
    const startMs = test.clock.now().getTime();
    let authToken = token;
    while (await letsIn(accounts, authToken)) {
      // What letsIn has been given is lost, as a response can be: within its grace, it comes again.
      authToken = (await use(accounts, authToken)) ?? '';
      test.clock.advance(12 * HOUR);
    }
    return test.clock.now().getTime() - startMs;
  };

  describe.each(Object.entries(USES))('by %s', (_name, use) => {
    it.each<[string, Parameters<typeof begin>[0], number]>([
      ['lasts up to the limit from its start', {}, 9 * DAY],
      ['with rememberMe, too', { rememberMe: true }, 9 * DAY],
      ['ends when it was asked to, by durationMs', { durationMs: DAY }, DAY],
      ['even if that is later than the limit', { durationMs: 20 * DAY }, 20 * DAY],
    ])('%s', async (_title, options, lifetime) => {
      expect(await lifetimeOf(await begin(options), use)).toBe(lifetime);
    });

    it('ends when it was asked to, by expiresAt', async () => {
      const expiresAt = new Date(test.clock.now().getTime() + 3 * DAY);
      expect(await lifetimeOf(await begin({ expiresAt }), use)).toBe(3 * DAY);
    });
  });

  it('keeps its end without the option', async () => {
    const plain = test.another({ extend: undefined } as unknown as Partial<SessionsOptions>);
    for (const use of Object.values(USES)) {
      expect(await lifetimeOf(await begin(), use, plain)).toBe(2 * DAY);
    }
  });

  it('ends as it did where nobody uses it', async () => {
    const authToken = await begin();
    test.clock.advance(2 * DAY - 1);
    const first = await test.accounts.handleRequest(requestWith(authToken));
    test.clock.advance(2 * DAY - 1);
    const fresh = first.authToken ?? '';
    expect(await letsIn(test.another(), fresh)).toBe(true);
    const next = (await test.accounts.handleRequest(requestWith(fresh))).authToken ?? '';
    test.clock.advance(2 * DAY);
    expect(await letsIn(test.accounts, next)).toBe(false);
  });

  it('costs one write where rotation is due, as without the option, and none where it is not', async () => {
    const authToken = await begin();
    const costOf = async (token: string): Promise<readonly string[]> =>
      (await test.log.costOf(() => test.accounts.handleRequest(requestWith(token)))).commands;
    test.clock.advance(HOUR - 1);
    expect(await costOf(authToken)).toEqual(['BatchGetItem']);
    test.clock.advance(1);
    expect(await costOf(authToken)).toEqual(['BatchGetItem', 'UpdateItem']);
    expect(await costOf(authToken)).toEqual(['BatchGetItem']);
  });

  it('is never shortened: with rememberMe, its end stays until less than `by` is left', async () => {
    const authToken = await begin({ rememberMe: true });
    const endOf = async (token: string): Promise<[number, string]> => {
      const request = await test.accounts.handleRequest(requestWith(token));
      const { session } = test.accounts.sessions.verifiedSessionOf(request);
      return [session.expiresAt.getTime(), request.authToken ?? ''];
    };
    const startMs = test.clock.now().getTime();
    test.clock.advance(2 * DAY);
    const [end, second] = await endOf(authToken);
    expect(end).toBe(startMs + 5 * DAY);
    test.clock.advance(2 * DAY);
    expect((await endOf(second))[0]).toBe(startMs + 6 * DAY);
  });

  it('moves the TTL of its item along, so that it is not removed before its end', async () => {
    const authToken = await begin();
    test.clock.advance(DAY);
    const request = await test.accounts.handleRequest(requestWith(authToken));
    const { session } = test.accounts.sessions.verifiedSessionOf(request);
    const items = await tableItems(test.client, test.table.name);
    const stored = items.find(({ SK }) => SK?.S === `session#${session.ulid}`);
    expect(Number(stored?.ttl?.N) * 1000).toBe(
      Math.floor(session.expiresAt.getTime() / 1000) * 1000,
    );
  });

  it('16 at once on two instances get the very same token, with the later end', async () => {
    const authToken = await begin();
    test.clock.advance(DAY);
    const other = test.another();
    const requests = await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        (at % 2 ? test.accounts : other).handleRequest(requestWith(authToken)),
      ),
    );
    expect(new Set(requests.map((request) => request.authToken)).size).toBe(1);
    const ends = requests.map(
      (request, at) =>
        (at % 2 ? test.accounts : other).sessions.verifiedSessionOf(request).session.expiresAt,
    );
    expect(new Set(ends.map(Number))).toEqual(new Set([test.clock.now().getTime() + 2 * DAY]));
  });

  it('goes on after a change of the password, which begins its limit anew', async () => {
    const request = requestWith(await begin());
    await test.accounts.handleRequest(request);
    const fixed = requestWith(await begin({ durationMs: DAY }));
    await test.accounts.handleRequest(fixed);
    const passwords = { currentPassword: PASSWORD, newPassword: 'a long walk in the hills' };
    const changed = async (given: SessionRequest): Promise<string> =>
      (await test.accounts.passwords.change({ request: given, ...passwords })).authToken;
    const use = USES.handleRequest ?? fail;
    test.clock.advance(HOUR / 2);
    const [sliding, own] = [await changed(request), await changed(fixed)];
    expect(await lifetimeOf(sliding, use)).toBe(9 * DAY);
    expect(await letsIn(test.accounts, own)).toBe(false);
  });

  it('of an impersonator ends when it was to end', async () => {
    const admin = await test.accounts.createAccount({ username: 'admin', password: PASSWORD });
    const { accountId } = admin;
    await test.accounts.permissions.grant({ accountId, permission: 'impersonate' });
    const request = requestWith();
    await test.accounts.userByPasswordLogin({ username: 'admin', password: PASSWORD, request });
    const other = await test.accounts.createAccount({ username: 'other', password: PASSWORD });
    const { authToken } = await test.accounts.impersonate({ request, accountId: other.accountId });
    test.clock.advance(50 * MINUTE);
    const { authToken: fresh } = await test.accounts.refreshTokens({
      authToken,
      request: requestWith(),
    });
    test.clock.advance(10 * MINUTE);
    expect(await letsIn(test.accounts, fresh)).toBe(false);
  });

  it.each<[string, object, boolean]>([
    ['by default', {}, true],
    ['with rememberMe', { rememberMe: 'local' }, true],
    ['with a sessionLength of its own', { sessionLength: 24 }, false],
    ['with an expiredTime of its own', { expiredTime: 'in a day' }, false],
  ])(
    'begun by a form %s is extended only if nobody asked for its end',
    async (_name, asked, isExtended) => {
      const username = `form${String(++people)}`;
      await test.accounts.createAccount({ username, password: PASSWORD });
      const expiredTime = new Date(test.clock.now().getTime() + DAY).toISOString();
      const { authToken } = await selfService(test.accounts).signIn({
        username,
        password: PASSWORD,
        request: requestWith(),
        ...asked,
        ...('expiredTime' in asked && { expiredTime }),
      });
      const lifetime = await lifetimeOf(authToken, USES.handleRequest ?? fail);
      expect(lifetime).toBe(isExtended ? 9 * DAY : DAY);
    },
  );
});

describe('the option sessions.extend', () => {
  it.each<[Partial<SessionsOptions>, string]>([
    [{ ...SLIDING, rotation: {} }, 'sessions.extend'],
    [{ ...SLIDING, extend: { by: '1h', atMost: '9d' } }, 'sessions.extend.by'],
    [{ ...SLIDING, extend: { by: '30m', atMost: '9d' } }, 'sessions.extend.by'],
    [{ ...SLIDING, extend: { by: '401d', atMost: '9d' } }, 'sessions.extend.by'],
    [{ ...SLIDING, extend: { by: '2d', atMost: '4d' } }, 'sessions.extend.atMost'],
    [{ ...SLIDING, extend: { by: '2d', atMost: '401d' } }, 'sessions.extend.atMost'],
    [{ ...SLIDING, extend: { by: '2d' } as never }, 'sessions.extend.atMost'],
    [{ ...SLIDING, extend: { atMost: '9d' } as never }, 'sessions.extend.by'],
    [{ ...SLIDING, extend: true as never }, 'sessions.extend'],
  ])('is refused as %j', async (sessions, path) => {
    const error = await errorOf(accountsWith(sessions));
    expect(error).toMatchObject({ code: 'InvalidConfiguration', details: { path } });
  });
});

describe('over HTTP, an extended session', () => {
  const clock = new TestClock(Date.now());
  const options = { sessions: { getTokenSecret: () => SECRET, ...SLIDING } };

  it.each(['local', 'session', 'none'] as const)(
    'with rememberMe %s is kept by its client as long as it lasts',
    async (rememberMe) => {
      const clockThere = new TestClock(Date.now());
      const server = await createTestHandler({}, options, clockThere);
      await server.accounts.createAccount({ username: 'ada', password: PASSWORD });
      const browser = server.browser();
      const body = { username: 'ada', password: PASSWORD, rememberMe };
      const begun = await browser.post('/auth/sign-in', body);
      const before = Date.parse(String(begun.json.expiresAt));
      clockThere.advance(2 * HOUR);
      const bearer = { authorization: `Bearer ${String(begun.json.authToken)}` };
      browser.setCookies.length = 0;
      const got = await browser.send('/auth/session', {
        headers: rememberMe === 'none' ? bearer : {},
      });
      const after = Date.parse(String(got.json.expiresAt));
      // A day by default, then two days from this use on.
      expect(after - before).toBe(DAY + 2 * HOUR);
      const [, seconds] = /; Max-Age=(\d+)/.exec(browser.setCookies.join('\n')) ?? [];
      const lasting = Math.floor((after - Date.now()) / 1000);
      if (rememberMe === 'local') {
        expect(Math.abs(Number(seconds) - lasting)).toBeLessThan(60);
      } else expect(seconds).toBeUndefined();
      expect(browser.setCookies).toHaveLength(rememberMe === 'none' ? 0 : 1);
      expect(got.headers.has('auth-token')).toBe(rememberMe === 'none');
      await server.drop();
    },
  );

  it('is refused once its limit is over, and its cookie goes', async () => {
    const server = await createTestHandler({}, options, clock);
    await server.accounts.createAccount({ username: 'ada', password: PASSWORD });
    const browser = server.browser();
    await browser.post('/auth/sign-in', {
      username: 'ada',
      password: PASSWORD,
      rememberMe: 'local',
    });
    const statuses: number[] = [];
    for (let halfDay = 0; halfDay < 18; halfDay++) {
      statuses.push((await browser.send('/auth/session')).status);
      clock.advance(12 * HOUR);
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
    const over = await browser.send('/auth/session', { headers: { origin: ORIGIN } });
    expect([over.status, browser.cookies.has('__Host-latchkey')]).toEqual([401, false]);
    await server.drop();
  });
});

function fail(): never {
  throw new Error('expected a use');
}
