import type { SessionRequest } from '../requests/SessionRequest.js';
import type { SecondFactorInput } from './parseSecondFactor.js';

/** Input of `TwoFactor.enrol`: a factor, too, where the account has one already. */
export interface EnrolTwoFactorInput extends SecondFactorInput {
  /** As `handleRequest` gave it; with a challenge, any. */
  readonly request: SessionRequest;
  /** Challenge that a login got with `TwoFactorEnrolmentRequired`. */
  readonly challenge?: string;
}

/** Input of `TwoFactor.confirm`. */
export interface ConfirmTwoFactorInput {
  /** As `handleRequest` gave it; with a challenge, any. */
  readonly request: SessionRequest;
  /** Challenge that a login got with `TwoFactorEnrolmentRequired`. */
  readonly challenge?: string;
  /** Code that the app shows. */
  readonly code: string;
}

/** Result of `TwoFactor.confirm`. */
export interface ConfirmedTwoFactor {
  /** Ten codes, each valid for one login without the app. They cannot be retrieved again. */
  readonly recoveryCodes: readonly string[];
}

/** Input of `TwoFactor.loginWithTwoFactor`: a code, or a recovery code. */
export interface TwoFactorLoginInput extends SecondFactorInput {
  /** Challenge that the first step got with `TwoFactorRequired`. */
  readonly challenge: string;
  readonly request: SessionRequest;
}

/** Input of `TwoFactor.disable`: a code, or a recovery code. */
export interface DisableTwoFactorInput extends SecondFactorInput {
  /** As `handleRequest` gave it. */
  readonly request: SessionRequest;
}

/** Result of `TwoFactor.status`. */
export interface TwoFactorStatus {
  readonly enabled: boolean;
  /** Number of unused codes, at most ten. */
  readonly recoveryCodesLeft: number;
}
