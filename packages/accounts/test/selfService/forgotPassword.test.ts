import type { AccountEvent } from '../../src/events/accountEvents.js';
import { Mailbox } from '../oneTimeTokens/Mailbox.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';

describe('forgotPassword', () => {
  const mailbox = new Mailbox();
  let test: TestAccounts;

  beforeAll(async () => {
    test = await createTestAccounts({
      delivery: mailbox,
    });
    const form = { username: 'ada', email: 'ada@example.com', password: PASSWORD };
    await selfService(test.accounts).signUp({ ...form, request: requestWith() });
    await selfService(test.accounts).activate({
      token: await mailbox.token('EmailVerification'),
      password: PASSWORD,
    });
    await selfService(test.accounts).signUp({
      username: 'no-mail',
      password: PASSWORD,
      request: requestWith(),
    });
  });
  afterAll(() => test.drop());

  it.each([
    ['the username', { username: 'Ada' }, 1],
    ['the address', { email: 'Ada@example.com' }, 1],
    ['the address as username', { username: 'ada@example.com' }, 1],
    ['a username without an address', { username: 'no-mail' }, 0],
    ['an unknown username', { username: 'nobody' }, 0],
    ['an unknown address', { email: 'nobody@example.com' }, 0],
  ])('ASVS 6.3.8: answers alike, with the same requests, for %s', async (_name, who, messages) => {
    const request = requestWith();
    let code = '';
    const { commands } = await test.log.costOf(async () => {
      code = await codeOf(selfService(test.accounts).forgotPassword({ ...who, request }));
    });
    expect(code).toBe('none');
    expect(commands).toEqual([
      'GetItem',
      'UpdateItem',
      'Query',
      'UpdateItem',
      'TransactWriteItems',
    ]);
    expect((await mailbox.take()).map(({ kind, to }) => [kind, to.value])).toEqual(
      Array.from({ length: messages }, () => ['PasswordReset', 'ada@example.com']),
    );
  });

  it('refuses two identifiers at once, and emits one event for bad input', async () => {
    const events: AccountEvent[] = [];
    const off = test.accounts.on('*', (event) => events.push(event));
    const both = { username: 'ada', email: 'ada@example.com' };
    expect(await codeOf(selfService(test.accounts).forgotPassword(both as never))).toBe(
      'InvalidInput',
    );
    expect(await codeOf(selfService(test.accounts).forgotPassword({} as never))).toBe(
      'UsernameMissing',
    );
    expect(await codeOf(selfService(test.accounts).forgotPassword(null as never))).toBe(
      'ParamsMustBeObject',
    );
    off();
    expect(events.map(({ name, reason }) => [name, reason])).toEqual([
      ['RequestPasswordResetError', 'InvalidInput'],
      ['RequestPasswordResetError', 'UsernameMissing'],
      ['RequestPasswordResetError', 'ParamsMustBeObject'],
    ]);
  });
});
