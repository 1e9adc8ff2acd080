import { injectFaults } from '@latchkey/entity/testing';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, type FullAccounts } from '../support/testAccounts.js';
import {
  createTwoFactorAccounts,
  type ProtectedPerson,
  type TwoFactorAccounts,
} from '../twoFactor/support/twoFactorAccounts.js';

const BEHIND = 2_000;
const MINUTE = 60_000;
const PHONE = '+4930123999';
const NEW_PASSWORD = 'a long walk in the hills';

/** What somebody gets from a server, and does with it there. */
type Use = (
  accounts: FullAccounts,
  person: ProtectedPerson,
  test: TwoFactorAccounts,
) => Promise<unknown>;

const USES: readonly (readonly [string, Use])[] = [
  [
    'a challenge',
    async (accounts, person, test) => {
      const challenge = await test.challengeOf(person, accounts);
      const recoveryCode = person.recoveryCodes[0] ?? '';
      return accounts.twoFactor.loginWithTwoFactor({
        challenge,
        recoveryCode,
        request: requestWith(),
      });
    },
  ],
  [
    'a new address',
    async (accounts, { accountId, email }) => {
      const { token = '' } = await accounts.contacts.addEmail({ accountId, email: `new-${email}` });
      return accounts.verifyEmailWithToken({ token, password: PASSWORD });
    },
  ],
  [
    'a new phone',
    async ({ contacts }, { accountId }) => {
      const { token: code = '' } = await contacts.addPhone({ accountId, phone: PHONE });
      await contacts.verifyPhone({ accountId, phone: PHONE, code });
      await contacts.remove({ accountId, kind: 'phone', value: PHONE });
    },
  ],
  [
    'another code',
    async (accounts, { accountId }) => {
      await accounts.contacts.addPhone({ accountId, phone: PHONE });
      const code = (await accounts.contacts.requestPhoneVerification({ accountId, phone: PHONE }))
        .code;
      await accounts.contacts.verifyPhone({ accountId, phone: PHONE, code: code ?? '' });
      await accounts.contacts.remove({ accountId, kind: 'phone', value: PHONE });
    },
  ],
  [
    'a reset by the application',
    async (accounts, { accountId }) => {
      const { token } = await accounts.addResetPasswordToken({ accountId });
      return accounts.passwords.reset({ token, newPassword: NEW_PASSWORD });
    },
  ],
  [
    'a verification by the application',
    async (accounts, { accountId, email }) => {
      const { token } = await accounts.addEmailVerificationToken({ accountId, email });
      return accounts.verifyEmailWithToken({ token, password: PASSWORD });
    },
  ],
  [
    'a token of its own',
    async ({ tokens }, { accountId }) => {
      const { token } = await tokens.issue({ accountId, purpose: 'invite' });
      return tokens.consume({ token, purpose: 'invite' });
    },
  ],
  [
    'a magic link',
    async (accounts, { email }, test) => {
      await accounts.magicLinks.request({ email });
      await accounts.settled();
      const token = test.messages.findLast(({ kind }) => kind === 'MagicLink')?.token ?? '';
      // The second factor is still asked for.
      const code = await codeOf(accounts.magicLinks.login({ token, request: requestWith() }));
      if (code !== 'TwoFactorRequired') throw new Error(code);
    },
  ],
];

describe('ASVS 6.5.5: a token of a server whose clock is behind', () => {
  let test: TwoFactorAccounts;
  beforeEach(async () => {
    test = await createTwoFactorAccounts();
  });
  afterEach(() => test.drop());

  it.each(USES)('is valid right after all tokens were revoked: %s', async (_name, use) => {
    const person = await test.signUpWithTotp();
    await test.accounts.setPassword({ accountId: person.accountId, newPassword: PASSWORD });
    test.clock.advance(-BEHIND);
    await use(test.another(), person, test);
  });

  it.each([['a reset by the application'], ['a token of its own']])(
    'costs a request more only within a minute of a revocation: %s',
    async (name) => {
      const { accountId } = await test.signUp();
      const issue = (): Promise<unknown> =>
        name === 'a token of its own'
          ? test.accounts.tokens.issue({ accountId, purpose: 'invite' })
          : test.accounts.addResetPasswordToken({ accountId });
      const cost = async (): Promise<number> => (await test.log.costOf(issue)).commands.length;
      expect(await cost()).toBe(1);
      test.clock.advance(BEHIND);
      await test.another().setPassword({ accountId, newPassword: PASSWORD });
      test.clock.advance(-BEHIND);
      expect(await cost()).toBe(2);
      test.clock.advance(MINUTE + 2 * BEHIND);
      expect(await cost()).toBe(1);
    },
  );

  it('that was issued before is revoked, whatever was issued after', async () => {
    const { accountId } = await test.signUp();
    const { token: before } = await test.accounts.tokens.issue({ accountId, purpose: 'invite' });
    await test.accounts.setPassword({ accountId, newPassword: PASSWORD });
    test.clock.advance(-BEHIND);
    const { token } = await test.accounts.tokens.issue({ accountId, purpose: 'invite' });
    const consume = (each: string): Promise<string> =>
      codeOf(test.accounts.tokens.consume({ token: each, purpose: 'invite' }));
    expect([await consume(before), await consume(token)]).toEqual([
      'TokenVerificationFailed',
      'none',
    ]);
  });

  it('that is revoked while its login is in progress stays revoked', async () => {
    const person = await test.signUpWithTotp();
    const { accountId } = person;
    test.clock.advance(-BEHIND);
    const fault = injectFaults(test.client).on('Query', {
      name: 'interleave',
      run: () => test.another().setPassword({ accountId, newPassword: PASSWORD }),
    });
    const challenge = await test.challengeOf(person);
    fault.remove();
    const recoveryCode = person.recoveryCodes[0] ?? '';
    const login = { challenge, recoveryCode, request: requestWith() };
    expect(await codeOf(test.accounts.twoFactor.loginWithTwoFactor(login))).toBe(
      'TokenVerificationFailed',
    );
  });
});
