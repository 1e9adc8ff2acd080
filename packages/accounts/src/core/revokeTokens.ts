import type { Table } from '@latchkey/entity';
import type { Token } from './Account.js';
import { pendingTokens, type PendingCore, type TokensRevoked } from './pendingTokens.js';

/** An account and its tokens, as they were read together. */
export interface AccountWithTokens extends TokensRevoked {
  readonly tokens: readonly Token[];
}

/**
 * Gives the mark by which an account's update revokes every token that was sent out before, also one
 * that nobody knew of when the account was read. Factors, pending or not, and recovery codes stay.
 */
export function revokeTokens(
  core: PendingCore & { readonly table: Pick<Table, 'newUlid' | 'now'> },
  account: AccountWithTokens,
): string {
  // Those that were read are revoked in any case, even if another server's clock is ahead.
  const read = pendingTokens(account.tokens, core, account).map(({ ulid }) => ulid);
  const [mark = ''] = [core.table.newUlid(), account.tokensVoidBefore ?? '', ...read]
    .sort()
    .reverse();
  return mark;
}

/**
 * Gives the condition on an account that none of its tokens was revoked since it was read: for what
 * uses one up.
 */
export function tokensUnchanged({ tokensVoidBefore }: TokensRevoked): {
  readonly tokensVoidBefore: string | { readonly $exists: false };
} {
  return { tokensVoidBefore: tokensVoidBefore ?? { $exists: false } };
}
