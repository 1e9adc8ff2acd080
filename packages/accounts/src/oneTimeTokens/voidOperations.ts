import type { TransactOperation } from '@latchkey/entity';
import type { AccountToken, Infer } from '@latchkey/schema';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import { pendingTokens } from './pendingTokens.js';

type Token = Infer<typeof AccountToken>;

/** What decides which tokens are to be void. */
export interface VoidOptions {
  readonly now: Date;
  /** The `ulid` of a token that the same transaction uses up already. */
  readonly except?: string;
}

/** DynamoDB takes 100 writes in a transaction; the rest is for what the tokens are void by. */
const MAX_VOIDED = 80;

/**
 * The writes that make those of the given tokens void that are pending: the newest 80. Who has
 * found one of them, and not used it yet, comes too late.
 *
 * @param tokens - of one account, as they were read.
 */
export function voidOperations(
  { oneTimeTokens }: Pick<AccountsCore, 'oneTimeTokens'>,
  tokens: readonly Token[],
  options: VoidOptions,
): TransactOperation<unknown>[] {
  return inOrder(tokens, options)
    .slice(-MAX_VOIDED)
    .map((token) => oneTimeTokens.useOperation(token));
}

/**
 * Makes those pending tokens void for which {@link voidOperations} has no room: as a rule there are
 * none, and nothing is sent. Before the transaction that the others are void by, so that none is
 * left if it succeeds.
 */
export async function voidSurplus(
  { oneTimeTokens, table }: Pick<AccountsCore, 'oneTimeTokens' | 'table'>,
  tokens: readonly Token[],
  options: VoidOptions,
): Promise<void> {
  const surplus = inOrder(tokens, options).slice(0, -MAX_VOIDED);
  for (let from = 0; from < surplus.length; from += MAX_VOIDED) {
    const some = surplus.slice(from, from + MAX_VOIDED);
    await table.transact(some.map((token) => oneTimeTokens.useOperation(token)));
  }
}

function inOrder(tokens: readonly Token[], { now, except }: VoidOptions): Token[] {
  return pendingTokens(tokens, now)
    .filter(({ ulid }) => ulid !== except)
    .sort((a, b) => (a.ulid < b.ulid ? -1 : 1));
}
