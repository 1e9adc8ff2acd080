import { timingSafeEqual } from 'node:crypto';
import { HOTP, Secret } from 'otpauth';
import { isTotpSecret } from './createTotpSecret.js';

/** A code that a user typed, and the secret and time to check it against. */
export interface FindTotpStepInput {
  /** Secret that `createTotpSecret` returned. */
  readonly secret: string;
  /** The input, of any type. */
  readonly code: unknown;
  /** The server's time, in milliseconds since 1970 (ASVS 6.5.8). */
  readonly nowMs: number;
}

/** Time for which a code is shown (ASVS 6.5.5). */
export const TOTP_PERIOD_SECONDS = 30;
export const TOTP_DIGITS = 6;

// RFC 6238 §5.2 allows one step back for the network; one ahead is for clocks that run fast. A code
// is therefore valid for 90 seconds in total.
const STEPS_TO_EACH_SIDE = 1;
const CODE = /^[0-9]{6}$/;

/** The earliest time at which the code of a step is accepted. */
export function stepStart(step: number): Date {
  return new Date((step - STEPS_TO_EACH_SIDE) * TOTP_PERIOD_SECONDS * 1000);
}

/**
 * Finds the time step of a code that a user typed, by RFC 6238 with SHA-1, 6 digits and 30 seconds.
 *
 * A code must be accepted only once (RFC 6238 §5.2, ASVS 6.5.1): the caller stores the step and, with a
 * conditional write, accepts only greater ones.
 *
 * @returns The number of 30-second steps since 1970, the latest if several match; null for a wrong
 *   code, for anything but 6 ASCII digits, and for an invalid secret or time.
 */
export function findTotpStep({ secret, code, nowMs }: FindTotpStepInput): number | null {
  if (typeof code !== 'string' || !CODE.test(code) || !isTotpSecret(secret)) return null;
  const currentStep = Math.floor(nowMs / (TOTP_PERIOD_SECONDS * 1000));
  if (!Number.isSafeInteger(currentStep)) return null;

  const key = Secret.fromBase32(secret);
  const actual = Buffer.from(code, 'latin1');
  let found: number | null = null;
  // All steps, each in constant time (ASVS 11.2.4), so that timing reveals nothing about the code.
  for (let offset = -STEPS_TO_EACH_SIDE; offset <= STEPS_TO_EACH_SIDE; offset++) {
    const step = currentStep + offset;
    if (step < 0) continue;
    const expected = HOTP.generate({ secret: key, counter: step, digits: TOTP_DIGITS });
    if (timingSafeEqual(actual, Buffer.from(expected, 'latin1'))) found = step;
  }
  return found;
}
