import { Outbox } from '@latchkey/accounts/outbox';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { sendBy } from '../../src/delivery/templates/sendBy.js';
import { errorOf } from '../support/errorOf.js';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';
import { emailTo, HOSTILE_EMAILS, smsTo } from './support/messages.js';

const OPTIONS = { applicationName: 'My application', baseUrl: 'http://localhost:3000' };

describe('the outbox', () => {
  it('keeps messages as they would have been sent, and prints what to do with them', async () => {
    const lines: string[] = [];
    const outbox = new Outbox({ ...OPTIONS, print: (line) => lines.push(line) });
    await outbox.send(emailTo('ada@example.com'));
    await outbox.send({ ...smsTo('+4930123456'), kind: 'PhoneVerification', token: '123456' });
    const { to, account } = emailTo('ada@example.com');
    await outbox.send({ kind: 'PasswordChanged', to, account });

    const link = 'http://localhost:3000/reset-password?token=a-token';
    expect(outbox.links()).toEqual([link]);
    expect(lines).toEqual([
      `PasswordReset to ada@example.com: ${link}`,
      'PhoneVerification to +4930123456: 123456',
      'PasswordChanged to ada@example.com: Your My application password was changed',
    ]);
    expect(outbox.messages).toMatchObject([
      {
        kind: 'PasswordReset',
        to: { kind: 'email', value: 'ada@example.com' },
        account: { username: 'ada' },
        token: 'a-token',
        url: link,
        subject: 'Choose a new password for My application',
        text: expect.stringContaining(link),
        html: expect.stringContaining(link),
      },
      { kind: 'PhoneVerification' },
      { kind: 'PasswordChanged' },
    ]);
    expect(outbox.last()).toBe(outbox.messages[2]);
    expect(outbox.last('PasswordReset')).toBe(outbox.messages[0]);
    expect(outbox.last('MagicLink')).toBeUndefined();

    outbox.clear();
    expect([outbox.messages, outbox.links(), outbox.last()]).toEqual([[], [], undefined]);
  });

  it('ASVS 16.4.1: prints one line for each message, whatever is in it', async () => {
    const lines: string[] = [];
    const outbox = new Outbox({ ...OPTIONS, print: (line) => lines.push(line) });
    await outbox.send({
      ...emailTo('ada@example.com'),
      kind: 'PhoneVerification',
      token: '1\r\nMagicLink to ada@example.com: http://evil.example',
    });
    expect(lines).toEqual([
      'PhoneVerification to ada@example.com: 1 MagicLink to ada@example.com: http://evil.example',
    ]);
  });

  it('prints the code that is typed in, beside a link or alone', async () => {
    const lines: string[] = [];
    const outbox = new Outbox({ ...OPTIONS, print: (line) => lines.push(line) });
    const { account } = emailTo('ada@example.com');
    const to = { kind: 'email', value: 'ada@example.com' } as const;
    await outbox.send({ kind: 'MagicLink', to, account, token: 'the-token', code: '123456' });
    const phone = { kind: 'phone', value: '+4930123456' } as const;
    await outbox.send({ kind: 'LoginCode', to: phone, account, code: '654321' });
    expect(lines).toEqual([
      expect.stringMatching(/^MagicLink to ada@example\.com: .+the-token, code 123456$/),
      'LoginCode to +4930123456: code 654321',
    ]);
  });

  it('the outbox keeps only the newest maxMessages messages', async () => {
    const outbox = new Outbox({ ...OPTIONS, maxMessages: 2 });
    for (const name of ['a', 'b', 'c']) await outbox.send(emailTo(`${name}@example.com`));
    expect(outbox.messages.map(({ to }) => to.value)).toEqual(['b@example.com', 'c@example.com']);
  });

  test.each(HOSTILE_EMAILS)('takes no address that a sender would refuse: %p', async (address) => {
    const outbox = new Outbox(OPTIONS);
    expect((await errorOf(outbox.send(emailTo(address)))).code).toBe('InvalidInput');
    expect((await errorOf(outbox.send(smsTo(address)))).code).toBe('InvalidInput');
    expect(outbox.messages).toEqual([]);
  });

  test.each([
    ['maxMessages', { maxMessages: 0 }],
    ['maxMessages', { maxMessages: 1.5 }],
    ['maxMessages', { maxMessages: 100_001 }],
    ['maxMessages', { maxMessages: NaN }],
    ['print', { print: 'console' }],
    ['baseUrl', { baseUrl: 'javascript:alert(1)' }],
  ])('needs a %s that can be used: %j', (path, wrong) => {
    expect(() => new Outbox({ ...OPTIONS, ...(wrong as object) })).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: { path, reason: expect.any(String) },
      }),
    );
  });

  describe('for accounts', () => {
    let test: TestAccounts;
    const outbox = new Outbox(OPTIONS);
    const failed: AccountEvent[] = [];
    beforeAll(async () => {
      test = await createTestAccounts({ delivery: outbox });
      test.accounts.on('DeliveryError', (event) => failed.push(event));
    });
    beforeEach(() => outbox.clear());
    afterAll(() => test.drop());

    it('has every message of an account’s life, each readable', async () => {
      const { accounts } = test;
      const email = 'ada@example.com';
      const { accountId } = await accounts.createAccount({
        username: 'ada',
        email,
        password: PASSWORD,
      });
      await accounts.verifyEmailWithToken({
        token: outbox.last()?.token ?? '',
        password: PASSWORD,
      });
      await accounts.profile.changeUsername({ accountId, username: 'countess' });
      await accounts.contacts.addEmail({ accountId, email: 'ada@example.org' });
      await accounts.contacts.remove({ accountId, kind: 'email', value: 'ada@example.org' });
      await accounts.magicLinks.request({ email });
      await accounts.passwords.requestReset({ email });
      await accounts.settled();
      await accounts.setPassword({ accountId, newPassword: 'another long walk' });
      await accounts.requestAccount({ email, password: PASSWORD });
      await accounts.settled();
      expect(failed).toEqual([]);
      expect(new Set(outbox.messages.map(({ kind }) => kind))).toEqual(
        new Set([
          'EmailVerification',
          'UsernameChanged',
          'ContactAdded',
          'ContactRemoved',
          'MagicLink',
          'PasswordReset',
          'PasswordChanged',
          'SignUpAttempt',
        ]),
      );
      expect(outbox.last('UsernameChanged')?.text).toContain('is now countess.');
      expect(outbox.last('ContactAdded')?.text).toContain('ada@example.org was added');
      expect(outbox.links().every((link) => link.startsWith('http://localhost:3000/'))).toBe(true);
    });
  });

  it('does not reveal accounts without a sender for phones', async () => {
    const outbox = new Outbox(OPTIONS);
    const test = await createTestAccounts({ delivery: { send: sendBy({ email: outbox.send }) } });
    const failed: AccountEvent[] = [];
    test.accounts.on('DeliveryError', (event) => failed.push(event));
    const { accountId } = await test.accounts.createAccount({
      username: 'ada',
      password: PASSWORD,
    });
    await test.accounts.contacts.addPhone({ accountId, phone: '+4930123456' });
    expect(failed).toMatchObject([{ accountId, method: 'PhoneVerification' }]);
    expect(outbox.messages).toEqual([]);
    await test.drop();
  });
});
