import { EntityError, type Entity, type Table, type TransactOperation } from '@latchkey/entity';
import { AccountAttempts, AddressAttempts, type Infer } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import { isPlaceholderId } from '../identifiers/placeholderId.js';
import { clientNetwork } from '../requests/clientNetwork.js';
import {
  addressPolicy,
  authenticatorPolicy,
  FAILURE_LIMITS,
  FAILURES_KEPT_MS,
  isPasswordCount,
  type AddressPolicy,
  type Authenticator,
  type AuthenticatorPolicy,
  type ThrottlingOptions,
} from './throttlePolicy.js';

/** One attempt, about to be looked at. */
export interface Attempt {
  readonly accountId: string;
  readonly authenticator: Authenticator;
  /** The client's address, as the request says, unless it has been counted already. */
  readonly ip?: string;
  /** The longest wait for it, where that is shorter than the one configured. */
  readonly maxWaitMs?: number;
  /** Tells whether a success binds the authenticator anew: such an attempt has no limit. */
  readonly isBinding?: boolean;
}

/** An attempt that was counted, and may be looked at. */
export interface CountedAttempt {
  /**
   * How many attempts in a row there were beyond the limit, with this one. From 1 on, a password that
   * its owner can bring back is disabled: it must fail.
   */
  readonly beyondLimit: number;
}

type Counter = Infer<typeof AccountAttempts>;

type CounterUpdate = Parameters<Entity<typeof AccountAttempts>['updateOne']>[0];

const MAX_RACES = 10;

/**
 * Counts attempts in the table before they are looked at, so that no number of parallel guesses
 * gets past the budget (ASVS 6.3.1, 6.6.3; NIST SP 800-63B-4 §3.2.2), and no failure of the flow
 * takes the count back (CVE-2026-35597).
 *
 * An authenticator that has used up its budget takes one attempt after each wait, and the waits
 * double. What proves an account's owner in another way, such as a reset by e-mail, is not held up.
 *
 * Beside that, attempts without a success are counted in a row, which no time forgets. At the limit,
 * a code's authenticator takes none until it is bound again; a password is for the caller to judge,
 * who knows whether its owner can bring it back.
 */
export class Throttle {
  readonly #table: Table;
  readonly #attempts: Entity<typeof AccountAttempts>;
  readonly #addresses: Entity<typeof AddressAttempts>;
  readonly #password: AuthenticatorPolicy;
  readonly #code: AuthenticatorPolicy;
  readonly #address: AddressPolicy | undefined;

  /** @throws AccountError `InvalidConfiguration` */
  constructor(table: Table, { password = {}, code = {}, address = {} }: ThrottlingOptions = {}) {
    this.#table = table;
    this.#attempts = table.entity(AccountAttempts);
    this.#addresses = table.entity(AddressAttempts);
    this.#password = authenticatorPolicy(password, 'throttling.password');
    this.#code = authenticatorPolicy({ budget: 5, ...code }, 'throttling.code');
    this.#address = address === false ? undefined : addressPolicy(address, 'throttling.address');
  }

  /**
   * Counts an attempt, first by client address, where there is one, and then by authenticator: one
   * request each, as a rule. An attempt that the network may not make uses up nothing of the
   * account's. Nothing may be checked before this has returned.
   *
   * @throws AccountError `AccountLocked`, `TooManyRequests`, `AuthenticatorDisabled`: the attempt must
   *   not be looked at.
   */
  async recordAttempt(attempt: Attempt): Promise<CountedAttempt> {
    const { authenticator, ip } = attempt;
    const limit = FAILURE_LIMITS[authenticator];
    if (ip !== undefined) await this.countAddress(ip);
    let seen: Counter | undefined;
    for (let race = 0; ; race++) {
      if (seen && failuresInARow(seen) >= limit && !mayGoBeyond(attempt)) throw disabled(attempt);
      // Somebody else has counted in between, again and again.
      if (seen && race > MAX_RACES) throw this.#locked(attempt, seen);
      const own = seen ? this.#countAfterWait(attempt, seen) : this.#countUnlessUsedUp(attempt);
      try {
        await this.#attempts.updateOne(own);
        return { beyondLimit: seen ? Math.max(0, failuresInARow(seen) + 1 - limit) : 0 };
      } catch (error) {
        const inTheWay = counterInTheWay(error);
        if (!inTheWay) throw error;
        // Counted by somebody else since it was seen: look again.
        seen = seen ? undefined : inTheWay;
      }
    }
  }

  /** Tells whether attempts are counted by client address. */
  get countsAddresses(): boolean {
    return this.#address !== undefined;
  }

  /**
   * Counts an attempt by client address only: one request. It is not a transaction, so callers of
   * one network do not get into each other's way.
   *
   * @throws AccountError `TooManyRequests`
   */
  async countAddress(ip: string): Promise<void> {
    const update = this.#addressUpdate(ip);
    if (!update) return;
    try {
      await this.#addresses.updateOne(update);
    } catch (error) {
      throw this.#refusedAddress(error) ?? error;
    }
  }

  /**
   * Begins {@link countAddress} beside what is read meanwhile, so that it takes no trip of its own. Until the
   * promise is awaited, a refusal is not an unhandled rejection.
   */
  beginCountAddress(ip: string): Promise<void> {
    const counted = this.countAddress(ip);
    counted.catch(() => undefined);
    return counted;
  }

  /**
   * Looks at an attempt that was counted. One that nobody had the time to look at is no attempt: its
   * count is taken back, though not that of its client address.
   *
   * @throws AccountError `TooBusy`; and what `look` throws.
   */
  async unlessTooBusy<T>(attempt: Attempt, look: () => Promise<T>): Promise<T> {
    try {
      return await look();
    } catch (error) {
      if (!AccountError.is(error) || error.code !== 'TooBusy') throw error;
      const { accountId, authenticator } = attempt;
      await this.#attempts
        .updateOne({
          filter: { accountId, authenticator },
          condition: { attempts: { $gt: 0 } },
          update: { $inc: { attempts: -1, failuresInARow: -1 } },
        })
        .catch((refused: unknown) => {
          // A success beside it has forgotten them all.
          if (!EntityError.is(refused) || refused.code !== 'ConditionFailed') throw refused;
        });
      throw error;
    }
  }

  /** How many attempts there were since the last success, of those that the waits still go by. */
  recentFailures(counters: readonly Counter[], authenticator: Authenticator): number {
    const counter = counters.find((each) => each.authenticator === authenticator);
    return counter && !this.#isForgotten(counter) ? counter.attempts : 0;
  }

  /** Forgets an authenticator's attempts, as part of what its success writes. */
  resetOperation(attempt: Attempt): TransactOperation<unknown> {
    const { accountId, authenticator } = attempt;
    const expiresAt = new Date(this.#table.now().getTime() + this.#policyOf(attempt).windowMs);
    return this.#attempts.updateOneOperation({
      filter: { accountId, authenticator },
      update: { $set: { attempts: 0, failuresInARow: 0, expiresAt } },
    });
  }

  /** {@link resetOperation} for an authenticator that may have no count. */
  forgetOperation(attempt: Attempt): TransactOperation<unknown> {
    const { accountId, authenticator } = attempt;
    const now = this.#table.now();
    const expiresAt = new Date(now.getTime() + this.#policyOf(attempt).windowMs);
    return this.#attempts.updateOneOperation({
      filter: { accountId, authenticator },
      update: { $set: { attempts: 0, failuresInARow: 0, lastAttemptAt: now, expiresAt } },
      upsert: true,
    });
  }

  /** Counts within the budget. */
  #countUnlessUsedUp(attempt: Attempt): CounterUpdate {
    const { accountId, authenticator } = attempt;
    const { budget, windowMs } = this.#policyOf(attempt);
    const windowStart = new Date(this.#table.now().getTime() - windowMs);
    const limit = FAILURE_LIMITS[authenticator];
    return {
      filter: { accountId, authenticator },
      // Of a count that is forgotten it is not known here from when it is.
      condition: {
        attempts: { $lt: budget },
        lastAttemptAt: { $gt: windowStart },
        ...(limit < Infinity && {
          $or: [{ failuresInARow: { $exists: false } }, { failuresInARow: { $lt: limit } }],
        }),
      },
      update: { $inc: { attempts: 1, failuresInARow: 1 }, $set: this.#timesOf(attempt) },
      upsert: true,
    };
  }

  /**
   * Counts where the wait or the whole count is over, unless somebody else was first.
   *
   * @throws AccountError `AccountLocked`
   */
  #countAfterWait(attempt: Attempt, seen: Counter): CounterUpdate {
    const { accountId, authenticator } = attempt;
    const isForgotten = this.#isForgotten(seen);
    if (!isForgotten && this.#waitMs(attempt, seen) > 0) throw this.#locked(attempt, seen);
    return {
      filter: { accountId, authenticator },
      condition: { attempts: seen.attempts, lastAttemptAt: seen.lastAttemptAt },
      update: {
        $set: {
          attempts: isForgotten ? 1 : seen.attempts + 1,
          failuresInARow: failuresInARow(seen) + 1,
          ...this.#timesOf(attempt),
        },
      },
    };
  }

  #addressUpdate(
    ip: string,
  ): Parameters<Entity<typeof AddressAttempts>['updateOne']>[0] | undefined {
    if (!this.#address || ip === '') return undefined;
    const { budget, windowMs } = this.#address;
    const nowMs = this.#table.now().getTime();
    const windowStart = new Date(nowMs - (nowMs % windowMs));
    return {
      filter: { network: clientNetwork(ip), windowStart },
      condition: { attempts: { $lt: budget } },
      update: {
        $inc: { attempts: 1 },
        $set: { expiresAt: new Date(windowStart.getTime() + windowMs) },
      },
      upsert: true,
    };
  }

  /** Translates an error that a client address's count has caused. */
  #refusedAddress(error: unknown): AccountError<'TooManyRequests'> | undefined {
    if (!EntityError.is(error) || error.code !== 'ConditionFailed') return undefined;
    const { expiresAt } = error.details.item as Infer<typeof AddressAttempts>;
    const retryAfterSeconds = this.#secondsUntil(expiresAt.getTime());
    return new AccountError('TooManyRequests', { retryAfterSeconds });
  }

  #timesOf(attempt: Attempt): Pick<Counter, 'lastAttemptAt' | 'expiresAt'> {
    const now = this.#table.now();
    const { accountId, authenticator } = attempt;
    // Of what nobody has, nothing need be known for longer than the waits. An address is somebody's.
    const isNobodys = isPlaceholderId(accountId) && authenticator !== 'loginCode';
    const isLimited = FAILURE_LIMITS[authenticator] < Infinity && !isNobodys;
    const keptMs = isLimited ? FAILURES_KEPT_MS : this.#policyOf(attempt).windowMs;
    return { lastAttemptAt: now, expiresAt: new Date(now.getTime() + keptMs) };
  }

  /** Tells whether the waits begin anew, after a window without attempts. */
  #isForgotten(counter: Counter): boolean {
    const { windowMs } = this.#policyOf(counter);
    return counter.lastAttemptAt.getTime() + windowMs <= this.#table.now().getTime();
  }

  #locked(attempt: Attempt, seen: Counter): AccountError<'AccountLocked'> {
    const untilMs = this.#table.now().getTime() + this.#waitMs(attempt, seen);
    return new AccountError('AccountLocked', { retryAfterSeconds: this.#secondsUntil(untilMs) });
  }

  /** How long an authenticator takes no attempt. */
  #waitMs(attempt: Attempt, { attempts, lastAttemptAt }: Counter): number {
    const { budget, backOffMs, maxBackOffMs } = this.#policyOf(attempt);
    if (attempts < budget) return 0;
    const { maxWaitMs = Infinity } = attempt;
    const waitMs = Math.min(backOffMs * 2 ** (attempts - budget), maxBackOffMs, maxWaitMs);
    return lastAttemptAt.getTime() + waitMs - this.#table.now().getTime();
  }

  #secondsUntil(timeMs: number): number {
    return Math.max(1, Math.ceil((timeMs - this.#table.now().getTime()) / 1000));
  }

  #policyOf({ authenticator }: Pick<Attempt, 'authenticator'>): AuthenticatorPolicy {
    return isPasswordCount(authenticator) ? this.#password : this.#code;
  }
}

/** How many attempts there were since the last success, as far as it was counted. */
export function failuresInARow({
  attempts,
  failuresInARow: failures = attempts,
}: Pick<Counter, 'attempts' | 'failuresInARow'>): number {
  return failures;
}

/** Tells whether as many attempts have failed in a row as an authenticator's limit allows. */
export function isUsedUp(counters: readonly Counter[], authenticator: Authenticator): boolean {
  const counter = counters.find((each) => each.authenticator === authenticator);
  return counter !== undefined && failuresInARow(counter) >= FAILURE_LIMITS[authenticator];
}

/** Gives an authenticator's count that stood in the way of counting. */
function counterInTheWay(error: unknown): Counter | undefined {
  if (!EntityError.is(error) || error.code !== 'ConditionFailed') return undefined;
  return error.details.item as Counter;
}

/** Tells whether an attempt beyond the limit is looked at, or is for the caller to judge. */
function mayGoBeyond({ authenticator, isBinding = false }: Attempt): boolean {
  return isBinding || isPasswordCount(authenticator);
}

function disabled({ authenticator }: Attempt): AccountError<'AuthenticatorDisabled'> {
  return new AccountError('AuthenticatorDisabled', { authenticator });
}
