import type { Message } from '../../src/delivery/Delivery.js';
import type { MessageTemplates } from '../../src/delivery/templates/MessageTemplate.js';
import { renderMessage } from '../../src/delivery/templates/renderMessage.js';
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
  ])('undoes nothing and delays nothing when the service %s', async (_name, send) => {
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
    const changed = await accounts.passwords.change({
      request,
      currentPassword: PASSWORD,
      newPassword,
    });
    expect(await codeOf(accounts.handleRequest(requestWith(changed.authToken)))).toBe('none');
    await accounts.passwords.requestReset({ username: 'ada' });
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

describe('a message', () => {
  it('brings its link, from the configured address only, and its reader’s language', async () => {
    const sent: Message[] = [];
    const test = await createTestAccounts({
      delivery: {
        send: (message) => sent.push(message),
        linkTo: { baseUrl: 'https://app.example/de' },
        locale: ({ profile }) => (typeof profile?.locale === 'string' ? profile.locale : undefined),
      },
    });
    await test.accounts.createAccount({
      email: 'ada@example.com',
      password: PASSWORD,
      profile: { locale: 'de-AT' },
    });
    const [message] = sent;
    const token = encodeURIComponent(message?.token ?? '');
    expect(message).toMatchObject({
      kind: 'EmailVerification',
      locale: 'de-AT',
      url: `https://app.example/de/verify-email?token=${token}`,
    });
    await test.drop();
  });

  it('brings the application’s template in its reader’s language, where there is one', async () => {
    const sent: Message[] = [];
    const test = await createTestAccounts({
      delivery: {
        send: (message) => sent.push(message),
        locale: ({ profile }) => (typeof profile?.locale === 'string' ? profile.locale : undefined),
        templates: {
          de: {
            EmailVerification: () => ({ subject: 'Bitte bestätigen', paragraphs: ['Hier.'] }),
          },
        },
      },
    });
    for (const locale of ['de-AT', 'fr']) {
      const profile = { locale };
      await test.accounts.createAccount({
        email: `ada@${locale}.example`,
        password: PASSWORD,
        profile,
      });
    }
    await test.accounts.settled();
    const wording = { applicationName: 'Latchkey', baseUrl: 'https://app.example' };
    const [german, french] = sent;
    if (!german || !french) throw new Error('two messages were expected');
    expect([german.template?.locale, french.template]).toEqual(['de', undefined]);
    const { subject, html } = renderMessage(german, wording);
    expect(subject).toBe('Bitte bestätigen');
    expect(html).toContain('<html lang="de"');
    // A queue carries texts only: who words it then looks for a template, as for any message.
    const queued = JSON.parse(JSON.stringify(german)) as Message;
    for (const message of [french, queued]) {
      expect(renderMessage(message, wording).subject).toContain('Confirm');
    }
    await test.drop();
  });

  it('has no template of a kind that there is not', async () => {
    const templates = { de: { Everything: () => ({ subject: '', paragraphs: [] }) } };
    const options = { send: () => undefined, templates: templates as MessageTemplates };
    expect(await codeOf(createTestAccounts({ delivery: options }))).toBe('InvalidConfiguration');
  });

  it('ASVS 1.2.2: has no link to a dangerous address', async () => {
    const options = { send: () => undefined, linkTo: { baseUrl: 'javascript:alert(1)' } };
    expect(await codeOf(createTestAccounts({ delivery: options }))).toBe('InvalidConfiguration');
  });
});

it('may go by an object whose methods know it', async () => {
  class Post {
    readonly sent: Message[] = [];
    readonly #language = 'de';
    send(message: Message): void {
      this.sent.push(message);
    }
    locale(): string {
      return this.#language;
    }
  }
  const post = new Post();
  const test = await createTestAccounts({ delivery: post });
  await test.accounts.createAccount({ email: 'ada@example.com', password: PASSWORD });
  await test.accounts.settled();
  expect(post.sent).toMatchObject([{ kind: 'EmailVerification', locale: 'de' }]);
  await test.drop();
});
