import { SNSClient } from '@aws-sdk/client-sns';
import { snsSender, type SnsSenderOptions } from '@latchkey/accounts/sns';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { errorOf } from '../support/errorOf.js';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';
import { emailTo, messageTo, smsTo } from './support/messages.js';
import { ServiceServer, type ReceivedRequest } from './support/ServiceServer.js';

const PHONE = '+4930123456';
const TAKEN = {
  status: 200,
  type: 'text/xml',
  body: '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
};
const OPTIONS = {
  applicationName: 'My application',
  baseUrl: 'https://example.com',
} satisfies Partial<SnsSenderOptions>;

const formOf = ({ body }: ReceivedRequest): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body));

describe('text messages by Amazon SNS', () => {
  let service: ServiceServer;
  let client: SNSClient;
  const send = (options: Partial<SnsSenderOptions> = {}): ReturnType<typeof snsSender> =>
    snsSender({ ...OPTIONS, client, ...options });

  beforeAll(async () => {
    service = await ServiceServer.start(TAKEN);
    client = new SNSClient(service.client);
  });
  afterEach(() => {
    service.requests.length = 0;
    service.answer = TAKEN;
  });
  afterAll(async () => {
    client.destroy();
    await service.stop();
  });

  it('are one request of Publish, signed, to one number and no topic', async () => {
    const { account } = smsTo(PHONE);
    await send({ senderId: 'MyApp' })({
      kind: 'PhoneVerification',
      to: { kind: 'phone', value: PHONE },
      account,
      token: '123456',
    });
    const request = service.take();
    expect(request.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*\/sns\/aws4_request/);
    const { Version, ...form } = formOf(request);
    expect(Version).toBe('2010-03-31');
    expect(form).toEqual({
      Action: 'Publish',
      PhoneNumber: PHONE,
      Message: '123456 is your code for My application. Do not share it with anyone.',
      'MessageAttributes.entry.1.Name': 'AWS.SNS.SMS.SMSType',
      'MessageAttributes.entry.1.Value.DataType': 'String',
      'MessageAttributes.entry.1.Value.StringValue': 'Transactional',
      'MessageAttributes.entry.2.Name': 'AWS.SNS.SMS.SenderID',
      'MessageAttributes.entry.2.Value.DataType': 'String',
      'MessageAttributes.entry.2.Value.StringValue': 'MyApp',
    });
  });

  test.each([
    '+4930123456,+4930999999',
    '+4930123456&TopicArn=arn:aws:sns:local:1:all',
    '+4930123456\r\n',
    '4930123456',
    '+49 30 123456',
    'arn:aws:sns:local:1:all',
    '',
  ])('never go to %p', async (number) => {
    expect(await errorOf(send()(smsTo(number)))).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'to', reason: 'notAPhoneNumber' },
    });
    expect(service.requests).toEqual([]);
  });

  it('never go to an e-mail address', async () => {
    expect((await errorOf(send()(emailTo('ada@example.com')))).code).toBe('InvalidInput');
  });

  it('say nothing but what the template says', async () => {
    const { account } = messageTo(
      { kind: 'phone', value: PHONE },
      'x&PhoneNumber=+4930999999\r\ny',
    );
    await send()({ kind: 'UsernameChanged', to: { kind: 'phone', value: PHONE }, account });
    expect(formOf(service.take())).toMatchObject({
      PhoneNumber: PHONE,
      Message:
        'My application: The username of your My application account is now x&PhoneNumber=+4930999999 y.',
    });
  });

  describe('for accounts', () => {
    let test: TestAccounts;
    const events: AccountEvent[] = [];
    beforeAll(async () => {
      test = await createTestAccounts({ delivery: { send: send() } });
      test.accounts.on('DeliveryError', (event) => events.push(event));
    });
    afterAll(() => test.drop());

    it('have the code that verifies a phone', async () => {
      const { accountId } = await test.accounts.createAccount({
        username: 'ada',
        password: PASSWORD,
      });
      await test.accounts.contacts.addPhone({ accountId, phone: PHONE });
      const { Message = '', PhoneNumber } = formOf(service.take());
      expect(PhoneNumber).toBe(PHONE);
      const [code = ''] = /^\d{6}\b/.exec(Message) ?? [];
      await test.accounts.contacts.verifyPhone({ accountId, phone: PHONE, code });
      const contacts = await test.accounts.contacts.list({ accountId });
      expect(contacts).toMatchObject([{ verified: true, data: { value: PHONE } }]);
    });

    it('fail without undoing what they tell of', async () => {
      service.answer = {
        status: 500,
        type: 'text/xml',
        body: '<ErrorResponse>canary</ErrorResponse>',
      };
      const { accountId } = await test.accounts.createAccount({
        username: 'eve',
        password: PASSWORD,
      });
      await test.accounts.contacts.addPhone({ accountId, phone: '+4930999999' });
      expect(events).toMatchObject([{ accountId, method: 'PhoneVerification' }]);
      expect(JSON.stringify(events)).not.toMatch(/canary|999999/);
      const contacts = await test.accounts.contacts.list({ accountId });
      expect(contacts).toMatchObject([{ data: { value: '+4930999999' } }]);
    });
  });

  test.each([
    ['client', { client: undefined }],
    ['senderId', { senderId: '12345' }],
    ['senderId', { senderId: 'My App' }],
    ['senderId', { senderId: 'MyApplication' }],
  ])('need a %s that can be used', (path, wrong) => {
    expect(() => send(wrong as never)).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: { path, reason: expect.any(String) },
      }),
    );
  });
});
