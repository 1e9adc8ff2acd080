import { EntityError } from '../errors/EntityError.js';

const DIGITS = 16;
const LIMIT = 1e16;

/**
 * Writes a number as text that sorts as the number does: 16 digits before the point, padded;
 * a negative number's digits are complemented to nine and closed with `~`.
 *
 * @throws {@link EntityError} `InvalidKey` if it is not finite, or 1e16 and above in magnitude.
 */
export function encodeNumber(value: number | bigint, path: string): string {
  const magnitude = value < 0 ? -value : value;
  if (!(magnitude < LIMIT)) {
    const reason = 'is not finite or has more than 16 digits before the point';
    throw new EntityError('InvalidKey', `"${path}" cannot be part of a key: it ${reason}.`, {
      path,
      reason,
    });
  }
  const [whole = '', fraction] = plainDecimal(magnitude).split('.');
  const text = whole.padStart(DIGITS, '0') + (fraction === undefined ? '' : `.${fraction}`);
  return value < 0 ? `-${text.replace(/\d/g, complement)}~` : text;
}

/** Reads what {@link encodeNumber} wrote. */
export function decodeNumber(text: string): string {
  return text.startsWith('-') ? `-${text.slice(1, -1).replace(/\d/g, complement)}` : text;
}

function complement(digit: string): string {
  return String(9 - Number(digit));
}

/** A decimal without exponent: `1e-7` is `0.0000001`. */
function plainDecimal(magnitude: number | bigint): string {
  const text = String(magnitude);
  const [mantissa = '', exponent] = text.split('e-');
  if (exponent === undefined) return text;
  return `0.${'0'.repeat(Number(exponent) - 1)}${mantissa.replace('.', '')}`;
}
