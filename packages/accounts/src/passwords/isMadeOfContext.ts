// Many good passwords contain shorter words.
const SHORTEST_WORD = 3;

/**
 * Tells whether words known about an account or application make up at least half of a password
 * (ASVS 6.2.11, 6.1.2): `ada.lovelace` refuses `AdaLovelace1815`, not `lovelace correct horse`.
 *
 * Case and compatibility forms are ignored. Each word is tried as a whole and in its parts between
 * punctuation and spaces, if they have at least 3 characters; of an e-mail address, only the part before
 * the `@`.
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
