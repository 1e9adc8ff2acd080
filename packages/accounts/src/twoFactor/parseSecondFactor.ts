import { AccountError } from '../errors/AccountError.js';
import { TOTP_DIGITS } from './findTotpStep.js';
import { parseRecoveryCode, type RecoveryCode } from './parseRecoveryCode.js';

/** Second factor that someone presents: one of these. */
export interface SecondFactorInput {
  /** The six digits that the authenticator app shows; spaces do not matter. */
  readonly code?: string;
  /** One of the recovery codes; case, spaces and dashes do not matter. */
  readonly recoveryCode?: string;
}

/** A second factor in the form in which it is checked, named by the count of its attempts. */
export type SecondFactor =
  | { readonly authenticator: 'totp'; readonly code: string }
  | { readonly authenticator: 'recoveryCode'; readonly recoveryCode: RecoveryCode };

const MAX_INPUT_LENGTH = 100;
const SPACES = /\s+/gu;
const CODE = new RegExp(`^[0-9]{${String(TOTP_DIGITS)}}$`);

/**
 * Parses the second factor that a user provides.
 *
 * @throws AccountError `InvalidInput` with the path `code` or `recoveryCode` for a malformed value, and
 *   if both or neither are given; such an attempt is not counted.
 */
export function parseSecondFactor({ code, recoveryCode }: SecondFactorInput): SecondFactor {
  if (recoveryCode === undefined) return { authenticator: 'totp', code: parseTotpCode(code) };
  if ((code as unknown) !== undefined) throw invalid('recoveryCode', 'notBesideCode');
  if (typeof recoveryCode !== 'string') throw invalid('recoveryCode', 'notAString');
  const parsed = parseRecoveryCode(recoveryCode);
  if (!parsed) throw invalid('recoveryCode', 'notValid');
  return { authenticator: 'recoveryCode', recoveryCode: parsed };
}

/** @throws AccountError `InvalidInput` with the path `code`. */
export function parseTotpCode(value: unknown): string {
  if (typeof value !== 'string') throw invalid('code', 'notAString');
  const code = value.length > MAX_INPUT_LENGTH ? '' : value.replace(SPACES, '');
  if (!CODE.test(code)) throw invalid('code', 'notValid');
  return code;
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason });
}
