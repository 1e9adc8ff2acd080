import { createHmac, randomBytes } from 'node:crypto';

const FIRST_SLOTS = 2 ** 12;
/** 96 MiB, for four million keys. */
const MAX_SLOTS = 2 ** 23;

/**
 * Remembers which row a key was first seen in, in 12 bytes of a digest and a number for each key. At four
 * million keys it is full and takes no more, so that its memory has a bound: the table itself then finds
 * what is there twice.
 *
 * Two different keys have one digest with a chance of one in a million at most, and nobody can make such
 * keys, since the digest has a random key.
 */
export class SeenKeys {
  readonly #secret = randomBytes(32);
  #size = 0;
  #slots = new Uint32Array(3 * FIRST_SLOTS);

  /** The row in which a key was seen; undefined for one that was not. */
  rowOf(key: string): number | undefined {
    const [high, low] = this.#digestOf(key);
    const row = this.#slots[this.#find(this.#slots, high, low) + 2];
    return row === 0 ? undefined : row;
  }

  /**
   * Remembers a key.
   *
   * @param row - from 1.
   */
  add(key: string, row: number): void {
    if (2 * this.#size >= this.#slots.length / 3 && !this.#grow()) return;
    const [high, low] = this.#digestOf(key);
    const at = this.#find(this.#slots, high, low);
    if (this.#slots[at + 2] !== 0) return;
    this.#slots.set([high, low, row], at);
    this.#size++;
  }

  /** The slot of a digest, or the free one where it belongs. */
  #find(slots: Uint32Array, high: number, low: number): number {
    const count = slots.length / 3;
    let at = low % count;
    while (slots[3 * at + 2] !== 0 && (slots[3 * at] !== high || slots[3 * at + 1] !== low)) {
      at = (at + 1) % count;
    }
    return 3 * at;
  }

  /** Doubles the room; false where there is no more. */
  #grow(): boolean {
    const slots = this.#slots;
    if (slots.length / 3 >= MAX_SLOTS) return false;
    const larger = new Uint32Array(2 * slots.length);
    for (let at = 0; at < slots.length; at += 3) {
      const [high = 0, low = 0, row = 0] = slots.subarray(at, at + 3);
      if (row !== 0) larger.set([high, low, row], this.#find(larger, high, low));
    }
    this.#slots = larger;
    return true;
  }

  #digestOf(key: string): readonly [high: number, low: number] {
    const digest = createHmac('sha256', this.#secret).update(key).digest();
    return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
  }
}
