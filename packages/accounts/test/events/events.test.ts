import type { AccountEvent, ValidateEvent } from '../../src/events/accountEvents.js';
import { failWith, timeout } from '../../../entity/test/support/faults.js';
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

  it('tell of each outcome once, with UTC time, account, session and client (ASVS 16.2.1, 16.3.1)', async () => {
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

  it('tell why something failed, known or not (ASVS 16.3.2)', async () => {
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

  it('tell of a refusal by the throttle and of a database that does not answer (ASVS 16.3.3, 16.5.2)', async () => {
    const fault = failWith(test.client, 'Query', timeout, 1000);
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

  it('hold no secret, and no line break of a client (ASVS 16.2.5, 16.4.1)', async () => {
    const forged = 'curl\r\n2036-10-21 LoginSuccess accountId=root';
    const request = { ...requestWith(), userAgent: forged, requestIp: '192.0.2.1\r\nLoginSuccess' };
    const { authToken } = await test.accounts.userByPasswordLogin({
      username: 'ada',
      password: PASSWORD,
      request,
    });
    await codeOf(login('canary-wrong-password'));
    await codeOf(test.accounts.handleRequest(requestWith(`${authToken}x`)));
    const shown = everythingShown(events);
    expect(shown).not.toMatch(/canary|eyJ/);
    for (const { ip, userAgent } of events)
      expect(`${String(ip)} ${String(userAgent)}`).not.toMatch(/[\r\n]/);
    expect(events[0]?.userAgent).toContain('curl');
  });

  it('are lost on nobody: what a listener throws, or never answers, changes nothing', async () => {
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

  it('tell of an input that is none', async () => {
    await codeOf(test.accounts.userByPasswordLogin(null as never));
    await codeOf(test.accounts.createAccount(null as never));
    expect(names()).toEqual(['LoginError', 'CreateUserError']);
  });

  it('do not say that a login has succeeded which has not (ASVS 6.3.5)', async () => {
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
    await test.accounts.deactivate({ accountId: own });
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

  it('end for who has left', async () => {
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
    'a listener to ValidateLogin that %s lets nobody in (ASVS 16.5.3)',
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

  it('a listener to ValidateLogin is asked after the password, and told no secret', async () => {
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
});
