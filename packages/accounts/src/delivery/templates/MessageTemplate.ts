import type { AccountDocument } from '../../requests/SessionRequest.js';
import type { MessageKind, Recipient } from '../Delivery.js';

/**
 * Facts from which a template makes a message. Texts are as people wrote them, on one line each:
 * HTML in {@link RenderedContent} has to escape them.
 */
export interface TemplateFacts {
  readonly kind: MessageKind;
  readonly applicationName: string;
  /** The language of the template, as a BCP 47 tag. */
  readonly locale: string;
  readonly to: Recipient;
  readonly account: AccountDocument;
  readonly username?: string;
  /** The address that was added or removed. */
  readonly contact?: string;
  /** The secret itself, to be typed in; `url` has it already. */
  readonly token?: string;
  /** Where to go. */
  readonly url?: string;
}

/** A message as plain texts, which are escaped and laid out. */
export interface MessageContent {
  /** One line; what would break it becomes a space. */
  readonly subject: string;
  /** Text of the message before the link. */
  readonly paragraphs: readonly string[];
  /** The words of the link (default: the link itself, which always stands below it). */
  readonly link?: string;
  /** Text of the message after the link. */
  readonly closing?: readonly string[];
  /** The whole message to a phone (default: the application's name and the first paragraph). */
  readonly short?: string;
}

/** A message as it is sent; what is in `html` is the template's own responsibility. */
export interface RenderedContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Makes the message of one kind, in one language. */
export type MessageTemplate = (facts: TemplateFacts) => MessageContent | RenderedContent;

/** A template, and the language that it is in. */
export interface LocalTemplate {
  /** A BCP 47 tag, such as `de`. */
  readonly locale: string;
  /** Makes the message. */
  readonly write: MessageTemplate;
}

/** Templates of the application: by language (a BCP 47 tag, such as `de` or `pt-BR`), then by kind. */
export type MessageTemplates = Readonly<
  Record<string, Readonly<Partial<Record<MessageKind, MessageTemplate>>>>
>;
