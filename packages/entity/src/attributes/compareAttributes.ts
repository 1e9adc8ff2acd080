import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * The order of two stored values as DynamoDB has it: negative, 0 or positive; `NaN` for values of
 * different types, of a type without an order, and for what is not there, none of which are below,
 * equal to or above each other.
 */
export function compareAttributes(
  a: AttributeValue | undefined,
  b: AttributeValue | undefined,
): number {
  if (a?.S !== undefined && b?.S !== undefined) return compareTexts(a.S, b.S);
  if (a?.N !== undefined && b?.N !== undefined) return compareNumbers(a.N, b.N);
  if (a?.B && b?.B) return Buffer.compare(a.B, b.B);
  return NaN;
}

/**
 * Tells whether two stored values are equal as DynamoDB has it: sets in any order, numbers by
 * value.
 */
export function sameAttribute(
  a: AttributeValue | undefined,
  b: AttributeValue | undefined,
): boolean {
  if (!a || !b) return false;
  if (a.M && b.M) {
    const [one, other] = [a.M, b.M];
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => Object.hasOwn(other, name) && sameAttribute(one[name], other[name]))
    );
  }
  if (a.L && b.L) {
    const other = b.L;
    return a.L.length === other.length && a.L.every((each, at) => sameAttribute(each, other[at]));
  }
  if (a.BOOL !== undefined) return a.BOOL === b.BOOL;
  if (a.NULL) return b.NULL === true;
  const [set, otherSet] = [elementsOf(a), elementsOf(b)];
  if (set && otherSet) {
    return (
      set.length === otherSet.length &&
      set.every((each) => otherSet.some((other) => sameAttribute(each, other)))
    );
  }
  return compareAttributes(a, b) === 0;
}

function elementsOf({ SS, NS, BS }: AttributeValue): AttributeValue[] | undefined {
  if (SS) return SS.map((S) => ({ S }));
  if (NS) return NS.map((N) => ({ N }));
  return BS?.map((B) => ({ B }));
}

/** From here on, code units of UTF-16 sort differently from the UTF-8 bytes of their characters. */
const FIRST_SURROGATE = 0xd800;

/** Texts in the order of their UTF-8 bytes. */
export function compareTexts(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one === other) continue;
    if (one < FIRST_SURROGATE && other < FIRST_SURROGATE) return one - other;
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return a.length - b.length;
}

/** Decimal numbers of up to 38 digits, which a JavaScript number cannot hold. */
function compareNumbers(a: string, b: string): number {
  if (a === b) return 0;
  const [one, other] = [decimalOf(a), decimalOf(b)];
  const exponent = Math.min(one.exponent, other.exponent);
  const difference =
    one.digits * 10n ** BigInt(one.exponent - exponent) -
    other.digits * 10n ** BigInt(other.exponent - exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** `-1.5e3` as -15 × 10². */
function decimalOf(text: string): { digits: bigint; exponent: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}
