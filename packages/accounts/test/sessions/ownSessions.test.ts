import { injectFaults } from '@latchkey/entity/testing';
import type { Accounts } from '../../src/accounts/Accounts.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { requestWith, type TestAccounts } from '../support/testAccounts.js';
import { accountsWith, letsIn, MINUTE, signUp, someone, verified, watch } from './support.js';

let test: TestAccounts;
let accounts: Accounts;
let other: Accounts;

beforeAll(async () => {
  test = await accountsWith({});
  ({ accounts } = test);
  other = test.another();
});
afterAll(() => test.drop());

describe('an owner', () => {
  it('ASVS 7.5.2: sees where they are logged in: device, address, last seen, and which one it is', async () => {
    const account = await signUp(accounts);
    const phone = { ...requestWith(), requestIp: '2001:db8::1', userAgent: 'phone/2' };
    const { sessionDocument: first } = await accounts.sessions.begin(account, phone);
    const firstSeen = test.clock.now();
    test.clock.advance(MINUTE);
    const { authToken, sessionDocument } = await accounts.sessions.begin(account, requestWith());
    const request = await verified(accounts, authToken);
    const cost = await test.log.costOf(async () => {
      const { edges, pageInfo } = await accounts.sessions.listSessions({ request });
      expect(edges.map(({ node }) => node)).toMatchObject([
        { ulid: sessionDocument.ulid, lastSeenAt: test.clock.now(), current: true },
        {
          ulid: first.ulid,
          connectionInfo: { ip: '2001:db8::1', userAgent: 'phone/2' },
          lastSeenAt: firstSeen,
          current: false,
        },
      ]);
      expect(pageInfo.hasNextPage).toBe(false);
      for (const { node } of edges) {
        expect(node).not.toHaveProperty('token');
        expect(node).not.toHaveProperty('previousToken');
      }
    });
    expect(cost.commands.toSorted()).toEqual(['BatchGetItem', 'Query']);
    expect(cost.trips).toBe(1);
  });

  it('reads 25 in two Queries, and the session beside them, where most of 130 have ended', async () => {
    const account = await signUp(accounts);
    const { accountId, sessionGeneration: generation } = account;
    const { sessionDocument, authToken } = await accounts.sessions.begin(account, requestWith());
    const { connectionInfo, expiresAt } = sessionDocument;
    for (let at = 0; at < 130; at++) {
      const item = {
        accountId,
        token: 'd'.repeat(43),
        connectionInfo,
        expiresAt,
        generation,
        rotation: 0,
      };
      await accounts.SessionEntity.createOne({ item: { ...item, valid: at % 5 === 0 } });
    }
    const request = await verified(accounts, authToken);
    const cost = await test.log.costOf(async () => {
      const { edges, pageInfo } = await accounts.sessions.listSessions({ request });
      expect(edges).toHaveLength(25);
      expect(pageInfo.hasNextPage).toBe(true);
    });
    expect(cost.commands.toSorted()).toEqual(['BatchGetItem', 'Query', 'Query']);
    expect(cost.trips).toBeLessThanOrEqual(2);
  });

  it('ends one of their sessions, or all but this one, or all', async () => {
    const account = await signUp(accounts);
    const begin = async () => accounts.sessions.begin(account, requestWith());
    const [a, b, c] = [await begin(), await begin(), await begin()];
    const request = await verified(accounts, a.authToken);
    const { ulid: sessionId } = b.sessionDocument;
    expect(await accounts.sessions.revokeSession({ request, sessionId })).toBe(true);
    expect(await letsIn(other, b.authToken)).toBe(false);
    expect(await letsIn(other, c.authToken)).toBe(true);

    const cost = await test.log.costOf(() => accounts.sessions.revokeOtherSessions({ request }));
    expect(cost.commands).toEqual(['TransactWriteItems']);
    expect(await letsIn(other, c.authToken)).toBe(false);
    expect(await letsIn(other, a.authToken)).toBe(true);
    // The same request can go on, and do it again.
    await accounts.sessions.revokeOtherSessions({ request });
    expect((await accounts.sessions.listSessions({ request })).edges).toHaveLength(1);

    request.onCallDestroySession = jest.fn();
    await accounts.sessions.revokeAllSessions({ request });
    expect(await letsIn(other, a.authToken)).toBe(false);
    expect(request.onCallDestroySession).toHaveBeenCalledTimes(1);
    expect(request).toMatchObject({ sessionDestroyed: true });
    expect(await codeOf(accounts.sessions.listSessions({ request }))).toBe('InvalidSession');
  });

  it('ends the session that they are in, and is told so', async () => {
    const { authToken, sessionDocument } = await someone(accounts);
    const request = await verified(accounts, authToken);
    await accounts.sessions.revokeSession({ request, sessionId: sessionDocument.ulid });
    expect(request).toMatchObject({ sessionDestroyed: true });
    expect(request).not.toHaveProperty('user');
  });

  it('ASVS 8.2.2: cannot see, refresh or end the sessions of another by their ids', async () => {
    const [ada, eve] = [await someone(accounts), await someone(accounts)];
    const request = await verified(accounts, eve.authToken);
    const { ulid: sessionId, accountId } = ada.sessionDocument;
    expect(await accounts.sessions.revokeSession({ request, sessionId })).toBe(false);
    const { edges } = await accounts.sessions.listSessions({ request });
    expect(edges.map(({ node }) => node.accountId)).toEqual([eve.account.accountId]);
    for (const input of [
      { request, accountId, sessionId },
      { request, accountId },
    ]) {
      for (const method of ['listSessions', 'revokeSession', 'revokeAllSessions'] as const) {
        const call = accounts.sessions[method](input as never);
        expect(await errorOf(call as Promise<unknown>)).toMatchObject({
          code: 'InvalidInput',
          details: { path: 'accountId' },
        });
      }
    }
    // A cursor of another account leads nowhere.
    const cursor = edges[0]?.cursor ?? '';
    const byAda = await verified(accounts, ada.authToken);
    expect(
      await errorOf(accounts.sessions.listSessions({ request: byAda, after: cursor })),
    ).toMatchObject({ code: 'InvalidInput', details: { path: 'after' } });
    expect(await letsIn(other, ada.authToken)).toBe(true);
  });

  it('CVE-2025-61928: must be one that handleRequest has let through: what a request says counts for nothing', async () => {
    const { account, authToken, sessionDocument } = await someone(accounts);
    const request = { ...requestWith(authToken), user: account };
    const { ulid: sessionId } = sessionDocument;
    for (const call of [
      () => accounts.sessions.listSessions({ request }),
      () => accounts.sessions.revokeSession({ request, sessionId }),
      () => accounts.sessions.revokeOtherSessions({ request }),
      () => accounts.sessions.revokeAllSessions({ request }),
    ]) {
      expect(await codeOf(call())).toBe('InvalidSession');
    }
    for (const input of [undefined, null, 'x', {}, { request: null }]) {
      expect(await codeOf(accounts.sessions.revokeOtherSessions(input as never))).toBe(
        'InvalidInput',
      );
      expect(await codeOf(accounts.sessions.listSessions(input as never))).toBe('InvalidInput');
    }
    expect(await letsIn(other, authToken)).toBe(true);
  });
});

describe('revokeOtherSessions', () => {
  it('does not undo that its own session ends at the same time', async () => {
    for (const end of ['revokeSession', 'revokeAllSessions'] as const) {
      const { account, authToken, sessionDocument } = await someone(accounts);
      const { accountId } = account;
      const { authToken: elsewhere } = await accounts.sessions.begin(account, requestWith());
      const request = await verified(accounts, authToken);
      await other.sessions[end]({ accountId, sessionId: sessionDocument.ulid });
      expect(await codeOf(accounts.sessions.revokeOtherSessions({ request }))).toBe(
        'InvalidSession',
      );
      expect(await letsIn(other, authToken)).toBe(false);
      expect(await letsIn(other, elsewhere)).toBe(end === 'revokeSession');
    }
  });

  it('called by 8 sessions at once leaves exactly one of them, the one whose call was done', async () => {
    const account = await signUp(accounts);
    const logins = await Promise.all(
      Array.from({ length: 8 }, () => accounts.sessions.begin(account, requestWith())),
    );
    const requests = await Promise.all(
      logins.map(({ authToken }, at) => verified(at % 2 ? accounts : other, authToken)),
    );
    const codes = await Promise.all(
      requests.map((request, at) =>
        codeOf((at % 2 ? accounts : other).sessions.revokeOtherSessions({ request })),
      ),
    );
    const isLive = await Promise.all(logins.map(({ authToken }) => letsIn(other, authToken)));
    expect(isLive.filter(Boolean)).toHaveLength(1);
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect(codes[isLive.indexOf(true)]).toBe('none');
  });

  it.each([
    [
      'an answer that is lost',
      () => injectFaults(test.client).on('TransactWriteItems', 'answerLost'),
    ],
    [
      'a transaction in the way',
      () =>
        injectFaults(test.client).on('TransactWriteItems', {
          name: 'transactionCanceled',
          reasons: ['TransactionConflict', 'None'],
        }),
    ],
  ])('survives %s', async (_name, inject) => {
    const { account, authToken } = await someone(accounts);
    const { authToken: elsewhere } = await accounts.sessions.begin(account, requestWith());
    const request = await verified(accounts, authToken);
    const injected = inject();
    await accounts.sessions.revokeOtherSessions({ request }).finally(() => injected.remove());
    expect(await letsIn(other, authToken)).toBe(true);
    expect(await letsIn(other, elsewhere)).toBe(false);
  });

  it('leaves the token of its own session as it is, also when it rotates meanwhile', async () => {
    const { authToken } = await someone(accounts);
    const request = await verified(accounts, authToken);
    const fresh = await other.refreshTokens({ authToken, request: requestWith() });
    await accounts.sessions.revokeOtherSessions({ request });
    expect(await letsIn(other, fresh.authToken)).toBe(true);
  });
});

describe('50 sessions of one account', () => {
  it.each(['UpdateItem', 'TransactWriteItems', 'Query'])(
    'ASVS 7.4.2: none verifies after a deletion that failed at a %s and was made again, nor in between',
    async (command) => {
      const account = await signUp(accounts);
      const { accountId } = account;
      const logins = await Promise.all(
        Array.from({ length: 50 }, () => accounts.sessions.begin(account, requestWith())),
      );
      const injected = injectFaults(test.client).on(command, 'timeout', { times: 1000 });
      await accounts.lifecycle
        .delete({ accountId })
        .catch(() => undefined)
        .finally(() => injected.remove());
      const { item } = await accounts.AccountEntity.findOne({ filter: { accountId } });
      const isMarked = item?.deactivated !== false;
      const inBetween = await Promise.all(logins.map(({ authToken }) => letsIn(other, authToken)));
      // All of them, or (where not even the first write was made) none.
      expect(new Set(inBetween)).toEqual(new Set([!isMarked]));
      await accounts.lifecycle.delete({ accountId });
      const after = await Promise.all(logins.map(({ authToken }) => letsIn(other, authToken)));
      expect(new Set(after)).toEqual(new Set([false]));
    },
  );

  it('none verifies while a deactivation has not answered yet', async () => {
    const account = await signUp(accounts);
    const { accountId } = account;
    const logins = await Promise.all(
      Array.from({ length: 50 }, () => accounts.sessions.begin(account, requestWith())),
    );
    let during: boolean[] = [];
    const injected = injectFaults(test.client).on('UpdateItem', {
      name: 'interleave',
      run: async () => {
        during = await Promise.all(logins.map(({ authToken }) => letsIn(other, authToken)));
      },
    });
    await accounts.lifecycle.deactivate({ accountId }).finally(() => injected.remove());
    expect(new Set(during)).toEqual(new Set([false]));
  });
});

it('ASVS 7.4.5, 16.3.1: an application ends sessions by account id, and each emits an event', async () => {
  const { account, authToken, sessionDocument } = await someone(accounts);
  const { accountId } = account;
  const watched = watch(accounts);
  const { edges } = await accounts.sessions.listSessions({ accountId });
  expect(edges.map(({ node }) => [node.ulid, node.current])).toEqual([
    [sessionDocument.ulid, false],
  ]);
  await accounts.sessions.revokeSession({ accountId, sessionId: sessionDocument.ulid });
  await accounts.sessions.revokeAllSessions({ accountId });
  expect(await letsIn(other, authToken)).toBe(false);
  expect(watched.events).toMatchObject([
    { name: 'RevokeSessionsSuccess', accountId },
    { name: 'RevokeSessionsSuccess', accountId },
  ]);
  const unknown = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  for (const method of ['revokeAllSessions', 'listSessions'] as const) {
    expect(await codeOf(accounts.sessions[method]({ accountId: unknown }))).toBe('UserNotFound');
  }
});
