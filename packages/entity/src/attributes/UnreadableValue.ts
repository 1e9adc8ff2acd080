/** A stored value that cannot be what the schema says. */
export class UnreadableValue extends Error {
  override readonly name: string = 'UnreadableValue';
  readonly reason: string;
  /** The names that lead to it, as far as they are known. */
  readonly segments: readonly string[];

  constructor(reason: string, segments: readonly string[] = [], options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
    this.segments = segments;
  }
}

/** Texts that `toISOString` writes in the years 100 to 9999, and days like them that their month lacks. */
const WRITTEN_DATE =
  /^(?!00)\d{4}-(?:0[1-9]|1[0-2])-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** The date that a stored text stands for: one that `toISOString` has written, and no other. */
export function toDate(text: string): Date {
  // Cheaper than having `Date` read the text and write it again, which is for the rest.
  if (WRITTEN_DATE.test(text)) {
    const date = new Date(
      Date.UTC(
        digitsAt(text, 0) * 100 + digitsAt(text, 2),
        digitsAt(text, 5) - 1,
        digitsAt(text, 8),
        digitsAt(text, 11),
        digitsAt(text, 14),
        digitsAt(text, 17),
        digitsAt(text, 20) * 10 + digitAt(text, 22),
      ),
    );
    // `Date` takes 30 February for a day in March.
    if (date.getUTCDate() === digitsAt(text, 8)) return date;
  }
  const date = new Date(text);
  if (Number.isNaN(date.getTime()) || date.toISOString() !== text) {
    throw new UnreadableValue('is not a date');
  }
  return date;
}

/** The number that two digits of a text make. */
function digitsAt(text: string, at: number): number {
  return digitAt(text, at) * 10 + digitAt(text, at + 1);
}

function digitAt(text: string, at: number): number {
  return text.charCodeAt(at) - 48;
}

const ISO_DATE = /^(\d{4}-\d\d-(\d\d))(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * The date that a text which a program has made stands for: ISO 8601, a day (UTC) or a moment with
 * its offset. Anything else that `Date` takes depends on where it runs, or is a guess.
 */
export function parseIsoDate(text: string): Date {
  const [, day, ofMonth] = ISO_DATE.exec(text) ?? [];
  // `Date` takes 30 February for a day in March.
  const isDay = day !== undefined && new Date(day).getUTCDate() === Number(ofMonth);
  const date = new Date(isDay ? text : NaN);
  if (Number.isNaN(date.getTime())) throw new UnreadableValue('is not a date');
  return date;
}

/** The bigint that a stored number stands for. */
export function toBigint(number: string | number): bigint {
  try {
    return BigInt(number);
  } catch {
    throw new UnreadableValue('is not a whole number');
  }
}
