import type { TransactOperation } from '@latchkey/entity';
import type { Token } from '../core/Account.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { Factors } from './readFactors.js';

/** As long as a transaction has room beside 21 documents with their unique items, and the rest. */
const MAX_DELETED_PENDING = 10;

/** Returns the writes that delete tokens. */
export function deleteTokens(
  { tokens: entity }: Pick<AccountsCore, 'tokens'>,
  tokens: readonly (Token | undefined)[],
): TransactOperation<unknown>[] {
  return tokens.flatMap((token) =>
    token ? [entity.deleteOneOperation({ filter: keyOfToken(token) })] : [],
  );
}

/** Returns the writes that delete every factor except one, which the same transaction already deletes. */
export function deleteFactors(
  core: Pick<AccountsCore, 'tokens'>,
  { totp, pending, recoveryCodes }: Factors<Token>,
  except?: string,
): TransactOperation<unknown>[] {
  const factors = [totp, ...recoveryCodes].filter((token) => token?.ulid !== except);
  return [...deleteTokens(core, factors), ...deletePending(core, pending)];
}

/** Returns the writes that delete the newest of the secrets that are not confirmed yet. */
export function deletePending(
  core: Pick<AccountsCore, 'tokens'>,
  pending: readonly Token[],
): TransactOperation<unknown>[] {
  return deleteTokens(core, pending.slice(-MAX_DELETED_PENDING));
}

/** The whole key of a token. */
export function keyOfToken({
  accountId,
  kind,
  createdFor,
  ulid,
}: Token): Pick<Token, 'accountId' | 'kind' | 'createdFor' | 'ulid'> {
  return { accountId, kind, createdFor, ulid };
}
