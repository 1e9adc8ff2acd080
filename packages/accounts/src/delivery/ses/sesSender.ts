import type * as Ses from '@aws-sdk/client-sesv2';
import { parseSender, requireEmailRecipient, type MailFrom } from '../templates/addresses.js';
import { invalidOption } from '../../errors/invalidOption.js';
import { MessageRenderer, type RenderOptions } from '../templates/MessageRenderer.js';
import type { Send } from '../templates/sendBy.js';
import { formatMailbox } from './formatMailbox.js';

/** An `SESv2Client` of `@aws-sdk/client-sesv2`. */
export interface SesClient {
  send(command: never): Promise<unknown>;
}

/** Input of {@link sesSender}. */
export interface SesSenderOptions extends RenderOptions {
  /** An `SESv2Client`, with the region and the credentials of the application. */
  readonly client: SesClient;
  /** Sender of the mails: an address that SES has verified. */
  readonly from: MailFrom;
  /**
   * The configuration set to send with. Its click tracking would route links through other hosts.
   */
  readonly configurationSetName?: string;
}

/**
 * Sends messages as mails by Amazon SES (API version 2), with the package `@aws-sdk/client-sesv2`,
 * which the application installs. It needs the permission `ses:SendEmail`. Each message is one
 * request, to the one stored address:
 *
 * ```json
 * { "FromEmailAddress": "\"My application\" <accounts@my-application.example>",
 *   "Destination": { "ToAddresses": ["ada@example.com"] },
 *   "Content": { "Simple": { "Subject": {}, "Body": { "Text": {}, "Html": {} } } } }
 * ```
 *
 * What it gives throws, and `Accounts` tells as `DeliveryError`: `InvalidInput` for what is no e-mail
 * address, and whatever SES answers. The part before the `@` must be ASCII: SES takes no other.
 *
 * @param options - The client, whom the mails are from, and how they are worded.
 * @throws AccountError `InvalidConfiguration` with the path of the option.
 * @example
 * ```ts
 * import { sesSender, type SesClient } from '@latchkey/accounts/ses';
 *
 * // client: new SESv2Client({ region: 'eu-central-1' })
 * export const deliveryBy = (client: SesClient) => ({
 *   send: sesSender({
 *     client,
 *     from: 'accounts@my-application.example',
 *     applicationName: 'My application',
 *     baseUrl: 'https://my-application.example',
 *   }),
 * });
 * ```
 */
export function sesSender(options: SesSenderOptions): Send {
  const renderer = new MessageRenderer(options);
  const from = formatMailbox(parseSender(options.from, renderer.applicationName));
  const { client, configurationSetName } = options;
  const given: unknown = client;
  if (typeof given !== 'object' || given === null) {
    throw invalidOption('client', 'It must be an SESv2Client.');
  }

  return async (message) => {
    const address = requireEmailRecipient(message.to);
    const { subject, text, html } = renderer.render(message);
    const { SendEmailCommand } = await loadSes();
    const command = new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [address] },
      Content: {
        Simple: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } },
      },
      ...(configurationSetName !== undefined && { ConfigurationSetName: configurationSetName }),
    });
    await client.send(command as never);
  };
}

function utf8(text: string): Ses.Content {
  return { Data: text, Charset: 'UTF-8' };
}

/** Only when something is sent, so that this module loads where the package is not installed. */
async function loadSes(): Promise<typeof Ses> {
  try {
    return await import('@aws-sdk/client-sesv2');
  } catch (cause) {
    throw invalidOption('client', 'sesSender needs the package @aws-sdk/client-sesv2.', { cause });
  }
}
