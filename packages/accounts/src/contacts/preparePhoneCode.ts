import type { TransactOperation } from '@latchkey/entity';
import { randomInt } from 'node:crypto';
import type { AccountsCore } from '../core/AccountsCore.js';
import type { AccountWithTokens } from '../core/revokeTokens.js';
import type { AccountDocument, SessionRequest } from '../core/SessionRequest.js';

/** A secret that is ready to be written and sent. */
export interface PreparedCode {
  readonly token: string;
  readonly operation: TransactOperation<unknown>;
}

/** What a code is made for. */
export interface CodePurpose {
  /** As it was read: the code comes after what is void. */
  readonly account: AccountDocument & AccountWithTokens;
  readonly phone: string;
  /** On whose request, which is kept with the code. */
  readonly request?: SessionRequest | undefined;
}

const CODE_DIGITS = 6;

/** Whether a value has the form of a code that is sent to a phone. */
export function isPhoneCode(value: string): boolean {
  return /^[0-9]{6}$/.test(value);
}

/**
 * Makes a code of six digits for a phone. It is stored under the slow hash of passwords, since a
 * plain digest of a million codes is undone in a moment (ASVS 6.5.2).
 *
 * @throws AccountError `TooBusy`
 */
export async function preparePhoneCode(
  { oneTimeTokens, passwords }: Pick<AccountsCore, 'oneTimeTokens' | 'passwords'>,
  { account, phone, request }: CodePurpose,
): Promise<PreparedCode> {
  // Every code as likely as any other (ASVS 6.5.3): `randomInt` does not favour the low ones.
  const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
  return oneTimeTokens.prepare({
    accountId: account.accountId,
    account,
    kind: 'phone_verification',
    createdFor: phone,
    token: code,
    storedAs: await passwords.hash(code),
    ...(request && { request }),
  });
}
