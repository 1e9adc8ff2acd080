import type * as Sns from '@aws-sdk/client-sns';
import { requirePhoneRecipient } from '../templates/addresses.js';
import { invalidOption } from '../../errors/invalidOption.js';
import { MessageRenderer, type RenderOptions } from '../templates/MessageRenderer.js';
import type { Send } from '../templates/sendBy.js';

/** An `SNSClient` of `@aws-sdk/client-sns`. */
export interface SnsClient {
  send(command: never): Promise<unknown>;
}

/** Input of {@link snsSender}. */
export interface SnsSenderOptions extends RenderOptions {
  /** An `SNSClient`, with the region and the credentials of the application. */
  readonly client: SnsClient;
  /**
   * Sender shown to the recipient, in countries that allow it: 1 to 11 ASCII letters and digits,
   * with at least one letter (default: chosen by SNS).
   */
  readonly senderId?: string;
}

/**
 * Sends messages to phones by Amazon SNS, with the package `@aws-sdk/client-sns`, which the
 * application installs. It needs the permission `sns:Publish`. Each message is one request, to the
 * one stored number, as `Transactional`, which SNS delivers with priority:
 *
 * ```json
 * { "PhoneNumber": "+4930123456", "Message": "123456 is your code for My application.",
 *   "MessageAttributes": { "AWS.SNS.SMS.SMSType": { "DataType": "String", "StringValue": "Transactional" } } }
 * ```
 *
 * The returned function throws `InvalidInput` if the address is not a phone number, and the errors
 * of SNS. `Accounts` reports them as `DeliveryError`.
 *
 * @param options - The client, and the texts.
 * @throws AccountError `InvalidConfiguration` with the path of the option.
 * @example
 * ```ts
 * import { snsSender, type SnsClient } from '@latchkey/accounts/sns';
 *
 * // client: new SNSClient({ region: 'eu-central-1' })
 * export const deliveryBy = (client: SnsClient) => ({
 *   send: snsSender({
 *     client,
 *     senderId: 'MyApp',
 *     applicationName: 'My application',
 *     baseUrl: 'https://my-application.example',
 *   }),
 * });
 * ```
 */
export function snsSender(options: SnsSenderOptions): Send {
  const renderer = new MessageRenderer(options);
  const { client, senderId } = options;
  const given: unknown = client;
  if (typeof given !== 'object' || given === null) {
    throw invalidOption('client', 'It must be an SNSClient.');
  }
  if (senderId !== undefined && !/^(?=.*[A-Za-z])[A-Za-z0-9]{1,11}$/.test(senderId)) {
    throw invalidOption(
      'senderId',
      'It must be 1 to 11 letters and digits, with at least one letter.',
    );
  }

  return async (message) => {
    const number = requirePhoneRecipient(message.to);
    const { text } = renderer.render(message);
    const { PublishCommand } = await loadSns();
    const command = new PublishCommand({
      PhoneNumber: number,
      Message: text.trimEnd(),
      MessageAttributes: {
        'AWS.SNS.SMS.SMSType': attribute('Transactional'),
        ...(senderId !== undefined && { 'AWS.SNS.SMS.SenderID': attribute(senderId) }),
      },
    });
    await client.send(command as never);
  };
}

function attribute(value: string): Sns.MessageAttributeValue {
  return { DataType: 'String', StringValue: value };
}

/** Only when something is sent, so that this module loads where the package is not installed. */
async function loadSns(): Promise<typeof Sns> {
  try {
    return await import('@aws-sdk/client-sns');
  } catch (cause) {
    throw invalidOption('client', 'snsSender needs the package @aws-sdk/client-sns.', { cause });
  }
}
