import { invalidOption } from '../errors/invalidOption.js';
import { LinkSignUps, type FieldsOfAddress } from './LinkSignUps.js';
import type { SignUpByLink } from './SignUpByLink.js';

export type { FieldsOfAddress } from './LinkSignUps.js';
export type { SignUpByLink } from './SignUpByLink.js';

/** Options of {@link signUpByLink}. */
export interface SignUpByLinkOptions {
  /**
   * Returns the fields of the account to make, from the verified address: `username`, `profile` and the
   * application's own fields (default: none). Nothing that whoever has asked has typed is among them, since
   * that may not be the reader of the mailbox.
   */
  readonly toAccount?: FieldsOfAddress;
}

/**
 * Creates the value of the option `signUpByLink` of `Accounts`: sign-up without a password. With it,
 * `magicLinks.request` sends an address that no account has a link and a code, and `magicLinks.login` with
 * either makes an account whose address is verified. The response to the form, its requests and its time
 * are the same for every address.
 *
 * @throws AccountError `InvalidConfiguration`
 *
 * @example
 * ```ts
 * import { Accounts } from '@latchkey/accounts';
 * import { Outbox } from '@latchkey/accounts/outbox';
 * import { signUpByLink } from '@latchkey/accounts/passwordless';
 * import { createClient, Table } from '@latchkey/entity';
 *
 * export const createAccounts = (outbox: Outbox) =>
 *   new Accounts({
 *     table: new Table({ name: 'my-application', client: createClient() }),
 *     sessions: { getTokenSecret: () => process.env['TOKEN_SECRET'] ?? '' },
 *     delivery: { send: outbox.send },
 *     signUpByLink: signUpByLink(),
 *   });
 * ```
 */
export function signUpByLink({ toAccount = () => ({}) }: SignUpByLinkOptions = {}): SignUpByLink {
  if (typeof (toAccount as unknown) !== 'function') {
    throw invalidOption('toAccount', 'It must be a function.');
  }
  return { create: (core, creation) => new LinkSignUps(core, creation, toAccount) };
}
