import type { Units } from './dollars.js';

/** Cost of one call of a flow that succeeds, for accounts and profiles that are not large. */
export interface FlowCost extends Units {
  readonly requests: number;
  /** Requests that wait for another, as round trips one after the other. */
  readonly trips: number;
  /** Write units that the option `listing` adds: of the entries in its index. */
  readonly listingUnits: number;
}

const cost = (
  [requests, trips]: readonly [number, number],
  { writeUnits = 0, readUnits = 0, listingUnits = 0 }: Partial<Omit<FlowCost, 'requests'>>,
): FlowCost => ({ requests, trips, writeUnits, readUnits, listingUnits });

/**
 * What each flow costs. `benchmarks/requests/measure.mjs` measures all of them on an engine that reports units by
 * AWS's rules, and fails where one costs anything else; `npm test` runs it on two small tables.
 */
export const FLOW_COSTS = {
  'sign-up': cost([1, 1], { writeUnits: 16, listingUnits: 2 }),
  'sign-up, signed in at once': cost([1, 1], { writeUnits: 18, listingUnits: 2 }),
  'sign-up by a form': cost([2, 2], { writeUnits: 15, listingUnits: 1 }),
  'verify the address of a sign-up': cost([3, 3], {
    writeUnits: 6,
    readUnits: 2,
    listingUnits: 1,
  }),
  'password login': cost([5, 3], { writeUnits: 6, readUnits: 2 }),
  'password login on a known device': cost([5, 3], { writeUnits: 6, readUnits: 2 }),
  'password login that fails': cost([4, 2], { writeUnits: 2, readUnits: 2 }),
  'verify a request': cost([1, 1], { readUnits: 2 }),
  rotate: cost([2, 2], { writeUnits: 1, readUnits: 2 }),
  logout: cost([1, 1], { writeUnits: 1 }),
  'revoke all sessions': cost([1, 1], { writeUnits: 1, listingUnits: 1 }),
  deactivate: cost([1, 1], { writeUnits: 1, listingUnits: 1 }),
  'list sessions, page of 25': cost([1, 1], { readUnits: 4 }),
  'list accounts by username, page of 50': cost([1, 1], { readUnits: 2.5 }),
  'list accounts by e-mail address, page of 50': cost([2, 2], { readUnits: 52.5 }),
  'find an account in the console, with 50 sessions': cost([3, 3], { readUnits: 8 }),
  'issue a one-time token': cost([1, 1], { writeUnits: 6, listingUnits: 1 }),
  'consume: password reset': cost([3, 3], { writeUnits: 6, readUnits: 2, listingUnits: 1 }),
  'consume: e-mail verification': cost([3, 3], { writeUnits: 8, readUnits: 2, listingUnits: 1 }),
  'consume: magic link': cost([3, 3], { writeUnits: 10, readUnits: 2 }),
} as const satisfies Readonly<Record<string, FlowCost>>;

/** Name of a flow whose cost is known. */
export type FlowName = keyof typeof FLOW_COSTS;
