import type { AccountsOptions } from '../../src/accounts/Accounts.js';
import { AccountError } from '../../src/errors/AccountError.js';
import type { Message } from '../../src/delivery/Delivery.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
  type FullAccounts,
} from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { createTwoFactorAccounts } from '../twoFactor/support/twoFactorAccounts.js';
import { selfService } from '../support/selfService.js';

const BUDGET = 3;
const WRONG = 'not the password';
const NEW_PASSWORD = 'a long walk in the hills';
const PHONE = '+4930123456';

/** A hasher that has no time so many times, or while it is told so. */
class BusyHasher extends QuickHasher {
  busy = 0;
  /** For what it waits before it says that it has no time. */
  meanwhile: (() => Promise<unknown>) | undefined;

  override async verify(password: string, stored: string): Promise<boolean> {
    const meanwhile = this.meanwhile;
    this.meanwhile = undefined;
    await meanwhile?.();
    if (meanwhile || this.busy-- > 0) throw new AccountError('TooBusy', {});
    return super.verify(password, stored);
  }
}

describe('attempts of who is logged in', () => {
  let test: TestAccounts;
  let accounts: FullAccounts;
  let hasher: BusyHasher;
  let messages: Message[];
  let accountId: string;
  let request: SessionRequest;

  const logIn = (password = PASSWORD, own = requestWith()): Promise<string> =>
    codeOf(accounts.userByPasswordLogin({ username: 'ada', password, request: own }));
  const prove = (password = PASSWORD): Promise<string> =>
    codeOf(accounts.reauthenticate({ request, password }));
  const change = (currentPassword = PASSWORD, newPassword = NEW_PASSWORD): Promise<string> =>
    codeOf(accounts.passwords.change({ request, currentPassword, newPassword }));
  const times = async (length: number, act: () => Promise<string>): Promise<string[]> => {
    const codes = [];
    for (let at = 0; at < length; at++) codes.push(await act());
    return codes;
  };
  const failed = (length: number): string[] => Array<string>(length).fill('LoginFailed');

  beforeEach(async () => {
    hasher = new BusyHasher();
    messages = [];
    const options: Partial<AccountsOptions> = {
      passwords: { hasher },
      delivery: { send: (message) => messages.push(message) },
      throttling: { password: { budget: BUDGET }, code: { budget: BUDGET } },
    };
    test = await createTestAccounts(options);
    accounts = test.accounts;
    ({ accountId } = await accounts.createAccount({ username: 'ada', password: PASSWORD }));
    request = requestWith();
    await logIn(PASSWORD, request);
  });
  afterEach(() => test.drop());

  it('ASVS 6.3.1, 7.5.3: are not held up by guesses at the login', async () => {
    expect(await times(BUDGET + 2, () => logIn(WRONG))).toEqual([
      ...failed(BUDGET),
      'AccountLocked',
      'AccountLocked',
    ]);
    expect(await prove()).toBe('none');
    expect(await change()).toBe('none');
    // What was guessed at was the old one.
    expect(await logIn(NEW_PASSWORD)).toBe('none');
  });

  it('ASVS 6.1.3: have the same budget, one for all that they are for', async () => {
    expect(await times(2, () => prove(WRONG))).toEqual(failed(2));
    expect(await change(WRONG)).toBe('LoginFailed');
    expect([await change(), await prove()]).toEqual(['AccountLocked', 'AccountLocked']);
    // Nor do they hold up the login.
    expect(await logIn()).toBe('none');
    expect(await prove()).toBe('AccountLocked');
  });

  it('are forgotten by a success, and those at the login are not', async () => {
    await times(BUDGET - 1, () => logIn(WRONG));
    await times(BUDGET - 1, () => prove(WRONG));
    expect(await prove()).toBe('none');
    expect(await times(BUDGET - 1, () => prove(WRONG))).toEqual(failed(BUDGET - 1));
    // Who is logged in gives nobody at the door another budget.
    expect(await times(2, () => logIn(WRONG))).toEqual(['LoginFailed', 'AccountLocked']);
  });

  it.each(['resetPassword', 'setPassword'] as const)(
    '%s resets the attempts at login and at reauthentication',
    async (how) => {
      await times(BUDGET + 1, () => logIn(WRONG));
      await times(BUDGET + 1, () => prove(WRONG));
      if (how === 'setPassword')
        await accounts.setPassword({ accountId, newPassword: NEW_PASSWORD });
      else {
        const { token } = await accounts.addResetPasswordToken({ accountId });
        await selfService(accounts).resetPassword({ token, newPassword: NEW_PASSWORD });
      }
      request = requestWith();
      expect(await logIn(NEW_PASSWORD, request)).toBe('none');
      expect(await prove(NEW_PASSWORD)).toBe('none');
    },
  );

  describe('that nobody had the time to look at', () => {
    const expectGivenBack = async (act: () => Promise<string>): Promise<void> => {
      hasher.busy = BUDGET + 1;
      const codes = await times(BUDGET + 2, act);
      expect(codes).toEqual([...Array<string>(BUDGET + 1).fill('TooBusy'), 'none']);
    };

    it('a login that was refused as TooBusy does not count as an attempt', () =>
      expectGivenBack(() => logIn()));
    it('a reauthentication that was refused as TooBusy does not count as an attempt', () =>
      expectGivenBack(() => prove()));
    it('a change of password that was refused as TooBusy does not count as an attempt', () =>
      expectGivenBack(() => change()));

    it('a change whose new password could not be hashed in time does not count as an attempt', async () => {
      const hash = jest.spyOn(hasher, 'hash').mockImplementation(() => {
        throw new AccountError('TooBusy', {});
      });
      expect(await times(BUDGET + 1, () => change())).toEqual(
        Array<string>(BUDGET + 1).fill('TooBusy'),
      );
      hash.mockRestore();
      expect(await change()).toBe('none');
    });

    it('are none: of a code for a phone', async () => {
      const { token: code = '' } = await accounts.contacts.addPhone({ accountId, phone: PHONE });
      await expectGivenBack(() =>
        codeOf(accounts.contacts.verifyPhone({ accountId, phone: PHONE, code })),
      );
    });

    it('are none: of a recovery code, and for new ones', async () => {
      const own = await createTwoFactorAccounts(
        {},
        { passwords: { hasher }, throttling: { code: { budget: BUDGET } } },
      );
      const ada = await own.signUpWithTotp();
      const { twoFactor } = own.accounts;
      await expectGivenBack(() => {
        const recoveryCode = ada.recoveryCodes[0] ?? '';
        return codeOf(twoFactor.enrol({ request: ada.request, recoveryCode }));
      });
      const hash = jest.spyOn(hasher, 'hash').mockImplementation(() => {
        throw new AccountError('TooBusy', {});
      });
      const renew = (): Promise<string> =>
        codeOf(
          twoFactor.regenerateRecoveryCodes({ request: ada.request, code: own.app(ada.secret) }),
        );
      expect(await times(BUDGET + 1, renew)).toEqual(Array<string>(BUDGET + 1).fill('TooBusy'));
      hash.mockRestore();
      expect(await renew()).toBe('none');
      await own.drop();
    });

    it('are none beside a success, which has forgotten them: they are TooBusy all the same', async () => {
      hasher.meanwhile = () => logIn();
      expect(await logIn()).toBe('TooBusy');
      expect(await times(BUDGET, () => logIn(WRONG))).toEqual(failed(BUDGET));
    });
  });
});
