import type { MessageKind } from '../Delivery.js';
import { invalidOption } from '../../errors/invalidOption.js';
import { isMessageKind } from './messageKinds.js';
import type { LocalTemplate, MessageTemplate, MessageTemplates } from './MessageTemplate.js';

/** The language of the library's own templates, and of those for whom there is no other. */
export const FALLBACK_LOCALE = 'en';

/** The application's own templates. */
export class TemplateBook {
  readonly #languages = new Map<string, ReadonlyMap<string, MessageTemplate>>();

  /** @throws AccountError `InvalidConfiguration` with the path of what cannot be used. */
  constructor(templates: MessageTemplates = {}) {
    for (const [tag, kinds] of Object.entries(templates)) {
      const language = canonicalTag(tag);
      if (language === undefined) {
        throw invalidOption(
          'templates',
          'Each language must be a BCP 47 tag, such as de or pt-BR.',
        );
      }
      for (const [kind, template] of Object.entries<unknown>(kinds)) {
        if (!isMessageKind(kind) || typeof template !== 'function') {
          throw invalidOption(
            `templates.${language}`,
            'Each template must be a function, under the name of a kind of message.',
          );
        }
      }
      this.#languages.set(language, new Map(Object.entries(kinds)));
    }
  }

  /**
   * Finds the template that fits best (RFC 4647 §3.4): `de-AT` is looked up as `de-AT`, `de`, and at
   * last in English.
   *
   * @param wanted - A language tag; a value that is not one counts as no wish.
   * @returns undefined where the application has none that fits.
   */
  find(kind: MessageKind, wanted: unknown): LocalTemplate | undefined {
    for (const locale of [...rangesOf(wanted), FALLBACK_LOCALE]) {
      const write = this.#languages.get(locale)?.get(kind);
      if (write) return { locale, write };
    }
    return undefined;
  }
}

/** The tag and what is left of it without its last parts: `de-AT`, `de`. */
function rangesOf(wanted: unknown): readonly string[] {
  const tag = typeof wanted === 'string' ? canonicalTag(wanted) : undefined;
  const parts = tag?.split('-') ?? [];
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('-'));
}

function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
