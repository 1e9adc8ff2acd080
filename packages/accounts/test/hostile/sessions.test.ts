import type { PasswordLoginInput } from '../../src/login/PasswordLogin.js';
import type { AccountDocument, SessionRequest } from '../../src/requests/SessionRequest.js';
import type { LogoutInput } from '../../src/sessions/Sessions.js';
import { errorOf } from '../support/errorOf.js';
import { everythingShown } from '../support/everythingShown.js';
import { claimsOf, resign } from '../support/forgeToken.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';

const MEGABYTE = 'm'.repeat(1024 * 1024);
const DAY = 24 * 60 * 60 * 1000;

let test: TestAccounts;
let ada: AccountDocument;
/** A token of a session that stays valid. */
let good: string;

beforeAll(async () => {
  test = await createTestAccounts();
  ada = await test.accounts.createAccount({
    username: 'ada',
    email: 'ada@example.com',
    password: PASSWORD,
  });
  good = (await test.accounts.sessions.begin(ada, requestWith())).authToken;
});
afterAll(() => test.drop());

/** The error of a flow that must not send anything. */
async function quietErrorOf(flow: () => Promise<unknown>): ReturnType<typeof errorOf> {
  let error: Awaited<ReturnType<typeof errorOf>> | undefined;
  const { requests } = await test.log.costOf(async () => {
    error = await errorOf(flow());
  });
  expect(requests).toEqual([]);
  if (!error) throw new Error('expected a refusal');
  return error;
}

describe('a login is refused, before anything is sent, for', () => {
  const input = (change: object): PasswordLoginInput => ({
    username: 'ada',
    password: PASSWORD,
    request: requestWith(),
    ...change,
  });
  const requestBut = (change: object): object => ({ request: { ...requestWith(), ...change } });

  it.each<[string, object, string]>([
    ['no username', { username: undefined }, 'username'],
    ['a username that is an object (NoSQL injection)', { username: { $ne: '' } }, 'username'],
    ['a username that is an array', { username: ['ada'] }, 'username'],
    ["a username with the key's delimiter", { username: 'ada#x' }, 'username'],
    ['a username with a lone surrogate', { username: 'ada\ud800' }, 'username'],
    ['a username of 1 MB', { username: MEGABYTE }, 'username'],
    ['an empty username', { username: '' }, 'username'],
    ['an e-mail address with a comma', { username: 'ada@example.com,b@example.com' }, 'username'],
    ['a full-width ＠', { username: 'ada\uff20example.com' }, 'username'],
    ['half a phone number', { username: '+49' }, 'username'],
    ['no password', { password: undefined }, 'password'],
    ['a password that is an object', { password: { $gt: '' } }, 'password'],
    ['a password of 1 MB', { password: MEGABYTE }, 'password'],
    ['no request', { request: undefined }, 'request'],
    ['a request that is a string', { request: 'GET /' }, 'request'],
    ['a request without address', requestBut({ requestIp: undefined }), 'request.requestIp'],
    ['an address that is a number', requestBut({ requestIp: 1 }), 'request.requestIp'],
    ['a list of addresses', requestBut({ requestIp: ['::1'] }), 'request.requestIp'],
    ['an address of 1 MB', requestBut({ requestIp: MEGABYTE }), 'request.requestIp'],
    ['a user agent that is a number', requestBut({ userAgent: 1 }), 'request.userAgent'],
    ['a user agent that is an object', requestBut({ userAgent: {} }), 'request.userAgent'],
  ])('ASVS 2.2.1, 15.3.5: %s', async (_name, change, path) => {
    const error = await quietErrorOf(() => test.accounts.userByPasswordLogin(input(change)));
    expect(error).toMatchObject({ code: 'InvalidInput', status: 400, details: { path } });
    expect(everythingShown(error)).not.toContain('canary');
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'ada'],
  ])('%s in place of an input', async (_name, value) => {
    for (const flow of [
      () => test.accounts.userByPasswordLogin(value as unknown as PasswordLoginInput),
      () => test.accounts.findUser(value as unknown as { username: string }),
      () => test.accounts.logout(value as unknown as LogoutInput),
      () => test.accounts.handleRequest(value as unknown as SessionRequest),
    ]) {
      expect(await quietErrorOf(flow)).toMatchObject({ code: 'InvalidInput', status: 400 });
    }
  });

  it('no request at a logout: the session continues', async () => {
    const input = { authToken: good } as LogoutInput;
    const error = await quietErrorOf(() => test.accounts.logout(input));
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'request' } });
    expect((await test.accounts.handleRequest(requestWith(good))).user).toEqual(ada);
  });
});

// A client need not send the header (story 17).
it.each([undefined, null])('keeps an empty user agent for one that is %p', async (userAgent) => {
  const { sessionDocument } = await test.accounts.userByPasswordLogin({
    username: 'ada',
    password: PASSWORD,
    request: { ...requestWith(), userAgent },
  });
  expect(sessionDocument.connectionInfo.userAgent).toBe('');
});

it('ASVS 1.3.12: keeps the beginning of a user agent of 1 MB, in whole characters', async () => {
  const userAgent = 'x'.repeat(1023) + '😀' + MEGABYTE;
  const { sessionDocument } = await test.accounts.userByPasswordLogin({
    username: 'ada',
    password: PASSWORD,
    request: { ...requestWith(), userAgent },
  });
  expect(sessionDocument.connectionInfo.userAgent).toHaveLength(1024);
  expect(sessionDocument.connectionInfo.userAgent?.isWellFormed()).toBe(true);
});

describe('a token is refused, before anything is sent, that', () => {
  const unsigned = (alg: string): string => {
    const payload = good.split('.')[1] ?? '';
    const header = JSON.stringify({ alg, typ: 'latchkey-session+jwt' });
    return `${Buffer.from(header).toString('base64url')}.${payload}.`;
  };

  it.each<[string, () => unknown]>([
    ['is a number', () => 7],
    ['is null', () => null],
    ['is an array of one', () => [good]],
    ['is an object with toString', () => ({ toString: () => good })],
    ['is a String object', () => new String(good)],
    ['is empty', () => ''],
    ['is no JWT', () => 'ada'],
    ['is two dots', () => '..'],
    ['is a JWT and a space', () => `${good} `],
    ['is a JWT behind "Bearer"', () => `Bearer ${good}`],
    ['has a lone surrogate', () => `${good}\ud800`],
    ['is of 1 MB', () => MEGABYTE],
    ['is a JWT of 1 MB', () => resign(good, { more: MEGABYTE })],
    ['ASVS 9.1.1: is signed with another key', () => resign(good, {}, { secret: `${SECRET}x` })],
    ['is signed with no key', () => resign(good, {}, { secret: '' })],
    ['ASVS 9.1.2: is not signed', () => unsigned('none')],
    ['is not signed, in other letters', () => unsigned('nOnE')],
    ['says alg none and is signed', () => resign(good, {}, { header: { alg: 'none' } })],
    ['ASVS 9.1.2: is HS512', () => resign(good, {}, { header: { alg: 'HS512' }, hash: 'sha512' })],
    ['ASVS 9.1.3: brings its own key', () => resign(good, {}, { header: { jwk: { kty: 'oct' } } })],
    ['names an unknown key', () => resign(good, {}, { header: { kid: 'x' } })],
    ['ASVS 9.2.2: is of another type', () => resign(good, {}, { header: { typ: 'JWT' } })],
    ['has no type', () => resign(good, {}, { header: { typ: undefined } })],
    ['ASVS 9.2.1: has no expiry', () => resign(good, { exp: undefined })],
    ['has an expiry of null', () => resign(good, { exp: null })],
    ['has an expiry that is text', () => resign(good, { exp: '9999999999' })],
    ['ASVS 9.2.3: is for others', () => resign(good, { aud: 'billing' })],
    ['is for others as well', () => resign(good, { aud: ['latchkey', 'billing'] })],
    ['is for nobody', () => resign(good, { aud: undefined })],
    ['is by others', () => resign(good, { iss: 'eve' })],
    ['has no account', () => resign(good, { sub: undefined })],
    ['ASVS 1.2.4: points into another key', () => resign(good, { sub: `${ada.accountId}#x` })],
    ['has an account that is an object', () => resign(good, { sub: { $ne: '' } })],
    ['has no session', () => resign(good, { sid: undefined })],
    ['has no secret', () => resign(good, { jti: undefined })],
  ])('%s', async (_name, token) => {
    const request = requestWith();
    request.authToken = token() as string;
    request.user = ada;
    const destroyed = jest.fn();
    request.onCallDestroySession = destroyed;
    const error = await quietErrorOf(() => test.accounts.handleRequest(request));
    expect(error.toJSON()).toEqual({
      code: 'TokenVerificationFailed',
      status: 401,
      message: 'The token could not be verified.',
      details: { path: 'authToken' },
    });
    // Fails closed (ASVS 16.5.3).
    expect(request).toEqual({
      ...requestWith(),
      onCallDestroySession: destroyed,
      sessionDestroyed: true,
    });
    expect(destroyed).toHaveBeenCalledTimes(1);
    expect(everythingShown(error)).not.toContain(claimsOf(good).jti);

    const authToken = token() as string;
    const atLogout = await quietErrorOf(() =>
      test.accounts.logout({ authToken, request: requestWith() }),
    );
    expect(atLogout.code).toBe('TokenVerificationFailed');
  });

  it('ASVS 7.3.2, 9.2.1: has expired, by the clock of the table', async () => {
    const { authToken } = await test.accounts.sessions.begin(ada, requestWith());
    test.clock.advance(7 * DAY - 1);
    expect((await test.accounts.handleRequest(requestWith(authToken))).user).toEqual(ada);
    test.clock.advance(1);
    const error = await quietErrorOf(() => test.accounts.handleRequest(requestWith(authToken)));
    expect(error.code).toBe('TokenVerificationFailed');
    test.clock.advance(-7 * DAY);
  });
});

describe('RFC 7518 §3.2, ASVS 11.2.3: a secret that is too short', () => {
  it.each([
    ['empty', ''],
    ['of 31 bytes', 'canary-0123456789-0123456789-01'],
    ['of 31 bytes in 16 letters', '\u00e9'.repeat(15) + 'x'],
    ['the second of two', [{ kid: 'new', secret: SECRET }, { secret: 'canary-short' }]],
  ])('%s is a typed error of the server, and nothing is written', async (_name, secret) => {
    const accounts = test.another({ getTokenSecret: () => secret });
    // The attempt is counted before anything else is done; nothing else is written.
    const items = async (): Promise<unknown[]> =>
      (await tableItems(test.client, test.table.name)).filter(
        ({ _e }) => _e?.S !== 'AccountAttempts' && _e?.S !== 'AddressAttempts',
      );
    const before = await items();
    const request = requestWith();
    const login = await errorOf(
      accounts.userByPasswordLogin({ username: 'ada', password: PASSWORD, request }),
    );
    const verify = await errorOf(accounts.handleRequest(requestWith(good)));
    const logout = await errorOf(accounts.logout({ authToken: good, request: requestWith() }));
    for (const error of [login, verify, logout]) {
      expect(error).toMatchObject({
        code: 'SecretTooShort',
        status: 500,
        details: { minBytes: 32 },
      });
      expect(everythingShown(error)).not.toContain('canary');
    }
    expect(request).toEqual(requestWith());
    expect(await items()).toEqual(before);
  });

  it('takes no session off a request: the fault is the server\u2019s', async () => {
    const accounts = test.another({ getTokenSecret: () => 'short' });
    const request = requestWith(good);
    await errorOf(accounts.handleRequest(request));
    expect(request).toEqual(requestWith(good));
  });

  it('getTokenSecret that is not a function is refused when Accounts is created', () => {
    for (const getTokenSecret of [undefined, null, SECRET]) {
      expect(() =>
        test.another({ getTokenSecret: getTokenSecret as unknown as () => string }),
      ).toThrow(expect.objectContaining({ code: 'InvalidConfiguration', status: 500 }));
    }
  });
});
