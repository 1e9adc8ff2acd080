import type { Units } from '../../src/costs/dollars.js';

/** Cost of a call: requests to DynamoDB, and the request units that AWS bills. */
export interface Cost extends Units {
  readonly requests: number;
}

export const NO_COST: Cost = { requests: 0, writeUnits: 0, readUnits: 0 };

export function addCosts(one: Cost, other: Cost): Cost {
  return {
    requests: one.requests + other.requests,
    writeUnits: one.writeUnits + other.writeUnits,
    readUnits: one.readUnits + other.readUnits,
  };
}

/** Writes a number of units: whole ones, or halves. */
export function formatUnits(units: number): string {
  return String(Math.round(units * 2) / 2);
}
