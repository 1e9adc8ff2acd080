import { AccountAttempts } from '@latchkey/schema';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import {
  createTwoFactorAccounts,
  MINUTE,
  type ProtectedPerson,
  type TwoFactorAccounts,
} from '../twoFactor/support/twoFactorAccounts.js';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WRONG = 'not the password';
const OTHER = 'a long walk in the hills';
/** How many wrong passwords at the login, and how many of who is logged in. */
const [AT_LOGIN, IN_SESSION] = [70, 15];

describe('NIST 3.2.2: failures in a row', () => {
  let test: TwoFactorAccounts;

  beforeEach(async () => {
    // The limits by client address are another matter.
    test = await createTwoFactorAccounts({}, { throttling: { address: false } });
  });
  afterEach(() => test.drop());

  /** Attempts so often, waiting as long as it takes; gives the codes that there were. */
  const each = async (times: number, attempt: () => Promise<unknown>): Promise<string[]> => {
    const codes = new Set<string>();
    for (let at = 0; at < times; at++) {
      codes.add(await codeOf(attempt()));
      test.clock.advance(HOUR);
    }
    return [...codes];
  };
  /** {@link each}, of which those between the first and the last two are only counted. */
  const failed = async (times: number, attempt: () => Promise<unknown>): Promise<string[]> => {
    const before = await rows();
    const codes = await each(1, attempt);
    const changed = (await rows()).filter(
      (row) => !before.some((old) => JSON.stringify(old) === JSON.stringify(row)),
    );
    const counted = changed.filter(({ attempts: count }) => count > 0);
    expect(counted.length).toBeGreaterThan(0);
    for (const { accountId, authenticator, attempts: count, failuresInARow } of counted) {
      if (failuresInARow !== 1) continue;
      await attempts().updateOne({
        filter: { accountId, authenticator },
        update: { $set: { attempts: count + times - 3, failuresInARow: times - 2 } },
      });
    }
    return [...new Set([...codes, ...(await each(2, attempt))])];
  };
  const attempts = () => test.table.entity(AccountAttempts);
  const rows = async () => {
    const found = [];
    for await (const row of attempts().scan({ consistent: true })) found.push(row);
    return found;
  };
  const login = (username: string, password = PASSWORD) =>
    test.accounts.userByPasswordLogin({ username, password, request: requestWith() });

  describe('of a second factor', () => {
    let ada: ProtectedPerson;
    let challenge: string;

    const secondStep = (factor: { code: string } | { recoveryCode: string }) =>
      test.accounts.twoFactor.loginWithTwoFactor({ challenge, ...factor, request: requestWith() });
    const wrongCode = async () => {
      challenge = await test.challengeOf(ada);
      return secondStep({ code: '000000' });
    };
    const wrongRecoveryCode = async () => {
      challenge = await test.challengeOf(ada);
      return secondStep({ recoveryCode: '1AAAAAAAAAAAAAAA' });
    };
    const rightCode = async () => {
      challenge = await test.challengeOf(ada);
      return secondStep({ code: test.app(ada.secret) });
    };

    beforeEach(async () => {
      ada = await test.signUpWithTotp();
    });

    it('100 wrong codes disable the authenticator app for good, and leave the recovery codes', async () => {
      expect(await failed(99, wrongCode)).toEqual(['TokenVerificationFailed']);
      expect(await each(1, wrongCode)).toEqual(['TokenVerificationFailed']);
      test.clock.advance(300 * DAY);
      const refused = await errorOf(rightCode());
      expect(refused).toMatchObject({
        code: 'AuthenticatorDisabled',
        status: 403,
        details: { authenticator: 'totp' },
      });
      expect(await each(3, wrongCode)).toEqual(['AuthenticatorDisabled']);
      challenge = await test.challengeOf(ada);
      const [recoveryCode = ''] = ada.recoveryCodes;
      expect(await codeOf(secondStep({ recoveryCode }))).toBe('none');
      expect(await codeOf(rightCode())).toBe('AuthenticatorDisabled');
    });

    it('the right code before the hundredth failure begins the count again, however long it took', async () => {
      expect(await failed(99, wrongCode)).toEqual(['TokenVerificationFailed']);
      test.clock.advance(300 * DAY);
      expect(await codeOf(rightCode())).toBe('none');
      expect(await failed(99, wrongCode)).toEqual(['TokenVerificationFailed']);
      expect(await codeOf(rightCode())).toBe('none');
    });

    it('are not forgotten by the day without attempts that ends the waits', async () => {
      for (let day = 0; day < 20; day++) {
        for (let at = 0; at < 5; at++) await codeOf(wrongCode());
        test.clock.advance(2 * DAY);
      }
      expect(await codeOf(rightCode())).toBe('AuthenticatorDisabled');
    });

    it('an app that is enrolled again, by a recovery code, works; the count begins again', async () => {
      await failed(100, wrongCode);
      challenge = await test.challengeOf(ada);
      const request = requestWith();
      const [first = '', second = ''] = ada.recoveryCodes;
      await test.accounts.twoFactor.loginWithTwoFactor({ challenge, recoveryCode: first, request });
      const { secret } = await test.accounts.twoFactor.enrol({ request, recoveryCode: second });
      const code = test.app(secret);
      expect(await codeOf(test.accounts.twoFactor.confirm({ request, code }))).toBe('none');
      ada = { ...ada, secret };
      test.clock.advance(MINUTE);
      expect(await codeOf(rightCode())).toBe('none');
    });

    it('100 wrong recovery codes disable these, not the app, until there are new ones', async () => {
      expect(await failed(100, wrongRecoveryCode)).toEqual(['TokenVerificationFailed']);
      challenge = await test.challengeOf(ada);
      const [recoveryCode = ''] = ada.recoveryCodes;
      expect(await errorOf(secondStep({ recoveryCode }))).toMatchObject({
        code: 'AuthenticatorDisabled',
        details: { authenticator: 'recoveryCode' },
      });
      const request = requestWith();
      const code = test.app(ada.secret);
      await test.accounts.twoFactor.loginWithTwoFactor({ challenge, code, request });
      test.clock.advance(MINUTE);
      const renewed = await test.accounts.twoFactor.regenerateRecoveryCodes({
        request,
        code: test.app(ada.secret),
      });
      challenge = await test.challengeOf(ada);
      const [fresh = ''] = renewed.recoveryCodes;
      expect(await codeOf(secondStep({ recoveryCode: fresh }))).toBe('none');
    });

    it.each(['reset', 'disable'] as const)(
      '%s resets the counts of codes and recovery codes',
      async (way) => {
        const { accountId } = ada;
        await failed(100, wrongRecoveryCode);
        if (way === 'reset') await failed(100, wrongCode);
        if (way === 'reset') await test.accounts.twoFactor.reset({ accountId });
        else {
          const request = await test.requestOf(ada);
          test.clock.advance(MINUTE);
          await test.accounts.twoFactor.disable({ request, code: test.app(ada.secret) });
        }
        const { items } = await test.table
          .entity(AccountAttempts)
          .findMany({ filter: { accountId } });
        const factors = items.filter(({ authenticator }) => authenticator !== 'password');
        expect(factors.map(({ failuresInARow }) => failuresInARow)).toEqual(factors.map(() => 0));
        expect(factors).not.toEqual([]);
      },
    );
  });

  describe('of a password', () => {
    it('that a proven address can bring back disable it: it fails like a wrong one, and its owner is told once', async () => {
      const { username } = await test.signUp();
      expect(await each(AT_LOGIN, () => login(username, WRONG))).toEqual(['LoginFailed']);
      expect(test.messages.map(({ kind }) => kind)).not.toContain('PasswordDisabled');
      test.hasher.verified = [];
      expect(await each(3, () => login(username))).toEqual(['LoginFailed']);
      const told = test.messages.filter(({ kind }) => kind === 'PasswordDisabled');
      expect(told.map(({ to }) => to.value)).toEqual([`${username}@example.com`]);
      test.clock.advance(300 * DAY);
      expect(await codeOf(login(username))).toBe('LoginFailed');
    });

    it('before the limit are forgotten by the right one', async () => {
      const { username } = await test.signUp();
      for (let round = 0; round < 2; round++) {
        await failed(AT_LOGIN - 1, () => login(username, WRONG));
        expect(await codeOf(login(username))).toBe('none');
      }
    });

    it.each(['resetPassword', 'setPassword'] as const)(
      '%s enables a disabled password again',
      async (way) => {
        const { accountId, username, email } = await test.signUp();
        await failed(AT_LOGIN + 5, () => login(username, WRONG));
        if (way === 'setPassword')
          await test.accounts.setPassword({ accountId, newPassword: OTHER });
        else {
          await test.accounts.passwords.requestReset({ email });
          await test.accounts.settled();
          const token = test.messages.at(-1)?.token ?? '';
          await test.accounts.passwords.reset({ token, newPassword: OTHER });
        }
        expect(await codeOf(login(username, OTHER))).toBe('none');
      },
    );

    it('that no proven address can bring back only wait, for as long as it takes', async () => {
      await test.accounts.createAccount({ username: 'eve', password: PASSWORD });
      await test.accounts.createAccount({
        username: 'eva',
        email: 'eva@example.com',
        password: PASSWORD,
      });
      for (const username of ['eve', 'eva']) {
        expect(await failed(110, () => login(username, WRONG))).toEqual(['LoginFailed']);
        expect(await codeOf(login(username))).toBe('none');
      }
    });

    it('ASVS 6.3.8: look alike at the limit for an account and for a name that nobody has', async () => {
      const { username } = await test.signUp();
      const seen: unknown[][] = [];
      for (const name of [username, 'nobody']) {
        await failed(AT_LOGIN - 2, () => login(name, WRONG));
        const outcomes: unknown[] = [];
        for (let at = 0; at < 5; at++) {
          for (let twice = 0; twice < 2; twice++) {
            outcomes.push((await errorOf(login(name, WRONG))).toJSON());
          }
          test.clock.advance(HOUR);
        }
        seen.push(outcomes);
      }
      expect(seen[0]).toEqual(seen[1]);
      expect(seen[0]?.slice(-4)).toMatchObject([
        { code: 'LoginFailed' },
        { code: 'AccountLocked', details: { retryAfterSeconds: 3600 } },
        { code: 'LoginFailed' },
        { code: 'AccountLocked', details: { retryAfterSeconds: 3600 } },
      ]);
    });

    it('of who is logged in are the rest of the 100, and that session is told why', async () => {
      const person = await test.signUp();
      const request = await test.requestOf(person);
      const again = () => test.accounts.reauthenticate({ request, password: WRONG });
      expect(await failed(IN_SESSION, again)).toEqual(['LoginFailed']);
      for (const attempt of [
        () => test.accounts.reauthenticate({ request, password: PASSWORD }),
        () =>
          test.accounts.passwords.change({
            request,
            currentPassword: PASSWORD,
            newPassword: OTHER,
          }),
      ]) {
        expect(await errorOf(attempt())).toMatchObject({
          code: 'AuthenticatorDisabled',
          details: { authenticator: 'password' },
        });
        test.clock.advance(HOUR);
      }
      // The login's share is another, so that a thief in a session does not take it.
      expect(await codeOf(login(person.username))).toBe('none');
    });
  });
});
