import type { AccountEvent } from '../../src/events/accountEvents.js';
import { codeOf } from '../support/errorOf.js';
import { createTestAccounts, PASSWORD, requestWith } from '../support/testAccounts.js';

describe('a message that cannot be handed over', () => {
  it.each([
    ['fails', () => Promise.reject(new Error('to ada@example.com: refused'))],
    [
      'throws',
      () => {
        throw new Error('to ada@example.com: refused');
      },
    ],
    ['hangs', () => new Promise(() => undefined)],
  ])('undoes nothing and holds nobody up when the service %s', async (_name, send) => {
    const test = await createTestAccounts({ delivery: { send, timeout: '50ms' } });
    const { accounts } = test;
    const events: AccountEvent[] = [];
    accounts.on('DeliveryError', (event) => events.push(event));
    const email = 'ada@example.com';
    const { accountId } = await accounts.createAccount({
      username: 'ada',
      email,
      password: PASSWORD,
    });
    await accounts.verifyEmail({ accountId, email });
    const request = requestWith();
    await accounts.userByPasswordLogin({ username: 'ada', password: PASSWORD, request });
    const newPassword = 'another long walk';
    const changed = await accounts.changePassword({
      request,
      currentPassword: PASSWORD,
      newPassword,
    });
    expect(await codeOf(accounts.handleRequest(requestWith(changed.authToken)))).toBe('none');
    await accounts.requestPasswordReset({ username: 'ada' });
    await accounts.settled();
    expect(events.map(({ method }) => method)).toEqual([
      'EmailVerification',
      'PasswordChanged',
      'PasswordReset',
    ]);
    expect(JSON.stringify(events)).not.toContain('ada@');
    await test.drop();
  });
});
