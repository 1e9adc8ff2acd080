import { SESv2Client } from '@aws-sdk/client-sesv2';
import { sesSender, type SesSenderOptions } from '@latchkey/accounts/ses';
import { simpleParser } from 'mailparser';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { errorOf } from '../support/errorOf.js';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';
import { emailTo, HOSTILE_EMAILS, smsTo } from './support/messages.js';
import { ServiceServer, type ReceivedRequest } from './support/ServiceServer.js';

const TAKEN = { status: 200, type: 'application/json', body: '{"MessageId":"1"}' };
const OPTIONS = {
  from: 'accounts@example.com',
  applicationName: 'My application',
  baseUrl: 'https://example.com',
} satisfies Partial<SesSenderOptions>;

interface SentEmail {
  readonly FromEmailAddress: string;
  readonly Destination: unknown;
  readonly Content: {
    Simple: { Subject: unknown; Body: Record<'Text' | 'Html', { Data: string }> };
  };
}

const bodyOf = ({ body }: ReceivedRequest): SentEmail => JSON.parse(body) as SentEmail;

describe('mail by Amazon SES', () => {
  let service: ServiceServer;
  let client: SESv2Client;
  const send = (options: Partial<SesSenderOptions> = {}): ReturnType<typeof sesSender> =>
    sesSender({ ...OPTIONS, client, ...options });

  beforeAll(async () => {
    service = await ServiceServer.start(TAKEN);
    client = new SESv2Client(service.client);
  });
  afterEach(() => {
    service.requests.length = 0;
    service.answer = TAKEN;
  });
  afterAll(async () => {
    client.destroy();
    await service.stop();
  });

  it('is one request of SendEmail, signed, to one address', async () => {
    await send()(emailTo('ada@example.org'));
    const request = service.take();
    expect(request).toMatchObject({ method: 'POST', url: '/v2/email/outbound-emails' });
    expect(request.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*\/ses\/aws4_request/);
    const { Content, ...rest } = bodyOf(request);
    expect(rest).toEqual({
      FromEmailAddress: '"My application" <accounts@example.com>',
      Destination: { ToAddresses: ['ada@example.org'] },
    });
    expect(Content).toEqual({
      Simple: {
        Subject: { Data: 'Choose a new password for My application', Charset: 'UTF-8' },
        Body: {
          Text: { Data: expect.stringContaining('\nhttps://example.com/'), Charset: 'UTF-8' },
          Html: { Data: expect.stringContaining('<html lang="en"'), Charset: 'UTF-8' },
        },
      },
    });
  });

  it('names the configuration set, if there is one', async () => {
    await send({ configurationSetName: 'accounts' })(emailTo('ada@example.org'));
    expect(bodyOf(service.take())).toMatchObject({ ConfigurationSetName: 'accounts' });
  });

  test.each(HOSTILE_EMAILS)('ASVS 1.3.11: never goes to %p', async (address) => {
    expect(await errorOf(send()(emailTo(address)))).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'to', reason: 'notAnEmailAddress' },
    });
    expect(service.requests).toEqual([]);
  });

  it('a message to a phone is refused and nothing is sent', async () => {
    expect((await errorOf(send()(smsTo('+4930123456')))).code).toBe('InvalidInput');
    expect(service.requests).toEqual([]);
  });

  test.each([
    'ada@xn--exmple-4nf.com', // with a Cyrillic а
    'ada@xn--bcher-kva.example',
    'ada@0x7f.1.example', // no address of a host
    'eve%evil.example@example.org',
  ])('goes to the address that is stored, letter by letter: %s', async (address) => {
    await send()(emailTo(address));
    expect(bodyOf(service.take()).Destination).toEqual({ ToAddresses: [address] });
  });

  test.each([
    'My application',
    'Ada <eve@evil.example>, "Eve" \\',
    'Söhne & Co',
    '=?utf-8?q?Eve?=',
    `Ünï ${'🗝'.repeat(40)}`,
  ])('is from a name that is no address, whatever it looks like: %s', async (name) => {
    await send({ from: { address: 'accounts@bücher.example', name } })(emailTo('ada@example.org'));
    const { FromEmailAddress } = bodyOf(service.take());
    expect(FromEmailAddress).toMatch(/^[\x20-\x7e]* <accounts@xn--bcher-kva.example>$/);
    // As SES, too, reads it: as a header.
    const { from } = await simpleParser(Buffer.from(`From: ${FromEmailAddress}\r\n\r\n`));
    expect(from?.value).toEqual([{ name, address: 'accounts@bücher.example' }]);
    for (const word of FromEmailAddress.split(' ')) {
      if (word.startsWith('=?')) expect(word.length).toBeLessThanOrEqual(75);
    }
  });

  describe('for accounts', () => {
    let test: TestAccounts;
    const events: AccountEvent[] = [];
    beforeAll(async () => {
      test = await createTestAccounts({ delivery: { send: send() } });
      test.accounts.on('DeliveryError', (event) => events.push(event));
    });
    afterAll(() => test.drop());

    it('has the link that verifies the address', async () => {
      const email = 'ada@example.org';
      const { accountId } = await test.accounts.createAccount({ email, password: PASSWORD });
      const { Text } = bodyOf(service.take()).Content.Simple.Body;
      const [link = ''] = /https:\S+/.exec(Text.Data) ?? [];
      await test.accounts.verifyEmailWithToken({
        token: new URL(link).searchParams.get('token') ?? '',
        password: PASSWORD,
      });
      const contacts = await test.accounts.contacts.list({ accountId });
      expect(contacts).toMatchObject([{ verified: true, data: { value: email } }]);
      expect(events).toEqual([]);
    });

    it('fails without undoing the account', async () => {
      const body = '{"message":"canary-answer about eve@example.org"}';
      service.answer = { status: 400, type: 'application/json', body };
      const email = 'eve@example.org';
      const { accountId } = await test.accounts.createAccount({ email, password: PASSWORD });
      expect(events).toMatchObject([{ accountId, method: 'EmailVerification' }]);
      expect(JSON.stringify(events)).not.toMatch(/canary|eve@/);
      expect((await test.accounts.findUser({ username: email }))?.accountId).toBe(accountId);
    });
  });

  it('a sender without a client is refused', () => {
    expect(() => send({ client: undefined as never })).toThrow(
      expect.objectContaining({ code: 'InvalidConfiguration' }),
    );
  });
});
