import type { AccessType, AccountAttempts, AccountToken, Infer } from '@latchkey/schema';
import type { InferWithSecrets } from '@latchkey/schema';
import type { AccountsCore } from '../core/AccountsCore.js';
import type { AccountDocument } from '../core/SessionRequest.js';
import { TWO_FACTOR_PURPOSE } from './secondFactorStep.js';

/** A token with what is stored of its secret. */
export type StoredToken = InferWithSecrets<typeof AccountToken>;

/** An account with all that its second factor consists of, as one Query reads it. */
export interface AccountWithFactors extends Factors {
  readonly account: AccountDocument;
  readonly accessTypes: readonly Infer<typeof AccessType>[];
  readonly attempts: readonly Infer<typeof AccountAttempts>[];
  readonly tokens: readonly StoredToken[];
}

/** What an account has of second factors. */
export interface Factors<T extends Infer<typeof AccountToken> = StoredToken> {
  /** The confirmed authenticator. */
  readonly totp: T | undefined;
  /** Those that no code was shown of yet, oldest first. */
  readonly pending: readonly T[];
  /** All of the set, used ones included. */
  readonly recoveryCodes: readonly T[];
}

/** Reads an account with its factors: one strongly consistent Query; null if there is none. */
export async function readFactors(
  { accounts }: Pick<AccountsCore, 'accounts'>,
  accountId: string,
): Promise<AccountWithFactors | null> {
  const { item } = await accounts.findOne({
    filter: { accountId },
    include: { accessTypes: true, attempts: true, tokens: true },
    secrets: true,
    consistent: true,
  });
  if (!item) return null;
  const { accessTypes, attempts, tokens, ...account } = item;
  return { account, accessTypes, attempts, tokens, ...factorsOf<StoredToken>(tokens) };
}

/** Finds the factors among an account's tokens. */
export function factorsOf<T extends Infer<typeof AccountToken>>(tokens: readonly T[]): Factors<T> {
  const own = tokens.filter(({ kind }) => kind === 'twoFactorAuth');
  const { totp, pendingTotp, recoveryCode } = TWO_FACTOR_PURPOSE;
  return {
    totp: own.filter(({ createdFor }) => createdFor === totp).at(-1),
    pending: own.filter(({ createdFor }) => createdFor === pendingTotp),
    recoveryCodes: own.filter(({ createdFor }) => createdFor.startsWith(recoveryCode)),
  };
}
