import type { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountDocument } from '../../src/requests/SessionRequest.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';

const HOUR = 60 * 60 * 1000;
const NEW_PASSWORD = 'another long walk';

describe('tokens that are sent to a user', () => {
  let test: TestAccounts;
  let accounts: Accounts;
  let count = 0;
  const signUp = async (): Promise<AccountDocument & { email: string }> => {
    const username = `user${++count}`;
    const email = `${username}@example.com`;
    return { ...(await accounts.createAccount({ username, email, password: PASSWORD })), email };
  };
  const login = async (username: string | undefined, password = PASSWORD): Promise<string> => {
    const request = requestWith();
    return (await accounts.userByPasswordLogin({ username: username ?? '', password, request }))
      .authToken;
  };
  const contactsOf = async (accountId: string) =>
    (await accounts.AccessTypeEntity.findMany({ filter: { accountId } })).items;

  beforeAll(async () => {
    test = await createTestAccounts();
    accounts = test.accounts;
  });
  afterAll(() => test.drop());

  describe('to verify an e-mail address', () => {
    it('verify it once, in four requests with the password, after one to issue them', async () => {
      const { accountId, email } = await signUp();
      let token = '';
      const issue = await test.log.costOf(async () => {
        const spelled = { accountId, email: email.toUpperCase() };
        ({ token } = await accounts.addEmailVerificationToken(spelled));
      });
      expect(issue.commands).toEqual(['TransactWriteItems']);
      const use = await test.log.costOf(() =>
        accounts.verifyEmailWithToken({ token, password: PASSWORD }),
      );
      expect(use.commands).toHaveLength(4);
      expect(await contactsOf(accountId)).toMatchObject([
        { verified: true, data: { value: email } },
      ]);
      expect(await codeOf(accounts.verifyEmailWithToken({ token, password: PASSWORD }))).toBe(
        'EmailAlreadyVerified',
      );
    });

    it('are good for 24 hours by the clock, though their row is there', async () => {
      const { accountId, email } = await signUp();
      const { token } = await accounts.addEmailVerificationToken({ accountId, email });
      test.clock.advance(24 * HOUR);
      expect(await codeOf(accounts.verifyEmailWithToken({ token, password: PASSWORD }))).toBe(
        'TokenVerificationFailed',
      );
      expect(await contactsOf(accountId)).toMatchObject([{ verified: false }]);
    });

    it('are revoked for an address that the account no longer has', async () => {
      const { accountId, email } = await signUp();
      const { token } = await accounts.addEmailVerificationToken({ accountId, email });
      await accounts.AccessTypeEntity.deleteMany({ filter: { accountId } });
      expect(await codeOf(accounts.verifyEmailWithToken({ token, password: PASSWORD }))).toBe(
        'TokenVerificationFailed',
      );
    });

    it('verifyEmail marks an own address, and no one else’s', async () => {
      const [ada, eve] = [await signUp(), await signUp()];
      const item = await accounts.verifyEmail({
        accountId: ada.accountId,
        email: ada.email.toUpperCase(),
      });
      expect(item).toMatchObject({ verified: true, accountId: ada.accountId });
      const others = accounts.verifyEmail({ accountId: eve.accountId, email: ada.email });
      expect(await codeOf(others)).toBe('UserNotFound');
    });
  });

  describe('to set a new password', () => {
    it('ASVS 7.4.3, contao#7510, CVE-2026-22706: set it once; old password, sessions and other tokens are revoked', async () => {
      const { accountId, username, email } = await signUp();
      const sessions = [await login(username), await login(username)];
      const { token } = await accounts.addResetPasswordToken({ accountId, reason: 'forgotten' });
      const other = await accounts.addResetPasswordToken({ accountId });
      const verification = await accounts.addEmailVerificationToken({ accountId, email });
      const { commands } = await test.log.costOf(() =>
        selfService(accounts).resetPassword({ token, newPassword: NEW_PASSWORD }),
      );
      expect(commands).toHaveLength(3);

      for (const authToken of sessions) {
        const handled = test.another().handleRequest(requestWith(authToken));
        expect(await codeOf(handled)).toBe('InvalidSession');
      }
      expect(await codeOf(login(username))).toBe('LoginFailed');
      expect(await login(username, NEW_PASSWORD)).toEqual(expect.any(String));
      for (const used of [token, other.token]) {
        const again = selfService(accounts).resetPassword({ token: used, newPassword: PASSWORD });
        expect(await codeOf(again)).toBe('ResetTokenNotValid');
      }
      const verify = accounts.verifyEmailWithToken({
        token: verification.token,
        password: PASSWORD,
      });
      expect(await codeOf(verify)).toBe('TokenVerificationFailed');
    });

    it('ASVS 6.5.1, 2.3.4: work for one of 16 concurrent calls', async () => {
      const { accountId, username } = await signUp();
      const { token } = await accounts.addResetPasswordToken({ accountId });
      const passwords = Array.from({ length: 16 }, (_, at) => `password number ${at}`);
      const outcomes = await Promise.all(
        passwords.map((newPassword) =>
          codeOf(selfService(accounts).resetPassword({ token, newPassword })),
        ),
      );
      expect(outcomes.filter((code) => code === 'none')).toHaveLength(1);
      expect(outcomes.filter((code) => code === 'ResetTokenNotValid')).toHaveLength(15);
      const winner = passwords[outcomes.indexOf('none')];
      expect(await login(username, winner)).toEqual(expect.any(String));
    });

    it('are good for an hour by the clock', async () => {
      const { accountId } = await signUp();
      const { token } = await accounts.addResetPasswordToken({ accountId });
      test.clock.advance(HOUR);
      const late = selfService(accounts).resetPassword({ token, newPassword: NEW_PASSWORD });
      expect(await codeOf(late)).toBe('ResetTokenNotValid');
    });

    it('are kept through a refused password, and hash nothing for a guess', async () => {
      const { accountId, username } = await signUp();
      const { token } = await accounts.addResetPasswordToken({ accountId });
      expect(
        await codeOf(selfService(accounts).resetPassword({ token, newPassword: 'short' })),
      ).toBe('PasswordTooShort');
      await selfService(accounts).resetPassword({ token, newPassword: NEW_PASSWORD });
      expect(await login(username, NEW_PASSWORD)).toEqual(expect.any(String));
    });

    it('go with removeAllResetPasswordTokens, which leaves others alone', async () => {
      const { accountId, email } = await signUp();
      const { token } = await accounts.addResetPasswordToken({ accountId });
      await accounts.addResetPasswordToken({ accountId });
      const kept = await accounts.addEmailVerificationToken({ accountId, email });
      expect(await accounts.removeAllResetPasswordTokens({ accountId })).toEqual({
        deletedCount: 2,
      });
      const gone = selfService(accounts).resetPassword({ token, newPassword: NEW_PASSWORD });
      expect(await codeOf(gone)).toBe('ResetTokenNotValid');
      await accounts.verifyEmailWithToken({ token: kept.token, password: PASSWORD });
    });
  });

  it('ASVS 9.2.2, 8.4.1: are good for their own kind, account and tenant only', async () => {
    const { accountId, email } = await signUp();
    const reset = await accounts.addResetPasswordToken({ accountId });
    const verification = await accounts.addEmailVerificationToken({ accountId, email });
    const crossed = [
      () => accounts.verifyEmailWithToken({ token: reset.token, password: PASSWORD }),
      () =>
        selfService(accounts).resetPassword({
          token: verification.token,
          newPassword: NEW_PASSWORD,
        }),
      () =>
        selfService(accounts).resetPassword({
          token: 'never issued to anybody at all',
          newPassword: NEW_PASSWORD,
        }),
    ];
    const codes = await Promise.all(crossed.map((attempt) => codeOf(attempt())));
    expect(codes).toEqual(['TokenVerificationFailed', 'ResetTokenNotValid', 'ResetTokenNotValid']);
  });

  it('ASVS 11.5.1: may be the caller’s own, and are at rest as digests only', async () => {
    const { accountId } = await signUp();
    const own = 'canary-one-time-token-of-the-caller';
    const issued = await accounts.addResetPasswordToken({ accountId, token: own });
    expect(issued.token).toBe(own);
    expect(JSON.stringify(issued.tokenDocument)).not.toContain(own);
    expect('value' in issued.tokenDocument).toBe(false);
    expect(JSON.stringify(await tableItems(test.client, test.table.name))).not.toContain(own);
    const again = accounts.addResetPasswordToken({ accountId, token: own });
    expect(await codeOf(again)).toBe('InvalidInput');
  });

  it.each([
    ['an unknown account', { accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }, 'UserNotFound'],
    ['an id that is none', { accountId: 'account#1' }, 'InvalidInput'],
    ['no id', {}, 'InvalidInput'],
    ['a token that is too short', { token: 'abc' }, 'InvalidInput'],
    ['a token that is no string', { token: 12345 }, 'InvalidInput'],
  ])('are refused for %s', async (_name, change, code) => {
    const { accountId } = await signUp();
    const input = { ...('token' in change && { accountId }), ...change } as never;
    expect(await codeOf(accounts.addResetPasswordToken(input))).toBe(code);
  });
});
