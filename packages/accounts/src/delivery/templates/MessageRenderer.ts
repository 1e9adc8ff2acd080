import type { Message } from '../Delivery.js';
import { invalidOption } from '../../errors/invalidOption.js';
import { requireName } from './configuration.js';
import { englishTemplates } from './englishTemplates.js';
import { layOut } from './layOut.js';
import { LinkBuilder, type LinkOptions } from './LinkBuilder.js';
import type {
  LocalTemplate,
  MessageTemplates,
  RenderedContent,
  TemplateFacts,
} from './MessageTemplate.js';
import { onOneLine } from './escapeHtml.js';
import { FALLBACK_LOCALE, TemplateBook } from './TemplateBook.js';

/** Texts of messages. */
export interface RenderOptions extends LinkOptions {
  /** Name of the application: 1 to 100 characters on one line. */
  readonly applicationName: string;
  /**
   * The language, as a BCP 47 tag, or a function that returns it for each message, such as `({
   * account }) => account.profile?.locale`. The message's own `locale` takes precedence. English is
   * the default, and the fallback for languages without a template.
   */
  readonly locale?: string | ((message: Message) => unknown);
  /**
   * Templates of the application, which take precedence over the library's. The message's own
   * `template` takes precedence over both.
   */
  readonly templates?: MessageTemplates;
}

/** A message as the recipient sees it. */
export interface RenderedMessage {
  /** One line. */
  readonly subject: string;
  /** To a phone, one or two sentences. */
  readonly text: string;
  /** A whole document. */
  readonly html: string;
  /** The link in the message, if there is one. */
  readonly url?: string;
}

/** Renders messages, with options that were validated once. */
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
   * @throws AccountError `InvalidInput` with the path `token` if the message lacks the token that
   *   its kind needs; `InvalidConfiguration` if a template of the application does not return
   *   texts.
   */
  render(message: Message): RenderedMessage {
    const own = typeof this.#locale === 'function' ? this.#locale(message) : this.#locale;
    const locale = message.locale ?? own;
    const found =
      templateOf(message) ?? this.#templates.find(message.kind, locale) ?? englishOf(message);
    const url = this.#links.linkOf(message);
    const { subject, text, html } = this.#apply(found, message, url);
    return { subject: onOneLine(subject), text, html, ...(url !== undefined && { url }) };
  }

  #apply(
    { locale, write }: LocalTemplate,
    { kind, to, account, token, code, contact }: Message,
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
      ...(code !== undefined && { code }),
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

function englishOf({ kind }: Message): LocalTemplate {
  return { locale: FALLBACK_LOCALE, write: englishTemplates[kind] };
}

/** The template that a message brings; one that came through a queue has lost it. */
function templateOf({ template }: Message): LocalTemplate | undefined {
  const write: unknown = template?.write;
  return typeof write === 'function' ? template : undefined;
}
