import { setImmediate } from 'node:timers/promises';
import { withPath } from '../errors/withPath.js';
import { AccountError } from '../errors/AccountError.js';
import type { EventContext } from '../events/accountEvents.js';
import { type Events, reasonOf } from '../events/Events.js';
import { withinTime } from '../events/withinTime.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import { LinkBuilder, type LinkOptions } from './templates/LinkBuilder.js';
import type { LocalTemplate, MessageTemplates } from './templates/MessageTemplate.js';
import { TemplateBook } from './templates/TemplateBook.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';

/** Kind of a message. A message with a token is confidential. */
export type MessageKind =
  | 'EmailVerification'
  | 'PhoneVerification'
  | 'PasswordReset'
  | 'MagicLink'
  /** To an address that no account has: the link makes one. */
  | 'SignUpLink'
  /** Six digits to log in with, to a phone. */
  | 'LoginCode'
  /** Somebody wanted to sign up with an address that has an account already. */
  | 'SignUpAttempt'
  | 'UsernameChanged'
  | 'PasswordChanged'
  | 'PasswordRemoved'
  /** Too many wrong passwords in a row: it takes a new one. */
  | 'PasswordDisabled'
  | 'ContactAdded'
  | 'ContactRemoved'
  | 'TwoFactorEnabled'
  | 'TwoFactorDisabled'
  | 'PasskeyAdded'
  | 'PasskeyRemoved';

/** An address that belongs to an account, as it is stored. */
export interface Recipient {
  readonly kind: 'email' | 'phone';
  readonly value: string;
}

/** A message to an account's owner. */
export interface Message {
  readonly kind: MessageKind;
  /** Recipient; always a stored address, never visitor input. */
  readonly to: Recipient;
  readonly account: AccountDocument;
  /**
   * The secret to send, if the kind has one. It is not stored. With `ContactRemoved`, it undoes the
   * replacement of this address.
   */
  readonly token?: string;
  /**
   * With `MagicLink` and `SignUpLink`: six digits that do the same where the message was asked for, typed
   * in there. With `LoginCode`, instead of a link. Of use to nobody else.
   */
  readonly code?: string;
  /** The address that was added or removed, if the kind has one. */
  readonly contact?: Recipient;
  /** The link of the message, if `linkTo` is configured and the kind has one. */
  readonly url?: string;
  /** The reader's language as a BCP 47 tag, if `locale` returns one. */
  readonly locale?: string;
  /** The application's template for its kind and language, if `templates` has one. */
  readonly template?: LocalTemplate;
}

/** How messages are delivered. */
export interface DeliveryOptions {
  /** Sends a message to a mail service or, better, a queue. Called after the commit. */
  readonly send: (message: Message) => unknown;
  /** Time limit of `send`; after that, it is a `DeliveryError` (default: `'10s'`). */
  readonly timeout?: Duration;
  /** How links are built; without it, `send` builds its own from the token. */
  readonly linkTo?: LinkOptions;
  /** Returns an account's language as a BCP 47 tag (default: none). */
  readonly locale?: (account: AccountDocument) => string | undefined;
  /** Templates of the application. Each message carries its template, which the senders prefer. */
  readonly templates?: MessageTemplates;
}

/** Hands messages over, and never undoes or delays what they tell of. */
export class Delivery {
  /** As they were given: `send` and `locale` may be methods of theirs. */
  readonly #options: DeliveryOptions | undefined;
  readonly #events: Events;
  readonly #timeoutMs: number;
  readonly #links: LinkBuilder | undefined;
  readonly #templates: TemplateBook;
  readonly #pending = new Set<Promise<void>>();

  constructor(events: Events, options?: DeliveryOptions) {
    this.#options = options;
    this.#events = events;
    const { timeout = '10s', linkTo, templates } = options ?? {};
    this.#timeoutMs = parseDuration(timeout, 'delivery.timeout');
    this.#links = linkTo && withPath('delivery.linkTo', () => new LinkBuilder(linkTo));
    this.#templates = withPath('delivery', () => new TemplateBook(templates));
  }

  /** Tells whether messages have anywhere to go. */
  get isConfigured(): boolean {
    return this.#options !== undefined;
  }

  /** @throws AccountError `InvalidConfiguration` where a secret would be sent nowhere. */
  requireConfigured(): void {
    if (this.isConfigured) return;
    throw new AccountError('InvalidConfiguration', {
      path: 'delivery',
      reason: 'Set it, so that messages can be sent.',
    });
  }

  /**
   * Hands a message over; a failure becomes the event `DeliveryError`.
   *
   * @returns when it has been handed over; who must not show whether there was anything to send
   *   does not wait.
   */
  deliver(message: Message): Promise<void> {
    return this.afterwards(
      { accountId: message.account.accountId, method: message.kind },
      async () => {
        const url = this.#links?.linkOf(message);
        const locale = this.#options?.locale?.(message.account);
        const template = this.#templates.find(message.kind, locale);
        await this.#options?.send({
          ...message,
          ...(url !== undefined && { url }),
          ...(locale !== undefined && { locale }),
          ...(template && { template }),
        });
      },
    );
  }

  /** Does what leads to a message without anybody waiting for it; see {@link Delivery.deliver}. */
  afterwards(eventContext: EventContext, work: () => Promise<void>): Promise<void> {
    const done = this.#attempt(eventContext, work).finally(() => this.#pending.delete(done));
    this.#pending.add(done);
    return done;
  }

  /** Waits for every message that is being handed over: before a Lambda function freezes, say. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async #attempt(eventContext: EventContext, work: () => Promise<void>): Promise<void> {
    try {
      // Not before the answer: rendering a message takes time only where there is one.
      await setImmediate();
      await withinTime(work, this.#timeoutMs);
    } catch (error) {
      // Not its error: mail services like to quote the message.
      await this.#events.emit('DeliveryError', eventContext, reasonOf(error));
    }
  }
}
