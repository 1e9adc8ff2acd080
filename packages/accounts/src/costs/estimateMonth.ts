import { dollarsOf, type Units } from './dollars.js';
import { FLOW_COSTS, type FlowCost, type FlowName } from './flowCosts.js';
import { PRICE_LIST, type CognitoPlan, type RegionPrices } from './priceList.js';

/** Use of an application in one month. */
export interface MonthlyUse {
  /** Users who are active in the month. */
  readonly users: number;
  /** Accounts that are made by a form, of which each verifies its address. */
  readonly signUps: number;
  /** Logins by password of each user. */
  readonly logins: number;
  /** Replacements of its token, for each user. */
  readonly rotations: number;
  /** Guarded requests of each user that replace no token. */
  readonly checks: number;
  /** GB in the table; default: {@link storedBytes} of each user. */
  readonly storedGB?: number;
  /** Tells whether the application has the option `listing`. */
  readonly listing: boolean;
  /** Tells whether the table has point-in-time recovery. */
  readonly pointInTimeRecovery: boolean;
}

/** Cost of the calls of one flow in a month. */
interface FlowOfMonth extends Units {
  readonly flow: FlowName;
  readonly calls: number;
  /** Requests to DynamoDB. */
  readonly requests: number;
  readonly dollars: number;
}

/** Cost of a month in US dollars, without tax. */
export interface MonthlyCost {
  readonly flows: readonly FlowOfMonth[];
  readonly storage: { readonly GB: number; readonly freeGB: number; readonly dollars: number };
  /** `undefined` without point-in-time recovery. */
  readonly recovery: { readonly GB: number; readonly dollars: number } | undefined;
  readonly dollars: number;
}

/** Bytes that AWS adds to each item (https://aws.amazon.com/dynamodb/pricing/on-demand/). */
const OVERHEAD_BYTES = 100;
/**
 * Items of an account with a username of 16 and a verified e-mail address of 30 characters, a password and a count
 * of attempts; and of one session. A profile, fields of the application and the index of `listing` are not in it.
 */
const ACCOUNT = { items: 6, bytes: 1665 };
const SESSION = { items: 1, bytes: 471 };
const GB = 1_000_000_000;

/** Bytes that AWS bills for the account of a user and a session of each of the logins. */
export function storedBytes({ logins }: Pick<MonthlyUse, 'logins'>): number {
  const billed = ({ items, bytes }: typeof ACCOUNT): number => bytes + items * OVERHEAD_BYTES;
  return billed(ACCOUNT) + logins * billed(SESSION);
}

/** Reckons what an application's accounts cost in a month of DynamoDB, by flow. */
export function estimateMonth(use: MonthlyUse, prices: RegionPrices): MonthlyCost {
  const { users, signUps, logins, rotations, checks, listing, pointInTimeRecovery } = use;
  const flow = (name: FlowName, calls: number): FlowOfMonth => {
    const { requests, writeUnits, readUnits, listingUnits }: FlowCost = FLOW_COSTS[name];
    const units = {
      writeUnits: calls * (writeUnits + (listing ? listingUnits : 0)),
      readUnits: calls * readUnits,
    };
    const dollars = dollarsOf(units, prices);
    return { flow: name, calls, requests: calls * requests, ...units, dollars };
  };
  const flows = [
    flow('sign-up by a form', signUps),
    flow('verify the address of a sign-up', signUps),
    flow('password login', users * logins),
    flow('rotate', users * rotations),
    flow('verify a request', users * checks),
  ];
  const { freeStoredGB: freeGB } = PRICE_LIST.dynamoDB;
  const stored = use.storedGB ?? (users * storedBytes(use)) / GB;
  const storage = {
    GB: stored,
    freeGB,
    dollars: Math.max(0, stored - freeGB) * prices.storedGB,
  };
  const recovery = pointInTimeRecovery
    ? { GB: stored, dollars: stored * prices.recoverableGB }
    : undefined;
  const parts = [...flows, storage, ...(recovery ? [recovery] : [])];
  return { flows, storage, recovery, dollars: parts.reduce((sum, each) => sum + each.dollars, 0) };
}

/** Dollars that Cognito asks in a month for so many active users who sign in directly or by a social provider. */
export function cognitoDollars(users: number, { freeUsers, steps }: CognitoPlan): number {
  const billed = Math.max(0, users - freeUsers);
  let dollars = 0;
  let from = 0;
  for (const { upTo, userDollars } of steps) {
    dollars += Math.max(0, Math.min(billed, upTo) - from) * userDollars;
    from = upTo;
  }
  return dollars;
}
