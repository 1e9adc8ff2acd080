import { createHash, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ForeignHasher } from '../ForeignHasher.js';
import { createForeignHasher } from './createForeignHasher.js';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const STORED = /^\$[PH]\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$/;
/** phpass itself takes 7 to 30; WordPress has made 13. 2^18 rounds are about half a second. */
const [LOWEST_COST, HIGHEST_COST] = [7, 18];
/** Rounds between two looks at what else there is to do: a few milliseconds. */
const ROUNDS_A_TURN = 4096;

/**
 * Verifies the portable hashes of phpass: `$P$…` of WordPress before 6.8 and Drupal 6, `$H$…` of phpBB 3. More
 * than 2^18 rounds of MD5 are not recognised.
 *
 * @example
 * ```ts
 * import { phpass, wordPress } from '@latchkey/accounts/foreign-hashes';
 *
 * export const extraHashers = [phpass(), wordPress()];
 * ```
 */
export function phpass(): ForeignHasher {
  return createForeignHasher({
    parse: (stored) => {
      const [, letter = '', salt, digest] = STORED.exec(stored) ?? [];
      const cost = ALPHABET.indexOf(letter);
      if (salt === undefined || digest === undefined) return null;
      return cost >= LOWEST_COST && cost <= HIGHEST_COST ? { cost, salt, digest } : null;
    },
    matches: async (password, { cost, salt, digest }) => {
      let hash = createHash('md5').update(salt).update(password).digest();
      for (let round = 1; round <= 2 ** cost; round++) {
        hash = createHash('md5').update(hash).update(password).digest();
        if (round % ROUNDS_A_TURN === 0) await nextTurn();
      }
      return timingSafeEqual(Buffer.from(encode(hash)), Buffer.from(digest));
    },
  });
}

/** Writes 16 bytes in the 64 letters of crypt(3), the lowest bits first. */
function encode(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = bytes.subarray(at, at + 3);
    const bits = group.reduce((sum, byte, place) => sum | (byte << (8 * place)), 0);
    for (let place = 0; place <= group.length; place++) {
      text += ALPHABET.charAt((bits >> (6 * place)) & 63);
    }
  }
  return text;
}
