import type { Account, Infer } from '@latchkey/schema';
import { invalidOption } from '../../errors/invalidOption.js';
import type { ElsewherePart } from '../../flows/AccountsCore.js';
import { takeOverPassword } from './takeOverPassword.js';

/** A password that is to be verified by the system that an account was imported from. */
export interface ElsewherePassword {
  /** The account, with its `foreignId`. */
  readonly account: Infer<typeof Account>;
  /** The username, address, phone number or account id of the login, in the form in which it is stored. */
  readonly identifier: string;
  /** The password as it was typed. */
  readonly password: string;
  /** The client's address. */
  readonly ip: string;
}

/**
 * Verifies a password in another system: true if it is right, false if it is wrong. Anything that it
 * throws means that the other system did not answer.
 */
export type AskElsewhere = (input: ElsewherePassword) => boolean | Promise<boolean>;

/**
 * Verifies passwords in the system that accounts were imported from, for the option `verifyElsewhere` of
 * `Accounts`: for a system that does not give its hashes out, as Amazon Cognito. It is asked at a login
 * only, after the attempt was counted, and only for accounts that were imported with `verifyElsewhere` and
 * whose password was never set, reset, removed or revoked since. The first right password is stored, and
 * the other system is not asked again.
 *
 * @param ask - it has 5 seconds; without an answer, the login ends with `ServiceUnavailable`. Anything but
 *   true or false is `InvalidConfiguration`.
 * @throws AccountError `InvalidConfiguration` for anything but a function.
 * @example
 * ```ts
 * import { verifyElsewhere } from '@latchkey/accounts/elsewhere';
 *
 * export const former = verifyElsewhere(async ({ identifier, password }) => {
 *   const response = await fetch('https://former.example.com/login', {
 *     method: 'POST',
 *     body: JSON.stringify({ identifier, password }),
 *   });
 *   if (response.status >= 500) throw new Error('The former system does not answer.');
 *   return response.ok;
 * });
 * ```
 */
export function verifyElsewhere(ask: AskElsewhere): ElsewherePart {
  if (typeof ask !== 'function') throw invalidOption('verifyElsewhere', 'It must be a function.');
  return { takeOver: (core, shown) => takeOverPassword(core, ask, shown) };
}
