/** So many characters of a word may be wrong: one of four, and one of a shorter word. */
const CHARACTERS_PER_MISTAKE = 4;
/** Longer words are not compared: they are no slip of a finger. */
const MAX_LENGTH = 64;

/**
 * The name that a word was probably meant to be: the nearest one by the letters that are to be inserted, left out,
 * replaced or swapped.
 *
 * @returns `undefined` where none is near.
 */
export function closestTo(word: string, names: Iterable<string>): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  let [closest, fewest] = [undefined as string | undefined, Infinity];
  for (const name of names) {
    const longer = Math.max(word.length, name.length);
    const mistakes = distance(word, name);
    if (mistakes > Math.max(1, Math.floor(longer / CHARACTERS_PER_MISTAKE))) continue;
    if (mistakes < fewest && mistakes < longer) [closest, fewest] = [name, mistakes];
  }
  return closest;
}

/** Restricted Damerau-Levenshtein distance (https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance). */
function distance(one: string, other: string): number {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from(`${other} `, (_, at) => at)];
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwap =
        row > 1 &&
        column > 1 &&
        one[row - 1] === other[column - 2] &&
        one[row - 2] === other[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[other.length] ?? 0;
}
