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

/** A moment of a year with four digits as `toISOString` writes it, with the day of the month. */
const WRITTEN_DATE = /^\d{4}-\d\d-(\d\d)T\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The date that a stored text stands for: one that `toISOString` has written, and no other. */
export function toDate(text: string): Date {
  const date = new Date(text);
  // Cheaper than writing it again, which is for the rest. `Date` takes 30 February for a day in
  // March, and 24:00 for the day after.
  const day = WRITTEN_DATE.exec(text)?.[1];
  if (day !== undefined && date.getUTCDate() === Number(day)) return date;
  if (Number.isNaN(date.getTime()) || date.toISOString() !== text) {
    throw new UnreadableValue('is no date');
  }
  return date;
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
  if (Number.isNaN(date.getTime())) throw new UnreadableValue('is no date');
  return date;
}

/** The bigint that a stored number stands for. */
export function toBigint(number: string | number): bigint {
  try {
    return BigInt(number);
  } catch {
    throw new UnreadableValue('is no whole number');
  }
}
