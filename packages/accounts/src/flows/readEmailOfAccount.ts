import { parseEmail } from '../identifiers/parseEmail.js';
import { readObject, requireUlid } from '../errors/requireObject.js';

/** An e-mail address, and the account that it belongs to. */
export interface EmailOfAccount {
  readonly accountId: string;
  /** Case is ignored. */
  readonly email: string;
}

/**
 * Checks an account's id and an e-mail address, and gives the address as it is stored.
 *
 * @throws AccountError `InvalidInput` with the path `accountId` or `email`.
 */
export function readEmailOfAccount(input: unknown): EmailOfAccount {
  input = readObject(input, '');
  const { accountId, email } = input as Partial<EmailOfAccount>;
  requireUlid(accountId, 'accountId');
  return { accountId, email: parseEmail(email, 'email') };
}
