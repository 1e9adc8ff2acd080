import { cognitoDollars, estimateMonth, type MonthlyUse } from './estimateMonth.js';
import { FLOW_COSTS } from './flowCosts.js';
import { PRICE_LIST } from './priceList.js';

/** Prices that each show up in a figure of their own. */
const PRICES = { millionWriteUnits: 1, millionReadUnits: 1000, storedGB: 7, recoverableGB: 0.5 };
const NOTHING: MonthlyUse = {
  users: 1_000_000,
  signUps: 0,
  logins: 0,
  rotations: 0,
  checks: 0,
  storedGB: 0,
  listing: false,
  pointInTimeRecovery: false,
};

describe('The cost of a month', () => {
  it('is nothing where nothing is done or stored', () => {
    expect(estimateMonth(NOTHING, PRICES).dollars).toBe(0);
  });

  it.each([
    ['password login', { logins: 3 }, 3],
    ['rotate', { rotations: 0.5 }, 0.5],
    ['verify a request', { checks: 20 }, 20],
  ] as const)('of the flow %s is its units for each user', (flow, use, each) => {
    const { flows, dollars } = estimateMonth({ ...NOTHING, ...use }, PRICES);
    const { requests, writeUnits, readUnits } = FLOW_COSTS[flow];
    const calls = each * NOTHING.users;
    expect(flows.filter(({ calls: made }) => made > 0)).toEqual([
      {
        flow,
        calls,
        requests: calls * requests,
        writeUnits: calls * writeUnits,
        readUnits: calls * readUnits,
        dollars,
      },
    ]);
    expect(dollars).toBeCloseTo(each * (writeUnits + 1000 * readUnits), 6);
  });

  it('of sign-ups is that of the form and of the link, and with listing that of its index', () => {
    const use = { ...NOTHING, users: 1, signUps: 1_000_000 };
    expect(estimateMonth(use, PRICES).dollars).toBeCloseTo(15 + 6 + 2000, 6);
    expect(estimateMonth({ ...use, listing: true }, PRICES).dollars).toBeCloseTo(16 + 7 + 2000, 6);
  });

  it('begins with the 26th GB of storage, and with the first of point-in-time recovery', () => {
    const dollarsOf = (storedGB: number, pointInTimeRecovery: boolean): number =>
      estimateMonth({ ...NOTHING, storedGB, pointInTimeRecovery }, PRICES).dollars;
    expect(dollarsOf(25, false)).toBe(0);
    expect(dollarsOf(27, false)).toBe(14);
    expect(dollarsOf(27, true)).toBe(14 + 13.5);
    expect(dollarsOf(2, true)).toBe(1);
  });

  it('takes the storage of its users where none is given', () => {
    const { storedGB: _none, ...use } = { ...NOTHING, logins: 2 };
    expect(estimateMonth(use, PRICES).storage.GB).toBeCloseTo(2.265 + 2 * 0.571, 12);
  });
});

describe('The price of Cognito', () => {
  const { Lite, Essentials, Plus } = PRICE_LIST.cognito.plans;
  // The examples are reckoned by hand from the published steps.
  it.each([
    [10_000, 0, 0, 200],
    [10_001, 0.0055, 0.015, 200.02],
    [100_000, 495, 1350, 2000],
    [950_000, 495 + 850_000 * 0.0046, 14_100, 19_000],
    [2_000_000, 495 + 4140 + 3250, 29_850, 40_000],
    [20_000_000, 495 + 4140 + 29_250 + 25_000, 299_850, 400_000],
  ])('for %d users goes by the steps of each plan', (users, lite, essentials, plus) => {
    expect(cognitoDollars(users, Lite)).toBeCloseTo(lite, 6);
    expect(cognitoDollars(users, Essentials)).toBeCloseTo(essentials, 6);
    expect(cognitoDollars(users, Plus)).toBeCloseTo(plus, 6);
  });
});
