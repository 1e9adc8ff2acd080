import { EntityError } from '@latchkey/entity';
import { AccountError } from '../errors/AccountError.js';
import type { AccountFlow, EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import type { Duration } from '../tokens/parseDuration.js';
import type { Account, StoredToken } from './Account.js';
import { AccountChange } from './AccountChange.js';
import type { ChangeCore } from './ChangeCore.js';
import type { ActingAccount } from './actingAccount.js';
import { Actor } from './Actor.js';
import { commitChange } from './commitChange.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import { loadAccount } from './loadAccount.js';
import { requireRecentLogin } from './requireRecentLogin.js';

/** The flow that is run, and who acts in it. */
export interface FlowStart {
  readonly flow: AccountFlow;
  /** The event's `method`; a flow may set it later, by `eventContext`. */
  readonly method?: string;
  readonly input: ActingAccount;
  /** Checks what was given, before the actor is authenticated. */
  readonly begin?: () => void;
}

/** How an account is loaded. */
export interface LoadOptions {
  /** Tells whether what is stored of tokens' secrets is read along (default: false). */
  readonly secrets?: boolean;
  /**
   * Tells whether the session's own item is read as well, at the same time: for what gives
   * something away, or counts an attempt, before the commit (default: false).
   */
  readonly session?: boolean;
}

/** Decides what becomes of an account; it may be called again, on another reading. */
export type Decide<A extends Account | undefined, T> = (
  change: AccountChange<A>,
) => (() => T) | Promise<() => T>;

const MAX_RACES = 10;
/** Refusals that tell nothing of an account; of a commit without an answer, nobody knows who has ended the session. */
const TELLS_NOTHING: ReadonlySet<string> = new Set(['InvalidSession', 'ServiceUnavailable']);

/**
 * Runs a flow of an account that exists: authenticates the actor and its session, and tells how it
 * ended. Within it, {@link Flow.load} reads the account, and {@link Flow.commit} writes what was
 * decided. What takes long, such as hashing, is done between the two, outside the retries.
 *
 * An ended session does nothing: every commit is conditioned on it, and a refusal is told only to a
 * session that has not ended.
 *
 * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`, and what the flow
 *   throws.
 */
export function changeAccount<T>(
  core: ChangeCore,
  { flow, method, input, begin }: FlowStart,
  run: (flow: Flow) => Promise<T>,
): Promise<T> {
  const { request } = (input as ActingAccount | null | undefined) ?? {};
  const eventContext: EventContext = {
    ...connectionContext(request),
    ...(method !== undefined && { method }),
  };
  return core.events.run(flow, eventContext, async () => {
    begin?.();
    const actor = Actor.of(core, input);
    return new Flow(core, actor, Object.assign(eventContext, actor.eventContext)).run(run);
  });
}

/** A flow that is under way: reads one account, and writes what was decided on the reading. */
export class Flow {
  readonly actor: Actor;
  /** The part of the event that tells of the account and the client; a flow adds what it learns. */
  readonly eventContext: EventContext;
  readonly #core: ChangeCore;
  #secrets = false;
  #hasRead = false;
  #isCommitted = false;

  constructor(core: ChangeCore, actor: Actor, eventContext: EventContext) {
    this.#core = core;
    this.actor = actor;
    this.eventContext = eventContext;
  }

  /**
   * Runs the part of a flow that begins once it is known who acts. What a refusal tells of an account
   * is kept from a session that has ended.
   *
   * @throws AccountError `InvalidSession` in place of any other refusal where the session has ended.
   */
  async run<T>(action: (flow: Flow) => Promise<T>): Promise<T> {
    try {
      return await action(this);
    } catch (error) {
      const tells = this.#hasRead && !this.#isCommitted && AccountError.is(error);
      if (tells && !TELLS_NOTHING.has(error.code)) await this.actor.assertSessionActive();
      // An id that nobody has is only what somebody typed.
      if (AccountError.is(error) && error.code === 'UserNotFound')
        delete this.eventContext.accountId;
      throw error;
    }
  }

  /** @throws AccountError `RecentLoginRequired` where a session acts whose login is long ago. */
  requireRecentLogin(maxAge: Duration | false = this.#core.recentLogin): void {
    const { request } = this.actor;
    if (request && maxAge !== false) requireRecentLogin(this.#core, request, maxAge);
  }

  /**
   * Loads the account: one strongly consistent Query, and at the same time, where it is asked for,
   * the session.
   *
   * @throws AccountError `UserNotFound`; `InvalidSession`
   */
  load(options: LoadOptions & { readonly secrets: true }): Promise<Account<StoredToken>>;
  load(options?: LoadOptions): Promise<Account>;
  async load(options: LoadOptions = {}): Promise<Account> {
    const { secrets = false, session = false } = options;
    this.#secrets = secrets;
    const { actor } = this;
    for (let race = 1; ; race++) {
      const generation = actor.session?.generation;
      const [read] = await Promise.all([
        loadAccount(this.#core, actor.accountId, { secrets }),
        session ? actor.assertSessionActive() : undefined,
      ]);
      this.#hasRead = !session;
      const account = existing(actor, read);
      if (actor.isActive(account)) return account;
      await actor.assertSessionActive();
      // Another call in the session has carried it over to the generation that was read, or a later one.
      if (race === MAX_RACES || actor.session?.generation === generation) {
        throw new AccountError('InvalidSession', {});
      }
    }
  }

  /**
   * Decides on an account, as it was read, and commits that. Where somebody else has changed it in
   * between, it is loaded and decided on again.
   *
   * @param account - undefined for a flow that need not read it.
   * @param options - `retries`: false where a decision holds for this very reading only; a conflict
   *   is thrown then, unless the writes as they were decided on can be made on what is there now.
   */
  async commit<A extends Account | undefined, T>(
    account: A,
    decide: Decide<A, T>,
    { retries = true }: { readonly retries?: boolean } = {},
  ): Promise<T> {
    let current = account;
    let seen: AccountDocument | undefined;
    for (let race = 1; ; race++) {
      const generation = this.actor.session?.generation;
      const change = new AccountChange(this.#core, this.actor, current, seen);
      try {
        const finish = await decide(change);
        await commitChange(this.#core, change);
        this.#isCommitted = true;
        return finish();
      } catch (error) {
        if (race === MAX_RACES) throw error;
        if (!retries) {
          if (!isOvertaken(error)) throw error;
          continue;
        }
        if (isEnded(error)) {
          await this.actor.assertSessionActive();
          if (this.actor.session?.generation === generation) throw error;
        } else if (!isConflict(error)) throw error;
        seen = refusingItem(error) ?? seen;
      }
      if (!current) continue;
      const again = await loadAccount(this.#core, this.actor.accountId, { secrets: this.#secrets });
      this.#hasRead = true;
      current = existing(this.actor, again) as A;
    }
  }
}

/** @throws AccountError `InvalidSession`, `UserNotFound` for an account that was deleted meanwhile. */
function existing(actor: Actor, account: Account | null): Account {
  if (!account) throw new AccountError(actor.request ? 'InvalidSession' : 'UserNotFound', {});
  return account;
}

/** Gives the account as a condition has found it. */
function refusingItem(error: unknown): AccountDocument | undefined {
  if (!EntityError.is(error) || error.code !== 'ConditionFailed') return undefined;
  return error.details.item as AccountDocument | undefined;
}

/** Tells whether an error says that the session of the actor has ended. */
function isEnded(error: unknown): boolean {
  return AccountError.is(error) && error.code === 'InvalidSession';
}

/** Tells whether somebody has changed in between what was read. */
function isConflict(error: unknown): boolean {
  return (
    isOvertaken(error) ||
    (EntityError.is(error) && (error.code === 'ConditionFailed' || error.code === 'NotFound'))
  );
}

/** Tells whether a document was written between the reading of a write and the write itself. */
function isOvertaken(error: unknown): boolean {
  return EntityError.is(error) && error.code === 'VersionConflict';
}
