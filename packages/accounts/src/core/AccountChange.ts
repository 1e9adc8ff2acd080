import type { Condition, EntityError, TransactOperation } from '@latchkey/entity';
import type { Account, Token, Contact } from './Account.js';
import type { ChangeCore, AccountEntity } from './ChangeCore.js';
import type { Actor } from './Actor.js';
import type { Notice } from './notices.js';
import type { ContactMarks } from './isLapsed.js';
import { pendingTokens, tokensUnchanged, type TokensRevoked } from './pendingTokens.js';
import { revocationMark } from './revocationMark.js';
import { marksOfRevocation } from './sessionMarks.js';
import type { AccountDocument, ConnectionInfo } from '../requests/SessionRequest.js';

type AccountUpdate = NonNullable<Parameters<AccountEntity['updateOne']>[0]['update']>;
type SetFields = NonNullable<AccountUpdate['$set']>;

/** Permissions that are added or taken away. */
interface PermissionList {
  readonly permissions: readonly string[];
}

/** A count that is kept in the account's item. */
export type AccountCounter = Extract<keyof AccountDocument, `${string}Count`>;

/** Says what a condition that did not hold means; undefined where the flow is to look again. */
export type Refusal = (error: EntityError) => Error;

/** A write, and after the commit what it has returned. */
export interface Written<R> {
  readonly result: R;
}

/** A write of the transaction, beside those of the account and the session. */
export interface PlannedWrite {
  readonly operation: TransactOperation<unknown>;
  readonly refusal: Refusal | undefined;
  readonly committed: (result: unknown) => void;
}

/** A condition on the account. */
export interface PlannedCondition {
  readonly condition: Condition<AccountDocument>;
  /**
   * Error that a failed condition means for the account as it is now; undefined where the flow is
   * to read the account again.
   */
  readonly refusal: (current: AccountDocument) => Error | undefined;
}

/**
 * Everything that one flow decides about one account: fields and conditions of the account's item,
 * which are merged into its one write; other writes; tokens that are used; sessions that end or go
 * on; what is pending and is revoked; and what the owner is told. Nothing is sent before the flow has
 * decided; then all of it is one transaction.
 */
export class AccountChange<A extends Account | undefined = Account> {
  readonly actor: Actor;
  /** The account as it was read; undefined for a flow that reads nothing. */
  readonly account: A;
  /** The account's item as it has refused the commit before this one; undefined for the first. */
  readonly seen: AccountDocument | undefined;
  readonly #core: ChangeCore;
  readonly #set: Record<string, unknown> = {};
  readonly #increments: Record<string, number> = {};
  readonly #remove = new Set<string>();
  readonly #listChanges: { $addToSet?: PermissionList; $pull?: PermissionList } = {};
  readonly #conditions: PlannedCondition[] = [];
  readonly #writes: PlannedWrite[] = [];
  readonly #notices: { readonly notice: Notice; readonly verified: readonly Contact[] }[] = [];
  readonly #afterCommit: ((saved: AccountDocument | null) => void | Promise<void>)[] = [];
  #sessionWrite: TransactOperation<unknown> | undefined;
  #version: number | undefined;
  #goneRefusal: (() => Error) | undefined;
  #saved: AccountDocument | null = null;

  constructor(core: ChangeCore, actor: Actor, account: A, seen?: AccountDocument) {
    this.#core = core;
    this.actor = actor;
    this.account = account;
    this.seen = seen;
  }

  /** Sets fields of the account's item. */
  set(fields: SetFields): this {
    Object.assign(this.#set, fields);
    return this;
  }

  /** Adds 1 to a count of the account's item; one that is not there is 0. */
  increment(field: AccountCounter): this {
    this.#increments[field] = 1;
    return this;
  }

  /** Sets a count of the account's item. */
  setCount(field: AccountCounter, count: number): this {
    this.#set[field] = count;
    return this;
  }

  /** Adds permissions to the account's, or takes them away; none of several such changes is lost. */
  changePermissions(operator: '$addToSet' | '$pull', permissions: readonly string[]): this {
    this.#listChanges[operator] = { permissions };
    return this;
  }

  /** Removes a field of the account's item. */
  remove(field: 'profile'): this {
    this.#remove.add(field);
    return this;
  }

  /**
   * Demands something of the account at the moment of the commit.
   *
   * @param refusal - what it means where it does not hold; without it, the flow decides anew.
   */
  require(
    condition: Condition<AccountDocument>,
    refusal: PlannedCondition['refusal'] = () => undefined,
  ): this {
    this.#conditions.push({ condition, refusal });
    return this;
  }

  /**
   * Demands that the account is the very one that was read, and makes it another version: of any
   * number of changes that were decided on the same reading, one is made.
   *
   * @param account - as it was read (default: the change's own).
   */
  requireSameVersion(account: Account | undefined = this.account): this {
    this.#version = account?._v;
    // Without another change: as it is.
    if (account) this.set({ deactivated: account.deactivated });
    return this;
  }

  /**
   * Adds a write.
   *
   * @param refusal - what it means where its condition does not hold, or there is nothing to write
   *   to; without it, the flow decides anew.
   */
  write<R>(operation: TransactOperation<R>, refusal?: Refusal): Written<R> {
    let outcome: { readonly result: R } | undefined;
    const committed = (result: unknown): void => {
      outcome = { result: result as R };
    };
    this.#writes.push({ operation, refusal, committed });
    return {
      get result() {
        if (!outcome) throw new Error('The change has not been committed.');
        return outcome.result;
      },
    };
  }

  /** Adds writes that need no result. */
  writeAll(operations: readonly TransactOperation<unknown>[], refusal?: Refusal): this {
    for (const operation of operations) this.write(operation, refusal);
    return this;
  }

  /**
   * Uses a token up: of any number of callers, one does, and none if it was revoked since it was read, or
   * its account deleted.
   *
   * @param refusal - the one answer to a token that is not valid.
   */
  useToken(token: Token, refusal: () => Error, usedFrom?: ConnectionInfo): this {
    const { account } = this;
    const { accountId, kind, createdFor, ulid } = token;
    // Revoked on a later reading, where the flow decides anew.
    if (account && pendingTokens([token], this.#core, account).length === 0) {
      throw refusal();
    }
    const location = usedFrom && { ip: usedFrom.ip, device: usedFrom.userAgent };
    const use = this.#core.tokens.updateOneOperation({
      filter: { accountId, kind, createdFor, ulid },
      condition: { used: { $ne: true } },
      update: { $set: { used: true, ...(location && { usageLocations: [location] }) } },
    });
    this.write(use, refusal);
    this.#goneRefusal = refusal;
    this.require(tokensUnchanged(account ?? {}), (current) =>
      current.tokensVoidBefore === account?.tokensVoidBefore ? undefined : refusal(),
    );
    return this;
  }

  /**
   * Revokes every session of the account.
   *
   * @param sessionGeneration - a new ULID, where a session that begins with the change has it already.
   * @returns the generation of those that begin from now on.
   */
  revokeAllSessions(sessionGeneration: string = this.#core.table.newUlid()): string {
    this.#remove.add('sessionsFrom');
    this.set({ ...marksOfRevocation(sessionGeneration) });
    return sessionGeneration;
  }

  /** Revokes every session of the account but the actor's own, which is carried over (ASVS 7.4.3). */
  revokeOtherSessions(): this {
    const { request, session } = this.actor;
    if (!request || !session) {
      this.revokeAllSessions();
      return this;
    }
    const { accountId, ulid, generation } = session;
    const { sessionEntity, table, verified } = this.#core;
    const marks = marksOfRevocation(table.newUlid(), ulid);
    const { sessionGeneration } = marks;
    this.set({ ...marks });
    this.writeSession(
      sessionEntity.updateOneOperation({
        filter: { accountId, ulid },
        // One that has ended must not come back to life with the new generation.
        condition: { valid: true, generation },
        update: { $set: { generation: sessionGeneration } },
      }),
    );
    return this.afterCommit(() => verified.carryOver(request, sessionGeneration));
  }

  /** Writes the actor's own session, and checks there that it has not ended. */
  writeSession(operation: TransactOperation<unknown>): this {
    this.#sessionWrite = operation;
    return this;
  }

  /**
   * Revokes what is pending: tokens that were sent out, and contacts that were added and wait to be
   * verified by one. Every remedy by which an owner comes back revokes both; a contact that goes takes
   * only tokens along, which may have been sent there. It costs no write: the account holds marks.
   */
  revokePending(...kinds: readonly ('contacts' | 'tokens')[]): this {
    const { account, seen } = this;
    const { mark, before } = revocationMark(this.#core.table, account ?? seen ?? {});
    for (const kind of kinds) {
      const field = kind === 'tokens' ? 'tokensVoidBefore' : 'pendingVoidBefore';
      this.set({ [field]: mark });
      // Where it was not read: no mark is taken back.
      if (account) continue;
      this.require({ $or: [{ [field]: { $exists: false } }, { [field]: { $lt: before } }] });
    }
    return this;
  }

  /**
   * Tells the owner after the commit, at the addresses before it.
   *
   * @param verified - contacts that the change itself verifies, which are told as well.
   */
  notify(notice: Notice, verified: readonly Contact[] = []): this {
    this.#notices.push({ notice, verified });
    return this;
  }

  /** Adds what is to be done after the commit, before anybody is told. */
  afterCommit(action: (saved: AccountDocument | null) => void | Promise<void>): this {
    this.#afterCommit.push(action);
    return this;
  }

  /** The account's marks as the commit leaves them: what the change itself adds comes after them. */
  get marks(): TokensRevoked & ContactMarks {
    return { ...this.account, ...this.#set };
  }

  /** The account as it was saved, where its item was written and had to be read for it. */
  get saved(): AccountDocument | null {
    return this.#saved;
  }

  /**
   * The plan, for `commitChange`.
   *
   * @internal
   */
  get plan(): {
    readonly set: Readonly<Record<string, unknown>>;
    readonly increments: Readonly<Record<string, number>>;
    readonly remove: readonly string[];
    readonly listChanges: { readonly $addToSet?: PermissionList; readonly $pull?: PermissionList };
    readonly conditions: readonly PlannedCondition[];
    readonly writes: readonly PlannedWrite[];
    readonly sessionWrite: TransactOperation<unknown> | undefined;
    readonly version: number | undefined;
    readonly goneRefusal: (() => Error) | undefined;
    readonly notices: readonly { readonly notice: Notice; readonly verified: readonly Contact[] }[];
    readonly committed: (saved: AccountDocument | null) => Promise<void>;
  } {
    return {
      set: this.#set,
      increments: this.#increments,
      remove: [...this.#remove],
      listChanges: this.#listChanges,
      conditions: this.#conditions,
      writes: this.#writes,
      sessionWrite: this.#sessionWrite ?? this.actor.sessionCheck,
      version: this.#version,
      goneRefusal: this.#goneRefusal,
      notices: this.#notices,
      committed: async (saved) => {
        this.#saved = saved;
        for (const action of this.#afterCommit) await action(saved);
      },
    };
  }
}
