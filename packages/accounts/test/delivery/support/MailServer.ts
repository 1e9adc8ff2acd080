import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { simpleParser, type ParsedMail } from 'mailparser';
import { generate } from 'selfsigned';
import { SMTPServer } from 'smtp-server';

/** Who may send. */
export const LOGIN = { user: 'accounts', pass: 'canary-smtp-password' };

/** A mail as it came in, and how. */
export interface ReceivedMail {
  readonly mail: ParsedMail;
  readonly raw: string;
  readonly from: string;
  /** Every address that the client named as one to deliver to. */
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: unknown;
}

/** How the server behaves. */
export interface MailServerOptions {
  /** TLS from the first byte on, or by STARTTLS (default), or none at all. */
  readonly tls?: 'implicit' | 'starttls' | 'none';
  readonly smtpUtf8?: boolean;
}

/** An SMTP server on this machine that wants a password, and keeps what it gets. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  /** What a recipient is answered with, in place of being taken. */
  refusal: { readonly code: number; readonly text: string } | undefined;
  readonly #server: SMTPServer;
  readonly #certificate: string;

  private constructor(
    key: string,
    certificate: string,
    { tls = 'starttls', smtpUtf8 = true }: MailServerOptions,
  ) {
    this.#certificate = certificate;
    this.#server = new SMTPServer({
      key,
      cert: certificate,
      secure: tls === 'implicit',
      hideSTARTTLS: tls !== 'starttls',
      disabledCommands: tls === 'none' ? ['STARTTLS'] : [],
      allowInsecureAuth: tls === 'none',
      hideSMTPUTF8: !smtpUtf8,
      disableReverseLookup: true,
      logger: false,
      onAuth: ({ username, password }, _session, callback) => {
        if (username === LOGIN.user && password === LOGIN.pass) callback(null, { user: username });
        else callback(new Error('Invalid username or password'));
      },
      onRcptTo: (_address, _session, callback) => {
        const { refusal } = this;
        callback(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
      },
      onData: (stream, { envelope, secure, user }, callback) => {
        const keep = async (): Promise<void> => {
          const raw = await buffer(stream);
          this.mails.push({
            mail: await simpleParser(raw),
            raw: raw.toString(),
            from: envelope.mailFrom ? envelope.mailFrom.address : '',
            to: envelope.rcptTo.map(({ address }) => address),
            secure,
            user,
          });
        };
        keep().then(() => callback(), callback);
      },
    });
    // Clients that hang up in the middle are what some tests are about.
    this.#server.on('error', () => undefined);
  }

  /** Starts a server with a certificate of its own for `localhost`. */
  static async start(options: MailServerOptions = {}): Promise<MailServer> {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
    });
    const server = new MailServer(key, cert, options);
    const listening = server.#server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  /** What a client needs to send here. */
  get transport(): {
    host: string;
    port: number;
    auth: typeof LOGIN;
    tls: { ca: string; servername: string };
  } {
    return {
      host: '127.0.0.1',
      port: this.port,
      auth: LOGIN,
      tls: { ca: this.#certificate, servername: 'localhost' },
    };
  }

  /** The only mail that has come since the last look. */
  take(): ReceivedMail {
    const [mail, ...more] = this.mails.splice(0);
    if (!mail || more.length > 0)
      throw new Error(`expected one mail, and ${more.length} more came`);
    return mail;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(resolve);
    });
  }
}
