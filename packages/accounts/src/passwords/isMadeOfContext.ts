// Shorter ones are in many a good password.
const SHORTEST_WORD = 3;

/**
 * Tells whether words that are known of an account or application make up half of a password or
 * more (ASVS 6.2.11, 6.1.2): `ada.lovelace` refuses `AdaLovelace1815`, not `lovelace correct horse`.
 *
 * Case and compatibility forms make no difference. A word counts as a whole, and by its parts
 * between signs and spaces, each from 3 characters on; of an e-mail address, what is before the `@`.
 */
export function isMadeOfContext(
  password: string,
  contextWords: readonly (string | undefined)[],
): boolean {
  const text = fold(password);
  const covered = new Uint8Array(text.length);
  for (const word of new Set(contextWords.flatMap((context) => wordsOf(context ?? '')))) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      covered.fill(1, at, at + word.length);
    }
  }
  const sum = covered.reduce((total, one) => total + one, 0);
  return sum > 0 && sum * 2 >= text.length;
}

function wordsOf(context: string): string[] {
  const at = context.lastIndexOf('@');
  const word = fold(at > 0 ? context.slice(0, at) : context);
  return [word, ...word.split(/[^\p{L}\p{N}]+/u)].filter(({ length }) => length >= SHORTEST_WORD);
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
