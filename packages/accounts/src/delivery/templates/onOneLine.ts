// Control characters, line and paragraph separators, and what turns the direction of text around.
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/**
 * Gives a text as one line that shows what it is: nothing in it ends a header, begins a line that
 * looks like the application's, or turns what follows around (ASVS 1.3.11).
 */
export function onOneLine(text: string): string {
  return text.toWellFormed().replace(BREAKS, ' ').trim();
}
