import { createTransport } from 'nodemailer';
import { smtpSender, type SmtpSenderOptions } from '@latchkey/accounts/smtp';
import { Accounts } from '../../src/accounts/Accounts.js';
import type { TemplateFacts } from '../../src/delivery/templates/MessageTemplate.js';
import type { Send } from '../../src/delivery/templates/sendBy.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { signUp } from '../oneTimeTokens/people.js';
import { errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { LOGIN, MailServer, type ReceivedMail } from './support/MailServer.js';
import { emailTo, HOSTILE_EMAILS, smsTo } from './support/messages.js';
import { selfService } from '../support/selfService.js';

const BASE = 'https://example.com/app';
const OPTIONS = {
  from: 'accounts@example.com',
  applicationName: 'Söhne & Co',
  baseUrl: BASE,
} satisfies Partial<SmtpSenderOptions>;

/** The link that a person would click. */
function linkIn({ mail }: ReceivedMail, path: string): URL {
  const [href = ''] = /(?<=href=")[^"]*/.exec(mail.html || '') ?? [];
  // As a reader of the plain text would see it.
  expect(mail.text?.split('\n')).toContain(href);
  expect(href.startsWith(`${BASE}${path}?`)).toBe(true);
  return new URL(href);
}

const tokenIn = (link: URL): string => link.searchParams.get('token') ?? '';

const namesAndAddresses = (addresses: ReceivedMail['mail']['to']): unknown =>
  [addresses ?? []].flat().flatMap(({ value }) => value);

describe('mail by SMTP', () => {
  let server: MailServer;
  beforeAll(async () => {
    server = await MailServer.start();
  });
  afterEach(() => {
    server.mails.length = 0;
    server.refusal = undefined;
  });
  afterAll(() => server.stop());

  describe('to the owners of accounts', () => {
    let test: TestAccounts;
    let accounts: Accounts;
    let send: Send;
    const events: AccountEvent[] = [];

    beforeAll(async () => {
      send = smtpSender({ ...OPTIONS, transport: server.transport });
      test = await createTestAccounts({ delivery: { send } });
      accounts = test.accounts;
      accounts.on('*', (event) => events.push(event));
    });
    beforeEach(() => {
      events.length = 0;
    });
    afterAll(() => test.drop());

    it('has a link that verifies the address, once', async () => {
      const email = 'countess@example.com';
      const { accountId } = await accounts.createAccount({
        username: 'countess',
        email,
        password: PASSWORD,
      });
      await accounts.settled();
      const received = server.take();
      expect(received).toMatchObject({
        from: 'accounts@example.com',
        to: [email],
        secure: true,
        user: LOGIN.user,
      });
      expect(namesAndAddresses(received.mail.to)).toEqual([{ name: '', address: email }]);
      expect(received.mail.from?.value).toEqual([
        { name: 'Söhne & Co', address: 'accounts@example.com' },
      ]);
      expect(received.mail.subject).toBe('Confirm your e-mail address for Söhne & Co');
      expect(received.mail.headers.get('auto-submitted')).toBe('auto-generated');
      expect(received.mail.attachments).toEqual([]);

      const login = { username: email, password: PASSWORD, request: requestWith() };
      expect((await errorOf(accounts.userByPasswordLogin(login))).code).toBe('LoginFailed');
      const token = tokenIn(linkIn(received, '/verify-email'));
      await accounts.verifyEmailWithToken({ token, password: PASSWORD });
      const { account } = await accounts.userByPasswordLogin(login);
      expect(account.accountId).toBe(accountId);
      expect(
        (await errorOf(accounts.verifyEmailWithToken({ token, password: PASSWORD }))).code,
      ).toBe('EmailAlreadyVerified');
    });

    it('has a link that activates the account', async () => {
      const strict = new Accounts({
        table: test.table,
        sessions: { getTokenSecret: () => SECRET },
        requireActivation: true,
        delivery: { send },
      });
      const form = { username: 'grace', email: 'grace@example.com', password: PASSWORD };
      expect(
        await selfService(strict).signUp({ ...form, request: requestWith() }),
      ).not.toHaveProperty('authToken');
      await strict.settled();
      const signIn = () =>
        selfService(strict).signIn({ ...form, email: undefined, request: requestWith() });
      expect((await errorOf(signIn())).code).toBe('AccountNotActivated');
      const token = tokenIn(linkIn(server.take(), '/verify-email'));
      expect(await selfService(strict).activate({ token, password: PASSWORD })).toMatchObject({
        email: form.email,
      });
      expect((await signIn()).authToken).toEqual(expect.any(String));
    });

    it('has a link that resets the password, and a notice follows', async () => {
      const { email, username } = await signUp(accounts);
      await accounts.settled();
      server.mails.length = 0;
      await accounts.passwords.requestReset({ email });
      await accounts.settled();
      const received = server.take();
      expect(received.to).toEqual([email]);
      expect(received.mail.text).toContain(username);

      const newPassword = 'another long walk';
      const token = tokenIn(linkIn(received, '/reset-password'));
      await selfService(accounts).resetPassword({ token, newPassword });
      await accounts.settled();
      const notice = server.take();
      expect(notice.mail.subject).toBe('Your Söhne & Co password was changed');
      expect(notice.raw).not.toMatch(/token=/);
      const request = requestWith();
      await accounts.userByPasswordLogin({ username, password: newPassword, request });
    });

    it('the mail contains a link that logs in', async () => {
      const { email, accountId } = await signUp(accounts);
      await accounts.settled();
      server.mails.length = 0;
      await accounts.magicLinks.request({ email });
      await accounts.settled();
      const token = tokenIn(linkIn(server.take(), '/magic-link'));
      const { account } = await accounts.magicLinks.login({ token, request: requestWith() });
      expect(account.accountId).toBe(accountId);
    });

    it('ASVS 6.3.8: is sent to the stored address, not to the one that was typed', async () => {
      // A Kelvin sign and a dotless i have become other letters in some applications.
      const { email } = await signUp(accounts);
      await accounts.settled();
      server.mails.length = 0;
      const lookalikes = [email.replace('m', 'ｍ'), email.replace('person', 'perѕon')];
      for (const typed of lookalikes) {
        await accounts.passwords.requestReset({ email: typed }).catch(() => undefined);
        await accounts.settled();
      }
      expect(server.mails).toEqual([]);
      await accounts.passwords.requestReset({ email: email.toUpperCase() });
      await accounts.settled();
      expect(server.take().to).toEqual([email]);
    });

    it('goes to the domain that is stored, letter by letter, where two look alike', async () => {
      const email = 'ada@exаmple.com'; // with a Cyrillic а
      await accounts.createAccount({ email, password: PASSWORD });
      await accounts.settled();
      const { to, raw } = server.take();
      // The server decodes it again, to what it is: not what it looks like.
      expect(to).toEqual([email]);
      expect(raw).toMatch(/^To: ada@xn--exmple-4nf\.com\r$/m);
    });

    it('fails without undoing the account, and can be repeated', async () => {
      server.refusal = { code: 550, text: 'No such mailbox: canary-answer' };
      const email = 'refused@example.com';
      const account = await accounts.createAccount({
        username: 'refused',
        email,
        password: PASSWORD,
      });
      const { accountId } = account;
      await accounts.settled();
      expect(server.mails).toEqual([]);
      const [failure, ...more] = events.filter(({ name }) => name === 'DeliveryError');
      expect(failure).toMatchObject({ accountId, method: 'EmailVerification' });
      expect(more).toEqual([]);
      expect(JSON.stringify(events)).not.toMatch(/canary-answer|refused@example/);
      expect((await accounts.findUser({ username: email }))?.accountId).toBe(accountId);

      server.refusal = undefined;
      const { token } = await accounts.addEmailVerificationToken({ accountId, email });
      await send({
        kind: 'EmailVerification',
        to: { kind: 'email', value: email },
        account,
        token,
      });
      await accounts.verifyEmailWithToken({
        token: tokenIn(linkIn(server.take(), '/verify-email')),
        password: PASSWORD,
      });
    });
  });

  describe('to one address', () => {
    const send = (options: Partial<SmtpSenderOptions> = {}): ReturnType<typeof smtpSender> =>
      smtpSender({ ...OPTIONS, transport: server.transport, ...options });

    test.each(HOSTILE_EMAILS)('ASVS 1.3.11: and never to %p', async (address) => {
      expect(await errorOf(send()(emailTo(address)))).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'to', reason: 'notAnEmailAddress' },
      });
      expect(server.mails).toEqual([]);
    });

    it('a message to a phone is refused', async () => {
      expect((await errorOf(send()(smsTo('+4930123456')))).code).toBe('InvalidInput');
    });

    test.each([
      'eve%evil.example@example.com',
      'evil.example!eve@example.com',
      "a'b@example.com",
      'a+b=c@example.com',
      '/x/y@example.com',
    ])('as it is stored: %p', async (address) => {
      await send()(emailTo(address));
      const { to, mail } = server.take();
      expect(to).toEqual([address]);
      expect(namesAndAddresses(mail.to)).toEqual([{ name: '', address }]);
    });

    it('in other letters than ASCII, if the server knows them (RFC 6531)', async () => {
      await send()(emailTo('jürgen@example.com'));
      expect(server.take().to).toEqual(['jürgen@example.com']);
    });

    it('ASVS 1.3.11: with no header that a username has written', async () => {
      const username = 'x\r\nBcc: eve@evil.example\r\n\r\n<b>hi</b>';
      const templates = {
        en: {
          PasswordReset: ({ account }: TemplateFacts) => ({
            subject: `For ${account.username ?? ''}`,
            paragraphs: [account.username ?? ''],
          }),
        },
      };
      await send({ templates })(emailTo('ada@example.com', username));
      const { to, mail } = server.take();
      expect(to).toEqual(['ada@example.com']);
      expect(mail.subject).toBe('For x Bcc: eve@evil.example <b>hi</b>');
      expect(mail.bcc).toBeUndefined();
      expect(mail.headerLines.map(({ key }) => key).sort()).toEqual([
        'auto-submitted',
        'content-type',
        'date',
        'from',
        'message-id',
        'mime-version',
        'subject',
        'to',
      ]);
      expect(mail.html).not.toContain('<b>');
    });

    it('from a name that is no address, whatever it looks like', async () => {
      const name = 'Ada <eve@evil.example>, "Eve"';
      await send({ from: { address: 'accounts@example.com', name } })(emailTo('ada@example.com'));
      const { from, mail } = server.take();
      expect(from).toBe('accounts@example.com');
      expect(mail.from?.value).toEqual([{ name, address: 'accounts@example.com' }]);
    });
  });

  describe('over TLS', () => {
    it('from the first byte on, where the server wants it', async () => {
      const secure = await MailServer.start({ tls: 'implicit' });
      try {
        await smtpSender({ ...OPTIONS, transport: { ...secure.transport, secure: true } })(
          emailTo('ada@example.com'),
        );
        expect(secure.take()).toMatchObject({ secure: true, user: LOGIN.user });
      } finally {
        await secure.stop();
      }
    });

    it('ASVS 12.3.1: and not without it, unless the application says so', async () => {
      const plain = await MailServer.start({ tls: 'none' });
      try {
        const { transport } = plain;
        for (const settings of [transport, { ...transport, requireTLS: undefined as never }]) {
          await expect(
            smtpSender({ ...OPTIONS, transport: settings })(emailTo('ada@example.com')),
          ).rejects.toMatchObject({ code: 'ETLS' });
        }
        expect(plain.mails).toEqual([]);
        await smtpSender({ ...OPTIONS, transport: { ...transport, requireTLS: false } })(
          emailTo('ada@example.com'),
        );
        expect(plain.take().secure).toBe(false);
      } finally {
        await plain.stop();
      }
    });

    it('and only with a server that has the right certificate', async () => {
      const transport = { ...server.transport, tls: { servername: 'localhost' } };
      await expect(
        smtpSender({ ...OPTIONS, transport })(emailTo('ada@example.com')),
      ).rejects.toThrow(/self-signed/);
    });
  });

  it('fails with the wrong password', async () => {
    const transport = { ...server.transport, auth: { ...LOGIN, pass: 'wrong' } };
    await expect(
      smtpSender({ ...OPTIONS, transport })(emailTo('ada@example.com')),
    ).rejects.toMatchObject({ code: 'EAUTH' });
  });

  it('uses a transporter of the application’s own', async () => {
    const transport = createTransport({ ...server.transport, pool: true });
    const send = smtpSender({ ...OPTIONS, transport });
    await send(emailTo('ada@example.com'));
    await send(emailTo('ada@example.com'));
    expect(server.mails).toHaveLength(2);
    transport.close();
  });

  test.each<[string, object]>([
    ['from', { from: 'Ada <ada@example.com>' }],
    ['from', { from: 'ada@example.com\r\nBcc: eve@evil.example' }],
    ['from', { from: 'a@example.com, b@example.com' }],
    ['from', { from: '=?utf-8?q?a?=@example.com' }],
    ['from', { from: { name: 'Ada' } }],
    ['from.name', { from: { address: 'ada@example.com', name: 'Ada\r\nBcc: eve@evil.example' } }],
    ['transport', { transport: 'smtp://user:canary@example.com' }],
    ['transport', { transport: null }],
    ['baseUrl', { baseUrl: 'http://example.com' }],
    ['applicationName', { applicationName: 'a\nb' }],
  ])('refuses %s at once: %j', (path, wrong) => {
    const make = (): unknown => smtpSender({ ...OPTIONS, transport: {}, ...wrong } as never);
    expect(make).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: { path, reason: expect.not.stringMatching(/evil|canary/) },
      }),
    );
  });
});
