import { invalidOption } from '../errors/invalidOption.js';

/** How an application's users pay (the three modes of https://userbase.com/docs/sdk/sign-up/). */
export type PaymentsMode = 'disabled' | 'test' | 'prod';

/** Plan of an application's users. */
export interface AppPlan {
  /** Default: `disabled`. */
  readonly paymentsMode: PaymentsMode;
  /** Length of the trial in days, 1 to 36500 (default: no trial). */
  readonly trialDays?: number;
  /**
   * Maximum number of accounts, 1 to 1000000000 (default: no limit). See {@link
   * AccountQuota.backfill} if there are accounts already.
   */
  readonly maxAccounts?: number;
}

/** No payments, no trial, any number of accounts. */
const DEFAULT_APP_PLAN: AppPlan = Object.freeze({ paymentsMode: 'disabled' });

const PAYMENTS_MODES: readonly unknown[] = ['disabled', 'test', 'prod'];
const OPTIONS: readonly string[] = ['paymentsMode', 'trialDays', 'maxAccounts'];
const MAX_TRIAL_DAYS = 36_500;
const MAX_ACCOUNTS = 1_000_000_000;

/**
 * Reads an application's plan.
 *
 * @throws AccountError `InvalidConfiguration` with the option's path, also for an option that there
 *   is not: a limit with a typing error in it would be no limit.
 */
export function parseAppPlan(given: Partial<AppPlan> = {}): AppPlan {
  if (typeof given !== 'object' || (given as unknown) === null || Array.isArray(given)) {
    throw invalidOption('plan', 'The plan must be an object.');
  }
  if (Object.keys(given).some((name) => !OPTIONS.includes(name))) {
    throw invalidOption(
      'plan',
      `The plan has an unknown option. Known options: ${OPTIONS.join(', ')}.`,
    );
  }
  const { paymentsMode = DEFAULT_APP_PLAN.paymentsMode, trialDays, maxAccounts } = given;
  if (!PAYMENTS_MODES.includes(paymentsMode)) {
    throw invalidOption('plan.paymentsMode', `It must be one of ${PAYMENTS_MODES.join(', ')}.`);
  }
  return Object.freeze({
    paymentsMode,
    ...(trialDays !== undefined && {
      trialDays: wholeNumber(trialDays, 'plan.trialDays', MAX_TRIAL_DAYS),
    }),
    ...(maxAccounts !== undefined && {
      maxAccounts: wholeNumber(maxAccounts, 'plan.maxAccounts', MAX_ACCOUNTS),
    }),
  });
}

function wholeNumber(value: unknown, path: string, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) {
    return value;
  }
  throw invalidOption(path, `It must be a whole number from 1 to ${String(max)}.`);
}
