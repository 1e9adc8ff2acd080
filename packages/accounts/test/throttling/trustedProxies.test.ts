import type { AccountsOptions } from '../../src/accounts/Accounts.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { selfService } from '../support/selfService.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

const BUDGET = 4;
const WRONG = 'not the password';

describe('the limit by client address, behind trusted proxies', () => {
  let test: TestAccounts;
  let count = 0;

  const withAccounts = async (options: Partial<AccountsOptions>): Promise<void> => {
    test = await createTestAccounts({
      throttling: { address: { budget: BUDGET } },
      delivery: { send: () => undefined },
      ...options,
    });
  };
  afterEach(() => test.drop());

  /** A request from one client, who writes what it likes before its address. */
  const request = (client: string) => ({
    ...requestWith(),
    requestIp: `192.0.2.${String(++count % 250)}, ${client}:${String(50_000 + count)}, 10.0.0.7`,
  });
  const doors: [string, (client: string) => Promise<unknown>][] = [
    [
      'userByPasswordLogin',
      (client) =>
        test.accounts.userByPasswordLogin({
          username: `nobody${String(count)}`,
          password: WRONG,
          request: request(client),
        }),
    ],
    [
      'requestAccount',
      (client) =>
        test.accounts.requestAccount({
          email: `somebody${String(count)}@example.com`,
          password: PASSWORD,
          request: request(client),
        }),
    ],
    [
      'signUp',
      (client) =>
        selfService(test.accounts).signUp({
          username: `user${String(count)}`,
          password: PASSWORD,
          request: request(client),
        }),
    ],
  ];

  describe.each([
    ['networks', ['10.0.0.0/8']],
    ['a number of them', 1],
  ])('given as %s', (_name, trustedProxies) => {
    it.each(doors)('counts %s by the address that the proxies have seen', async (_door, call) => {
      await withAccounts({ trustedProxies });
      for (let at = 0; at < BUDGET; at++) {
        expect(await codeOf(call('198.51.100.5'))).not.toBe('TooManyRequests');
      }
      expect(await codeOf(call('198.51.100.5'))).toBe('TooManyRequests');
      expect(await codeOf(call('198.51.100.6'))).not.toBe('TooManyRequests');
    });
  });

  it.each(doors)('without the option counts %s by the last address', async (_door, call) => {
    await withAccounts({});
    for (let at = 0; at < BUDGET; at++) {
      expect(await codeOf(call(`198.51.100.${String(at)}`))).not.toBe('TooManyRequests');
    }
    expect(await codeOf(call('198.51.100.99'))).toBe('TooManyRequests');
  });

  it('keeps that address with the session', async () => {
    await withAccounts({ trustedProxies: ['10.0.0.7'] });
    await test.accounts.createAccount({ username: 'ada', password: PASSWORD });
    const { sessionDocument } = await test.accounts.userByPasswordLogin({
      username: 'ada',
      password: PASSWORD,
      request: request('198.51.100.5'),
    });
    expect(sessionDocument.connectionInfo.ip).toBe('198.51.100.5');
  });

  it('is refused where the address is not one: of a request by its name, of the option by its path', async () => {
    await withAccounts({ trustedProxies: ['10.0.0.7'] });
    const [, requestAccount] = doors[1] ?? [];
    expect(await errorOf(requestAccount?.('nonsense') ?? Promise.resolve())).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'request.requestIp', reason: 'notAnAddress' },
    });
    const refused = createTestAccounts({ trustedProxies: ['10.0.0.0/8', 'nonsense'] });
    expect(await errorOf(refused)).toMatchObject({
      code: 'InvalidConfiguration',
      details: { path: 'trustedProxies.1' },
    });
  });
});
