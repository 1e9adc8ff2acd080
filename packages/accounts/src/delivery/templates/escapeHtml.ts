const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Makes a text safe between HTML tags and inside quoted attributes (ASVS 1.2.1).
 *
 * @param text - Any text. Escaping alone does not make a text safe as an `href`.
 * @example
 * ```ts
 * import { escapeHtml } from '@latchkey/accounts';
 *
 * export const greeting = (name: string) => `<p>Hello, ${escapeHtml(name)}!</p>`;
 * ```
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

// Control characters, line and paragraph separators, and what turns the direction of text around.
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/**
 * Gives a text as one line that shows what it is: nothing in it ends a header, begins a line that
 * looks like the application's, or turns what follows around (ASVS 1.3.11).
 */
export function onOneLine(text: string): string {
  return text.toWellFormed().replace(BREAKS, ' ').trim();
}
