import { randomInt } from 'node:crypto';

const DIGITS = 6;

/** Makes a code for people to type, every one as likely as any other (ASVS 6.5.3). */
export function createSixDigitCode(): string {
  return String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
}

/** Tells whether a value has the form of such a code. */
export function isSixDigitCode(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9]{6}$/.test(value);
}
