import { injectFaults } from '@latchkey/entity/testing';
import type { Accounts } from '../../src/accounts/Accounts.js';
import { AccountError } from '../../src/errors/AccountError.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { claimsOf } from '../support/forgeToken.js';
import { PASSWORD, requestWith, type TestAccounts } from '../support/testAccounts.js';
import {
  accountsWith,
  letsIn,
  MINUTE,
  SECOND,
  reauthenticationOf,
  someone,
  verified,
} from './support.js';

let test: TestAccounts;
let accounts: Accounts;
beforeAll(async () => {
  test = await accountsWith({});
  ({ accounts } = test);
});
afterAll(() => test.drop());

/** What a guard refuses with, or `none`. */
function refusal(guard: () => unknown): unknown {
  try {
    guard();
    return 'none';
  } catch (error) {
    if (AccountError.is(error)) return error.toJSON();
    throw error;
  }
}

describe('requireRecentLogin', () => {
  it('ASVS 7.5.1, 7.5.3: refuses what was proven too long ago, to the millisecond', async () => {
    const { authToken } = await someone(accounts);
    test.clock.advance(10 * MINUTE - 1);
    const request = await verified(accounts, authToken);
    expect(refusal(() => accounts.sessions.requireRecentLogin(request, '10m'))).toBe('none');
    test.clock.advance(1);
    expect(refusal(() => accounts.sessions.requireRecentLogin(request, '10m'))).toMatchObject({
      code: 'RecentLoginRequired',
      status: 401,
      details: { maxAgeSeconds: 600 },
    });
    // A new token is no new proof.
    const fresh = await accounts.refreshTokens({ authToken, request: requestWith() });
    const next = await verified(accounts, fresh.authToken);
    expect(refusal(() => accounts.sessions.requireRecentLogin(next, '10m'))).toMatchObject({
      code: 'RecentLoginRequired',
    });
  });

  it('asks for a request that handleRequest has let through, and an age that is one', async () => {
    const { authToken, account } = await someone(accounts);
    const request = { ...requestWith(authToken), user: account };
    expect(refusal(() => accounts.sessions.requireRecentLogin(request, '10m'))).toMatchObject({
      code: 'InvalidSession',
    });
    const good = await verified(accounts, authToken);
    for (const age of ['10', 0, undefined, NaN]) {
      expect(refusal(() => accounts.sessions.requireRecentLogin(good, age as never))).toMatchObject(
        {
          code: 'InvalidConfiguration',
        },
      );
    }
    const none = undefined as never;
    expect(refusal(() => accounts.sessions.requireRecentLogin(none, '10m'))).toMatchObject({
      code: 'InvalidInput',
    });
  });
});

describe('a reauthentication', () => {
  it('ASVS 7.2.4: gives a new token and ends the one before, on every instance', async () => {
    const { authToken } = await someone(accounts);
    test.clock.advance(11 * MINUTE);
    const request = await verified(accounts, authToken);
    const { authToken: fresh } = await accounts.reauthenticate({ request, password: PASSWORD });
    expect(request.authToken).toBe(fresh);
    expect(refusal(() => accounts.sessions.requireRecentLogin(request, '10m'))).toBe('none');
    expect(await letsIn(test.another(), authToken)).toBe(false);
    // What was under way with the old one is refused, but does not end the session.
    const next = await verified(test.another(), fresh);
    expect(claimsOf(fresh)).toMatchObject({ rot: 1, exp: claimsOf(authToken).exp });
    expect(next.user).toEqual(request.user);
    // Long after, it is a sign of theft like any other.
    test.clock.advance(30 * SECOND);
    expect(await letsIn(accounts, authToken)).toBe(false);
    expect(await letsIn(accounts, fresh)).toBe(false);
  });

  it('after a rotation: the rotated token is void at once, and coming back late ends the session', async () => {
    const { authToken } = await someone(accounts);
    const rotated = await accounts.refreshTokens({ authToken, request: requestWith() });
    const request = await verified(accounts, rotated.authToken);
    const { authToken: fresh } = await reauthenticationOf(accounts).renew(request);
    expect(await letsIn(accounts, rotated.authToken)).toBe(false);
    expect(await letsIn(accounts, fresh)).toBe(true);
    test.clock.advance(30 * SECOND);
    expect(await letsIn(accounts, rotated.authToken)).toBe(false);
    expect(await letsIn(accounts, fresh)).toBe(false);
  });

  it('changes nothing with a wrong password', async () => {
    const { authToken } = await someone(accounts);
    const request = await verified(accounts, authToken);
    const code = await codeOf(accounts.reauthenticate({ request, password: 'wrong password' }));
    expect(code).toBe('LoginFailed');
    expect(request.authToken).toBe(authToken);
    expect(await letsIn(accounts, authToken)).toBe(true);
  });

  it('stands although the session is rotated at the same moment', async () => {
    const { authToken } = await someone(accounts);
    const request = await verified(accounts, authToken);
    const rotated = await test.another().refreshTokens({ authToken, request: requestWith() });
    const { authToken: fresh } = await reauthenticationOf(accounts).renew(request);
    expect(claimsOf(fresh).rot).toBe(2);
    expect(await letsIn(accounts, fresh)).toBe(true);
    // That one was replaced as well.
    expect(await letsIn(accounts, rotated.authToken)).toBe(false);
  });

  it('of 8 at once leaves one token that lets in', async () => {
    const { authToken } = await someone(accounts);
    const requests = await Promise.all(
      Array.from({ length: 8 }, () => verified(accounts, authToken)),
    );
    const results = await Promise.all(
      requests.map((request) =>
        reauthenticationOf(accounts)
          .renew(request)
          .then(
            (result) => result.authToken,
            (error: unknown) => (AccountError.is(error) ? error.code : 'Unexpected'),
          ),
      ),
    );
    const tokens = results.filter((result) => result.includes('.'));
    expect(tokens).toHaveLength(1);
    expect(new Set(results.filter((result) => !result.includes('.')))).toEqual(
      new Set(['InvalidSession']),
    );
    expect(await letsIn(accounts, tokens[0] ?? '')).toBe(true);
  });

  it('does not bring back a session that has ended meanwhile', async () => {
    const ends = [
      (authToken: string) => accounts.logout({ authToken, request: requestWith() }),
      (authToken: string) => {
        const { sub: accountId, sid: ulid } = claimsOf(authToken);
        return accounts.SessionEntity.deleteOne({ filter: { accountId, ulid } });
      },
    ];
    for (const end of ends) {
      const { authToken } = await someone(accounts);
      const request = await verified(accounts, authToken);
      await end(authToken);
      const error = await errorOf(reauthenticationOf(accounts).renew(request));
      expect(error.code).toBe('InvalidSession');
      expect(request.authToken).toBe(authToken);
      expect(await letsIn(accounts, authToken)).toBe(false);
    }
  });

  it('writes what belongs to it in the same transaction, or nothing', async () => {
    const { account, authToken } = await someone(accounts);
    const { accountId } = account;
    const request = await verified(accounts, authToken);
    const refuse = accounts.AccountEntity.checkOperation({
      filter: { accountId },
      condition: { deactivated: true },
    });
    await expect(reauthenticationOf(accounts).renew(request, [refuse])).rejects.toThrow();
    expect(await letsIn(accounts, authToken)).toBe(true);
    const injected = injectFaults(test.client).on('TransactWriteItems', {
      name: 'interleave',
      run: () => Promise.resolve(),
    });
    const { authToken: fresh } = await reauthenticationOf(accounts)
      .renew(request)
      .finally(() => injected.remove());
    expect(injected.attempts).toBe(1);
    expect(await letsIn(accounts, fresh)).toBe(true);
  });
});

describe('requirePermission', () => {
  it('ASVS 8.2.1, 8.3.2: goes by the account as it is now, not as it was at the login', async () => {
    const { account, authToken } = await someone(accounts);
    const { accountId } = account;
    const own = `admin_profile:${accountId}`;
    const request = await verified(accounts, authToken);
    expect(accounts.sessions.requirePermission(request, own)).toEqual(account);
    expect(refusal(() => accounts.sessions.requirePermission(request, 'publish'))).toMatchObject({
      code: 'PermissionDenied',
      status: 403,
      details: { permission: 'publish' },
    });
    const set = (permissions: string[]) =>
      accounts.AccountEntity.updateOne({
        filter: { accountId },
        update: { $set: { permissions } },
      });
    await set(['publish']);
    const next = await verified(accounts, authToken);
    expect(refusal(() => accounts.sessions.requirePermission(next, 'publish'))).toBe('none');
    await set([]);
    const last = await verified(test.another(), authToken);
    expect(refusal(() => accounts.sessions.requirePermission(last, 'publish'))).toMatchObject({
      code: 'InvalidSession', // let through by another instance
    });
    await accounts.handleRequest(last);
    expect(refusal(() => accounts.sessions.requirePermission(last, 'publish'))).toMatchObject({
      code: 'PermissionDenied',
    });
  });

  it('takes an account, and nothing that a request says of itself', async () => {
    const { account, authToken } = await someone(accounts);
    const own = `admin_profile:${account.accountId}`;
    expect(refusal(() => accounts.sessions.requirePermission(account, own))).toBe('none');
    const claims = { ...requestWith(authToken), user: account, ...account };
    expect(refusal(() => accounts.sessions.requirePermission(claims, own))).toMatchObject({
      code: 'InvalidSession',
    });
    for (const subject of [undefined, null, 'x', {}, { permissions: own }]) {
      expect(
        refusal(() => accounts.sessions.requirePermission(subject as never, own)),
      ).toMatchObject({
        code: 'InvalidInput',
      });
    }
    expect(
      refusal(() => accounts.sessions.requirePermission(account, undefined as never)),
    ).toMatchObject({
      code: 'PermissionDenied',
    });
  });
});
