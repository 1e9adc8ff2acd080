import type * as Nodemailer from 'nodemailer';
import { parseSender, requireEmailRecipient, type MailFrom } from '../templates/addresses.js';
import { invalidOption } from '../../errors/invalidOption.js';
import { MessageRenderer, type RenderOptions } from '../templates/MessageRenderer.js';
import type { Send } from '../templates/sendBy.js';

/** A mail, as it is passed to `nodemailer`. */
export interface SmtpMail {
  readonly envelope: { readonly from: string; readonly to: string[] };
  readonly from: { readonly name: string; readonly address: string };
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly disableFileAccess: true;
  readonly disableUrlAccess: true;
}

/** Transporter, as `createTransport` of `nodemailer` returns it. */
export interface SmtpTransporter {
  sendMail(mail: SmtpMail): Promise<unknown>;
}

/** Settings for `createTransport` of `nodemailer`, which supports more than these. */
export interface SmtpTransportOptions {
  readonly host: string;
  /** Default: 465 with `secure`, else 587. */
  readonly port?: number;
  /** Tells whether the connection begins with TLS (default: on port 465). */
  readonly secure?: boolean;
  /** Tells whether to send nothing without TLS (default: true). */
  readonly requireTLS?: boolean;
  readonly auth?: Readonly<Record<string, unknown>>;
  /** How long to wait for a connection, in milliseconds (default: 10 000). */
  readonly connectionTimeout?: number;
  /** How long to wait for the server's greeting, in milliseconds (default: 10 000). */
  readonly greetingTimeout?: number;
  /** How long a connection may be silent, in milliseconds (default: 30 000). */
  readonly socketTimeout?: number;
  readonly [option: string]: unknown;
}

/** Input of {@link smtpSender}. */
export interface SmtpSenderOptions extends RenderOptions {
  /**
   * A `nodemailer` transporter, which the application must close itself, or the settings for one.
   */
  readonly transport: SmtpTransporter | SmtpTransportOptions;
  /** Sender of the mails; its name is the application's by default. */
  readonly from: MailFrom;
}

// Of what the library waits for, nothing should take minutes, as it may with nodemailer's own.
const DEFAULTS = {
  // Or whoever is between could have the tokens sent in clear (ASVS 12.3.1).
  requireTLS: true,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
};

/**
 * Sends messages as mails over SMTP, with the package `nodemailer`, which the application installs.
 * Each message goes to exactly one stored address.
 *
 * The returned function throws `InvalidInput` if the address is not an e-mail address,
 * `InvalidConfiguration` if `nodemailer` is not installed, and the server's errors. `Accounts`
 * reports them as `DeliveryError`.
 *
 * @param options - The mail server, the sender, and the texts.
 * @throws AccountError `InvalidConfiguration` with the path of the option.
 * @example
 * ```ts
 * import { smtpSender } from '@latchkey/accounts/smtp';
 *
 * export const delivery = {
 *   send: smtpSender({
 *     transport: {
 *       host: 'smtp.my-application.example',
 *       auth: { user: 'accounts', pass: process.env['SMTP_PASSWORD'] },
 *     },
 *     from: 'accounts@my-application.example',
 *     applicationName: 'My application',
 *     baseUrl: 'https://my-application.example',
 *   }),
 * };
 * ```
 */
export function smtpSender(options: SmtpSenderOptions): Send {
  const renderer = new MessageRenderer(options);
  const from = parseSender(options.from, renderer.applicationName);
  const open = transporterOf(options.transport);

  return async (message) => {
    const address = requireEmailRecipient(message.to);
    const { subject, text, html } = renderer.render(message);
    const transporter = await open();
    await transporter.sendMail({
      envelope: { from: from.address, to: [address] },
      from,
      to: { name: '', address },
      subject,
      text,
      html,
      // RFC 3834 §5: no out-of-office reply should come back.
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
}

function transporterOf(transport: unknown): () => SmtpTransporter | Promise<SmtpTransporter> {
  if (typeof transport !== 'object' || transport === null) {
    throw invalidOption(
      'transport',
      'It must be a nodemailer transporter, or the settings for one.',
    );
  }
  if (isTransporter(transport)) return () => transport;
  const given = Object.entries<unknown>({ ...transport }).filter(
    ([, value]) => value !== undefined,
  );
  const settings = { ...DEFAULTS, ...Object.fromEntries(given) };
  let opened: Promise<SmtpTransporter> | undefined;
  return () => (opened ??= openTransporter(settings));
}

function isTransporter(value: object): value is SmtpTransporter {
  return 'sendMail' in value && typeof value.sendMail === 'function';
}

/** Only when something is sent, so that this module loads where the package is not installed. */
async function openTransporter(settings: object): Promise<SmtpTransporter> {
  let nodemailer: typeof Nodemailer;
  try {
    nodemailer = await import('nodemailer');
  } catch (cause) {
    const reason = 'smtpSender needs the package nodemailer.';
    throw invalidOption('transport', reason, { cause });
  }
  return nodemailer.createTransport(settings);
}
