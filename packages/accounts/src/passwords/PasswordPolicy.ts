import { AccountError } from '../errors/AccountError.js';

/** How long a new password may be, in Unicode code points after NFC. */
export interface PasswordPolicy {
  readonly minLength: number;
  readonly maxLength: number;
}

const LOWEST_MIN = 8; // ASVS 6.2.1
const LOWEST_MAX = 64; // ASVS 6.2.9
const HIGHEST_MAX = 4096; // bounds the work of normalising and of the keyed digest (ASVS 15.1.3)

/** 8 to 1000 code points. */
export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = Object.freeze({
  minLength: LOWEST_MIN,
  maxLength: 1000,
});

/**
 * Checks the lengths that an application configured and fills in the defaults.
 *
 * @param options - `minLength`: code points, from 8, default 8. `maxLength`: code points, 64 to
 *   4096, default 1000.
 * @throws AccountError `InvalidConfiguration` for lengths outside these ranges.
 */
export function definePasswordPolicy(options: Partial<PasswordPolicy> = {}): PasswordPolicy {
  const { minLength = LOWEST_MIN, maxLength = DEFAULT_PASSWORD_POLICY.maxLength } = options;
  if (!Number.isInteger(maxLength) || maxLength < LOWEST_MAX || maxLength > HIGHEST_MAX) {
    throw new AccountError('InvalidConfiguration', {
      path: 'maxLength',
      reason: `The longest password must be allowed ${LOWEST_MAX} to ${HIGHEST_MAX} code points.`,
    });
  }
  if (!Number.isInteger(minLength) || minLength < LOWEST_MIN || minLength > maxLength) {
    throw new AccountError('InvalidConfiguration', {
      path: 'minLength',
      reason: `The shortest password must be ${LOWEST_MIN} code points to maxLength.`,
    });
  }
  return Object.freeze({ minLength, maxLength });
}
