import type { Message, MessageKind } from '../Delivery.js';
import { requireEmailRecipient, requirePhoneRecipient } from '../templates/addresses.js';
import { invalidOption } from '../../errors/invalidOption.js';
import {
  MessageRenderer,
  type RenderedMessage,
  type RenderOptions,
} from '../templates/MessageRenderer.js';
import { onOneLine } from '../templates/escapeHtml.js';
import type { Send } from '../templates/sendBy.js';

/** A message kept by the outbox, with its rendered texts. */
export type OutboxMessage = Message & RenderedMessage;

/** Input of {@link Outbox}. */
export interface OutboxOptions extends RenderOptions {
  /**
   * Called with the kind, and the link or code, of each message: `console.log`, for example
   * (default: none).
   */
  readonly print?: (line: string) => void;
  /** Number of messages to keep, 1 to 100 000; the oldest are dropped. Default 1000. */
  readonly maxMessages?: number;
}

const MOST_MESSAGES = 100_000;

/**
 * Keeps messages in memory instead of sending them, for development and tests. Its contents and
 * output allow logins to accounts: do not use it in production.
 *
 * @example
 * ```ts
 * import { Outbox } from '@latchkey/accounts/outbox';
 *
 * export const delivery = new Outbox({
 *   applicationName: 'My application',
 *   baseUrl: 'http://localhost:3000',
 *   print: (line) => console.log(line),
 * });
 * ```
 */
export class Outbox {
  readonly #renderer: MessageRenderer;
  readonly #print: OutboxOptions['print'];
  readonly #maxMessages: number;
  #messages: readonly OutboxMessage[] = [];

  /** @throws AccountError `InvalidConfiguration` with the path of the option. */
  constructor(options: OutboxOptions) {
    const { print, maxMessages = 1000 } = options;
    this.#renderer = new MessageRenderer(options);
    if (print !== undefined && typeof print !== 'function') {
      throw invalidOption('print', 'It must be a function.');
    }
    const isUsable = Number.isInteger(maxMessages) && maxMessages >= 1;
    if (!isUsable || maxMessages > MOST_MESSAGES) {
      throw invalidOption('maxMessages', 'It must be a whole number, 1 to 100 000.');
    }
    this.#print = print;
    this.#maxMessages = maxMessages;
  }

  /**
   * Keeps a message, as `delivery.send`.
   *
   * @throws AccountError `InvalidInput` for an address or a token that no sender would accept.
   */
  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws is a rejection, too
  readonly send: Send = async (message) => {
    const { kind, value } = message.to;
    if (kind === 'email') requireEmailRecipient(message.to);
    else requirePhoneRecipient(message.to);
    const kept = { ...message, ...this.#renderer.render(message) };
    this.#messages = Object.freeze([...this.#messages, kept].slice(-this.#maxMessages));
    const code = kept.code === undefined ? undefined : `code ${kept.code}`;
    const secrets = [kept.url ?? kept.token, code].filter((each) => each !== undefined);
    const shown = onOneLine(secrets.length > 0 ? secrets.join(', ') : kept.subject);
    this.#print?.(`${message.kind} to ${value}: ${shown}`);
  };

  /** The sent messages, the oldest first. */
  get messages(): readonly OutboxMessage[] {
    return this.#messages;
  }

  /**
   * The newest message, or the newest of a kind.
   *
   * @param kind - Which; default: any.
   */
  last(kind?: MessageKind): OutboxMessage | undefined {
    return this.#messages.findLast((message) => kind === undefined || message.kind === kind);
  }

  /** The links in the sent messages, the oldest first. */
  links(): string[] {
    return this.#messages.flatMap(({ url }) => url ?? []);
  }

  /**
   * Removes all messages.
   *
   * @example
   * ```ts
   * import type { Outbox } from '@latchkey/accounts/outbox';
   *
   * export async function example(outbox: Outbox) {
   *   outbox.clear(); // between two tests
   * }
   * ```
   */
  clear(): void {
    this.#messages = Object.freeze([]);
  }
}
