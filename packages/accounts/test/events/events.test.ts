import { injectFaults } from '@latchkey/entity/testing';
import type { AccountEvent, ValidateEvent } from '../../src/events/accountEvents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { everythingShown } from '../support/everythingShown.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

describe('events', () => {
  let test: TestAccounts;
  let events: AccountEvent[];
  let accountId: string;
  let stop: (() => void)[] = [];
  const login = (password = PASSWORD, username = 'ada'): Promise<{ authToken: string }> =>
    test.accounts.userByPasswordLogin({ username, password, request: requestWith() });
  const names = (): string[] => events.map(({ name }) => name);

  beforeAll(async () => {
    test = await createTestAccounts({
      events: { timeout: '50ms' },
      throttling: { address: false },
    });
    ({ accountId } = await test.accounts.createAccount({
      username: 'ada',
      email: 'ada@example.com',
      password: PASSWORD,
    }));
  });
  beforeEach(() => {
    events = [];
    stop = [test.accounts.on('*', (event) => events.push(event))];
  });
  afterEach(() => {
    for (const each of stop) each();
  });
  afterAll(() => test.drop());

  it('ASVS 16.2.1, 16.2.2, 16.3.1: tell of each outcome once, with UTC time, account, session and client', async () => {
    const { authToken } = await login();
    const request = requestWith(authToken);
    await test.accounts.handleRequest(request);
    await test.accounts.logout({ authToken, request });
    expect(names()).toEqual(['LoginSuccess', 'ResumeSessionSuccess', 'LogoutSuccess']);
    for (const event of events) {
      expect(event).toMatchObject({
        accountId,
        sessionId: expect.stringMatching(/^[0-9A-Z]{26}$/) as string,
        ip: '203.0.113.7',
        userAgent: 'latchkey-tests/1',
      });
      expect(event.time).toEqual(test.clock.now());
      expect(event.time.toISOString()).toMatch(/Z$/);
    }
  });

  it('ASVS 16.3.2: tell why something failed, known or not', async () => {
    await codeOf(login('not the password'));
    await codeOf(login(PASSWORD, 'nobody'));
    await codeOf(login(PASSWORD, 'a b'));
    await codeOf(test.accounts.handleRequest(requestWith('no token')));
    expect(events).toMatchObject([
      { name: 'LoginError', reason: 'LoginFailed', accountId },
      { name: 'LoginError', reason: 'LoginFailed' },
      { name: 'LoginError', reason: 'InvalidInput' },
      { name: 'ResumeSessionError', reason: 'TokenVerificationFailed' },
    ]);
    expect(events[1]).not.toHaveProperty('accountId');
  });

  it('ASVS 16.3.3, 16.5.2: tell of a refusal by the throttle and of a database that does not answer', async () => {
    const fault = injectFaults(test.client).on('Query', 'timeout', { times: 1000 });
    await codeOf(login());
    fault.remove();
    const wrong = Array.from({ length: 12 }, () => codeOf(login('not the password')));
    await Promise.all(wrong);
    expect(events[0]).toMatchObject({ name: 'LoginError', reason: 'ServiceUnavailable' });
    expect(events.map(({ reason }) => reason)).toContain('AccountLocked');
    test.clock.advance(3_600_000);
    await login();
    expect(names()).toContain('LoginAfterFailures');
  });

  it('ASVS 16.2.5, 16.4.1: hold no secret, and no line break of a client', async () => {
    const forged = 'curl\r\n2036-10-21 LoginSuccess accountId=root';
    const request = { ...requestWith(), userAgent: forged };
    const { authToken } = await test.accounts.userByPasswordLogin({
      username: 'ada',
      password: PASSWORD,
      request,
    });
    const requestIp = '192.0.2.1\r\nLoginSuccess';
    const nowhere = { ...request, requestIp };
    const refused = { username: 'ada', password: PASSWORD, request: nowhere };
    expect(await codeOf(test.accounts.userByPasswordLogin(refused))).toBe('InvalidInput');
    await codeOf(login('canary-wrong-password'));
    await codeOf(test.accounts.handleRequest(requestWith(`${authToken}x`)));
    const shown = everythingShown(events);
    expect(shown).not.toMatch(/canary|eyJ/);
    for (const { ip, userAgent } of events)
      expect(`${String(ip)} ${String(userAgent)}`).not.toMatch(/[\r\n]/);
    expect(events[0]?.userAgent).toContain('curl');
  });

  it.each([
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['198.51.100.9, [2001:DB8::7]:443', '2001:db8::7'],
    [`${'198.51.100.9, '.repeat(200)}192.0.2.7:80`, '192.0.2.7'],
    [`192.0.2.7, ${'x'.repeat(80)}`, 'x'.repeat(64)],
    [' ', ''],
  ])('show of %j the address that sessions store and limits count', async (requestIp, ip) => {
    const request = { ...requestWith(), requestIp };
    await codeOf(
      test.accounts.userByPasswordLogin({ username: 'nobody', password: PASSWORD, request }),
    );
    expect(events.map((event) => event.ip)).toEqual([ip]);
  });

  it('are not affected by a listener that throws or never responds', async () => {
    stop.push(
      test.accounts.on('LoginSuccess', () => {
        throw new Error('broken');
      }),
      test.accounts.on('LoginSuccess', () => Promise.reject(new Error('broken'))),
      test.accounts.on('LoginError', () => new Promise(() => undefined)),
    );
    expect(await codeOf(login())).toBe('none');
    expect(await codeOf(login('not the password'))).toBe('LoginFailed');
    expect(names()).toEqual(['LoginSuccess', 'LoginError']);
  });

  it('of a sign-up with its login are those of both', async () => {
    await test.accounts.createAccountAndLogin({
      username: 'both',
      password: PASSWORD,
      request: requestWith(),
    });
    expect(names()).toEqual(['CreateUserSuccess', 'LoginSuccess']);
    events = [];
    const again = { username: 'both', password: PASSWORD, request: requestWith() };
    await codeOf(test.accounts.createAccountAndLogin(again));
    expect(names()).toEqual(['CreateUserError', 'LoginError']);
  });

  it('of a sign-up whose login is refused say that there is no account', async () => {
    stop.push(
      test.accounts.on('ValidateLogin', () => {
        throw new Error('not on Sundays');
      }),
    );
    const input = { username: 'sunday', password: PASSWORD, request: requestWith() };
    expect(await codeOf(test.accounts.createAccountAndLogin(input))).toBe('Vetoed');
    expect(events).toMatchObject([
      { name: 'CreateUserError', reason: 'Vetoed' },
      { name: 'LoginError', reason: 'Vetoed' },
    ]);
    expect(await test.accounts.findUser({ username: 'sunday' })).toBeNull();
  });

  it('of a sign-up whose owner must confirm the address first say that there is an account', async () => {
    const strict = await createTestAccounts({ requireActivation: true });
    const told: string[] = [];
    strict.accounts.on('*', ({ name }) => told.push(name));
    const input = { email: 'eve@example.com', password: PASSWORD, request: requestWith() };
    expect(await codeOf(strict.accounts.createAccountAndLogin(input))).toBe('AccountNotActivated');
    expect(told).toEqual(['VerificationNotSent', 'CreateUserSuccess', 'LoginError']);
    expect(await strict.accounts.findUser({ username: 'eve@example.com' })).not.toBeNull();
    await strict.drop();
  });

  it('ASVS 6.3.8: of a hidden outcome say what it was: a sign-up with an address that is taken', async () => {
    const quiet = await createTestAccounts({ delivery: { send: () => undefined } });
    const told: AccountEvent[] = [];
    quiet.accounts.on('*', (event) => told.push(event));
    const signUp = () =>
      quiet.accounts.requestAccount({ email: 'eve@example.com', password: PASSWORD });
    const answers = [await codeOf(signUp()), await codeOf(signUp())];
    await quiet.accounts.settled();
    expect(answers).toEqual(['none', 'none']);
    expect(told.map(({ name, reason }) => [name, reason])).toEqual([
      ['CreateUserSuccess', undefined],
      ['CreateUserError', 'EmailAlreadyExists'],
    ]);
    expect(told[1]).not.toHaveProperty('accountId');
    await quiet.drop();
  });

  describe('ASVS 16.3.2: of a guard that refuses somebody', () => {
    it('report who, where and why, without being awaited', async () => {
      const request = requestWith();
      const username = 'ada';
      await test.accounts.userByPasswordLogin({ username, password: PASSWORD, request });
      test.clock.advance(60_000);
      events = [];
      const { sessions } = test.accounts;
      const account = request.user;
      if (!account) throw new Error('nobody is logged in');
      const guards: (() => unknown)[] = [
        () => sessions.requirePermission(request, 'editor'),
        () => sessions.requirePermission(account, 'editor'),
        () => {
          sessions.requireRecentLogin(request, '1m');
        },
        () => sessions.requirePermission(requestWith(), 'editor'),
        // These refuse nobody: the first lets in, and the others were asked what makes no sense.
        () => sessions.requirePermission(request, `admin_profile:${accountId}`),
        () => {
          sessions.requireRecentLogin(request, 'soon' as never);
        },
        () => sessions.requirePermission({} as never, 'editor'),
      ];
      const codes = await Promise.all(guards.map((guard) => codeOf(Promise.resolve().then(guard))));
      expect(codes).toEqual([
        'PermissionDenied',
        'PermissionDenied',
        'RecentLoginRequired',
        'InvalidSession',
        'none',
        'InvalidConfiguration',
        'InvalidInput',
      ]);
      const { ip, userAgent } = { ip: '203.0.113.7', userAgent: 'latchkey-tests/1' };
      const sessionId = expect.stringMatching(/^[0-9A-Z]{26}$/) as string;
      const time = test.clock.now();
      const name = 'AccessDenied';
      expect(events).toEqual([
        { name, time, ip, userAgent, accountId, sessionId, reason: 'PermissionDenied' },
        { name, time, accountId, reason: 'PermissionDenied' },
        { name, time, ip, userAgent, accountId, sessionId, reason: 'RecentLoginRequired' },
        { name, time, ip, userAgent, reason: 'InvalidSession' },
      ]);
    });

    it('emit nothing beside a flow that emits it itself', async () => {
      const request = requestWith();
      await test.accounts.userByPasswordLogin({ username: 'ada', password: PASSWORD, request });
      test.clock.advance(600_000);
      events = [];
      const { accounts } = test;
      const asked = [
        await codeOf(
          accounts.contacts.remove({ request, kind: 'email', value: 'ada@example.com' }),
        ),
        await codeOf(accounts.impersonate({ request, accountId })),
      ];
      expect(asked).toEqual(['RecentLoginRequired', 'PermissionDenied']);
      expect(names()).toEqual(['RemoveContactError', 'ImpersonationError']);
    });

    it('end with the guard’s refusal, whatever a listener does', async () => {
      stop.push(
        test.accounts.on('AccessDenied', () => {
          throw new Error('broken');
        }),
        test.accounts.on('AccessDenied', () => Promise.reject(new Error('broken'))),
        test.accounts.on('AccessDenied', () => new Promise(() => undefined)),
      );
      const request = requestWith();
      await test.accounts.userByPasswordLogin({ username: 'ada', password: PASSWORD, request });
      expect(() => test.accounts.sessions.requirePermission(request, 'editor')).toThrow(
        expect.objectContaining({ code: 'PermissionDenied' }),
      );
    });
  });

  it('tell of an input that is none', async () => {
    await codeOf(test.accounts.userByPasswordLogin(null as never));
    await codeOf(test.accounts.createAccount(null as never));
    expect(names()).toEqual(['LoginError', 'CreateUserError']);
  });

  it('ASVS 6.3.5: do not say that a login has succeeded which has not', async () => {
    const { accountId: own } = await test.accounts.createAccount({
      username: 'late',
      password: PASSWORD,
    });
    for (let at = 0; at < 5; at++) await codeOf(login('not the password', 'late'));
    const stopVeto = test.accounts.on('ValidateLogin', () => {
      throw new Error('not on Sundays');
    });
    events = [];
    expect(await codeOf(login(PASSWORD, 'late'))).toBe('Vetoed');
    stopVeto();
    await test.accounts.lifecycle.deactivate({ accountId: own });
    expect(await codeOf(login(PASSWORD, 'late'))).toBe('AccountDeactivated');
    expect(names()).toEqual(['LoginError', 'DeactivateUserSuccess', 'LoginError']);
  });

  it('say it of failures of the last day only', async () => {
    await test.accounts.createAccount({ username: 'rested', password: PASSWORD });
    for (let at = 0; at < 5; at++) await codeOf(login('not the password', 'rested'));
    test.clock.advance(24 * 60 * 60 * 1000);
    events = [];
    await login(PASSWORD, 'rested');
    expect(names()).toEqual(['LoginSuccess']);
  });

  it('a listener that was removed gets no more events', async () => {
    stop[0]?.();
    await login();
    expect(events).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('not on Sundays');
      },
    ],
    ['rejects', () => Promise.reject(new Error('not on Sundays'))],
    ['never answers', () => new Promise(() => undefined)],
  ])(
    'ASVS 16.5.3: a listener to ValidateLogin that %s refuses the login',
    async (_name, listener) => {
      stop.push(test.accounts.on('ValidateLogin', listener));
      const sessions = () => test.accounts.SessionEntity.count({ filter: { accountId } });
      const before = await sessions();
      const error = await errorOf(login());
      expect(error.toJSON()).toMatchObject({
        code: 'Vetoed',
        status: 403,
        details: { event: 'ValidateLogin' },
      });
      expect(await sessions()).toBe(before);
      expect(names()).toEqual(['LoginError']);
    },
  );

  it('a listener to ValidateLogin is called after the password, without a secret', async () => {
    const asked: ValidateEvent[] = [];
    stop.push(test.accounts.on('ValidateLogin', (event) => asked.push(event)));
    await codeOf(login('not the password'));
    expect(asked).toEqual([]);
    await login();
    expect(asked).toMatchObject([{ account: { accountId, username: 'ada' }, method: 'password' }]);
    expect(everythingShown(asked)).not.toMatch(/canary|\$2b\$|eyJ/);
  });

  it('a listener to ValidateCreateUser can refuse; nothing is written then', async () => {
    const asked: ValidateEvent[] = [];
    stop.push(
      test.accounts.on('ValidateCreateUser', (event) => {
        asked.push(event);
        throw new Error('invited guests only');
      }),
    );
    const input = { username: 'grace', email: 'Grace@Example.com', password: PASSWORD };
    expect(await codeOf(test.accounts.createAccount(input))).toBe('Vetoed');
    expect(asked[0]?.input).toEqual({ username: 'grace', email: 'grace@example.com' });
    expect(await test.accounts.findUser({ username: 'grace' })).toBeNull();
    expect(events).toMatchObject([{ name: 'CreateUserError', reason: 'Vetoed' }]);
  });

  it.each(['ValidateLogin', 'ValidateImpersonation'] as const)(
    'ASVS 8.2.3: what a listener to %s makes of what it is shown goes nowhere',
    async (name) => {
      const username = `shown-to-${name}`;
      const profile = { plan: 'free', tags: ['a'] };
      const { accountId: own } = await test.accounts.createAccount({
        username,
        password: PASSWORD,
        profile,
      });
      const seen: unknown[] = [];
      const spoil = ({ account }: ValidateEvent): void => {
        seen.push(structuredClone(account?.permissions), structuredClone(account?.profile));
        const { permissions, profile: shown } = account as unknown as {
          permissions: string[];
          profile: { tags: string[]; plan: string };
        };
        permissions.push('impersonate');
        shown.tags.push('b');
        shown.plan = 'paid';
        Object.assign(account ?? {}, { deactivated: true, sessionGeneration: 'x' });
      };
      // The second is shown what the first was.
      for (let at = 0; at < 2; at++) stop.push(test.accounts.on(name, (event) => spoil(event)));
      let request = requestWith();
      if (name === 'ValidateLogin') {
        await test.accounts.userByPasswordLogin({ username, password: PASSWORD, request });
      } else {
        const support = requestWith();
        await test.accounts.userByPasswordLogin({
          username: 'ada',
          password: PASSWORD,
          request: support,
        });
        const filter = { accountId };
        const permissions = ['impersonate'];
        await test.accounts.AccountEntity.updateOne({ filter, update: { $set: { permissions } } });
        await test.accounts.handleRequest(support);
        const { authToken } = await test.accounts.impersonate({
          request: support,
          accountId: own,
        });
        request = requestWith(authToken);
        await test.accounts.handleRequest(request);
      }
      const permissions = [`admin_profile:${own}`];
      expect(seen).toEqual([permissions, profile, permissions, profile]);
      expect(request.user).toMatchObject({ permissions, profile, deactivated: false });
      expect(() => test.accounts.sessions.requirePermission(request, 'impersonate')).toThrow();
      expect(await test.accounts.findUser({ username })).toMatchObject({ permissions, profile });
    },
  );

  it('ASVS 8.2.3: what a listener to ValidateCreateUser makes of it is not what is stored', async () => {
    stop.push(
      test.accounts.on('ValidateCreateUser', ({ input }) => {
        Object.assign(input?.profile ?? {}, { plan: 'paid' });
        Object.assign(input ?? {}, { username: 'root' });
      }),
    );
    const profile = { plan: 'free' };
    const input = { username: 'charles', password: PASSWORD, profile };
    expect(await test.accounts.createAccount(input)).toMatchObject({
      username: 'charles',
      profile,
    });
    expect(profile).toEqual({ plan: 'free' });
  });

  describe('hooks of sessions', () => {
    it('ASVS 16.5.3: that do not answer in time refuse the request', async () => {
      const own = test.another();
      const { authToken } = await login();
      own.addHooks((hooks) => {
        hooks.onRequest(() => new Promise(() => undefined));
      });
      const request = requestWith(authToken);
      const error = await errorOf(own.handleRequest(request));
      expect(error).toMatchObject({ code: 'Vetoed', details: { event: 'onRequest' } });
      expect(request).not.toHaveProperty('user');
      // Nor does one without a session get through.
      expect(await codeOf(own.handleRequest(requestWith()))).toBe('Vetoed');
    });

    it('that do not answer in time hold up no refresh and no login', async () => {
      const own = await createTestAccounts({ events: { timeout: '50ms' } });
      const account = await own.accounts.createAccount({ username: 'ada', password: PASSWORD });
      const { authToken } = await own.accounts.sessions.begin(account, requestWith());
      own.accounts.addHooks((hooks) => {
        hooks.onRefreshTokens(() => new Promise(() => undefined));
        hooks.onUpsertSessionError(() => new Promise(() => undefined));
      });
      const refresh = own.accounts.refreshTokens({ authToken, request: requestWith() });
      await expect(refresh).rejects.toThrow('did not answer in time');
      const fault = injectFaults(own.client).on('PutItem', 'timeout', { times: 1000 });
      const login = own.accounts.sessions.begin(account, requestWith());
      expect(await codeOf(login)).toBe('ServiceUnavailable');
      fault.remove();
      await own.drop();
    });
  });
});
