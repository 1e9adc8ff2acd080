import type { LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { AccountsCore } from '../flows/AccountsCore.js';

/**
 * Whose an identifier is, by one strongly consistent read of its unique item; by none for an
 * account id, of which it is then not known whether there is such an account.
 *
 * @returns undefined if it is nobody's.
 */
export async function findAccountId(
  { accounts, accessTypes }: Pick<AccountsCore, 'accounts' | 'accessTypes'>,
  { kind, value }: LoginIdentifier,
): Promise<string | undefined> {
  if (kind === 'accountId') return value;
  const { key } =
    kind === 'username'
      ? await accounts.findKey({ filter: { username: value } })
      : await accessTypes.findKey({ filter: { 'data.kind': kind, 'data.value': value } });
  return key?.accountId;
}
