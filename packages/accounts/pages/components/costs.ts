/** Cost of a call: requests to DynamoDB, and the request units that AWS bills. */
export interface Cost {
  readonly requests: number;
  /** Write request units (WRU). */
  readonly writeUnits: number;
  /** Read request units (RRU); an eventually consistent read of up to 4 KB is half of one. */
  readonly readUnits: number;
}

/**
 * Dollars for a million request units: on-demand capacity, table class Standard, us-east-1
 * (https://aws.amazon.com/dynamodb/pricing/on-demand/).
 */
export const DOLLARS_PER_MILLION = { writeUnits: 0.625, readUnits: 0.125 } as const;

export const NO_COST: Cost = { requests: 0, writeUnits: 0, readUnits: 0 };

export function addCosts(one: Cost, other: Cost): Cost {
  return {
    requests: one.requests + other.requests,
    writeUnits: one.writeUnits + other.writeUnits,
    readUnits: one.readUnits + other.readUnits,
  };
}

/** Price of a call in dollars; storage and data transfer are not part of it. */
export function dollarsOf({
  writeUnits,
  readUnits,
}: Pick<Cost, 'writeUnits' | 'readUnits'>): number {
  const { writeUnits: write, readUnits: read } = DOLLARS_PER_MILLION;
  return (writeUnits * write + readUnits * read) / 1_000_000;
}

/** Writes an amount in dollars without an exponent, to three significant digits: `$0.0000101`. */
export function formatDollars(dollars: number): string {
  if (dollars === 0) return '$0';
  const digits = Math.max(2, 2 - Math.floor(Math.log10(Math.abs(dollars))));
  const fixed = dollars.toFixed(Math.min(digits, 20));
  return `$${digits > 2 ? fixed.replace(/0+$/, '') : fixed}`;
}

/** Writes a number of units: whole ones, or halves. */
export function formatUnits(units: number): string {
  return String(Math.round(units * 2) / 2);
}
