import type { SessionRequest } from '../requests/SessionRequest.js';
import type { SecondFactorInput } from './parseSecondFactor.js';

/** What `TwoFactor.enrol` takes: a factor, too, where the account has one already. */
export interface EnrolTwoFactorInput extends SecondFactorInput {
  /** As `handleRequest` gave it; with a challenge, any. */
  readonly request: SessionRequest;
  /** What a login got with `TwoFactorEnrolmentRequired`. */
  readonly challenge?: string;
}

/** What `TwoFactor.confirm` takes. */
export interface ConfirmTwoFactorInput {
  /** As `handleRequest` gave it; with a challenge, any. */
  readonly request: SessionRequest;
  /** What a login got with `TwoFactorEnrolmentRequired`. */
  readonly challenge?: string;
  /** What the app shows. */
  readonly code: string;
}

/** What `TwoFactor.confirm` gives. */
export interface ConfirmedTwoFactor {
  /** Ten codes, each good for one login without the app. They cannot be had again. */
  readonly recoveryCodes: readonly string[];
}

/** What `TwoFactor.loginWithTwoFactor` takes: a code, or a recovery code. */
export interface TwoFactorLoginInput extends SecondFactorInput {
  /** What the first step got with `TwoFactorRequired`. */
  readonly challenge: string;
  readonly request: SessionRequest;
}

/** What `TwoFactor.disable` takes: a code, or a recovery code. */
export interface DisableTwoFactorInput extends SecondFactorInput {
  /** As `handleRequest` gave it. */
  readonly request: SessionRequest;
}

/** What `TwoFactor.status` gives. */
export interface TwoFactorStatus {
  readonly enabled: boolean;
  /** How many of ten are not used. */
  readonly recoveryCodesLeft: number;
}
