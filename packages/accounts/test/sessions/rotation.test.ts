import { injectFaults } from '@latchkey/entity/testing';
import type { Accounts } from '../../src/accounts/Accounts.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { digestSecret } from '../../src/tokens/digestSecret.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { claimsOf, resign } from '../support/forgeToken.js';
import { requestWith, SECRET, type TestAccounts } from '../support/testAccounts.js';
import { accountsWith, DAY, letsIn, MINUTE, SECOND, someone, verified, watch } from './support.js';

const ALWAYS = 1000;

let test: TestAccounts;
let accounts: Accounts;
let other: Accounts;

beforeAll(async () => {
  test = await accountsWith({});
  ({ accounts } = test);
  other = test.another();
});
afterAll(() => test.drop());

const refresh = async (authToken: string, instance = accounts): Promise<string> =>
  (await instance.refreshTokens({ authToken, request: requestWith() })).authToken;
const rowOf = async (authToken: string) => {
  const { sub: accountId, sid: ulid } = claimsOf(authToken);
  const { item } = await accounts.SessionEntity.findOne({
    filter: { accountId, ulid },
    consistent: true,
    secrets: true,
  });
  if (!item) throw new Error('the session is gone');
  return item;
};

describe('refreshTokens', () => {
  it('gives a new token in two requests and two trips, and says so on the request', async () => {
    const { account, authToken, sessionDocument } = await someone(accounts);
    test.clock.advance(MINUTE);
    const request = requestWith(authToken);
    const cost = await test.log.costOf(() => accounts.refreshTokens({ authToken, request }));
    expect(cost.commands).toEqual(['BatchGetItem', 'UpdateItem']);
    expect(cost.trips).toBe(2);
    const { authToken: fresh = '' } = request;
    expect(fresh).not.toBe(authToken);
    expect(request.user).toEqual(account);
    expect(accounts.sessions.verifiedSessionOf(request).session).toMatchObject({
      ulid: sessionDocument.ulid,
      rotation: 1,
      authTime: sessionDocument.authTime,
    });
    expect(claimsOf(fresh)).toMatchObject({
      rot: 1,
      iat: Math.floor(test.clock.now().getTime() / 1000),
      exp: claimsOf(authToken).exp,
    });
    expect(await letsIn(other, fresh)).toBe(true);
  });

  it('GHSA-392p-2q2v-4372, GHSA-m2w5-7xhv-w6fh: 16 at once on two instances: one live family, and all hold the very same token', async () => {
    const { authToken } = await someone(accounts);
    const tokens = await Promise.all(
      Array.from({ length: 16 }, (_, at) => refresh(authToken, at % 2 ? accounts : other)),
    );
    expect(new Set(tokens).size).toBe(1);
    const [fresh = ''] = tokens;
    expect(await letsIn(accounts, fresh)).toBe(true);
    expect(await rowOf(fresh)).toMatchObject({ rotation: 1, valid: true });
    // And again, from the new one.
    const next = await Promise.all(Array.from({ length: 16 }, () => refresh(fresh)));
    expect(new Set(next).size).toBe(1);
    expect(await rowOf(fresh)).toMatchObject({ rotation: 2 });
  });

  it.each([
    ['a lost answer to the write is a rotation, and it is made once', 'answerLost', 1, 2],
    ['one that never arrived is sent again', 'timeout', 1, 2],
  ] as const)('%s', async (_name, fault, times, attempts) => {
    const { authToken } = await someone(accounts);
    const injected = injectFaults(test.client).on('UpdateItem', fault, { times });
    const fresh = await refresh(authToken).finally(() => injected.remove());
    expect(injected.attempts).toBe(attempts);
    expect(await rowOf(fresh)).toMatchObject({ rotation: 1 });
    expect(await letsIn(other, fresh)).toBe(true);
  });

  it('a client that the answer did not reach gets the same token within the grace', async () => {
    const { authToken } = await someone(accounts);
    const lost = await refresh(authToken); // and the connection to the client breaks
    test.clock.advance(30 * SECOND - 1);
    const [again, more] = [await refresh(authToken), await refresh(authToken, other)];
    expect(again).toBe(lost);
    expect(more).toBe(lost);
    expect(await rowOf(again)).toMatchObject({ rotation: 1, valid: true });
    expect(await letsIn(other, again)).toBe(true);
  });

  it('ASVS 7.2.3: keeps no token at rest, only digests; with the signing key alone nothing is derived', async () => {
    const { authToken } = await someone(accounts);
    const fresh = await refresh(authToken);
    const stored = JSON.stringify(await tableItems(test.client, test.table.name));
    for (const token of [authToken, fresh]) {
      expect(stored).not.toContain(claimsOf(token).jti);
      expect(stored).toContain(digestSecret(claimsOf(token).jti));
    }
    expect(claimsOf(fresh).jti).toMatch(/^[\w-]{43}$/);
    // Who has the key and the row, but not the secret, does not get the next one.
    const forged = resign(authToken, { jti: digestSecret(claimsOf(authToken).jti) });
    expect(await codeOf(refresh(forged))).toBe('InvalidSession');
    expect(await letsIn(accounts, fresh)).toBe(true);
  });

  it('ASVS 7.3.2, 10.4.8: never passes the absolute end, however often it is called', async () => {
    // A token ends with a whole second.
    test.clock.advance(SECOND - (test.clock.now().getTime() % SECOND));
    const { authToken } = await someone(accounts);
    const began = test.clock.now();
    let token = authToken;
    for (let day = 1; day < 7; day++) {
      test.clock.advance(DAY);
      token = await refresh(token);
    }
    test.clock.advance(DAY - 1);
    expect(test.clock.now().getTime() - began.getTime()).toBe(7 * DAY - 1);
    token = await refresh(token);
    test.clock.advance(1);
    expect(await letsIn(accounts, token)).toBe(false);
    // Not even if the token said otherwise.
    const lasting = resign(token, { exp: Math.floor(test.clock.now().getTime() / 1000) + 86_400 });
    expect(await codeOf(refresh(lasting))).toBe('InvalidSession');
  });

  it('is refused after a logout, a revocation or a deactivation that has returned', async () => {
    const ends: ((accountId: string, authToken: string) => Promise<unknown>)[] = [
      (_, authToken) => other.logout({ authToken, request: requestWith() }),
      (accountId) => other.sessions.revokeAllSessions({ accountId }),
      (accountId) => other.lifecycle.deactivate({ accountId }),
      (accountId) => other.lifecycle.delete({ accountId }),
    ];
    for (const end of ends) {
      const { account, authToken } = await someone(accounts);
      const token = await refresh(authToken);
      await end(account.accountId, token);
      const request = requestWith(token);
      request.onCallDestroySession = jest.fn();
      expect(await codeOf(accounts.refreshTokens({ authToken: token, request }))).toBe(
        'InvalidSession',
      );
      expect(request).toMatchObject({ sessionDestroyed: true });
      expect(request.onCallDestroySession).toHaveBeenCalledTimes(1);
    }
  });

  it('does not bring back a session that ends between its read and its write', async () => {
    for (const end of ['logout', 'delete'] as const) {
      const { authToken } = await someone(accounts);
      const { sub: accountId, sid: ulid } = claimsOf(authToken);
      const injected = injectFaults(test.client).on('BatchGetItem', {
        name: 'interleave',
        run: () =>
          end === 'logout'
            ? other.logout({ authToken, request: requestWith() })
            : other.SessionEntity.deleteOne({ filter: { accountId, ulid } }),
      });
      const code = await codeOf(refresh(authToken)).finally(() => injected.remove());
      expect(code).toBe('InvalidSession');
      const { item } = await accounts.SessionEntity.findOne({ filter: { accountId, ulid } });
      expect(item?.rotation ?? 0).toBe(0);
    }
  });

  it('ASVS 7.4.1: racing with logouts: nothing verifies after the logout has returned', async () => {
    for (let round = 0; round < 10; round++) {
      const { authToken } = await someone(accounts);
      const refreshes = Array.from({ length: 8 }, (_, at) =>
        refresh(authToken, at % 2 ? accounts : other).catch(() => authToken),
      );
      await other.logout({ authToken, request: requestWith() });
      for (const token of new Set([authToken, ...(await Promise.all(refreshes))])) {
        expect(await letsIn(accounts, token)).toBe(false);
      }
    }
  });

  it.each([undefined, null, 7, '', 'x.y.z'])('refuses %p as a token', async (authToken) => {
    const input = { authToken: authToken as string, request: requestWith() };
    expect(await codeOf(accounts.refreshTokens(input))).toBe('TokenVerificationFailed');
  });

  it('ASVS 2.2.1: refuses invalid input and requests', async () => {
    const { authToken } = await someone(accounts);
    for (const input of [undefined, null, 'x', {}, { authToken }, { authToken, request: 'GET' }]) {
      expect(await codeOf(accounts.refreshTokens(input as never))).toBe('InvalidInput');
    }
    const request = { ...requestWith(), requestIp: 7 } as never;
    expect(await codeOf(accounts.refreshTokens({ authToken, request }))).toBe('InvalidInput');
    expect(await rowOf(authToken)).toMatchObject({ rotation: 0 });
  });

  it('ASVS 16.3.1: emits its outcome', async () => {
    const watched = watch(accounts);
    const { authToken, account, sessionDocument } = await someone(accounts);
    await refresh(authToken);
    await codeOf(refresh('no token'));
    expect(watched.events).toMatchObject([
      { name: 'CreateUserSuccess' },
      {
        name: 'RefreshTokensSuccess',
        accountId: account.accountId,
        sessionId: sessionDocument.ulid,
      },
      { name: 'RefreshTokensError', reason: 'TokenVerificationFailed' },
    ]);
  });
});

describe('a token that was replaced', () => {
  it('ASVS 10.4.5, RFC 9700 §4.14.2: lets in for the time of grace, to the millisecond, and then ends its session', async () => {
    const { authToken } = await someone(accounts);
    const fresh = await refresh(authToken);
    const watched = watch(accounts);
    test.clock.advance(30 * SECOND - 1);
    expect(await letsIn(accounts, authToken)).toBe(true);
    expect(watched.names()).not.toContain('TokenReuseDetected');
    test.clock.advance(1);
    expect(await letsIn(accounts, fresh)).toBe(true);
    expect(await letsIn(other, authToken)).toBe(false);
    // The family is dead: whoever holds the newest token is out as well.
    expect(await letsIn(accounts, fresh)).toBe(false);
    expect(await codeOf(refresh(fresh))).toBe('InvalidSession');
  });

  it('emits one event for concurrent uses', async () => {
    const { authToken, account, sessionDocument } = await someone(accounts);
    await refresh(authToken);
    test.clock.advance(MINUTE);
    const watched = watch(accounts);
    const codes = await Promise.all(Array.from({ length: 16 }, () => codeOf(refresh(authToken))));
    expect(new Set(codes)).toEqual(new Set(['InvalidSession']));
    const told = watched.events.filter(({ name }) => name === 'TokenReuseDetected');
    expect(told).toEqual([
      expect.objectContaining({
        accountId: account.accountId,
        sessionId: sessionDocument.ulid,
        ip: '203.0.113.7',
      }),
    ]);
  });

  it('GHSA-pw9m-5jxm-xr6h, ASVS 10.4.5: is two rotations old: its session ends, even within the grace', async () => {
    const { authToken } = await someone(accounts);
    const second = await refresh(authToken);
    const third = await refresh(second);
    expect(await letsIn(other, authToken)).toBe(false);
    expect(await letsIn(other, third)).toBe(false);
  });

  it('ends no other session of the account', async () => {
    const { account, authToken } = await someone(accounts);
    const { authToken: elsewhere } = await accounts.sessions.begin(account, requestWith());
    await refresh(await refresh(authToken));
    expect(await letsIn(accounts, authToken)).toBe(false);
    expect(await letsIn(accounts, elsewhere)).toBe(true);
  });

  it('is not genuine: the session continues', async () => {
    const { authToken } = await someone(accounts);
    const fresh = await refresh(authToken);
    test.clock.advance(MINUTE);
    const forged = [
      resign(fresh, { jti: 'x'.repeat(43) }),
      resign(authToken, { jti: 'x'.repeat(43) }), // of the rotation before
      resign(fresh, { rot: 2 }),
      resign(authToken, {}, { secret: `${SECRET}-of-somebody-else` }),
    ];
    for (const token of forged) expect(await letsIn(accounts, token)).toBe(false);
    expect(await letsIn(accounts, fresh)).toBe(true);
  });

  it('ASVS 16.5.3: cannot be detected while DynamoDB is down: the request is refused', async () => {
    const { authToken } = await someone(accounts);
    const fresh = await refresh(authToken);
    test.clock.advance(MINUTE);
    const injected = injectFaults(test.client).on('UpdateItem', 'timeout', { times: ALWAYS });
    const error = await errorOf(verified(accounts, authToken)).finally(() => injected.remove());
    expect(error.code).toBe('ServiceUnavailable');
    expect(await letsIn(accounts, authToken)).toBe(false);
    expect(await letsIn(accounts, fresh)).toBe(false);
  });

  it('still logs out, and so does one that is older', async () => {
    for (const rotations of [1, 2, 3]) {
      const { authToken } = await someone(accounts);
      let token = authToken;
      for (let at = 0; at < rotations; at++) token = await refresh(token);
      expect(await accounts.logout({ authToken, request: requestWith() })).toBe(true);
      expect(await letsIn(other, token)).toBe(false);
    }
  });

  it('is never let in without a grace', async () => {
    const strict = test.another({ rotation: { grace: 0 } });
    const { authToken } = await someone(strict);
    await strict.refreshTokens({ authToken, request: requestWith() });
    expect(await letsIn(strict, authToken)).toBe(false);
  });
});

describe('with rotation.after, handleRequest', () => {
  let rotating: Accounts;
  beforeAll(() => {
    rotating = test.another({ rotation: { after: '10m', grace: '20s' } });
  });

  it('replaces a token when it is due, to the millisecond, and hands it on', async () => {
    const refreshed: unknown[] = [];
    const hooked = test
      .another({ rotation: { after: '10m' } })
      .addHooks((hooks) => hooks.onRefreshTokens((given) => refreshed.push({ ...given })));
    const { account, authToken } = await someone(hooked);
    test.clock.advance(10 * MINUTE - 1);
    expect((await verified(hooked, authToken)).authToken).toBe(authToken);
    test.clock.advance(1);
    const request = await verified(hooked, authToken);
    const { authToken: fresh = '' } = request;
    expect(claimsOf(fresh)).toMatchObject({ rot: 1, sid: claimsOf(authToken).sid });
    expect(refreshed).toEqual([
      {
        request,
        authToken: fresh,
        account,
        sessionDocument: hooked.sessions.verifiedSessionOf(request).session,
      },
    ]);
    // The new one is left alone until it is due.
    test.clock.advance(10 * MINUTE - 1);
    expect((await verified(hooked, fresh)).authToken).toBe(fresh);
    expect(refreshed).toHaveLength(1);
  });

  it('is one request while nothing is due, and two when it is (DESIGN §9)', async () => {
    const log = await accountsWith({ rotation: { after: '10m' } });
    try {
      const { authToken } = await someone(log.accounts);
      const before = await log.log.costOf(() => verified(log.accounts, authToken));
      log.clock.advance(10 * MINUTE);
      const due = await log.log.costOf(() => verified(log.accounts, authToken));
      expect([before.commands, due.commands]).toEqual([
        ['BatchGetItem'],
        ['BatchGetItem', 'UpdateItem'],
      ]);
      const late = await log.log.costOf(() => verified(log.accounts, authToken));
      expect(late.commands).toEqual(['BatchGetItem']);
    } finally {
      await log.drop();
    }
  });

  it('gives 16 requests at once the same new token, and lets all of them in', async () => {
    const { account, authToken } = await someone(rotating);
    test.clock.advance(10 * MINUTE);
    const requests = await Promise.all(
      Array.from({ length: 16 }, () => verified(rotating, authToken)),
    );
    expect(new Set(requests.map((request) => request.authToken)).size).toBe(1);
    for (const { user } of requests) expect(user).toEqual(account);
    expect(requests[0]?.authToken).not.toBe(authToken);
    expect(await rowOf(authToken)).toMatchObject({ rotation: 1 });
    // Somebody who comes late is given the same again.
    test.clock.advance(20 * SECOND - 1);
    expect((await verified(rotating, authToken)).authToken).toBe(requests[0]?.authToken);
    test.clock.advance(1);
    expect(await letsIn(rotating, authToken)).toBe(false);
  });

  it('without it, replaces none, however old', async () => {
    const { authToken } = await someone(accounts);
    test.clock.advance(6 * DAY);
    expect((await verified(accounts, authToken)).authToken).toBe(authToken);
  });

  it('refuses the request when a hook cannot pass the new token on', async () => {
    const broken = test.another({ rotation: { after: '10m' } }).addHooks((hooks) => {
      hooks.onRefreshTokens(() => {
        throw new Error('no cookie');
      });
    });
    const { authToken } = await someone(broken);
    test.clock.advance(10 * MINUTE);
    const request = requestWith(authToken);
    await expect(broken.handleRequest(request)).rejects.toThrow('no cookie');
    expect(request).not.toHaveProperty('user');
    expect(() => broken.sessions.verifiedSessionOf(request)).toThrow();
    // The client has the old one still, and is given the new one.
    expect(claimsOf((await verified(rotating, authToken)).authToken ?? '').rot).toBe(1);
  });
});

describe('keys that are rotated', () => {
  const [OLD, NEW] = [
    { kid: 'old', secret: `${SECRET}-old` },
    { kid: 'new', secret: `${SECRET}-new` },
  ];
  const both = (): Accounts => test.another({ getTokenSecret: () => [NEW, OLD] });
  const oldOnly = (): Accounts => test.another({ getTokenSecret: () => [OLD] });

  it('ASVS 11.2.2: do not log anyone out: tokens of both verify, new ones are signed with the newest', async () => {
    const { authToken } = await someone(oldOnly());
    expect(await letsIn(both(), authToken)).toBe(true);
    const fresh = await refresh(authToken, both());
    expect(JSON.parse(Buffer.from(fresh.split('.')[0] ?? '', 'base64url').toString())).toEqual({
      alg: 'HS256',
      typ: 'latchkey-session+jwt',
      kid: 'new',
    });
    const newOnly = test.another({ getTokenSecret: () => [NEW] });
    expect(await letsIn(newOnly, fresh)).toBe(true);
    expect(await letsIn(newOnly, authToken)).toBe(false);
  });

  it('within the grace: everybody still gets the one token, and the next one as well', async () => {
    const { authToken } = await someone(oldOnly());
    const before = await refresh(authToken, oldOnly());
    const after = await refresh(authToken, both());
    expect(after).toBe(before);
    const next = await Promise.all([before, after].map((token) => refresh(token, both())));
    expect(new Set(next).size).toBe(1);
    expect(await letsIn(both(), next[0] ?? '')).toBe(true);
  });

  it('from a secret without a name to one with', async () => {
    const { authToken } = await someone(accounts);
    const named = test.another({ getTokenSecret: () => [NEW, { secret: SECRET }] });
    const fresh = await refresh(authToken, named);
    expect(await rowOf(fresh)).toMatchObject({ kid: 'new' });
    expect(await refresh(authToken, named)).toBe(fresh);
    // And back, as after a deployment that was undone.
    const undone = test.another({ getTokenSecret: () => [{ secret: SECRET }, NEW] });
    const last = await refresh(fresh, undone);
    expect(await rowOf(last)).not.toHaveProperty('kid');
    expect(await refresh(fresh, undone)).toBe(last);
  });
});

it.each([
  [{ rotation: { after: '29s' } }, 'sessions.rotation.after'],
  [{ rotation: { after: 0 } }, 'sessions.rotation.after'],
  [{ rotation: { grace: '301s' } }, 'sessions.rotation.grace'],
  [{ rotation: { grace: -1 } }, 'sessions.rotation.grace'],
  [{ rotation: { grace: '30' as never } }, 'sessions.rotation.grace'],
  [{ idleTimeout: '0s' }, 'sessions.idleTimeout'],
  [{ tokenDuration: '401d' }, 'sessions.tokenDuration'],
  [{ rememberMeDuration: '401d' }, 'sessions.rememberMeDuration'],
  [{ maxSessions: 0 }, 'sessions.maxSessions'],
  [{ maxSessions: 1.5 }, 'sessions.maxSessions'],
  [{ maxSessions: 1001 }, 'sessions.maxSessions'],
  [{ onConnectionChange: 'refuse' as never }, 'sessions.onConnectionChange'],
  [{ onConnectionChange: { ip: 'refuse' as never } }, 'sessions.onConnectionChange'],
  [{ impersonation: { permission: '' } }, 'sessions.impersonation.permission'],
  [{ impersonation: { duration: '0h' } }, 'sessions.impersonation.duration'],
] as const)('%j is refused when Accounts is made', (options, path) => {
  expect(() => test.another(options)).toThrow(
    expect.objectContaining({
      code: 'InvalidConfiguration',
      details: expect.objectContaining({ path }),
    }),
  );
});
