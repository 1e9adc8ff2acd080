import type { Costed, ShownAccount } from '../../src/console/api.js';

let last: Costed<ShownAccount> | undefined;

/** Keeps an account that was just found for the view that shows it, so that it is not read twice. */
export function remember(found: Costed<ShownAccount>): void {
  last = found;
}

/** Takes that account, if it has this id; it is given once. */
export function recall(accountId: string): Costed<ShownAccount> | undefined {
  const found = last?.result.accountId === accountId ? last : undefined;
  last = undefined;
  return found;
}
