import { randomInt } from 'node:crypto';
import type { AccountsCore } from '../flows/AccountsCore.js';

/** A code for a phone, and what is stored of it. */
export interface PhoneCode {
  readonly code: string;
  readonly hash: string;
}

const CODE_DIGITS = 6;

/** Tells whether a value has the form of a code that is sent to a phone. */
export function isPhoneCode(value: string): boolean {
  return /^[0-9]{6}$/.test(value);
}

/**
 * Makes a code of six digits for a phone. It is stored under the slow hash of passwords, since a
 * plain digest of a million codes is undone in a moment (ASVS 6.5.2).
 *
 * @throws AccountError `TooBusy`
 */
export async function createPhoneCode({
  passwords,
}: Pick<AccountsCore, 'passwords'>): Promise<PhoneCode> {
  // Every code as likely as any other (ASVS 6.5.3): `randomInt` does not favour the low ones.
  const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
  return { code, hash: await passwords.hash(code) };
}
