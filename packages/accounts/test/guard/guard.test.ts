import { Table } from '@latchkey/entity';
import * as z from 'zod';
import { Accounts } from '../../src/accounts/Accounts.js';
import type { GuardOptions } from '../../src/guard/createRequestSetup.js';
import { Guard } from '../../src/guard/Guard.js';
import type { AccountDocument } from '../../src/requests/SessionRequest.js';
import { DAY, HOUR, MINUTE, SECOND, someone, watch } from '../sessions/support.js';
import { codeOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { RequestLog } from '../support/RequestLog.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { localClient } from '@latchkey/entity/testing';

let test: TestAccounts;
beforeAll(async () => {
  test = await createTestAccounts();
});
const clients: { destroy(): void }[] = [];
afterAll(async () => {
  for (const client of clients) client.destroy();
  await test.drop();
});

/** The table as another process sees it, and a log of what is sent there. */
function elsewhere(): { table: Table; log: RequestLog } {
  const client = localClient();
  clients.push(client);
  const table = new Table({ name: test.table.name, client, clock: test.clock.now });
  return { table, log: new RequestLog(client) };
}

/** `Accounts` and a `Guard` with the same options, of two processes. */
function both(options: Partial<Omit<GuardOptions, 'table'>> = {}): {
  accounts: Accounts;
  guard: Guard;
  log: RequestLog;
} {
  const sessions = { getTokenSecret: () => SECRET, ...options.sessions };
  const { table, log } = elsewhere();
  return {
    accounts: new Accounts({
      ...options,
      table: elsewhere().table,
      sessions,
      passwords: { hasher: new QuickHasher() },
    }),
    guard: new Guard({ ...options, table, sessions }),
    log,
  };
}

/** The error of a request with a token, or `none`. */
const check = (guard: Guard, authToken: string): Promise<string> =>
  codeOf(guard.handleRequest(requestWith(authToken)));

describe('a request that a Guard checks', () => {
  it('is answered by one strongly consistent BatchGetItem, with account and session', async () => {
    const { accounts, guard, log } = both();
    const { account, authToken, sessionDocument } = await someone(accounts);
    const request = requestWith(authToken);
    const { requests } = await log.costOf(() => guard.handleRequest(request));
    expect(requests.map(({ command }) => command)).toEqual(['BatchGetItem']);
    expect(requests[0]?.input.RequestItems).toEqual({
      [test.table.name]: expect.objectContaining({ ConsistentRead: true }),
    });
    expect(request.user).toEqual(account);
    expect(guard.verifiedSessionOf(request)).toEqual({ account, session: sessionDocument });
  });

  it('without a token is left alone, and sends nothing', async () => {
    const { guard, log } = both();
    const request = { ...requestWith(), user: { accountId: 'forged' } as AccountDocument };
    const { commands } = await log.costOf(() => guard.handleRequest(request));
    expect(commands).toEqual([]);
    expect(request.user).toBeUndefined();
  });

  type Remedy = (accounts: Accounts, accountId: string, authToken: string) => Promise<unknown>;
  const REMEDIES: Readonly<Record<string, Remedy>> = {
    'a logout': (accounts, _accountId, authToken) =>
      accounts.logout({ authToken, request: requestWith() }),
    'the end of every session': (accounts, accountId) =>
      accounts.sessions.revokeAllSessions({ accountId }),
    'a deactivation': (accounts, accountId) => accounts.lifecycle.deactivate({ accountId }),
    'a deletion': (accounts, accountId) => accounts.lifecycle.delete({ accountId }),
    'a new password': (accounts, accountId) =>
      accounts.setPassword({ accountId, newPassword: 'a new walk in the hills' }),
  };
  it.each(Object.entries(REMEDIES))('is refused at once after %s elsewhere', async (_name, end) => {
    const { accounts, guard } = both();
    const { account, authToken } = await someone(accounts);
    expect(await check(guard, authToken)).toBe('none');
    await end(accounts, account.accountId, authToken);
    expect(await check(guard, authToken)).toBe('InvalidSession');
  });

  it('is refused with a token of another secret, and takes the session off the request', async () => {
    const { accounts } = both();
    const { authToken } = await someone(accounts);
    const { guard } = both({ sessions: { getTokenSecret: () => SECRET.toUpperCase() } });
    const onCallDestroySession = jest.fn();
    const request = { ...requestWith(authToken), onCallDestroySession };
    expect(await codeOf(guard.handleRequest(request))).toBe('TokenVerificationFailed');
    expect(onCallDestroySession).toHaveBeenCalledTimes(1);
  });

  it('acts for another account as long as who acts is logged in and may', async () => {
    const { accounts, guard } = both();
    const { account } = await someone(accounts);
    const actor = await someone(accounts);
    const { accountId } = actor.account;
    await accounts.permissions.grant({ accountId, permission: 'impersonate' });
    const own = await accounts.handleRequest(requestWith(actor.authToken));
    const acting = await accounts.impersonate({ request: own, accountId: account.accountId });
    const request = await guard.handleRequest(requestWith(acting.authToken));
    expect(request.user?.accountId).toBe(account.accountId);
    expect(() => {
      guard.requireRecentLogin(request, '1h');
    }).toThrow(expect.objectContaining({ code: 'ImpersonatedSession' }));
    await accounts.logout({ authToken: actor.authToken, request: requestWith() });
    expect(await check(guard, acting.authToken)).toBe('InvalidSession');
  });
});

describe('the options of a Guard', () => {
  it('appId and audience tell whose tokens it takes', async () => {
    const shop = both({ appId: 'shop' });
    const { authToken } = await someone(shop.accounts);
    expect(shop.guard.appId).toBe('shop');
    expect(await check(shop.guard, authToken)).toBe('none');
    expect(await check(both({ appId: 'forum' }).guard, authToken)).toBe('TokenVerificationFailed');
    const sessions = { getTokenSecret: () => SECRET, audience: 'latchkey/shop' };
    expect(await check(both({ appId: 'forum', sessions }).guard, authToken)).toBe('InvalidSession');
    expect(await check(both({ appId: 'shop', sessions }).guard, authToken)).toBe('none');
  });

  it('rotation replaces the token, which Accounts goes on with, and ends the session of one shown late', async () => {
    const { accounts, guard } = both({
      sessions: { getTokenSecret: () => SECRET, rotation: { after: '1m' } },
    });
    const refreshed: string[] = [];
    const events: string[] = [];
    guard.on('*', ({ name }) => events.push(name));
    guard.addHooks((hooks) => {
      hooks.onRefreshTokens(({ authToken }) => refreshed.push(authToken));
    });
    const { authToken } = await someone(accounts);
    test.clock.advance(MINUTE);
    const request = await guard.handleRequest(requestWith(authToken));
    expect(request.authToken).not.toBe(authToken);
    expect(refreshed).toEqual([request.authToken]);
    expect(await codeOf(accounts.handleRequest(requestWith(request.authToken)))).toBe('none');
    test.clock.advance(31 * SECOND);
    expect(await check(guard, authToken)).toBe('InvalidSession');
    expect(await codeOf(accounts.handleRequest(requestWith(request.authToken)))).toBe(
      'InvalidSession',
    );
    expect(events).toEqual([
      'ResumeSessionSuccess',
      'RefreshTokensSuccess',
      'TokenReuseDetected',
      'ResumeSessionError',
    ]);
  });

  it('idleTimeout ends a session in which nothing was done, and counts what the Guard has let through', async () => {
    const { accounts, guard } = both({
      sessions: { getTokenSecret: () => SECRET, idleTimeout: '1h' },
    });
    const { authToken } = await someone(accounts);
    for (let halfHour = 0; halfHour < 3; halfHour++) {
      test.clock.advance(HOUR / 2);
      expect(await check(guard, authToken)).toBe('none');
    }
    test.clock.advance(HOUR);
    expect(await check(guard, authToken)).toBe('InvalidSession');
  });

  it('tokenDuration of the login holds, whatever the Guard says', async () => {
    const { accounts } = both({ sessions: { getTokenSecret: () => SECRET, tokenDuration: '1d' } });
    const { authToken } = await someone(accounts);
    test.clock.advance(DAY - 1);
    expect(await check(both().guard, authToken)).toBe('none');
    test.clock.advance(1);
    expect(await check(both().guard, authToken)).toBe('TokenVerificationFailed');
  });

  it('onConnectionChange sees the client behind the proxies of trustedProxies', async () => {
    const options = {
      trustedProxies: 1,
      sessions: { getTokenSecret: () => SECRET, onConnectionChange: 'revoke' },
    } as const;
    const { accounts, guard } = both(options);
    const { account } = await someone(accounts);
    const behind = (proxy: string) => ({ ...requestWith(), requestIp: `192.0.2.7, ${proxy}` });
    const { authToken } = await accounts.sessions.begin(account, behind('10.0.0.1'));
    expect(await codeOf(guard.handleRequest({ ...behind('10.0.0.2'), authToken }))).toBe('none');
    expect(await check(guard, authToken)).toBe('InvalidSession');
  });

  it('accountFields are read, with their defaults', async () => {
    // Of a namespace: a table takes one definition of the account.
    const accountFields = { plan: z.string().default('free') };
    const tables = [elsewhere().table, elsewhere().table] as const;
    const [mine, theirs] = tables.map((table) => table.namespace('fields')) as [Table, Table];
    const sessions = { getTokenSecret: () => SECRET };
    const guard = new Guard({ table: mine, sessions, accountFields });
    const { authToken } = await someone(new Accounts({ table: theirs, sessions }));
    const { user } = await guard.handleRequest(requestWith(authToken));
    expect(user?.plan).toBe('free');
  });

  it('events.timeout is how long a hook may take', async () => {
    const { accounts, guard } = both({ events: { timeout: 20 } });
    guard.addHooks((hooks) => {
      hooks.onRequest(() => new Promise(() => undefined));
    });
    const { authToken } = await someone(accounts);
    expect(await check(guard, authToken)).toBe('Vetoed');
  });

  it('impersonation.permission is the one that who acts must have', async () => {
    const sessions = { getTokenSecret: () => SECRET, impersonation: { permission: 'act' } };
    const { accounts, guard } = both({ sessions });
    const { account } = await someone(accounts);
    const actor = await someone(accounts);
    const { accountId } = actor.account;
    await accounts.permissions.grant({ accountId, permission: 'act' });
    const own = await accounts.handleRequest(requestWith(actor.authToken));
    const { authToken } = await accounts.impersonate({
      request: own,
      accountId: account.accountId,
    });
    expect(await check(guard, authToken)).toBe('none');
    expect(await check(both().guard, authToken)).toBe('InvalidSession');
  });
});

describe('what a Guard requires of a request', () => {
  it('is a permission, by the account as it has just been read; a refusal is told', async () => {
    const { accounts, guard } = both();
    const { names } = watch(guard as unknown as Accounts);
    const { account, authToken } = await someone(accounts);
    const { accountId } = account;
    const request = await guard.handleRequest(requestWith(authToken));
    expect(() => guard.requirePermission(request, 'orders')).toThrow(
      expect.objectContaining({ code: 'PermissionDenied' }),
    );
    expect(names()).toEqual(['ResumeSessionSuccess', 'AccessDenied']);
    await accounts.permissions.grant({ accountId, permission: 'orders' });
    const next = await guard.handleRequest(requestWith(authToken));
    expect(guard.requirePermission(next, 'orders')).toMatchObject({ accountId });
  });

  it('is a login that is not long ago', async () => {
    const { accounts, guard } = both();
    const account = await accounts.createAccount({ username: 'recent', password: PASSWORD });
    const { authToken } = await accounts.userByPasswordLogin({
      username: account.accountId,
      password: PASSWORD,
      request: requestWith(),
    });
    const request = await guard.handleRequest(requestWith(authToken));
    guard.requireRecentLogin(request, '10m');
    test.clock.advance(10 * MINUTE);
    expect(() => {
      guard.requireRecentLogin(request, '10m');
    }).toThrow(expect.objectContaining({ code: 'RecentLoginRequired' }));
  });

  it('is a request that it has let through itself, not a copy', async () => {
    const { accounts, guard } = both();
    const { authToken } = await someone(accounts);
    const request = await guard.handleRequest(requestWith(authToken));
    expect(() => guard.requirePermission({ ...request }, 'orders')).toThrow(
      expect.objectContaining({ code: 'InvalidSession' }),
    );
    expect(() => guard.verifiedSessionOf({ ...request })).toThrow(
      expect.objectContaining({ code: 'InvalidSession' }),
    );
  });
});
