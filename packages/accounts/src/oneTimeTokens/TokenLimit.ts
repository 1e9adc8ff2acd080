import type { Condition } from '@latchkey/entity';
import type { AccountChange, AccountCounter } from '../core/AccountChange.js';
import type { ChangeCore } from '../core/ChangeCore.js';
import { pendingTokens } from '../core/pendingTokens.js';
import type { Account } from '../core/Account.js';
import { tooManyTokens } from '../errors/tooManyTokens.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import type { OneTimeTokenKind, TokenPolicy } from './tokenPolicy.js';
import { isReplaced } from './TokenPurpose.js';

/** The kinds that an application issues as often as it likes; those of other kinds are few anyway. */
type LimitedTokenKind = 'custom' | 'password_recovery' | 'email_verification';

/** The fields of an account that count the tokens of a kind. */
const COUNTERS: Readonly<Record<LimitedTokenKind, AccountCounter>> = {
  custom: 'customTokenCount',
  password_recovery: 'passwordRecoveryCount',
  email_verification: 'emailVerificationCount',
};

/** `reason` of an application's own tokens that verify an address; what the library sends has none. */
export const ISSUED = 'issued';

/** How many rows are read beyond the limit; the rest is for the next call. */
const MAX_READ_BEYOND = 200;
/** How many rows one call removes. */
const MAX_REMOVED = 25;

/** Dependencies of {@link TokenLimit}. */
export type TokenLimitCore = Pick<ChangeCore, 'acceptsIssuedAt' | 'table' | 'tokens'>;

/**
 * Bounds how many tokens of a kind wait in an account's partition, all of which every login reads.
 *
 * A field of the account counts the tokens that are issued, in the write that checks the account in any
 * case. A token that is used, expired or revoked stays counted, so that there are never more rows than the
 * count says. Where the count is at the limit, the rows are read and counted, and invalid ones removed.
 */
export class TokenLimit {
  readonly #core: TokenLimitCore;
  readonly #policy: TokenPolicy;

  constructor(core: TokenLimitCore, policy: TokenPolicy) {
    this.#core = core;
    this.#policy = policy;
  }

  /**
   * Counts one more token, as part of the change that writes it.
   *
   * @param onFull - is given the account where its count is at the limit.
   */
  count(
    change: AccountChange<undefined>,
    kind: OneTimeTokenKind,
    onFull: (account: AccountDocument) => void,
  ): void {
    if (!isLimited(kind)) return;
    const field = COUNTERS[kind];
    const limit = this.#policy.maxPending[kind];
    const isBelow = { $or: [countIs(field, undefined), countIs(field, { $lt: limit })] };
    change.increment(field).require(isBelow, (found) => {
      if ((found[field] ?? 0) >= limit) onFull(found);
      return undefined;
    });
  }

  /**
   * Counts the rows of a kind, with one more token, as part of the change that writes it; only if nobody
   * else has changed the account since.
   *
   * @param account - as it was when its count was at the limit.
   * @throws AccountError `TooManyTokens` where as many tokens as there may be are valid.
   */
  async recount(
    change: AccountChange<undefined>,
    kind: OneTimeTokenKind,
    account: AccountDocument,
  ): Promise<void> {
    if (!isLimited(kind)) return;
    const { tokens } = this.#core;
    const policy = this.#policy;
    const { accountId } = account;
    const limit = policy.maxPending[kind];
    const { items } = await tokens.findMany({
      filter: { accountId, kind, ...issuedByApplication(kind, accountId) },
      consistent: true,
      limit: limit + MAX_READ_BEYOND,
    });
    const pending = pendingTokens(items, this.#core, account).filter(
      (token) => !policy.onlyNewest.has(kind) || !isReplaced(token, items),
    );
    if (pending.length >= limit) throw tooManyTokens(limit, pending, this.#core.table.now());
    // One without an end is not from this package: it is not valid, and not for this package to remove.
    const invalid = items.filter((token) => token.expiresAt && !pending.includes(token));
    const removed = invalid.slice(0, MAX_REMOVED);
    // All at once: a newer token must not go before one that it replaces.
    const removals = removed.map(({ createdFor, ulid }) =>
      tokens.deleteOneOperation({ filter: { accountId, kind, createdFor, ulid } }),
    );
    change
      .requireSameVersion(account as Account)
      .setCount(COUNTERS[kind], items.length - removed.length + 1)
      .writeAll(removals);
  }
}

/**
 * Filters the tokens that the application issued. A stranger can make the library send others, which waits
 * bound, and must not use up what is the application's.
 */
function issuedByApplication(
  kind: LimitedTokenKind,
  accountId: string,
): { readonly createdFor?: string; readonly reason?: string } {
  if (kind === 'password_recovery') return { createdFor: accountId };
  return kind === 'email_verification' ? { reason: ISSUED } : {};
}

function countIs(
  field: AccountCounter,
  value: number | { readonly $lt: number } | undefined,
): Condition<AccountDocument> {
  return { [field]: value ?? { $exists: false } } as Condition<AccountDocument>;
}

function isLimited(kind: OneTimeTokenKind): kind is LimitedTokenKind {
  return kind in COUNTERS;
}
