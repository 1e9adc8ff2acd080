import type { Message } from '../../src/delivery/Delivery.js';
import { selfService } from '../support/selfService.js';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';

const EMAIL = 'ada@example.com';
const NEW_PASSWORD = 'a long walk in the hills';

describe('an address that is recorded and not verified', () => {
  let test: TestAccounts;
  let messages: Message[];
  let accountId: string;

  beforeEach(async () => {
    messages = [];
    test = await createTestAccounts({ delivery: { send: (message) => messages.push(message) } });
    ({ accountId } = await test.accounts.createAccount({ email: EMAIL, password: PASSWORD }));
    messages.length = 0;
  });
  afterEach(() => test.drop());

  const isVerified = async () => {
    const contacts = await test.accounts.contacts.list({ accountId });
    return contacts.some(({ data, verified }) => data.value === EMAIL && verified === true);
  };

  it('is not proven by a reset token that was handed to the application; the account’s id is returned', async () => {
    const { token } = await test.accounts.addResetPasswordToken({ accountId });
    const reset = selfService(test.accounts).resetPassword({ token, newPassword: NEW_PASSWORD });
    expect(await reset).toEqual({ accountId });
    expect(await isVerified()).toBe(false);
    expect(messages.filter(({ to }) => to.value === EMAIL)).toEqual([]);
  });

  it('is proven by the token that forgotPassword has sent there, with the new password', async () => {
    await selfService(test.accounts).forgotPassword({ email: EMAIL });
    await test.accounts.settled();
    expect(messages.map(({ kind, to }) => [kind, to.value])).toEqual([
      ['EmailVerification', EMAIL],
    ]);
    const token = messages[0]?.token ?? '';
    await selfService(test.accounts).activate({ token, newPassword: NEW_PASSWORD });
    expect(await isVerified()).toBe(true);
  });
});
