import { createHash } from 'node:crypto';

const GAP_BYTES = 3;

/**
 * A list of passwords, in whatever case, as 32 bits of each word's SHA-256. With 3000 words, one in
 * 1.4 million good passwords is refused by mistake; with 9000, one in half a million.
 *
 * The list comes as the gaps between the sorted digests, three bytes each.
 */
export class DigestList {
  readonly #load: () => Promise<string>;
  #digests: Uint32Array | undefined;

  /** @param load - gives the gaps, as base64. */
  constructor(load: () => Promise<string>) {
    this.#load = load;
  }

  /** Tells whether a password is on the list. */
  async isCommon(password: string): Promise<boolean> {
    const digests = (this.#digests ??= decode(await this.#load()));
    return includes(digests, digestOf(password));
  }
}

function decode(text: string): Uint32Array {
  const gaps = Buffer.from(text, 'base64');
  let digest = 0;
  return Uint32Array.from({ length: gaps.length / GAP_BYTES }, (_value, at) => {
    digest += gaps.readUIntBE(at * GAP_BYTES, GAP_BYTES);
    return digest;
  });
}

function includes(digests: Uint32Array, wanted: number): boolean {
  let [low, high] = [0, digests.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = digests[middle] ?? Infinity;
    if (found === wanted) return true;
    if (found < wanted) low = middle + 1;
    else high = middle;
  }
  return false;
}

function digestOf(password: string): number {
  const word = password.normalize('NFKC').toLowerCase();
  return createHash('sha256').update(word, 'utf8').digest().readUInt32BE(0);
}
