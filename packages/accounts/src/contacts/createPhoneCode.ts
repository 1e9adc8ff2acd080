import type { AccountsCore } from '../flows/AccountsCore.js';
import { createSixDigitCode } from '../tokens/sixDigitCode.js';

/** A code for a phone, and what is stored of it. */
export interface PhoneCode {
  readonly code: string;
  readonly hash: string;
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
  const code = createSixDigitCode();
  return { code, hash: await passwords.hash(code) };
}
