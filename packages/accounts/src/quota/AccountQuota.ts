import {
  EntityError,
  type Entity,
  type TransactOperation,
  type TransactResults,
} from '@latchkey/entity';
import { AccountPlaces as Places } from '@latchkey/schema';
import type { ChangeCore } from '../core/ChangeCore.js';
import type { AppPlan } from './AppPlan.js';
import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import type { AccountDocument } from '../requests/SessionRequest.js';

/** The maximum number of accounts, and how many are in use. */
export interface QuotaUsage {
  readonly taken: number;
  /** Undefined if the plan has no limit. */
  readonly maxAccounts: number | undefined;
}

/** Result of {@link AccountQuota.backfill}. */
export interface QuotaBackfill extends QuotaUsage {
  /** How many accounts were not counted before. */
  readonly assigned: number;
}

type QuotaCore = Pick<ChangeCore, 'accounts' | 'table'> & { readonly plan: AppPlan };

const filter = { counter: 'accounts' } as const;

/** How often a sign-up begins again, each time after all of the table's own attempts. */
const MAX_ROUNDS = 8;

/**
 * Quota of accounts, if the plan limits their number. An account's `hasPlace` and the counter are
 * only written in the same transaction, so the counter is exact despite concurrency and failures.
 */
export class AccountQuota {
  readonly #core: QuotaCore;
  readonly #counter: Entity<typeof Places>;

  /** @internal */
  constructor(core: QuotaCore) {
    this.#core = core;
    this.#counter = core.table.entity(Places);
  }

  /**
   * Fields of a new account's document that record its place.
   *
   * @internal
   */
  get ofNewAccount(): { readonly hasPlace?: true } {
    return this.#core.plan.maxAccounts === undefined ? {} : { hasPlace: true };
  }

  /**
   * `table.transact` for the writes that make one account with {@link ofNewAccount} in it; with a
   * limit, it takes a place, too.
   *
   * @internal
   * @throws AccountError `TrialExceededLimit`, whatever else might stand in the way; and what
   *   `table.transact` throws.
   */
  async transact<const O extends readonly TransactOperation<unknown>[]>(
    operations: O,
  ): Promise<TransactResults<O>> {
    const { plan, table } = this.#core;
    const { maxAccounts } = plan;
    if (maxAccounts === undefined) return table.transact(operations);
    const take = this.#counter.updateOneOperation({
      filter,
      condition: { taken: { $lt: maxAccounts } },
      update: { $inc: { taken: 1 } },
      upsert: true,
    });
    for (let round = 1; ; round++) {
      try {
        // First: where several conditions fail, a full application must not tell which others do.
        const [, ...results] = await table.transact([take, ...operations]);
        return results;
      } catch (error) {
        if (!EntityError.is(error)) throw error;
        if (isAboutCounter(error)) throw new AccountError('TrialExceededLimit', { maxAccounts });
        if (error.operation !== undefined) error.operation -= 1;
        if (error.code !== 'TransactionConflict') throw error;
        // Everybody wants the counter; whoever comes too late shall not be told to try again.
        const { taken } = await this.getUsage();
        if (taken >= maxAccounts) throw new AccountError('TrialExceededLimit', { maxAccounts });
        if (round === MAX_ROUNDS) throw error;
      }
    }
  }

  /**
   * Gives back the place of an account whose deletion has begun; of any number of callers, one does.
   *
   * @internal
   */
  async giveBack({ accountId, hasPlace }: AccountDocument): Promise<void> {
    if (hasPlace !== true) return;
    const { accounts, table } = this.#core;
    const leave = accounts.updateOneOperation({
      filter: { accountId },
      condition: { hasPlace: true },
      update: { $remove: ['hasPlace'] },
    });
    const free = this.#counter.updateOneOperation({
      filter,
      condition: { taken: { $gt: 0 } },
      update: { $inc: { taken: -1 } },
    });
    try {
      await table.transact([leave, free]);
    } catch (error) {
      // Somebody else has given it back; or the counter is not there, which keeps no deletion up.
      if (!isAnswer(error)) throw error;
    }
  }

  /**
   * Returns how many accounts are counted: one strongly consistent read. Accounts created without a
   * limit are not included; see {@link backfill}.
   *
   * @throws AccountError `ServiceUnavailable`
   */
  async getUsage(): Promise<QuotaUsage> {
    return withAccountErrors(async () => {
      const { item } = await this.#counter.findOne({ filter, consistent: true });
      return { taken: item?.taken ?? 0, maxAccounts: this.#core.plan.maxAccounts };
    });
  }

  /**
   * Counts every account that is not counted yet, for an application that had accounts before
   * `maxAccounts` was set. Call it once every server runs with the limit; until it returns, only
   * newer accounts are counted. It reads the whole table, and sends a transaction for each such
   * account. It is safe during sign-ups and deletions, and can be repeated after a failure. If the
   * result exceeds `maxAccounts`, nobody can sign up until enough accounts are deleted.
   *
   * @throws AccountError `ServiceUnavailable`
   */
  async backfill(): Promise<QuotaBackfill> {
    const { accounts } = this.#core;
    const hasNone = { hasPlace: { $ne: true }, deleting: { $ne: true } } as const;
    let assigned = 0;
    await withAccountErrors(async () => {
      const without = accounts.scan({
        condition: hasNone,
        consistent: true,
        maxPages: Number.MAX_SAFE_INTEGER,
      });
      for await (const { accountId } of without) {
        if (await this.#assign(accountId, hasNone)) assigned++;
      }
    });
    return { assigned, ...(await this.getUsage()) };
  }

  async #assign(
    accountId: string,
    hasNone: Parameters<QuotaCore['accounts']['updateOneOperation']>[0]['condition'] & object,
  ): Promise<boolean> {
    const { accounts, table } = this.#core;
    const take = accounts.updateOneOperation({
      filter: { accountId },
      condition: hasNone,
      update: { $set: { hasPlace: true } },
    });
    const count = this.#counter.updateOneOperation({
      filter,
      update: { $inc: { taken: 1 } },
      upsert: true,
    });
    try {
      await table.transact([take, count]);
      return true;
    } catch (error) {
      // It is gone, or somebody else was first.
      if (isAnswer(error)) return false;
      throw error;
    }
  }
}

/** Tells whether a condition of a place's transaction did not hold. */
function isAnswer(error: unknown): boolean {
  return EntityError.is(error) && (error.code === 'ConditionFailed' || error.code === 'NotFound');
}

function isAboutCounter(error: EntityError): boolean {
  return (
    EntityError.is(error) &&
    error.code === 'ConditionFailed' &&
    error.details.entity === Places.name
  );
}
