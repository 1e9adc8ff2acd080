import type { AccountEvent } from '../../src/events/accountEvents.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
  type FullAccounts,
} from '../support/testAccounts.js';
import { keyOf } from '../twoFactor/support/twoFactorAccounts.js';
import { totp } from '../../src/twoFactor/totp.js';

const NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

type Act = (accounts: FullAccounts, accountId: string) => Promise<unknown>;

const newPassword = 'a long walk in the hills';
const ACTS: readonly (readonly [string, Act])[] = [
  [
    'a login',
    (accounts, username) =>
      accounts.userByPasswordLogin({ username, password: 'wrong', request: requestWith() }),
  ],
  ['a reset', (accounts, username) => accounts.passwords.requestReset({ username })],
  ['a reset token', (accounts, accountId) => accounts.addResetPasswordToken({ accountId })],
  ['a new password', (accounts, accountId) => accounts.setPassword({ accountId, newPassword })],
  [
    'a verification',
    (accounts, accountId) => accounts.verifyEmail({ accountId, email: 'a@example.com' }),
  ],
  [
    'a verification token',
    (accounts, accountId) =>
      accounts.addEmailVerificationToken({ accountId, email: 'a@example.com' }),
  ],
  ['a token', (accounts, accountId) => accounts.tokens.issue({ accountId, purpose: 'invite' })],
  [
    'a contact',
    ({ contacts }, accountId) => contacts.addEmail({ accountId, email: 'b@x.example' }),
  ],
  ['a profile', (accounts, accountId) => accounts.profile.update({ accountId, profile: {} })],
  ['a second factor', ({ twoFactor }, accountId) => twoFactor.reset({ accountId })],
];

describe('ASVS 16.2.5: an account id that nobody has', () => {
  let test: TestAccounts;
  let accountId: string;
  const events: AccountEvent[] = [];

  beforeAll(async () => {
    test = await createTestAccounts({
      delivery: { send: () => undefined },
      twoFactor: totp({ issuer: 'Latchkey', encryptionKeys: [keyOf(1)] }),
      throttling: { password: { budget: 2 } },
    });
    const ada = { username: 'ada', email: 'a@example.com', password: PASSWORD };
    ({ accountId } = await test.accounts.createAccount(ada));
    test.accounts.on('*', (event) => events.push(event));
  });
  afterAll(() => test.drop());
  beforeEach(() => events.splice(0));

  it.each(ACTS)('no event contains an unknown account id: %s', async (_name, act) => {
    await codeOf(act(test.accounts, NOBODY));
    expect(events.length).toBeGreaterThan(0);
    expect(JSON.stringify(events)).not.toContain(NOBODY);
  });

  it.each(ACTS)("is told apart from somebody's: of %s", async (_name, act) => {
    await codeOf(act(test.accounts, accountId));
    expect(events.at(-1)).toMatchObject({ accountId });
  });

  it('is told of a login that is locked, too, where it is somebody’s', async () => {
    const login = (): Promise<string> =>
      codeOf(
        test.accounts.userByPasswordLogin({
          username: accountId,
          password: 'wrong',
          request: requestWith(),
        }),
      );
    while ((await login()) !== 'AccountLocked');
    expect(events.at(-1)).toMatchObject({ name: 'LoginError', reason: 'AccountLocked', accountId });
  });
});
