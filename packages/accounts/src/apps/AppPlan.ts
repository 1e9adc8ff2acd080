/** How an application's users pay (https://userbase.com/docs/sdk/sign-up/ knows the same three). */
export type PaymentsMode = 'disabled' | 'test' | 'prod';

/** What one application of several, or the only one, gives its users. */
export interface AppPlan {
  /** Default: `disabled`. */
  readonly paymentsMode: PaymentsMode;
  /** How long a new user may try the application, in days; undefined where there is no trial. */
  readonly trialDays?: number;
  /** How many accounts there may be; undefined for any number. */
  readonly maxAccounts?: number;
}

/** No payments, no trial, any number of accounts. */
export const DEFAULT_APP_PLAN: AppPlan = Object.freeze({ paymentsMode: 'disabled' });
