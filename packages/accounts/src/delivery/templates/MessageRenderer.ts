import type { Message } from '../Delivery.js';
import { invalidOption } from '../../errors/invalidOption.js';
import { requireName } from './configuration.js';
import { layOut } from './layOut.js';
import { LinkBuilder, type LinkOptions } from './LinkBuilder.js';
import type {
  LocalTemplate,
  MessageTemplates,
  RenderedContent,
  TemplateFacts,
} from './MessageTemplate.js';
import { onOneLine } from './escapeHtml.js';
import { TemplateBook } from './TemplateBook.js';

/** How messages are worded. */
export interface RenderOptions extends LinkOptions {
  /** Name by which the application calls itself: 1 to 100 characters on one line. */
  readonly applicationName: string;
  /**
   * The language, as a BCP 47 tag, or what gives it for each message: `({ account }) =>
   * account.profile?.locale`, say. The message's own comes first. Default, and where there is no
   * template in it: English.
   */
  readonly locale?: string | ((message: Message) => unknown);
  /**
   * Templates of the application, which come before the library's own. The message's own `template`
   * comes first.
   */
  readonly templates?: MessageTemplates;
}

/** A message as a person gets it. */
export interface RenderedMessage {
  /** One line. */
  readonly subject: string;
  /** To a phone, one or two sentences. */
  readonly text: string;
  /** A whole document. */
  readonly html: string;
  /** The link in it, if there is one. */
  readonly url?: string;
}

/** Words messages, with options that were checked once. */
export class MessageRenderer {
  readonly applicationName: string;
  readonly #links: LinkBuilder;
  readonly #locale: RenderOptions['locale'];
  readonly #templates: TemplateBook;

  /** @throws AccountError `InvalidConfiguration` with the path of the option. */
  constructor(options: RenderOptions) {
    this.applicationName = requireName(options.applicationName, 'applicationName');
    this.#links = new LinkBuilder(options);
    this.#locale = options.locale;
    this.#templates = new TemplateBook(options.templates);
  }

  /**
   * @throws AccountError `InvalidInput` with the path `token` when its kind needs one and has none;
   *   `InvalidConfiguration` when a template of the application gives something else than texts.
   */
  render(message: Message): RenderedMessage {
    const own = typeof this.#locale === 'function' ? this.#locale(message) : this.#locale;
    const locale = message.locale ?? own;
    const found = templateOf(message) ?? this.#templates.find(message.kind, locale);
    const url = this.#links.linkOf(message);
    const { subject, text, html } = this.#apply(found, message, url);
    return { subject: onOneLine(subject), text, html, ...(url !== undefined && { url }) };
  }

  #apply(
    { locale, write }: LocalTemplate,
    { kind, to, account, token, contact }: Message,
    url: string | undefined,
  ): RenderedContent {
    const { applicationName } = this;
    const facts: TemplateFacts = {
      kind,
      applicationName,
      locale,
      to,
      account,
      ...(account.username !== undefined && { username: onOneLine(account.username) }),
      ...(contact && { contact: onOneLine(contact.value) }),
      ...(token !== undefined && { token }),
      ...(url !== undefined && { url }),
    };
    const content = write(facts);
    const rendered = 'html' in content ? content : layOut(content, facts);
    const texts: readonly unknown[] = [rendered.subject, rendered.text, rendered.html];
    if (texts.some((each) => typeof each !== 'string')) {
      throw invalidOption(`templates.${locale}.${kind}`, 'It must return texts.');
    }
    return rendered;
  }
}

/** The template that a message brings; one that came through a queue has lost it. */
function templateOf({ template }: Message): LocalTemplate | undefined {
  const write: unknown = template?.write;
  return typeof write === 'function' ? template : undefined;
}
