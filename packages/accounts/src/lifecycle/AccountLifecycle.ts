import { EntityError } from '@latchkey/entity';
import { AccountAttempts } from '@latchkey/schema';
import type { ActingAccount } from '../core/actingAccount.js';
import type { AccountsCore } from '../core/AccountsCore.js';
import { AccountPlaces } from '../apps/AccountPlaces.js';
import { requireRecentLogin } from '../core/requireRecentLogin.js';
import type { Actor } from '../core/Actor.js';
import { runForAccount } from '../contacts/runForAccount.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountDocument } from '../core/SessionRequest.js';

/** What {@link AccountLifecycle.deleteAccount} gives. */
export interface DeletedAccount {
  /** How many documents were deleted: the account, and everything that belonged to it. */
  readonly deletedCount: number;
}

/** The end of accounts, for a while or for good. */
export class AccountLifecycle {
  readonly #core: AccountsCore;
  readonly #places: AccountPlaces;

  /** @internal */
  constructor(core: AccountsCore) {
    this.#core = core;
    this.#places = new AccountPlaces(core);
  }

  /**
   * Keeps an account from being used, and ends its sessions, in one write, before it returns. By a
   * request whose session has been revoked since `handleRequest`, nothing is done.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`
   */
  readonly deactivate = async (input: ActingAccount): Promise<AccountDocument> => {
    const account = await runForAccount(this.#core, 'DeactivateUser', input, (_facts, actor) =>
      this.#setDeactivated(actor, true),
    );
    if (input.request) await this.#core.sessions.destroy(input.request);
    return account;
  };

  /**
   * Lets an account be used again; the sessions that deactivation has ended stay so.
   *
   * @throws AccountError `InvalidInput`; `UserNotFound`, also for an account whose deletion has
   *   begun; `ServiceUnavailable`
   */
  readonly reactivate = async (input: { readonly accountId: string }): Promise<AccountDocument> =>
    runForAccount(this.#core, 'ReactivateUser', ofApplication(input), (_facts, actor) =>
      this.#setDeactivated(actor, false),
    );

  /**
   * Deletes an account with everything in its partition; its username and addresses are free again.
   * A call that was interrupted can be made again, however far it came. From the first write on, no
   * session verifies and nobody logs in; the second gives its place back, where `maxAccounts` is set.
   * By a request whose session has been revoked since `handleRequest`, nothing is done.
   *
   * @returns how many documents were deleted; 0 for an account that is not there.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`,
   *   `RecentLoginRequired`, `ServiceUnavailable`
   */
  readonly deleteAccount = async (input: ActingAccount): Promise<DeletedAccount> => {
    const deleted = await runForAccount(this.#core, 'DeleteUser', input, async (_facts, actor) => {
      requireRecentLogin(this.#core, input);
      const { accounts } = this.#core;
      const { accountId } = actor;
      const filter = { accountId };
      const item = await this.#beginDeletion(actor);
      if (item) await this.#places.giveBack(item);
      const { deletedCount } = item
        ? await accounts.deleteOne({ filter, withRelated: true })
        : { deletedCount: 0 };
      return { deletedCount: deletedCount + (await this.#deleteLateArrivals(accountId)) };
    });
    if (input.request) await this.#core.sessions.destroy(input.request);
    return deleted;
  };

  /**
   * Deletes what flows that were under way have written beside an account that was being deleted:
   * a login's session, an attempt's count, a token. None of it is good for anything.
   */
  async #deleteLateArrivals(accountId: string): Promise<number> {
    const { sessionEntity, table, tokens } = this.#core;
    const attempts = table.entity(AccountAttempts);
    const late = { filter: { accountId }, consistent: true } as const;
    let deletedCount = 0;
    const onDeleted = ({ item }: { readonly item: unknown }): void => {
      if (item !== null) deletedCount++;
    };
    for await (const { ulid } of sessionEntity.findMany(late)) {
      onDeleted(await sessionEntity.deleteOne({ filter: { accountId, ulid } }));
    }
    for await (const { kind, createdFor, ulid } of tokens.findMany(late)) {
      onDeleted(await tokens.deleteOne({ filter: { accountId, kind, createdFor, ulid } }));
    }
    for await (const { authenticator } of attempts.findMany(late)) {
      onDeleted(await attempts.deleteOne({ filter: { accountId, authenticator } }));
    }
    return deletedCount;
  }

  /**
   * The first write of a deletion.
   *
   * @returns null for an account that is not there.
   * @throws AccountError `InvalidSession`
   */
  async #beginDeletion(actor: Actor): Promise<AccountDocument | null> {
    const { accounts, table } = this.#core;
    try {
      const { item } = await accounts.updateOne({
        filter: { accountId: actor.accountId },
        // What has begun can be ended: whoever began it has no session any more.
        ...(actor.request && { condition: { $or: [actor.condition, { deleting: true }] } }),
        update: {
          $set: { deactivated: true, deleting: true, sessionGeneration: table.newUlid() },
        },
      });
      return item;
    } catch (error) {
      throw actor.inItsTerms(error);
    }
  }

  /** @throws AccountError `InvalidSession`, `UserNotFound` */
  async #setDeactivated(actor: Actor, deactivated: boolean): Promise<AccountDocument> {
    const { accounts, table } = this.#core;
    try {
      const { item } = await accounts.updateOne({
        filter: { accountId: actor.accountId },
        // Once its deletion has begun, it has no place any more, and perhaps no password.
        condition: { deleting: { $ne: true }, ...actor.condition },
        update: { $set: { deactivated, sessionGeneration: table.newUlid() } },
      });
      if (item) return item;
    } catch (cause) {
      const error = actor.inItsTerms(cause);
      if (!EntityError.is(error) || error.code !== 'ConditionFailed') throw error;
    }
    throw new AccountError('UserNotFound', {});
  }
}

/** Whoever was kept out does not let themselves in again, by whatever request. */
function ofApplication(input: { readonly accountId: string }): ActingAccount {
  return { accountId: (input as { accountId?: string } | null | undefined)?.accountId ?? '' };
}
