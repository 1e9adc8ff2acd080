import { EntityError } from '../errors/EntityError.js';

/** Whole numbers of up to so many digits are padded to that length. */
const DIGITS = 16;
/** DynamoDB keeps this many digits of a number. */
const MAX_DIGITS = 38;
/** One for each greater length, 17 to 38 digits: every one of them sorts after the digits. */
const LENGTHS = 'abcdefghijklmnopqrstuv';
/** Sorts before the digits: what is below every negative number of fewer digits begins with it. */
const BELOW = ',';

/**
 * Writes a number as text that sorts as the number does: 16 digits before the point, padded; for
 * more digits a letter that stands for their number comes first, `a` for 17. A negative number's
 * digits are complemented to nine and closed with `~`.
 *
 * | number | text |
 * |---|---|
 * | `42` | `0000000000000042` |
 * | `-1.5` | `-9999999999999998.4~` |
 * | `123456789012345678n` | `b123456789012345678` |
 * | `-123456789012345678n` | `-,u876543210987654321~` |
 *
 * @throws {@link EntityError} `InvalidKey` if it is not finite or has more than 38 digits.
 */
export function encodeNumber(value: number | bigint, path: string): string {
  const isNegative = value < 0;
  const [whole = '', fraction] = plainDecimal(isNegative ? -value : value, path).split('.');
  const more = whole.length - DIGITS;
  if (more <= 0) {
    const text = whole.padStart(DIGITS, '0') + (fraction === undefined ? '' : `.${fraction}`);
    return isNegative ? `-${complement(text)}~` : text;
  }
  if (!isNegative) return LENGTHS.charAt(more - 1) + whole;
  return `-${BELOW}${LENGTHS.charAt(LENGTHS.length - more)}${complement(whole)}~`;
}

/** Reads what {@link encodeNumber} wrote. */
export function decodeNumber(text: string): string {
  if (!text.startsWith('-')) return /^[a-v]/.test(text) ? text.slice(1) : text;
  return `-${complement(text.slice(text.startsWith(BELOW, 1) ? 3 : 1, -1))}`;
}

function complement(text: string): string {
  return text.replace(/\d/g, (digit) => String(9 - Number(digit)));
}

/** A decimal without exponent: `1e-7` is `0.0000001`. */
function plainDecimal(magnitude: number | bigint, path: string): string {
  if (typeof magnitude === 'number' && !Number.isFinite(magnitude)) {
    throw invalid(path, 'is not finite');
  }
  // Above the safe integers a number is whole; as a bigint it is written without an exponent.
  const text = String(magnitude > Number.MAX_SAFE_INTEGER ? BigInt(magnitude) : magnitude);
  const [mantissa = '', exponent] = text.split('e-');
  if (exponent !== undefined) {
    return `0.${'0'.repeat(Number(exponent) - 1)}${mantissa.replace('.', '')}`;
  }
  if (text.length <= MAX_DIGITS || text.includes('.')) return text;
  throw invalid(path, `has more than ${String(MAX_DIGITS)} digits`);
}

function invalid(path: string, reason: string): EntityError<'InvalidKey'> {
  return new EntityError('InvalidKey', `"${path}" cannot be part of a key: it ${reason}.`, {
    path,
    reason,
  });
}
