import { EntityError } from '@latchkey/entity';
import { AccountAttempts } from '@latchkey/schema';
import type { ActingAccount } from '../accounts/actingAccount.js';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import { AccountPlaces } from '../apps/AccountPlaces.js';
import { requireRecentLogin } from '../contacts/requireRecentLogin.js';
import { runForAccount, type ActorFacts } from '../contacts/runForAccount.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountFlow } from '../events/accountEvents.js';
import type { AccountDocument } from '../sessions/SessionRequest.js';

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
    const account = await this.#run('DeactivateUser', input, ({ accountId }) =>
      this.#setDeactivated(accountId, true, this.#generationOf(input)),
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
    this.#run('ReactivateUser', ofApplication(input), ({ accountId }) =>
      this.#setDeactivated(accountId, false),
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
    const deleted = await this.#run('DeleteUser', input, async ({ accountId }) => {
      requireRecentLogin(this.#core, input);
      const { accounts } = this.#core;
      const filter = { accountId };
      const item = await this.#beginDeletion(accountId, this.#generationOf(input));
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

  /** Under which generation the session of a request began, if a request is what asks. */
  #generationOf({ request }: ActingAccount): string | undefined {
    return request && this.#core.sessions.verifiedSessionOf(request).session.generation;
  }

  /**
   * The first write of a deletion.
   *
   * @returns null for an account that is not there.
   * @throws AccountError `InvalidSession` where the sessions of a generation have been revoked.
   */
  async #beginDeletion(
    accountId: string,
    sessionGeneration: string | undefined,
  ): Promise<AccountDocument | null> {
    const { accounts, table } = this.#core;
    try {
      const { item } = await accounts.updateOne({
        filter: { accountId },
        // What has begun can be ended: whoever began it has no session any more.
        ...(sessionGeneration !== undefined && {
          condition: { $or: [{ sessionGeneration }, { deleting: true }] },
        }),
        update: {
          $set: { deactivated: true, deleting: true, sessionGeneration: table.newUlid() },
        },
      });
      return item;
    } catch (error) {
      if (!EntityError.is(error) || error.code !== 'ConditionFailed') throw error;
      throw new AccountError('InvalidSession', {});
    }
  }

  /** @throws AccountError `InvalidSession` as {@link #beginDeletion}; `UserNotFound`. */
  async #setDeactivated(
    accountId: string,
    deactivated: boolean,
    sessionGeneration?: string,
  ): Promise<AccountDocument> {
    const { accounts, table } = this.#core;
    try {
      const { item } = await accounts.updateOne({
        filter: { accountId },
        // Once its deletion has begun, it has no place any more, and perhaps no password.
        condition: {
          deleting: { $ne: true },
          ...(sessionGeneration !== undefined && { sessionGeneration }),
        },
        update: { $set: { deactivated, sessionGeneration: table.newUlid() } },
      });
      if (item) return item;
    } catch (error) {
      if (!EntityError.is(error) || error.code !== 'ConditionFailed') throw error;
    }
    throw new AccountError(sessionGeneration === undefined ? 'UserNotFound' : 'InvalidSession', {});
  }

  #run<T>(
    flow: AccountFlow,
    input: ActingAccount,
    action: (facts: ActorFacts) => Promise<T>,
  ): Promise<T> {
    return runForAccount(this.#core, flow, input, action);
  }
}

/** Whoever was kept out does not let themselves in again, by whatever request. */
function ofApplication(input: { readonly accountId: string }): ActingAccount {
  return { accountId: (input as { accountId?: string } | null | undefined)?.accountId ?? '' };
}
