import { AccountError } from '../errors/AccountError.js';
import type { Account } from './Account.js';
import type { AccountDocument } from '../requests/SessionRequest.js';

/** `createdFor` of the tokens of kind `twoFactorAuth`. */
export const TWO_FACTOR_PURPOSE: Readonly<
  Record<'totp' | 'pendingTotp' | 'recoveryCode' | 'challenge' | 'enrolment', string>
> = Object.freeze({
  /** The sealed TOTP secret of a confirmed authenticator. */
  totp: 'totp',
  /** The same before its first code has been shown. */
  pendingTotp: 'totp-pending',
  /** Recovery codes: followed by the code's number. */
  recoveryCode: 'recovery-code-',
  /** Challenge of a waiting login whose first factor is proven. */
  challenge: 'challenge',
  /** The same where the account has no second factor yet, but must have one. */
  enrolment: 'enrolment',
});

/** Whom a second factor is demanded of, whether they want it or not, and how one is imported. */
export interface TwoFactorPolicy {
  /** Default: nobody. */
  readonly isRequired?: (account: AccountDocument) => boolean;
  /**
   * Encrypts a TOTP secret of another system for an account, as it is stored.
   *
   * @throws AccountError `InvalidInput` with the path `totpSecret`.
   */
  readonly sealForeignSecret?: (accountId: string, secret: unknown) => string;
}

/** Step that a login must complete before it gets its session. */
export interface RequiredSecondFactor {
  /** `createdFor` of the challenge. */
  readonly purpose: string;
  readonly error: (challenge: string) => AccountError;
}

/**
 * Which second factor a login must show; undefined if none (ASVS 6.3.3). An account that has one is
 * asked for it, also where this `Accounts` is not configured to check it.
 */
export function requiredSecondFactor(
  account: AccountDocument,
  tokens: Account['tokens'],
  { isRequired = () => false }: TwoFactorPolicy,
): RequiredSecondFactor | undefined {
  if (hasTotp({ tokens })) {
    const methods = ['totp', 'recoveryCode'];
    return {
      purpose: TWO_FACTOR_PURPOSE.challenge,
      error: (challenge) => new AccountError('TwoFactorRequired', { methods }, { challenge }),
    };
  }
  if (!isRequired(account)) return undefined;
  return {
    purpose: TWO_FACTOR_PURPOSE.enrolment,
    error: (challenge) => new AccountError('TwoFactorEnrolmentRequired', {}, { challenge }),
  };
}

/** Tells whether an account has a confirmed authenticator. */
function hasTotp({ tokens }: Pick<Account, 'tokens'>): boolean {
  return tokens.some(
    ({ kind, createdFor }) => kind === 'twoFactorAuth' && createdFor === TWO_FACTOR_PURPOSE.totp,
  );
}
