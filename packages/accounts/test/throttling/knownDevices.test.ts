import { AccountAttempts } from '@latchkey/schema';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { FAILURE_LIMITS, PASSWORD_COUNTS } from '../../src/throttling/throttlePolicy.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { everythingShown } from '../support/everythingShown.js';
import { claimsOf, resign } from '../support/forgeToken.js';
import { selfService } from '../support/selfService.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import {
  createTwoFactorAccounts,
  MINUTE,
  type Person,
  type TwoFactorAccounts,
} from '../twoFactor/support/twoFactorAccounts.js';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WRONG = 'not the password';
const OTHER = 'a long walk in the hills';
const BUDGET = 10;

describe('devices that are known by a token (OWASP device cookies)', () => {
  let test: TwoFactorAccounts;
  let ada: Person;
  let deviceToken: string;

  const login = ({ username }: Person, given?: unknown, password = PASSWORD) =>
    test.accounts.userByPasswordLogin({
      username,
      password,
      request: requestWith(),
      deviceToken: given as string,
    });
  const times = async (count: number, attempt: () => Promise<unknown>): Promise<string[]> => {
    const codes = new Set<string>();
    for (let at = 0; at < count; at++) {
      codes.add(await codeOf(attempt()));
      test.clock.advance(HOUR);
    }
    return [...codes];
  };
  /** The count of a stranger who has used up what the login takes without a wait. */
  const lock = async ({ accountId } = ada): Promise<void> => {
    const lastAttemptAt = test.clock.now();
    const expiresAt = new Date(lastAttemptAt.getTime() + DAY);
    await test.table.entity(AccountAttempts).updateOne({
      filter: { accountId, authenticator: 'password' },
      update: { $set: { attempts: BUDGET, failuresInARow: BUDGET, lastAttemptAt, expiresAt } },
      upsert: true,
    });
  };
  const countsOf = async ({ accountId }: Person): Promise<Record<string, number>> => {
    const { items } = await test.table.entity(AccountAttempts).findMany({ filter: { accountId } });
    return Object.fromEntries(items.map((row) => [row.authenticator, row.failuresInARow ?? -1]));
  };

  beforeAll(async () => {
    // The limits by client address are another matter.
    test = await createTwoFactorAccounts({}, { throttling: { address: false } });
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    ada = await test.signUp();
    ({ deviceToken } = await login(ada));
  });

  it('let their owner in while a stranger holds up everybody else, and go on to be known', async () => {
    for (let at = 0; at < BUDGET; at++) await codeOf(login(ada, undefined, WRONG));
    const again = await login(ada, deviceToken);
    expect(await codeOf(login(ada))).toBe('AccountLocked');
    expect(await codeOf(login(ada, again.deviceToken))).toBe('none');
    const { username } = ada;
    const signIn = { username, password: PASSWORD, request: requestWith(), deviceToken };
    const user = await selfService(test.accounts).signIn(signIn);
    expect(await codeOf(login(ada, user.deviceToken))).toBe('none');
  });

  it('let their owner in after strangers have used up what is theirs of the 100', async () => {
    expect(await times(FAILURE_LIMITS.password, () => login(ada, undefined, WRONG))).toEqual([
      'LoginFailed',
    ]);
    expect(await codeOf(login(ada))).toBe('LoginFailed');
    expect(await codeOf(login(ada, deviceToken))).toBe('none');
    // A success here is no new budget for who guesses there.
    expect(await codeOf(login(ada))).toBe('AccountLocked');
    test.clock.advance(HOUR);
    expect(await codeOf(login(ada))).toBe('LoginFailed');
  });

  describe('whose 15 somebody has used up', () => {
    const remedies: Readonly<Record<string, () => Promise<unknown>>> = {
      nothing: () => Promise.resolve(),
      revokeAllSessions: () =>
        test.accounts.sessions.revokeAllSessions({ accountId: ada.accountId }),
      revokeOtherSessions: async () =>
        test.accounts.sessions.revokeOtherSessions({ request: await test.requestOf(ada) }),
      'a deactivation for a while': async () => {
        await test.accounts.lifecycle.deactivate({ accountId: ada.accountId });
        await test.accounts.lifecycle.reactivate({ accountId: ada.accountId });
      },
      'a new password': () =>
        test.accounts.setPassword({ accountId: ada.accountId, newPassword: PASSWORD }),
    };

    beforeEach(() => times(FAILURE_LIMITS.knownDevice, () => login(ada, deviceToken, WRONG)));

    it('are like any other device: the right password lets them in', async () => {
      expect(await codeOf(login(ada, deviceToken))).toBe('none');
      await lock();
      // And are known again by that.
      expect(await codeOf(login(ada, deviceToken))).toBe('none');
    });

    it.each(Object.keys(remedies))('are known again after %s and a login', async (remedy) => {
      await remedies[remedy]?.();
      const next = await login(ada);
      await lock();
      expect(await codeOf(login(ada, next.deviceToken))).toBe('none');
    });
  });

  it('ASVS 6.3.5: are told of the failures of strangers', async () => {
    const names: string[] = [];
    const stop = test.accounts.on('*', ({ name }) => names.push(name));
    for (let at = 0; at < 4; at++) await codeOf(login(ada, undefined, WRONG));
    await login(ada, deviceToken);
    stop();
    expect(names).toContain('LoginAfterFailures');
  });

  it('wait by themselves, all of an account together', async () => {
    const other = (await login(ada)).deviceToken;
    for (let at = 0; at < BUDGET; at++) {
      await codeOf(login(ada, at % 2 === 0 ? deviceToken : other, WRONG));
    }
    expect(await codeOf(login(ada, other))).toBe('AccountLocked');
    expect(await codeOf(login(ada))).toBe('none');
    test.clock.advance(HOUR);
    expect(await codeOf(login(ada, deviceToken))).toBe('none');
    expect(await countsOf(ada)).toEqual({ password: 0, knownDevice: 0 });
  });

  it('hold NIST’s 100 together with the other counts of a password, each at its end', async () => {
    expect(PASSWORD_COUNTS.map((count) => FAILURE_LIMITS[count])).toEqual([70, 15, 15]);
    const request = requestWith();
    await test.accounts.userByPasswordLogin({
      username: ada.username,
      password: PASSWORD,
      request,
    });
    const ways = {
      password: (password: string) => login(ada, undefined, password),
      knownDevice: (password: string) => login(ada, deviceToken, password),
      reauthentication: (password: string) => test.accounts.reauthenticate({ request, password }),
    };
    test.hasher.verified = [];
    for (const count of ['password', 'knownDevice', 'reauthentication'] as const) {
      await times(FAILURE_LIMITS[count], () => ways[count](WRONG));
    }
    expect(test.hasher.verified).toHaveLength(100);
    const codes = [];
    for (const way of Object.values(ways)) codes.push(...(await times(2, () => way(PASSWORD))));
    expect(codes).toEqual(['LoginFailed', 'LoginFailed', 'AuthenticatorDisabled']);
    // Once: a known device whose own are used up is one of the others.
    const told = test.messages.filter(
      ({ kind, to }) => kind === 'PasswordDisabled' && to.value === ada.email,
    );
    expect(told).toHaveLength(1);
    await test.accounts.setPassword({ accountId: ada.accountId, newPassword: OTHER });
    const counts = { password: 0, knownDevice: 0, reauthentication: 0 };
    expect(await countsOf(ada)).toEqual(counts);
    expect(await codeOf(login(ada, undefined, OTHER))).toBe('none');
  });

  describe('are treated as any other, silently, by a token', () => {
    const remedies: Readonly<Record<string, () => Promise<unknown>>> = {
      setPassword: () =>
        test.accounts.setPassword({ accountId: ada.accountId, newPassword: PASSWORD }),
      'passwords.reset': async () => {
        const { token } = await test.accounts.addResetPasswordToken({ accountId: ada.accountId });
        await test.accounts.passwords.reset({ token, newPassword: PASSWORD });
      },
      'passwords.change': async () => {
        const request = await test.requestOf(ada);
        const change = { currentPassword: PASSWORD, newPassword: OTHER };
        await test.accounts.passwords.change({ request, ...change });
      },
      revokeAllSessions: () =>
        test.accounts.sessions.revokeAllSessions({ accountId: ada.accountId }),
      revokeOtherSessions: async () =>
        test.accounts.sessions.revokeOtherSessions({ request: await test.requestOf(ada) }),
      deactivate: async () => {
        const { accountId } = ada;
        await test.accounts.lifecycle.deactivate({ accountId });
        await test.accounts.lifecycle.reactivate({ accountId });
      },
    };
    const isNoDevice = async (given: unknown): Promise<void> => {
      await lock();
      const plain = await errorOf(login(ada));
      expect(plain.code).toBe('AccountLocked');
      expect((await errorOf(login(ada, given))).toJSON()).toEqual(plain.toJSON());
      expect(await countsOf(ada)).not.toHaveProperty('knownDevice');
    };

    it.each<[string, (token: string) => unknown]>([
      ['that another secret has signed', (t) => resign(t, {}, { secret: 'x'.repeat(32) })],
      ['whose signature is cut off', (t) => t.slice(0, t.lastIndexOf('.') + 1)],
      ['that says it needs no signature', (t) => resign(t, {}, { header: { alg: 'none' } })],
      ['of another type', (t) => resign(t, {}, { header: { typ: 'JWT' } })],
      ['with a name in its header that is not ours', (t) => resign(t, {}, { header: { x: 1 } })],
      ['for another audience', (t) => resign(t, { aud: 'latchkey' })],
      ['of another issuer', (t) => resign(t, { iss: 'other' })],
      ['without an account', (t) => resign(t, { sub: undefined })],
      ['of an account that is not there', (t) => resign(t, { sub: '01ARZ3NDEKTSV4RRFFQ69G5FAV' })],
      ['without a generation', (t) => resign(t, { gen: undefined })],
      ['of another generation', (t) => resign(t, { gen: '1' })],
      ['without an end', (t) => resign(t, { exp: undefined })],
      ['that is too long', (t) => t + 'x'.repeat(5000)],
      ['that is empty', () => ''],
      ['that is not there', () => null],
      ['that is not a string', () => ({ toString: () => 'token' })],
    ])('%s', async (_name, forge) => {
      await isNoDevice(forge(deviceToken));
    });

    it('a device token of another account is ignored', async () => {
      const { deviceToken: theirs } = await login(await test.signUp());
      await isNoDevice(theirs);
    });

    it('a session token is ignored as a device token', async () => {
      await isNoDevice((await login(ada)).authToken);
    });

    it('after 180 days, and not before', async () => {
      test.clock.advance(180 * DAY - 1);
      await lock();
      expect(await codeOf(login(ada, deviceToken))).toBe('none');
      test.clock.advance(1);
      expect(await codeOf(login(ada, deviceToken))).toBe('AccountLocked');
    });

    it.each(Object.keys(remedies))('a device token from before %s is ignored', async (remedy) => {
      await remedies[remedy]?.();
      await isNoDevice(deviceToken);
    });
  });

  it('are known anew by what a new password gives their owner', async () => {
    const request = await test.requestOf(ada);
    const changed = await test.accounts.passwords.change({
      request,
      currentPassword: PASSWORD,
      newPassword: OTHER,
    });
    const user = await selfService(test.accounts).updateUser({
      request,
      currentPassword: OTHER,
      newPassword: PASSWORD,
    });
    await lock();
    expect(await codeOf(login(ada))).toBe('AccountLocked');
    expect(await codeOf(login(ada, changed.deviceToken))).toBe('AccountLocked');
    expect(await codeOf(login(ada, user.deviceToken))).toBe('none');
  });

  it('are known after a whole login, the second factor and a sign-up included, and after nothing less', async () => {
    const grace = await test.signUpWithTotp();
    const refused = await errorOf(login(grace));
    expect(refused.code).toBe('TwoFactorRequired');
    expect(everythingShown(refused)).not.toContain('device');
    const challenge = await test.challengeOf(grace);
    const request = requestWith();
    const code = test.app(grace.secret);
    const whole = await test.accounts.twoFactor.loginWithTwoFactor({ challenge, code, request });
    await lock(grace);
    expect(await codeOf(login(grace, whole.deviceToken))).toBe('TwoFactorRequired');

    const { authToken } = whole;
    const { username } = ada;
    for (const login of [
      await test.accounts.refreshTokens({ authToken, request: requestWith() }),
      await test.accounts.pushCustomSession({ username, request: requestWith() }),
    ]) {
      expect(login).not.toHaveProperty('deviceToken');
    }
    const form = { username: 'signed.up', password: PASSWORD, request: requestWith() };
    const { deviceToken: first } = await selfService(test.accounts).signUp(form);
    const { accountId } = (await test.accounts.findUser({ username: form.username })) ?? ada;
    await lock({ ...ada, accountId });
    const again = { ...form, request: requestWith(), deviceToken: first };
    expect(await codeOf(test.accounts.userByPasswordLogin(again))).toBe('none');
  });

  it('a device token is refused as a session token', async () => {
    for (const attempt of [
      () => test.accounts.handleRequest(requestWith(deviceToken)),
      () => test.accounts.refreshTokens({ authToken: deviceToken, request: requestWith() }),
      () => test.accounts.logout({ authToken: deviceToken, request: requestWith() }),
      () => selfService(test.accounts).verifyAuthToken(deviceToken),
    ]) {
      expect(await codeOf(attempt())).toBe('TokenVerificationFailed');
    }
  });

  it('have tokens that stand in no event, error, message or item', async () => {
    const shown: unknown[] = [];
    shown.push(await errorOf(login(ada, deviceToken, WRONG)));
    shown.push(await errorOf(login(ada, `${deviceToken}x`, WRONG)));
    const { username } = ada;
    const form = { username, password: WRONG, request: requestWith(), deviceToken };
    shown.push(await errorOf(selfService(test.accounts).signIn(form)));
    const { account, sessionDocument } = await login(ada, deviceToken);
    shown.push(account, sessionDocument, test.events, test.messages, test.accounts);
    shown.push(await tableItems(test.client, test.table.name));
    const signature = deviceToken.split('.')[2] ?? '';
    expect(signature).toHaveLength(43);
    for (const value of shown) expect(everythingShown(value)).not.toContain(signature);
  });

  it('have tokens that name the account and how it was, and nothing else', () => {
    const { iat, exp, ...claims } = claimsOf(deviceToken);
    expect(claims).toEqual({
      iss: 'latchkey',
      aud: 'latchkey/device',
      sub: ada.accountId,
      gen: expect.any(String) as string,
    });
    expect(Number(exp) - Number(iat)).toBe((180 * DAY) / 1000);
  });
});
