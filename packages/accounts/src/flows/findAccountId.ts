import type { UserIdentifier } from '../identifiers/parseForeignId.js';
import type { AccountsCore } from '../flows/AccountsCore.js';

/**
 * Resolves an identifier to an account id with one strongly consistent read of its unique item. An
 * account id takes no read, so it is not known whether there is an account with that id.
 *
 * @returns undefined if it is nobody's.
 */
export async function findAccountId(
  { accounts, accessTypes }: Pick<AccountsCore, 'accounts' | 'accessTypes'>,
  { kind, value }: UserIdentifier,
): Promise<string | undefined> {
  if (kind === 'accountId') return value;
  const { key } =
    kind === 'username' || kind === 'foreignId'
      ? await accounts.findKey({ filter: { [kind]: value } })
      : await accessTypes.findKey({ filter: { 'data.kind': kind, 'data.value': value } });
  return key?.accountId;
}
