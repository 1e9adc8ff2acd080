import { injectFaults } from '@latchkey/entity/testing';
import type { Accounts } from '../../src/accounts/Accounts.js';
import { AccountError } from '../../src/errors/AccountError.js';
import type { UpsertSessionFailure } from '../../src/sessions/SessionHooks.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, SECRET, type TestAccounts } from '../support/testAccounts.js';
import { accountsWith, letsIn, signUp, someone, verified, watch } from './support.js';

const ALWAYS = 1000;

let test: TestAccounts;
let accounts: Accounts;
beforeAll(async () => {
  test = await accountsWith({});
  ({ accounts } = test);
});
afterAll(() => test.drop());

describe('pushCustomSession', () => {
  it('begins a session without a password, by each name of the account', async () => {
    const username = 'custom-ada';
    const email = 'custom-ada@example.com';
    const account = await accounts.createAccount({ username, email, password: PASSWORD });
    await accounts.verifyEmail({ accountId: account.accountId, email });
    const watched = watch(accounts);
    for (const [name, commands] of [
      [username, ['GetItem', 'Query', 'PutItem']],
      [email, ['GetItem', 'Query', 'PutItem']],
      [account.accountId, ['Query', 'PutItem']],
    ] as const) {
      const request = requestWith();
      const cost = await test.log.costOf(async () => {
        const login = await accounts.pushCustomSession({ username: name, request });
        expect(login.account).toEqual(account);
        expect(request).toMatchObject({ authToken: login.authToken, user: account });
      });
      expect(cost.commands).toEqual(commands);
      expect(await letsIn(test.another(), request.authToken ?? '')).toBe(true);
    }
    expect(watched.events[0]).toMatchObject({
      name: 'LoginSuccess',
      method: 'custom',
      accountId: account.accountId,
      sessionId: expect.any(String),
    });
  });

  it('begins none by an address that somebody has put down and not verified (SuperTokens account linking)', async () => {
    const [email, phone] = ['victim@example.com', '+4930123456'];
    const extraContacts = [{ kind: 'phone', value: phone }] as const;
    const input = { username: 'mallory', email, password: PASSWORD, extraContacts };
    const { accountId } = await accounts.createAccount(input);
    const push = (username: string): Promise<string> =>
      codeOf(accounts.pushCustomSession({ username, request: requestWith() }));
    const watched = watch(accounts);
    expect([await push(email), await push(phone)]).toEqual(['UserNotFound', 'UserNotFound']);
    expect(watched.names()).toEqual(['LoginError', 'LoginError']);
    expect((await accounts.sessions.listSessions({ accountId })).edges).toEqual([]);
    await accounts.verifyEmail({ accountId, email });
    expect([await push(email), await push(phone)]).toEqual(['none', 'UserNotFound']);
  });

  it('begins none for an unknown account, a deactivated account, or against a veto', async () => {
    const { accountId } = await signUp(accounts);
    const push = (username: string): Promise<unknown> =>
      accounts.pushCustomSession({ username, request: requestWith() });
    expect(await codeOf(push('nobody-at-all'))).toBe('UserNotFound');
    expect(await codeOf(push('01ARZ3NDEKTSV4RRFFQ69G5FAV'))).toBe('UserNotFound');
    expect(await codeOf(push({ $ne: '' } as never))).toBe('InvalidInput');
    expect(await codeOf(accounts.pushCustomSession(undefined as never))).toBe('InvalidInput');
    const noRequest = accounts.pushCustomSession({ username: accountId } as never);
    expect(await errorOf(noRequest)).toMatchObject({ details: { path: 'request' } });
    const off = accounts.on('ValidateLogin', () => {
      throw new Error('not today');
    });
    expect(await codeOf(push(accountId))).toBe('Vetoed');
    off();
    await accounts.lifecycle.deactivate({ accountId });
    expect(await codeOf(push(accountId))).toBe('AccountDeactivated');
    const { edges } = await accounts.sessions.listSessions({ accountId });
    expect(edges).toEqual([]);
  });
});

describe('logout with a token whose secret has since changed', () => {
  const replaced = (): Accounts => test.another({ getTokenSecret: () => `${SECRET}-replaced` });

  it('ends that session, and no other, when it is known whose request it is', async () => {
    const { account, authToken } = await someone(accounts);
    const elsewhere = await accounts.sessions.begin(account, requestWith());
    const request = requestWith(authToken);
    await accounts.handleRequest(request);
    expect(await replaced().logout({ authToken, request })).toBe(true);
    expect(request).toMatchObject({ sessionDestroyed: true });
    expect(request).not.toHaveProperty('user');
    expect(await letsIn(accounts, authToken)).toBe(false);
    expect(await letsIn(accounts, elsewhere.authToken)).toBe(true);
  });

  it('is refused otherwise: unknown, somebody else, or no token of ours', async () => {
    const { account, authToken } = await someone(accounts);
    const eve = await someone(accounts);
    const by = async (user: SessionRequest['user'], token: string): Promise<string> => {
      const request = { ...requestWith(token), ...(user && { user }) };
      return codeOf(replaced().logout({ authToken: token, request }));
    };
    expect(await by(undefined, authToken)).toBe('TokenVerificationFailed');
    expect(await by(eve.account, authToken)).toBe('TokenVerificationFailed');
    const [, payload = ''] = authToken.split('.');
    const other = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
    for (const token of ['', 'x', `${other}.${payload}.x`, 'x'.repeat(5000), 7 as never]) {
      expect(await by(account, token)).toBe('TokenVerificationFailed');
    }
    const forOthers = test.another({ audience: 'shop', getTokenSecret: () => `${SECRET}-x` });
    const request = { ...requestWith(authToken), user: account };
    expect(await codeOf(forOthers.logout({ authToken, request }))).toBe('TokenVerificationFailed');
    expect(await letsIn(accounts, authToken)).toBe(true);
  });

  it('leaves the request of a logout without session', async () => {
    const { authToken } = await someone(accounts);
    const request = await verified(accounts, authToken);
    await accounts.logout({ authToken, request });
    expect(() => accounts.sessions.verifiedSessionOf(request)).toThrow(
      expect.objectContaining({ code: 'InvalidSession' }),
    );
  });
});

describe('hooks', () => {
  it('addHooks gives the accounts; onRequest sees every request with its user, in order', async () => {
    const seen: unknown[] = [];
    const hooked = test.another();
    const given = hooked.addHooks((hooks) => {
      hooks.onRequest(({ user }) => seen.push(['first', user?.accountId]));
      hooks.onRequest(async ({ user }) => {
        await Promise.resolve();
        seen.push(['second', user?.accountId]);
      });
    });
    expect(given).toBe(hooked);
    const { account, authToken } = await someone(accounts);
    await hooked.handleRequest(requestWith(authToken));
    await hooked.handleRequest(requestWith());
    const { accountId } = account;
    expect(seen).toEqual([
      ['first', accountId],
      ['second', accountId],
      ['first', undefined],
      ['second', undefined],
    ]);
  });

  it('ASVS 16.5.3: onRequest that throws refuses the request, and the session stays', async () => {
    const cause = new Error('closed');
    const hooked = test.another().addHooks((hooks) => {
      hooks.onRequest(() => Promise.reject(cause));
    });
    const watched = watch(hooked);
    const { authToken } = await someone(accounts);
    const request = requestWith(authToken);
    request.onCallDestroySession = jest.fn();
    const error = await errorOf(hooked.handleRequest(request));
    expect(error).toMatchObject({
      code: 'Vetoed',
      status: 403,
      details: { event: 'onRequest' },
      cause,
    });
    expect(request).not.toHaveProperty('user');
    expect(request).not.toHaveProperty('sessionDestroyed');
    expect(request.onCallDestroySession).not.toHaveBeenCalled();
    expect(() => hooked.sessions.verifiedSessionOf(request)).toThrow();
    expect(watched.events).toMatchObject([{ name: 'ResumeSessionError', reason: 'Vetoed' }]);
    expect(await codeOf(hooked.handleRequest(requestWith()))).toBe('Vetoed');
    expect(await letsIn(accounts, authToken)).toBe(true);
  });

  it('onUpsertSessionError gets what could not be written, and cannot hide it', async () => {
    const failures: UpsertSessionFailure[] = [];
    const { account, authToken } = await someone(accounts);
    const { accountId, username = '' } = account;
    const calls = [
      ['PutItem', (request: SessionRequest) => accounts.sessions.begin(account, request)],
      ['UpdateItem', (request: SessionRequest) => accounts.refreshTokens({ authToken, request })],
    ] as const;
    accounts.addHooks((hooks) => {
      hooks.onUpsertSessionError((failure) => {
        failures.push(failure);
        throw new Error('and this fails, too');
      });
    });
    for (const [command, call] of calls) {
      failures.length = 0;
      const request = requestWith();
      const injected = injectFaults(test.client).on(command, 'timeout', { times: ALWAYS });
      const error = await errorOf(call(request)).finally(() => injected.remove());
      expect(error.code).toBe('ServiceUnavailable');
      expect({ command, failures }).toEqual({
        command,
        failures: [{ error, request, accountId }],
      });
    }
    failures.length = 0;
    const fault = injectFaults(test.client).on('TransactWriteItems', 'timeout', { times: ALWAYS });
    const request = requestWith();
    const login = accounts.userByPasswordLogin({ username, password: PASSWORD, request });
    const error = await errorOf(login).finally(() => fault.remove());
    expect(error.code).toBe('ServiceUnavailable');
    expect(failures).toEqual([{ error, request, accountId }]);
  });
});

describe('every resumed session', () => {
  it('ASVS 16.2.1, 16.2.5: is told of, with who, which and from where, and never with a token', async () => {
    const { account, authToken, sessionDocument } = await someone(accounts);
    const watched = watch(accounts);
    await verified(accounts, authToken);
    await accounts.logout({ authToken, request: requestWith() });
    await codeOf(verified(accounts, authToken));
    await codeOf(verified(accounts, 'no token'));
    await accounts.handleRequest(requestWith());
    const about = { accountId: account.accountId, sessionId: sessionDocument.ulid };
    expect(watched.events).toMatchObject([
      { name: 'ResumeSessionSuccess', ...about, ip: '203.0.113.7', userAgent: 'latchkey-tests/1' },
      { name: 'LogoutSuccess', ...about },
      { name: 'ResumeSessionError', ...about, reason: 'InvalidSession' },
      { name: 'ResumeSessionError', reason: 'TokenVerificationFailed' },
    ]);
    expect(watched.events[3]).not.toHaveProperty('accountId');
    expect(JSON.stringify(watched.events)).not.toContain(authToken);
    for (const { time } of watched.events) expect(time).toEqual(test.clock.now());
  });

  it('is let in or refused whatever a listener does', async () => {
    const { authToken } = await someone(accounts);
    const off = accounts.on('*', () => {
      throw new AccountError('PermissionDenied', { permission: 'x' });
    });
    expect(await letsIn(accounts, authToken)).toBe(true);
    off();
  });
});
