import type { Accounts } from '../../src/accounts/Accounts.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf } from '../support/errorOf.js';
import { claimsOf } from '../support/forgeToken.js';
import { requestWith, type TestAccounts } from '../support/testAccounts.js';
import { accountsWith, letsIn, MINUTE, signUp, someone } from './support.js';

let test: TestAccounts;
beforeAll(async () => {
  test = await accountsWith({});
});
afterAll(() => test.drop());

const ELSEWHERE = { requestIp: '198.51.100.9' };
const UPDATED = { userAgent: 'latchkey-tests/2' };
const from = (authToken: string, change: Partial<SessionRequest>): SessionRequest => ({
  ...requestWith(authToken),
  ...change,
});

it('a request from another address or User-Agent is let in by default, and nothing is written', async () => {
  const { authToken } = await someone(test.accounts);
  const cost = await test.log.costOf(() =>
    test.accounts.handleRequest(from(authToken, { ...ELSEWHERE, ...UPDATED })),
  );
  expect(cost.commands).toEqual(['BatchGetItem']);
  expect(await letsIn(test.accounts, authToken)).toBe(true);
});

it('an address is stored and compared in one form, however it is written', async () => {
  const accounts = test.another({ onConnectionChange: { ip: 'revoke' } });
  const account = await signUp(accounts);
  for (const [first, ...others] of [
    ['::ffff:192.0.2.7', '192.0.2.7', '::FFFF:c000:207', '[::ffff:192.0.2.7]:443'],
    ['2001:DB8:0:0:1::7', '2001:db8::1:0:0:7', '2001:db8:0:0:1:0:0:7%eth0'],
  ] as const) {
    const request = { ...requestWith(), requestIp: first };
    const { authToken } = await accounts.sessions.begin(account, request);
    const { ip } = accounts.sessions.verifiedSessionOf(request).session.connectionInfo;
    expect(ip).toBe(others[0]);
    for (const requestIp of others) {
      expect(await codeOf(accounts.handleRequest(from(authToken, { requestIp })))).toBe('none');
    }
  }
});

describe.each([
  ['another User-Agent', UPDATED, ELSEWHERE, { userAgent: 'revoke' }],
  ['another address', ELSEWHERE, UPDATED, { ip: 'revoke' }],
] as const)('where %s revokes', (_name, change, harmless, onConnectionChange) => {
  it('the session ends, for the client that it belongs to as well', async () => {
    const accounts = test.another({ onConnectionChange });
    const { authToken } = await someone(accounts);
    expect(await codeOf(accounts.handleRequest(from(authToken, harmless)))).toBe('none');
    const request = from(authToken, change);
    request.onCallDestroySession = jest.fn();
    expect(await codeOf(accounts.handleRequest(request))).toBe('InvalidSession');
    expect(request.onCallDestroySession).toHaveBeenCalledTimes(1);
    expect(await letsIn(accounts, authToken)).toBe(false);
    expect(await letsIn(test.accounts, authToken)).toBe(false);
  });
});

it('where both revoke, refreshTokens does so, too', async () => {
  const accounts = test.another({ onConnectionChange: 'revoke' });
  const { authToken } = await someone(accounts);
  const request = from(authToken, ELSEWHERE);
  expect(await codeOf(accounts.refreshTokens({ authToken, request }))).toBe('InvalidSession');
  expect(await letsIn(accounts, authToken)).toBe(false);
});

describe('where a change rotates', () => {
  let accounts: Accounts;
  const handedOn: string[] = [];
  beforeAll(() => {
    accounts = test
      .another({ onConnectionChange: 'rotate' })
      .addHooks((hooks) => hooks.onRefreshTokens(({ authToken }) => handedOn.push(authToken)));
  });

  it('the new client gets a new token and is the one that is known', async () => {
    const { authToken } = await someone(accounts);
    const request = from(authToken, ELSEWHERE);
    await accounts.handleRequest(request);
    const fresh = request.authToken ?? '';
    expect(handedOn.at(-1)).toBe(fresh);
    expect(claimsOf(fresh).rot).toBe(1);
    expect(accounts.sessions.verifiedSessionOf(request).session.connectionInfo).toEqual({
      ip: '198.51.100.9',
      userAgent: 'latchkey-tests/1',
    });
    const next = from(fresh, ELSEWHERE);
    await accounts.handleRequest(next);
    expect(next.authToken).toBe(fresh);
  });

  it('16 requests from the new address at once get the same one', async () => {
    const { authToken } = await someone(accounts);
    const requests = Array.from({ length: 16 }, () => from(authToken, ELSEWHERE));
    await Promise.all(requests.map((request) => accounts.handleRequest(request)));
    expect(new Set(requests.map((request) => request.authToken)).size).toBe(1);
    expect(claimsOf(requests[0]?.authToken ?? '').rot).toBe(1);
  });

  it('ASVS 10.4.5, OWASP Cookie Theft: a stolen token does not last: thief and owner cannot both continue', async () => {
    const { authToken } = await someone(accounts);
    const theft = from(authToken, ELSEWHERE);
    await accounts.handleRequest(theft);
    test.clock.advance(MINUTE);
    expect(await letsIn(accounts, authToken)).toBe(false);
    const again = from(theft.authToken ?? '', ELSEWHERE);
    expect(await codeOf(accounts.handleRequest(again))).toBe('InvalidSession');
  });
});

it.each([
  ['requestIp', 7],
  ['requestIp', undefined],
  ['userAgent', 7],
])('ASVS 2.2.1: a request with %s %p is refused', async (field, value) => {
  const accounts = test.another({ onConnectionChange: 'revoke' });
  const { authToken } = await someone(accounts);
  const request = { ...requestWith(authToken), [field]: value } as never;
  expect(await codeOf(accounts.handleRequest(request))).toBe('InvalidInput');
  expect(request).not.toHaveProperty('user');
  expect(await letsIn(accounts, authToken)).toBe(true);
});

// A client need not send the header (story 17): it is an empty one then, and another than before.
it.each([undefined, null])(
  'a request whose userAgent is %p has an empty one',
  async (userAgent) => {
    const request = (authToken: string): SessionRequest => ({
      ...requestWith(authToken),
      userAgent,
    });
    const { authToken } = await someone(test.another({ onConnectionChange: 'ignore' }));
    const lenient = test.another({ onConnectionChange: 'ignore' });
    await lenient.handleRequest(request(authToken));
    const strict = test.another({ onConnectionChange: 'revoke' });
    expect(await codeOf(strict.handleRequest(request(authToken)))).toBe('InvalidSession');
    expect(await letsIn(lenient, authToken)).toBe(false);
  },
);
