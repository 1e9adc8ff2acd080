/**
 * Returns a source of random numbers that gives the same numbers for the same seed, so that a test
 * that failed can be run again. It is not for secrets.
 *
 * It is the Weyl sequence with the finalizer of MurmurHash3, as described in
 * https://dl.acm.org/doi/10.1145/2714064.2660195 (SplitMix), with 32 bits.
 *
 * @param seed - any integer; only its lowest 32 bits count.
 * @returns a function that returns numbers from 0 up to, but not including, 1.
 *
 * @example
 * ```ts
 * import { seededRandom } from '@latchkey/entity/testing';
 *
 * const random = seededRandom(42);
 * console.log(random() < 0.5 ? 'heads' : 'tails'); // The same in every run.
 * ```
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed ^= mixed >>> 13;
    mixed = Math.imul(mixed, 0xc2b2ae35);
    mixed ^= mixed >>> 16;
    return (mixed >>> 0) / 2 ** 32;
  };
}
