import type { Account, StoredToken, Token } from '../core/Account.js';
import type { RequestCore } from '../core/ChangeCore.js';
import { loadAccount, type LoadCore } from '../core/loadAccount.js';
import { TWO_FACTOR_PURPOSE } from '../core/requiredSecondFactor.js';

/** An account and its second factors. */
export interface AccountWithFactors extends Factors {
  readonly account: Account<StoredToken>;
}

/** Second factors of an account. */
export interface Factors<T extends Token = StoredToken> {
  /** The confirmed authenticator. */
  readonly totp: T | undefined;
  /** Authenticators that are not confirmed yet, oldest first. */
  readonly pending: readonly T[];
  /** All recovery codes of the set, including used ones. */
  readonly recoveryCodes: readonly T[];
}

/** Reads an account with its factors: one strongly consistent Query; null if there is none. */
export async function readFactors(
  core: LoadCore,
  accountId: string,
): Promise<AccountWithFactors | null> {
  const account = await loadAccount(core, accountId, { secrets: true });
  return account && withFactors(account);
}

/** Returns an account with its factors. */
export function withFactors(account: Account<StoredToken>): AccountWithFactors {
  return { account, ...factorsOf<StoredToken>(account.tokens) };
}

/** The recovery codes that can be used. */
export function unusedRecoveryCodes<T extends Token>(
  { acceptsIssuedAt }: Pick<RequestCore, 'acceptsIssuedAt'>,
  { recoveryCodes }: Pick<Factors<T>, 'recoveryCodes'>,
): T[] {
  return recoveryCodes.filter(({ used, createdAt }) => used !== true && acceptsIssuedAt(createdAt));
}

/** Finds the factors among an account's tokens. */
export function factorsOf<T extends Token>(tokens: readonly T[]): Factors<T> {
  const own = tokens.filter(({ kind }) => kind === 'twoFactorAuth');
  const { totp, pendingTotp, recoveryCode } = TWO_FACTOR_PURPOSE;
  return {
    totp: own.filter(({ createdFor }) => createdFor === totp).at(-1),
    pending: own.filter(({ createdFor }) => createdFor === pendingTotp),
    recoveryCodes: own.filter(({ createdFor }) => createdFor.startsWith(recoveryCode)),
  };
}
