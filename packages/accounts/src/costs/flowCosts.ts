import type { Units } from './dollars.js';

/** Cost of one call of a flow, for an account whose items are of usual size: none over 1 KB. */
export interface FlowCost extends Units {
  readonly requests: number;
  /** Requests that wait for another, as round trips one after the other. */
  readonly trips: number;
  /** Write units that the option `listing` adds: of the entries in its index. */
  readonly listingUnits: number;
}

/**
 * Cost of each flow. `benchmarks/requests/measure.mjs` measures all of them on an engine that reports units by
 * AWS's rules, and fails where one costs anything else; `npm test` runs it on two small tables.
 */
export const FLOW_COSTS = {
  'sign-up': { requests: 1, trips: 1, writeUnits: 16, readUnits: 0, listingUnits: 2 },
  'sign-up, signed in at once': {
    requests: 1,
    trips: 1,
    writeUnits: 18,
    readUnits: 0,
    listingUnits: 2,
  },
  'sign-up by a form': { requests: 2, trips: 2, writeUnits: 15, readUnits: 0, listingUnits: 1 },
  'verify the address of a sign-up': {
    requests: 3,
    trips: 3,
    writeUnits: 6,
    readUnits: 2,
    listingUnits: 1,
  },
  'password login': { requests: 5, trips: 3, writeUnits: 6, readUnits: 2, listingUnits: 0 },
  'password login on a known device': {
    requests: 5,
    trips: 3,
    writeUnits: 6,
    readUnits: 2,
    listingUnits: 0,
  },
  'password login that fails': {
    requests: 4,
    trips: 2,
    writeUnits: 2,
    readUnits: 2,
    listingUnits: 0,
  },
  'verify a request': { requests: 1, trips: 1, writeUnits: 0, readUnits: 2, listingUnits: 0 },
  rotate: { requests: 2, trips: 2, writeUnits: 1, readUnits: 2, listingUnits: 0 },
  logout: { requests: 1, trips: 1, writeUnits: 1, readUnits: 0, listingUnits: 0 },
  'revoke all sessions': { requests: 1, trips: 1, writeUnits: 1, readUnits: 0, listingUnits: 1 },
  deactivate: { requests: 1, trips: 1, writeUnits: 1, readUnits: 0, listingUnits: 1 },
  'list sessions, page of 25': {
    requests: 1,
    trips: 1,
    writeUnits: 0,
    readUnits: 4,
    listingUnits: 0,
  },
  'list accounts by username, page of 50': {
    requests: 1,
    trips: 1,
    writeUnits: 0,
    readUnits: 2.5,
    listingUnits: 0,
  },
  'list accounts by e-mail address, page of 50': {
    requests: 2,
    trips: 2,
    writeUnits: 0,
    readUnits: 52.5,
    listingUnits: 0,
  },
  'find an account in the console, with 50 sessions': {
    requests: 3,
    trips: 3,
    writeUnits: 0,
    readUnits: 8,
    listingUnits: 0,
  },
  'issue a one-time token': { requests: 1, trips: 1, writeUnits: 6, readUnits: 0, listingUnits: 1 },
  'consume: password reset': {
    requests: 3,
    trips: 3,
    writeUnits: 6,
    readUnits: 2,
    listingUnits: 1,
  },
  'consume: e-mail verification': {
    requests: 3,
    trips: 3,
    writeUnits: 8,
    readUnits: 2,
    listingUnits: 1,
  },
  'consume: magic link': { requests: 3, trips: 3, writeUnits: 10, readUnits: 2, listingUnits: 0 },
} as const;

/** Name of a flow whose cost is known. */
export type FlowName = keyof typeof FLOW_COSTS;
