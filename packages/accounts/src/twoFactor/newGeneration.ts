import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { tokensUnchanged } from '../core/revokeTokens.js';
import type { AccountWithFactors } from './readFactors.js';

/**
 * The write that gives an account a new generation, on condition that it has the one that was read:
 * every session and every login under way is over (ASVS 7.4.3), and of changes that were decided on
 * the same state, one is made.
 * Nor must a token have become void since, as it may be one by which this is done.
 */
export function newGeneration(
  { accounts, table }: Pick<AccountsCore, 'accounts' | 'table'>,
  { account }: Pick<AccountWithFactors, 'account'>,
): { readonly sessionGeneration: string; readonly operation: TransactOperation<unknown> } {
  const sessionGeneration = table.newUlid();
  const operation = accounts.updateOneOperation({
    filter: { accountId: account.accountId },
    condition: { sessionGeneration: account.sessionGeneration, ...tokensUnchanged(account) },
    update: { $set: { sessionGeneration } },
  });
  return { sessionGeneration, operation };
}
