import type { AppPlan } from '../quota/AppPlan.js';
import type { Contact } from '../core/Account.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import type { VerifiedUser } from './selfServiceInputs.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** An account, as `SelfService` returns it. */
export function toUser(
  { accountId, username, profile, createdAt }: AccountDocument,
  { paymentsMode, trialDays }: AppPlan,
): VerifiedUser {
  return {
    ...(username !== undefined && { username }),
    userId: accountId,
    creationDate: createdAt,
    ...(profile && { profile }),
    paymentsMode,
    ...(trialDays !== undefined && {
      trialExpirationDate: new Date(createdAt.getTime() + trialDays * DAY_MS),
    }),
  };
}

/** The address that an account goes by: the first that is verified, or else the first. */
export function emailOf(contacts: readonly Contact[]): string | undefined {
  const mailboxes = contacts.filter(({ data }) => data.kind === 'email');
  const shown = mailboxes.find(({ verified }) => verified === true) ?? mailboxes[0];
  return shown?.data.value;
}
