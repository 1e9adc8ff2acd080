/**
 * On-demand prices of us-east-1, in dollars for a million request units
 * (https://aws.amazon.com/dynamodb/pricing/on-demand/, read in 2026).
 */
const WRITES = 0.625;
const READS = 0.125;

/** Dollars that a million of something costs. */
export function dollarsPerMillion({ writeUnits, readUnits }) {
  return writeUnits * WRITES + readUnits * READS;
}
