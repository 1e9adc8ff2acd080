import { createHash } from 'node:crypto';

const ENTRY_BITS = 14;
/** Entries of the table that a word stands on. */
const ENTRIES_OF_WORD = 7;
/** Bytes behind the last entry, so that four can be read at every one. */
const PADDING_BYTES = 2;
const WORD_BYTES = 4;

/**
 * A list of passwords, in whatever case, from which no password can be read. Every password of the list
 * is found; of others, one in 16 384 (2^14) is taken for one of the list.
 *
 * It is a table of entries of 14 bits. The SHA-256 of a password names seven entries and gives 14 bits
 * of its own; for each password of the list, all of these XORed are 0 (decision 18).
 */
export class PasswordFilter {
  readonly #load: () => Promise<string>;
  #table: Buffer | undefined;

  /** @param load - gives the table as base64. */
  constructor(load: () => Promise<string>) {
    this.#load = load;
  }

  /** Tells whether a password is on the list. */
  async isCommon(password: string): Promise<boolean> {
    const table = (this.#table ??= Buffer.from(await this.#load(), 'base64'));
    const entries = Math.floor(((table.length - PADDING_BYTES) * 8) / ENTRY_BITS);
    const numbers = numbersOf(password);
    const own = (numbers[ENTRIES_OF_WORD] ?? 0) >>> (32 - ENTRY_BITS);
    const sum = numbers
      .slice(0, ENTRIES_OF_WORD)
      .reduce((before, number) => before ^ entryAt(table, number % entries), own);
    return sum === 0;
  }
}

function entryAt(table: Buffer, entry: number): number {
  const bit = entry * ENTRY_BITS;
  return (table.readUInt32BE(bit >>> 3) << (bit & 7)) >>> (32 - ENTRY_BITS);
}

/** The SHA-256 of a password, as eight numbers of 32 bits. */
function numbersOf(password: string): number[] {
  const word = password.normalize('NFKC').toLowerCase();
  const digest = createHash('sha256').update(word, 'utf8').digest();
  return Array.from({ length: digest.length / WORD_BYTES }, (_value, at) =>
    digest.readUInt32BE(at * WORD_BYTES),
  );
}
