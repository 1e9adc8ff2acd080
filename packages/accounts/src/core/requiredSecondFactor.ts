import { AccountError } from '../errors/AccountError.js';
import type { Account } from './Account.js';
import type { PasskeyPolicy } from './PasskeyPolicy.js';
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

/** The rules by which second factors are asked for. */
export interface SecondFactorPolicies {
  readonly twoFactor: TwoFactorPolicy;
  /** Undefined where the application has no passkeys. */
  readonly passkeys: PasskeyPolicy | undefined;
}

/** The kinds of an account's contacts; the rest of them does not matter. */
type ContactKinds = readonly { readonly data: { readonly kind: string } }[];

/**
 * Returns the methods by which an account's second factor is shown; empty if it has none. An account
 * with an authenticator app has one, also where this `Accounts` is not configured to check it.
 *
 * A passkey takes the app's place beside it, and alone where a second factor is required.
 */
export function secondFactorMethods(
  account: AccountDocument,
  { tokens, accessTypes }: Pick<Account, 'tokens'> & { readonly accessTypes: ContactKinds },
  { twoFactor: { isRequired = () => false }, passkeys }: SecondFactorPolicies,
): readonly string[] {
  const hasPasskey =
    passkeys !== undefined && accessTypes.some(({ data }) => data.kind === 'passkey');
  const own = hasPasskey ? ['passkey'] : [];
  if (hasTotp({ tokens })) return ['totp', 'recoveryCode', ...own];
  return hasPasskey && (passkeys.asSecondFactor || isRequired(account)) ? own : [];
}

/** Returns the second factor that a login must show; undefined if none (ASVS 6.3.3). */
export function requiredSecondFactor(
  account: AccountDocument,
  stored: Parameters<typeof secondFactorMethods>[1],
  policies: SecondFactorPolicies,
): RequiredSecondFactor | undefined {
  const methods = secondFactorMethods(account, stored, policies);
  if (methods.length > 0) {
    return {
      purpose: TWO_FACTOR_PURPOSE.challenge,
      error: (challenge) => new AccountError('TwoFactorRequired', { methods }, { challenge }),
    };
  }
  if (!policies.twoFactor.isRequired?.(account)) return undefined;
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
