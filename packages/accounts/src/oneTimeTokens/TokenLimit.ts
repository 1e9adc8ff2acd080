import { EntityError, type Condition, type Entity } from '@latchkey/entity';
import type { AccountToken, Infer } from '@latchkey/schema';
import type { AccountChange, AccountCounter } from '../core/AccountChange.js';
import { pendingTokens } from '../core/pendingTokens.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import type { OneTimeTokenKind, TokenPolicy } from './tokenPolicy.js';
import { isReplaced } from './TokenPurpose.js';

type Token = Infer<typeof AccountToken>;

/** The fields of an account that count the tokens of a kind; those of other kinds are few anyway. */
const COUNTERS = {
  custom: 'customTokenCount',
  password_recovery: 'passwordRecoveryCount',
  email_verification: 'emailVerificationCount',
} as const;

/** The kinds that an application issues as often as it likes. */
export type LimitedTokenKind = keyof typeof COUNTERS;

/** How many rows are read beyond the limit; the rest is for the next call. */
const MAX_READ_BEYOND = 200;
/** How many rows one call removes. */
const MAX_REMOVED = 25;
const CONCURRENCY = 8;

/** Dependencies of {@link TokenLimit}. */
export interface TokenLimitContext {
  readonly tokens: Entity<typeof AccountToken>;
  readonly now: () => Date;
  readonly policy: TokenPolicy;
}

/**
 * Bounds how many tokens of a kind wait in an account's partition, all of which every login reads.
 *
 * The account counts what is issued, in the write that checks it in any case, and never less than there
 * is: what is used, expires or is void stays counted. Where the count is at the limit, the rows are
 * counted anew, and those that are no longer good are removed along.
 */
export class TokenLimit {
  readonly #context: TokenLimitContext;

  constructor(context: TokenLimitContext) {
    this.#context = context;
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
    const limit = this.#context.policy.maxPending[kind];
    const isBelow = { $or: [countIs(field, undefined), countIs(field, { $lt: limit })] };
    change.increment(field).require(isBelow, (found) => {
      if ((found[field] ?? 0) >= limit) onFull(found);
      return undefined;
    });
  }

  /**
   * Counts the rows of a kind, with one more token, as part of the change that writes it; only if nobody
   * else has counted since.
   *
   * @param account - whose count was at the limit.
   * @throws AccountError `TooManyTokens` where as many tokens as there may be are good.
   */
  async countAnew(
    change: AccountChange<undefined>,
    kind: OneTimeTokenKind,
    account: AccountDocument,
    onFull: (account: AccountDocument) => void,
  ): Promise<void> {
    if (!isLimited(kind)) return;
    const field = COUNTERS[kind];
    const rows = await this.#removeDead(kind, account);
    change.setCount(field, rows + 1).require(countIs(field, account[field]), (found) => {
      onFull(found);
      return undefined;
    });
  }

  /** @returns how many rows there are then; where not all were read, at least the limit. */
  async #removeDead(kind: LimitedTokenKind, account: AccountDocument): Promise<number> {
    const { tokens: entity, now, policy } = this.#context;
    const limit = policy.maxPending[kind];
    const { items } = await entity.findMany({
      filter: { accountId: account.accountId, kind },
      consistent: true,
      limit: limit + MAX_READ_BEYOND,
    });
    const pending = pendingTokens(items, now(), account).filter(
      (token) => !policy.onlyNewest.has(kind) || !isReplaced(token, items),
    );
    if (pending.length >= limit) throw this.#tooMany(limit, pending);
    // One without an end is not from this package: it is no good, and not for this package to remove.
    const dead = items.filter((token) => token.expiresAt && !pending.includes(token));
    const removed = dead.slice(0, MAX_REMOVED);
    const remove = async ({ accountId, createdFor, ulid }: Token): Promise<void> => {
      try {
        await entity.deleteOne({ filter: { accountId, kind, createdFor, ulid } });
      } catch (error) {
        // Somebody else removes it at the same time.
        if (!EntityError.is(error) || error.code !== 'VersionConflict') throw error;
      }
    };
    for (let at = 0; at < removed.length; at += CONCURRENCY) {
      await Promise.all(removed.slice(at, at + CONCURRENCY).map(remove));
    }
    return items.length - removed.length;
  }

  #tooMany(limit: number, pending: readonly Token[]): AccountError<'TooManyTokens'> {
    const ends = pending.map(({ expiresAt }) => expiresAt?.getTime() ?? Infinity);
    const waitMs = Math.min(...ends) - this.#context.now().getTime();
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
    return new AccountError('TooManyTokens', { limit, retryAfterSeconds });
  }
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
