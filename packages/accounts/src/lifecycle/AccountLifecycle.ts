import { readInput } from '../errors/requireObject.js';
import { AccountAttempts } from '@latchkey/schema';
import type { ActingAccount } from '../core/actingAccount.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountQuota } from '../quota/AccountQuota.js';
import { changeAccount, type Flow } from '../core/changeAccount.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import { AccountExporter, type AccountExport, type ExportAccountInput } from './AccountExporter.js';

/** Result of {@link AccountLifecycle.delete}. */
export interface DeletedAccount {
  /** Number of deleted documents: the account and everything that belonged to it. */
  readonly deletedCount: number;
}

/** Deactivation, deletion and export of accounts. */
export class AccountLifecycle {
  readonly #core: AccountsCore;
  readonly #exporter: AccountExporter;
  readonly #quota: AccountQuota;
  /** The requests that have begun a deletion, and may be used to go on with it. */
  readonly #begunBy = new WeakSet<SessionRequest>();

  /** @internal */
  constructor(core: AccountsCore) {
    this.#core = core;
    this.#exporter = new AccountExporter(core);
    this.#quota = new AccountQuota(core);
  }

  /**
   * Deactivates an account, and revokes its sessions and pending contacts, in one write, before it
   * returns. Tokens work again once it is reactivated. If the request's session has ended since
   * `handleRequest`, nothing is done.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`
   */
  async deactivate(input: ActingAccount): Promise<AccountDocument> {
    input = readInput(input);
    const account = await changeAccount(this.#core, { flow: 'DeactivateUser', input }, (flow) =>
      this.#setDeactivated(flow, true),
    );
    if (input.request) await this.#core.verified.destroy(input.request);
    return account;
  }

  /**
   * Reactivates an account; the sessions that ended with the deactivation stay ended.
   *
   * @throws AccountError `InvalidInput`; `UserNotFound`, also for an account whose deletion has
   *   begun; `ServiceUnavailable`
   */
  async reactivate(input: { readonly accountId: string }): Promise<AccountDocument> {
    input = readInput(input);
    return changeAccount(
      this.#core,
      { flow: 'ReactivateUser', input: ofApplication(input) },
      (flow) => this.#setDeactivated(flow, false),
    );
  }

  /**
   * Deletes an account with everything in its partition; its username and addresses become free. An
   * interrupted call can be repeated. From the first write on, sessions and logins are refused; the
   * second lowers the count of `maxAccounts`, if set. If the request's session has ended since
   * `handleRequest`, nothing is done.
   *
   * A login that is under way, and ends only after the deletion, may leave its session behind, and a request for a
   * link its token: they open nothing, and TTL removes them; a repeated call removes them at once.
   *
   * If the account owns documents of entities that are not bound to this table, nothing is written,
   * because their unique values could not be freed. `details.reason` names the entities.
   *
   * @returns how many documents were deleted; 0 if the account does not exist.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`,
   *   `RecentLoginRequired`, `InvalidConfiguration`, `ServiceUnavailable`
   */
  async delete(input: ActingAccount): Promise<DeletedAccount> {
    input = readInput(input);
    const start = { flow: 'DeleteUser', input } as const;
    const deleted = await changeAccount(this.#core, start, async (flow) => {
      flow.requireRecentLogin();
      const { accounts } = this.#core;
      const { accountId, request } = flow.actor;
      await this.#assertDeletable(flow);
      let item: AccountDocument | null = null;
      let isThere = true;
      try {
        item = await flow.commit(undefined, (change) => {
          change.set({ deactivated: true, deleting: true });
          change.revokeAllSessions();
          return () => change.saved;
        });
        if (request) this.#begunBy.add(request);
      } catch (error) {
        isThere = this.#isAlreadyBegun(error, request);
      }
      if (isThere)
        item ??= (await accounts.findOne({ filter: { accountId }, consistent: true })).item;
      if (item) await this.#quota.giveBack(item);
      const { deletedCount } = item
        ? await accounts.deleteOne({ filter: { accountId }, withRelated: true })
        : { deletedCount: 0 };
      return { deletedCount: deletedCount + (await this.#deleteLateArrivals(accountId)) };
    });
    if (input.request) await this.#core.verified.destroy(input.request);
    return deleted;
  }

  /**
   * Finishes interrupted deletions, for example after a crash. Until then, nobody can log in to
   * such an account or sign up with its addresses. It reads the whole table; call it from time to
   * time. Accounts that cannot be deleted are skipped, and reported at the end.
   *
   * @returns how many accounts were deleted.
   * @throws AccountError `InvalidConfiguration`, as {@link AccountLifecycle.delete}, after all
   *   others are deleted; `ServiceUnavailable`
   */
  async finishDeletions(): Promise<{ readonly deletedAccounts: number }> {
    const unfinished = await withAccountErrors(async () => {
      const accountIds: string[] = [];
      const found = this.#core.accounts.scan({
        condition: { deleting: true },
        consistent: true,
        maxPages: Number.MAX_SAFE_INTEGER,
      });
      for await (const { accountId } of found) accountIds.push(accountId);
      return accountIds;
    });
    let refusal: AccountError<'InvalidConfiguration'> | undefined;
    for (const accountId of unfinished) {
      try {
        await this.delete({ accountId });
      } catch (error) {
        if (!AccountError.is(error) || error.code !== 'InvalidConfiguration') throw error;
        refusal ??= error;
      }
    }
    if (refusal) throw refusal;
    return { deletedAccounts: unfinished.length };
  }

  /**
   * Returns all data of an account: account, contacts, sessions and tokens, and the application's
   * own documents beside them. Secret fields, hashes and digests are left out (ASVS 15.3.1). Two
   * requests, one more for each entity included, and one for each further megabyte.
   *
   * @throws AccountError `InvalidInput`, also for an entity outside the account's partition;
   *   `UserNotFound`, `InvalidSession`, `ImpersonatedSession`, `ServiceUnavailable`
   */
  export(input: ExportAccountInput): Promise<AccountExport> {
    return this.#exporter.exportAccount(input);
  }

  /**
   * Asserts, before the first write, that the deletion can be carried through. Who has begun it may go
   * on, though the session has ended by that.
   *
   * @throws AccountError `InvalidConfiguration`; `InvalidSession`
   */
  async #assertDeletable({ actor }: Flow): Promise<void> {
    const { accountId, request } = actor;
    const names = await this.#core.accounts.findUnbound({ accountId });
    if (names.length === 0) return;
    if (!request || !this.#begunBy.has(request)) await actor.assertSessionActive();
    const reason = `The account owns documents of ${names.join(', ')}. Bind these entities to the table first.`;
    throw new AccountError('InvalidConfiguration', { path: 'table', reason });
  }

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
    // Counts first: without the count of its attempt, no login under way writes a session any more.
    for await (const { authenticator } of attempts.findMany(late)) {
      onDeleted(await attempts.deleteOne({ filter: { accountId, authenticator } }));
    }
    for await (const { ulid } of sessionEntity.findMany(late)) {
      onDeleted(await sessionEntity.deleteOne({ filter: { accountId, ulid } }));
    }
    for await (const { kind, createdFor, ulid } of tokens.findMany(late)) {
      onDeleted(await tokens.deleteOne({ filter: { accountId, kind, createdFor, ulid } }));
    }
    // Where there was something, more may be under way.
    return deletedCount > 0 ? deletedCount + (await this.#deleteLateArrivals(accountId)) : 0;
  }

  /**
   * Judges the refusal of a deletion's first write: what has begun can be ended, though whoever began
   * it no longer has a session; false where there is no account.
   */
  #isAlreadyBegun(error: unknown, request: SessionRequest | undefined): boolean {
    if (!AccountError.is(error)) throw error;
    if (error.code === 'UserNotFound') return false;
    if (error.code === 'InvalidSession' && request && this.#begunBy.has(request)) return true;
    throw error;
  }

  /** @throws AccountError `InvalidSession`, `UserNotFound` */
  #setDeactivated(flow: Flow, deactivated: boolean): Promise<AccountDocument> {
    const notFound = (): AccountError => new AccountError('UserNotFound', {});
    return flow.commit(undefined, (change) => {
      change.set({ deactivated });
      const sessionGeneration = change.revokeAllSessions();
      if (deactivated) change.revokePending('contacts');
      // Once its deletion has begun, it no longer has a place, and perhaps no password.
      change.require({ deleting: { $ne: true } }, ({ deleting }) =>
        deleting === true ? notFound() : undefined,
      );
      return () => {
        if (change.saved) return change.saved;
        const { request } = flow.actor;
        if (!request) throw notFound();
        return { ...this.#core.verified.of(request).account, deactivated, sessionGeneration };
      };
    });
  }
}

/** Whoever was kept out does not let themselves in again, by whatever request. */
function ofApplication(input: { readonly accountId: string }): ActingAccount {
  return { accountId: (input as { accountId?: string } | null | undefined)?.accountId ?? '' };
}
