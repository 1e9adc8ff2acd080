import type { AccountDocument } from '../../requests/SessionRequest.js';
import type { MessageKind, Recipient } from '../Delivery.js';

/**
 * Values for a template. Texts are as people typed them, each on one line: HTML in {@link
 * RenderedContent} must escape them.
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
  /** The secret itself, for the user to type; `url` already contains it. */
  readonly token?: string;
  /** The six digits of a `MagicLink`, a `SignUpLink` or a `LoginCode`. */
  readonly code?: string;
  /** The URL of the link. */
  readonly url?: string;
}

/** A message as plain texts, which are escaped and laid out. */
export interface MessageContent {
  /** One line; line breaks become spaces. */
  readonly subject: string;
  /** Text of the message before the link. */
  readonly paragraphs: readonly string[];
  /** The label of the link (default: the URL, which is always printed below it). */
  readonly link?: string;
  /** Text of the message after the link. */
  readonly closing?: readonly string[];
  /** The whole message to a phone (default: the application's name and the first paragraph). */
  readonly short?: string;
}

/** A message as it is sent; the template is responsible for escaping in `html`. */
export interface RenderedContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Returns the message of one kind, in one language. */
export type MessageTemplate = (facts: TemplateFacts) => MessageContent | RenderedContent;

/** A template with its language. */
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
