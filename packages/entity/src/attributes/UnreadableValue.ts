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

/** The date that a stored text stands for. */
export function toDate(text: string): Date {
  const date = new Date(text);
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
