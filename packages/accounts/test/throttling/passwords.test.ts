import { injectFaults } from '@latchkey/entity/testing';
import type { AccountsOptions } from '../../src/accounts/Accounts.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { AccountError } from '../../src/errors/AccountError.js';
import { ScryptHasher } from '../../src/passwords/ScryptHasher.js';
import { CountingHasher } from '../support/CountingHasher.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const BUDGET = 10;
const WRONG = 'not the password';

describe('attempts at a password', () => {
  let test: TestAccounts;
  let hasher: CountingHasher;
  let count = 0;

  const withAccounts = async (options: Partial<AccountsOptions> = {}): Promise<void> => {
    hasher = new CountingHasher();
    test = await createTestAccounts({ passwords: { hasher }, ...options });
  };
  const signUp = async (): Promise<string> => {
    const username = `user${String(++count)}`;
    await test.accounts.createAccount({ username, password: PASSWORD });
    hasher.verified = [];
    return username;
  };
  const login = (
    username: string,
    password = PASSWORD,
    requestIp = '203.0.113.7',
  ): Promise<{ authToken: string }> =>
    test.accounts.userByPasswordLogin({
      username,
      password,
      request: { ...requestWith(), requestIp },
    });
  const codes = async (logins: Promise<unknown>[]): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    for (const code of await Promise.all(logins.map(codeOf))) found[code] = (found[code] ?? 0) + 1;
    return found;
  };
  const times = <T>(length: number, make: () => T): T[] => Array.from({ length }, make);
  const storedAttempts = async (): Promise<string[]> =>
    (await tableItems(test.client, test.table.name))
      .filter((item) => item._e?.S === 'AccountAttempts')
      .map((item) => item.attempts?.N ?? '');

  describe('by account', () => {
    beforeAll(() => withAccounts({ throttling: { address: false } }));
    afterAll(() => test.drop());

    it('ASVS 6.3.1, 2.4.1: are counted before the hash is checked: of 50 at once, 10 are looked at', async () => {
      const username = await signUp();
      const outcome = await codes(times(50, () => login(username, WRONG)));
      expect(outcome).toEqual({ LoginFailed: BUDGET, AccountLocked: 50 - BUDGET });
      expect(hasher.verified).toHaveLength(BUDGET);
    });

    it('ASVS 6.3.8: when used up, the right and a wrong password are refused alike', async () => {
      const username = await signUp();
      await codes(times(BUDGET, () => login(username, WRONG)));
      const right = await errorOf(login(username));
      const wrong = await errorOf(login(username, WRONG));
      expect(right.toJSON()).toEqual(wrong.toJSON());
      expect(right.toJSON()).toMatchObject({
        code: 'AccountLocked',
        status: 429,
        details: { retryAfterSeconds: 30 },
      });
      expect(hasher.verified).toHaveLength(BUDGET);
    });

    it('ASVS 6.3.8: are counted alike for a name that nobody has', async () => {
      const known = await signUp();
      const outcomes: unknown[] = [];
      for (const username of [known, 'nobody']) {
        outcomes.push(await codes(times(20, () => login(username, WRONG))));
        outcomes.push((await errorOf(login(username, WRONG))).toJSON());
      }
      expect(outcomes.slice(0, 2)).toEqual(outcomes.slice(2));
    });

    it('wait longer each time, one attempt after each wait, whoever is first', async () => {
      const username = await signUp();
      await codes(times(BUDGET, () => login(username, WRONG)));
      for (const waitSeconds of [30, 60, 120]) {
        test.clock.advance(waitSeconds * SECOND - 1);
        expect(await codes(times(4, () => login(username, WRONG)))).toEqual({ AccountLocked: 4 });
        test.clock.advance(1);
        expect(await codes(times(16, () => login(username, WRONG)))).toEqual({
          LoginFailed: 1,
          AccountLocked: 15,
        });
      }
    });

    it('never wait for more than an hour, and a success begins anew', async () => {
      const username = await signUp();
      await codes(times(BUDGET, () => login(username, WRONG)));
      for (let more = 0; more < 10; more++) {
        test.clock.advance(60 * MINUTE);
        expect(await codeOf(login(username, WRONG))).toBe('LoginFailed');
      }
      const { details } = await errorOf(login(username));
      expect(details).toEqual({ retryAfterSeconds: 3600 });
      test.clock.advance(60 * MINUTE);
      expect(await codeOf(login(username))).toBe('none');
      expect(await codes(times(12, () => login(username, WRONG)))).toEqual({
        LoginFailed: BUDGET,
        AccountLocked: 2,
      });
    });

    it('are forgotten after a day without any, though the row is still there (TTL comes late)', async () => {
      const username = await signUp();
      await codes(times(15, () => login(username, WRONG)));
      test.clock.advance(24 * 60 * MINUTE);
      expect(await codes(times(12, () => login(username, WRONG)))).toEqual({
        LoginFailed: BUDGET,
        AccountLocked: 2,
      });
    });

    it('that nobody had the time to look at are none', async () => {
      const username = await signUp();
      const busy = jest.spyOn(hasher, 'verify').mockImplementation(() => {
        throw new AccountError('TooBusy', {});
      });
      expect(await codes(times(15, () => login(username)))).toMatchObject({
        TooBusy: expect.any(Number) as number,
      });
      await codes(times(5, () => login(username)));
      busy.mockRestore();
      expect(await codeOf(login(username))).toBe('none');
    });

    it('ASVS 11.2.2: with the right password replace an old hash, however many there are at once', async () => {
      const username = await signUp();
      const user = await test.accounts.findUser({ username });
      const filter = { accountId: user?.accountId ?? '', kind: 'password' } as const;
      const old = await new ScryptHasher({ ln: 14, p: 5 }).hash(PASSWORD);
      await test.accounts.TokenEntity.updateOne({ filter, update: { $set: { value: old } } });
      expect(await codes(times(6, () => login(username)))).toEqual({ none: 6 });
      const { item } = await test.accounts.TokenEntity.findOne({ filter, secrets: true });
      expect(item?.value).toMatch(/^quick\$/);
      expect(await codeOf(login(username))).toBe('none');
    });

    it('on one account do not hold up another', async () => {
      const [locked, free] = [await signUp(), await signUp()];
      await codes(times(BUDGET + 1, () => login(locked, WRONG)));
      expect(await codeOf(login(free))).toBe('none');
    });

    it('ASVS 6.3.1: a locked account is recovered by its owner', async () => {
      const username = await signUp();
      await codes(times(BUDGET + 1, () => login(username, WRONG)));
      const user = await test.accounts.findUser({ username });
      const { token } = await test.accounts.addResetPasswordToken({
        accountId: user?.accountId ?? '',
      });
      await selfService(test.accounts).resetPassword({ token, newPassword: 'another long walk' });
      expect(await codeOf(login(username, 'another long walk'))).toBe('none');
    });

    it('CVE-2026-35597: that fail after the count stay counted', async () => {
      const username = await signUp();
      const before = await storedAttempts();
      const fault = injectFaults(test.client).on('Query', 'timeout', { times: 1000 });
      await codes(times(3, () => login(username)));
      fault.remove();
      const added = (await storedAttempts()).filter((attempts) => !before.includes(attempts));
      expect(added).toContain('3');
    });

    it('whose count has lost its answer are counted once', async () => {
      const username = await signUp();
      const fault = injectFaults(test.client).on('TransactWriteItems', 'answerLost', { times: 3 });
      await codes(times(3, () => login(username, WRONG)));
      fault.remove();
      const outcome = await codes(times(20, () => login(username, WRONG)));
      expect(outcome).toEqual({ LoginFailed: BUDGET - 3, AccountLocked: 20 - (BUDGET - 3) });
    });
  });

  describe('by client address', () => {
    beforeAll(() =>
      withAccounts({
        throttling: { password: { budget: 100 }, address: { budget: 20, window: '15m' } },
      }),
    );
    afterAll(() => test.drop());

    it('CVE-2026-45364: are counted over all accounts and names, exactly, by /64', async () => {
      const names = [await signUp(), await signUp(), 'nobody', 'noone'];
      const outcome = await codes(
        times(40, () => login(names[count++ % 4] ?? '', WRONG, `2001:db8::${String(count)}`)),
      );
      expect(outcome).toEqual({ LoginFailed: 20, TooManyRequests: 20 });
      expect(await codeOf(login(names[0] ?? '', PASSWORD, '2001:db8:0:1::1'))).not.toBe(
        'TooManyRequests',
      );
    });

    it('begin anew in the next window', async () => {
      const username = await signUp();
      await codes(times(25, () => login('nobody-else', WRONG, '192.0.2.99')));
      const refused = await errorOf(login(username, PASSWORD, '192.0.2.99'));
      expect(refused.toJSON()).toMatchObject({ code: 'TooManyRequests', status: 429 });
      const { retryAfterSeconds } = refused.details as { retryAfterSeconds: number };
      expect(retryAfterSeconds).toBeLessThanOrEqual(15 * 60);
      test.clock.advance(retryAfterSeconds * SECOND);
      expect(await codeOf(login(username, PASSWORD, '192.0.2.99'))).toBe('none');
    });

    it('a success does not give them back: an own account is no way to guess at others', async () => {
      const own = await signUp();
      const outcome = await codes(times(30, () => login(own, PASSWORD, '192.0.2.55')));
      expect(outcome).toEqual({ none: 20, TooManyRequests: 10 });
    });
  });

  describe('options', () => {
    it.each([
      [{ password: { budget: 0 } }, 'throttling.password.budget'],
      [{ password: { budget: 101 } }, 'throttling.password.budget'],
      [{ password: { budget: 1.5 } }, 'throttling.password.budget'],
      [{ password: { maxBackOff: '1d', window: '1d' } }, 'throttling.password.maxBackOff'],
      [{ code: { budget: 1000 } }, 'throttling.code.budget'],
      [{ address: { budget: -1 } }, 'throttling.address.budget'],
      [{ address: { window: 0 } }, 'throttling.address.window'],
    ] as const)('%j is refused with its path', async (throttling, path) => {
      const error = await errorOf(createTestAccounts({ throttling }));
      expect(error).toMatchObject({ code: 'InvalidConfiguration', details: { path } });
    });
  });
});
