import type { Accounts } from '../../src/accounts/Accounts.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { letsIn, signUp, someone, verified } from './support.js';

const NEW_PASSWORD = 'a long walk in the hills';

let test: TestAccounts;
/** A server whose listeners and hooks call it themselves. */
let accounts: Accounts;
/** A server without any. */
let plain: Accounts;
beforeEach(async () => {
  test = await createTestAccounts();
  ({ accounts } = test);
  plain = test.another();
});
afterEach(() => test.drop());

describe('ASVS 2.3.3: a listener that calls the accounts itself leaves no half state', () => {
  it('where it sets a password while a login is asked about: the login is void', async () => {
    const { accountId } = await signUp(accounts);
    accounts.on('ValidateLogin', () =>
      accounts.setPassword({ accountId, newPassword: NEW_PASSWORD }),
    );
    const request = requestWith();
    await codeOf(
      accounts.userByPasswordLogin({ username: accountId, password: PASSWORD, request }),
    );
    const { authToken } = request;
    if (authToken !== undefined) expect(await letsIn(plain, authToken)).toBe(false);
    expect(
      await codeOf(
        plain.userByPasswordLogin({
          username: accountId,
          password: NEW_PASSWORD,
          request: requestWith(),
        }),
      ),
    ).toBe('none');
  });

  it('where it deletes the account that has just logged in: nothing is left', async () => {
    const { accountId } = await signUp(accounts);
    accounts.on('LoginSuccess', () => accounts.lifecycle.delete({ accountId }));
    const { authToken } = await accounts.userByPasswordLogin({
      username: accountId,
      password: PASSWORD,
      request: requestWith(),
    });
    expect(await letsIn(plain, authToken)).toBe(false);
    const { items } = await accounts.SessionEntity.findMany({ filter: { accountId } });
    expect(items).toEqual([]);
  });

  it('where it logs in once more at every login: each session stands by itself', async () => {
    const { accountId } = await signUp(accounts);
    const inner: string[] = [];
    accounts.on('LoginSuccess', async () => {
      if (inner.length === 3) return;
      inner.push('');
      const at = inner.length - 1;
      const again = { username: accountId, request: requestWith() };
      inner[at] = (await accounts.pushCustomSession(again)).authToken;
    });
    const request = requestWith();
    const { authToken } = await accounts.pushCustomSession({ username: accountId, request });
    expect(inner).toHaveLength(3);
    for (const token of [authToken, ...inner]) expect(await letsIn(plain, token)).toBe(true);
    expect(request.authToken).toBe(authToken);
  });
});

describe('ASVS 2.3.3: a session hook that calls the accounts itself leaves no half state', () => {
  it('onRequest that looks at the same token: two requests, one session', async () => {
    let depth = 0;
    accounts.addHooks((hooks) => {
      hooks.onRequest(async ({ authToken = '' }) => {
        if (depth++ === 0) await accounts.handleRequest(requestWith(authToken));
      });
    });
    const { authToken, account } = await someone(plain);
    const request = await verified(accounts, authToken);
    expect([depth, request.user]).toEqual([2, account]);
    expect(await letsIn(plain, authToken)).toBe(true);
  });

  it('onRequest that logs its request out: it continues without a session', async () => {
    accounts.addHooks((hooks) => {
      hooks.onRequest((request) =>
        accounts.logout({ authToken: request.authToken ?? '', request }),
      );
    });
    const { authToken } = await someone(plain);
    const request = await verified(accounts, authToken);
    expect(request).toMatchObject({ sessionDestroyed: true });
    expect(request).not.toHaveProperty('user');
    expect(request).not.toHaveProperty('authToken');
    expect(() => accounts.sessions.verifiedSessionOf(request)).toThrow(
      expect.objectContaining({ code: 'InvalidSession' }),
    );
    expect(await letsIn(plain, authToken)).toBe(false);
  });

  it('onRefreshTokens that renews again: its token is the one in use, and the first leads to it', async () => {
    const given: string[] = [];
    accounts.addHooks((hooks) => {
      hooks.onRefreshTokens(async ({ authToken }) => {
        given.push(authToken);
        if (given.length > 1) return;
        await accounts.refreshTokens({ authToken, request: requestWith() });
      });
    });
    const { authToken: first } = await someone(plain);
    const { authToken } = await accounts.refreshTokens({
      authToken: first,
      request: requestWith(),
    });
    expect(given).toEqual([authToken, expect.any(String)]);
    const again = await plain.refreshTokens({ authToken, request: requestWith() });
    expect(again.authToken).toBe(given[1]);
    expect(await letsIn(plain, again.authToken)).toBe(true);
  });

  it('onRefreshTokens that revokes all: what was renewed is void', async () => {
    accounts.addHooks((hooks) => {
      hooks.onRefreshTokens(({ account: { accountId } }) =>
        accounts.sessions.revokeAllSessions({ accountId }),
      );
    });
    const { authToken: first } = await someone(plain);
    const { authToken } = await accounts.refreshTokens({
      authToken: first,
      request: requestWith(),
    });
    for (const token of [first, authToken]) expect(await letsIn(plain, token)).toBe(false);
  });

  it('onUpsertSessionError that tries once more by itself hides nothing, and begins one session', async () => {
    const { accountId } = await signUp(plain);
    let isBroken = true;
    let inner = '';
    accounts.addHooks((hooks) => {
      hooks.onUpsertSessionError(async () => {
        isBroken = false;
        const again = { username: accountId, request: requestWith() };
        inner = (await accounts.pushCustomSession(again)).authToken;
      });
    });
    test.client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (isBroken && commandName === 'PutItemCommand') throw new Error('broken');
          return next(args);
        },
      { step: 'finalizeRequest', priority: 'low', name: 'broken' },
    );
    const request = requestWith();
    const code = await codeOf(accounts.pushCustomSession({ username: accountId, request }));
    test.client.middlewareStack.remove('broken');
    expect(code).toBe('ServiceUnavailable');
    expect(request).not.toHaveProperty('authToken');
    expect(await letsIn(plain, inner)).toBe(true);
    const { edges } = await plain.sessions.listSessions({ accountId });
    expect(edges).toHaveLength(1);
  });
});
