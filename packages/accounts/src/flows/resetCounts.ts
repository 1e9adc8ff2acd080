import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from './AccountsCore.js';
import { failuresInARow } from '../throttling/Throttle.js';
import type { Authenticator } from '../throttling/throttlePolicy.js';
import type { Account } from '../core/Account.js';

/**
 * The writes by which attempts are forgotten when their owner has used a link: only of counts that
 * are there, and that TTL does not remove at this moment.
 */
export function resetCounts(
  { table, throttle }: Pick<AccountsCore, 'table' | 'throttle'>,
  { attempts }: Pick<Account, 'attempts'>,
  authenticators: readonly Authenticator[],
): TransactOperation<unknown>[] {
  const now = table.now();
  return attempts
    .filter(
      (count) =>
        authenticators.includes(count.authenticator) &&
        count.expiresAt > now &&
        failuresInARow(count) > 0,
    )
    .map(({ accountId, authenticator }) => throttle.resetOperation({ accountId, authenticator }));
}
