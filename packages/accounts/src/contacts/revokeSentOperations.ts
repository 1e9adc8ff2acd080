import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { pendingTokens, type AccountWithTokens } from '../core/pendingTokens.js';

/** Tokens that were sent to certain addresses. */
export interface SentTo {
  readonly addresses: readonly string[];
  /** The `ulid` of a token that the same transaction uses up. */
  readonly except?: string;
}

/** DynamoDB takes 100 writes in a transaction; `throttling.messages` lets fewer be sent by far. */
const MAX_REVOKED = 50;

/** The writes that revoke what was sent to some of an account's addresses and is pending. */
export function revokeSentOperations(
  core: Pick<AccountsCore, 'acceptsIssuedAt' | 'table' | 'tokens'>,
  account: AccountWithTokens,
  { addresses, except }: SentTo,
): TransactOperation<unknown>[] {
  return pendingTokens(account.tokens, core, account)
    .filter(
      ({ createdFor, kind, ulid }) =>
        addresses.includes(createdFor) &&
        ulid !== except &&
        // Whoever has replaced an address does not void what undoes it by adding the address again.
        kind !== 'contact_recovery',
    )
    .slice(-MAX_REVOKED)
    .map(({ accountId, kind, createdFor, ulid }) =>
      core.tokens.updateOneOperation({
        filter: { accountId, kind, createdFor, ulid },
        update: { $set: { used: true } },
      }),
    );
}
