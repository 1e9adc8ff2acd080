/** DynamoDB keeps this many significant digits of a number. */
const MAX_DIGITS = 38;

/** `digits` × 10^-`scale`. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** A whole number, of which a JavaScript number holds every digit, and those of a sum of two. */
const SMALL = /^-?\d{1,15}$/;

/** The exact sum of two numbers in DynamoDB's text form, as DynamoDB adds them. */
export function addDecimals(a: string, b: string): string {
  if (SMALL.test(a) && SMALL.test(b)) return String(Number(a) + Number(b));
  const [first, second] = [parse(a), parse(b)];
  const scale = Math.max(first.scale, second.scale);
  return format({ digits: scaled(first, scale) + scaled(second, scale), scale });
}

/** A number's text with the sign turned. */
export function negated(text: string): string {
  const { digits, scale } = parse(text);
  return format({ digits: -digits, scale });
}

/** Below 0, 0 or above 0, as `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: string, b: string): number {
  const difference = parse(addDecimals(a, negated(b))).digits;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Tells whether `a` is a whole multiple of `b`. */
export function isMultiple(a: string, b: string): boolean {
  if (b === '1' && SMALL.test(a)) return true;
  const [first, second] = [parse(a), parse(b)];
  const scale = Math.max(first.scale, second.scale);
  const divisor = scaled(second, scale);
  return divisor !== 0n && scaled(first, scale) % divisor === 0n;
}

/** Tells whether DynamoDB can keep a number exactly: at most 38 significant digits. */
export function isKept(text: string): boolean {
  return plainDigits(text).length <= MAX_DIGITS;
}

/** The power of ten of a number's first digit that is not 0; undefined for 0. */
export function powerOfTen(text: string): number | undefined {
  const [whole = '', fraction = ''] = canonicalNumber(text).replace('-', '').split('.');
  const digits = whole.replace(/^0+/, '');
  if (digits !== '') return digits.length - 1;
  const zeros = fraction.search(/[1-9]/);
  return zeros === -1 ? undefined : -zeros - 1;
}

/** A number's one text: no exponent, no needless zeros. */
export function canonicalNumber(text: string): string {
  return format(parse(text));
}

function plainDigits(text: string): string {
  return withoutZerosAtEnd(canonicalNumber(text).replace(/[-.]/g, '').replace(/^0+/, ''));
}

function parse(text: string): Decimal {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}

function format({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const fraction = scale > 0 ? withoutZerosAtEnd(text.slice(-scale)) : '';
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}

function withoutZerosAtEnd(digits: string): string {
  return /^.*[^0]/.exec(digits)?.[0] ?? '';
}
