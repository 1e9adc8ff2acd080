import { AccountError } from '../errors/AccountError.js';
import { parseAppPlan } from './AppPlan.js';

function pathOf(plan: unknown): string | undefined {
  try {
    parseAppPlan(plan as never);
    return undefined;
  } catch (error) {
    if (AccountError.is(error) && error.code === 'InvalidConfiguration') return error.details.path;
    throw error;
  }
}

describe('parseAppPlan', () => {
  it('knows no limits by default', () => {
    expect(parseAppPlan()).toEqual({ paymentsMode: 'disabled' });
    expect(parseAppPlan({ maxAccounts: 3 })).toEqual({ paymentsMode: 'disabled', maxAccounts: 3 });
    const plan = { paymentsMode: 'prod', trialDays: 36_500, maxAccounts: 1e9 } as const;
    expect(parseAppPlan(plan)).toEqual(plan);
  });

  it.each([
    ['plan', null],
    ['plan', 'prod'],
    ['plan', { maxAcounts: 3 }],
    ['plan', []],
    ['plan.paymentsMode', { paymentsMode: 'live' }],
    ['plan.paymentsMode', { paymentsMode: ['prod'] }],
    ['plan.trialDays', { trialDays: 0 }],
    ['plan.trialDays', { trialDays: 36_501 }],
    ['plan.trialDays', { trialDays: 1.5 }],
    ['plan.maxAccounts', { maxAccounts: 0 }],
    ['plan.maxAccounts', { maxAccounts: 1e9 + 1 }],
    ['plan.maxAccounts', { maxAccounts: '10' }],
    ['plan.maxAccounts', { maxAccounts: Number.NaN }],
    ['plan.maxAccounts', { maxAccounts: null }],
  ])('refuses, at %s, %j', (path, plan) => {
    expect(pathOf(plan)).toBe(path);
  });
});
