import type { Table } from '@latchkey/entity';
import type { AccountToken, Infer } from '@latchkey/schema';
import { pendingTokens, type TokensVoided } from './pendingTokens.js';

/** An account and its tokens, as they were read together. */
export interface AccountWithTokens extends TokensVoided {
  readonly tokens: readonly Infer<typeof AccountToken>[];
}

/**
 * What an account's update sets for every token to be void that was sent out before, also one of
 * which nobody knew when the account was read. To be taken right before the transaction. Factors,
 * pending or not, and recovery codes stay.
 */
export function voidTokens(
  table: Pick<Table, 'newUlid' | 'now'>,
  account: AccountWithTokens,
): { readonly tokensVoidBefore: string } {
  // Those that were read are void in any case, even if another server's clock is ahead.
  const read = pendingTokens(account.tokens, table.now(), account).map(({ ulid }) => ulid);
  const [tokensVoidBefore = ''] = [table.newUlid(), account.tokensVoidBefore ?? '', ...read]
    .sort()
    .reverse();
  return { tokensVoidBefore };
}

/**
 * The condition on an account that none of its tokens became void since it was read: for what uses
 * one up, and writes the account itself.
 */
export function tokensAsRead({ tokensVoidBefore }: TokensVoided): {
  readonly tokensVoidBefore: string | { readonly $exists: false };
} {
  return { tokensVoidBefore: tokensVoidBefore ?? { $exists: false } };
}
