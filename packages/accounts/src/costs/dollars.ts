import { DEFAULT_REGION, PRICE_LIST, type RegionPrices } from './priceList.js';

/** Request units that AWS bills. */
export interface Units {
  /** Write request units (WRU). */
  readonly writeUnits: number;
  /** Read request units (RRU); an eventually consistent read of up to 4 KB is half of one. */
  readonly readUnits: number;
}

const DEFAULT_PRICES: RegionPrices = PRICE_LIST.dynamoDB.regions[DEFAULT_REGION];

/** Dollars for a million times these units; storage and data transfer are not part of it. */
export function dollarsPerMillion(
  { writeUnits, readUnits }: Units,
  { millionWriteUnits, millionReadUnits }: RegionPrices = DEFAULT_PRICES,
): number {
  return writeUnits * millionWriteUnits + readUnits * millionReadUnits;
}

/** Dollars for these units. */
export function dollarsOf(units: Units, prices?: RegionPrices): number {
  return dollarsPerMillion(units, prices) / 1_000_000;
}

/** Writes an amount in dollars without an exponent, to three significant digits: `$0.0000101`. */
export function formatDollars(dollars: number): string {
  if (dollars === 0) return '$0';
  const digits = Math.max(2, 2 - Math.floor(Math.log10(Math.abs(dollars))));
  let text = dollars.toFixed(Math.min(digits, 20));
  if (digits > 2) while (text.endsWith('0')) text = text.slice(0, -1);
  return `$${text}`;
}
