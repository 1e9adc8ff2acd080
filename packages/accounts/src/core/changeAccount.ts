import { EntityError } from '@latchkey/entity';
import { AccountError } from '../errors/AccountError.js';
import type { AccountFlow, EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import type { Duration } from '../tokens/parseDuration.js';
import type { Account, StoredToken } from './Account.js';
import { AccountChange } from './AccountChange.js';
import type { ChangeCore } from './ChangeCore.js';
import type { ActingAccount } from './actingAccount.js';
import { Actor } from './Actor.js';
import { commitChange } from './commitChange.js';
import { loadAccount } from './loadAccount.js';
import { requireRecentLogin } from './requireRecentLogin.js';

/** The flow that is run, and who acts in it. */
export interface FlowStart {
  readonly flow: AccountFlow;
  /** The event's `method`; a flow may set it later, by `facts`. */
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
  const facts: EventFacts = {
    ...connectionFacts(request),
    ...(method !== undefined && { method }),
  };
  return core.events.run(flow, facts, async () => {
    begin?.();
    const actor = Actor.of(core, input);
    return runFlow(new Flow(core, actor, Object.assign(facts, actor.facts)), run);
  });
}

/**
 * Runs the part of a flow that begins once it is known who acts.
 *
 * @throws AccountError `InvalidSession` in place of any other refusal where the session has ended.
 */
export async function runFlow<T>(flow: Flow, run: (flow: Flow) => Promise<T>): Promise<T> {
  try {
    return await run(flow);
  } catch (error) {
    await flow.assertMayKnow(error);
    // An id that nobody has is only what somebody typed.
    if (AccountError.is(error) && error.code === 'UserNotFound') delete flow.facts.accountId;
    throw error;
  }
}

/** A flow that is under way: reads one account, and writes what was decided on the reading. */
export class Flow {
  readonly actor: Actor;
  /** The part of the event that tells of the account and the client; a flow adds what it learns. */
  readonly facts: EventFacts;
  readonly #core: ChangeCore;
  #options: LoadOptions = {};
  #hasRead = false;
  #isCommitted = false;

  constructor(core: ChangeCore, actor: Actor, facts: EventFacts) {
    this.#core = core;
    this.actor = actor;
    this.facts = facts;
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
    const { accountId, request } = this.actor;
    this.#options = options;
    const { secrets = false, session = false } = options;
    const [account] = await Promise.all([
      loadAccount(this.#core, accountId, { secrets }),
      session ? this.actor.assertSessionActive() : undefined,
    ]);
    this.#hasRead = !session;
    // Deleted since the request was let through.
    if (!account) throw new AccountError(request ? 'InvalidSession' : 'UserNotFound', {});
    this.actor.assertActive(account);
    return account;
  }

  /**
   * Decides on an account that was read and carries that out; where somebody else has changed it in
   * between, decides again on what it has become.
   */
  async commit<A extends Account, T>(account: A, decide: Decide<A, T>): Promise<T> {
    let current = account;
    for (let race = 1; ; race++) {
      const change = new AccountChange(this.#core, this.actor, current);
      try {
        return await this.#carryOut(change, await decide(change));
      } catch (error) {
        if (race === MAX_RACES || !isConflict(error)) throw error;
      }
      current = (await this.load(this.#options)) as A;
    }
  }

  /**
   * {@link Flow.commit}, for what was decided on this very reading, and is not decided anew: where
   * somebody else was first, nothing is done.
   */
  async commitOnce<A extends Account, T>(account: A, decide: Decide<A, T>): Promise<T> {
    const change = new AccountChange(this.#core, this.actor, account);
    return this.#carryOut(change, await decide(change));
  }

  /** {@link Flow.commit}, for what needs no reading. */
  async commitUnread<T>(decide: Decide<undefined, T>): Promise<T> {
    for (let race = 1; ; race++) {
      const change = new AccountChange(this.#core, this.actor, undefined);
      try {
        return await this.#carryOut(change, await decide(change));
      } catch (error) {
        if (race === MAX_RACES || !isConflict(error)) throw error;
      }
    }
  }

  /**
   * Keeps what a refusal tells of an account from a session that has ended.
   *
   * @throws AccountError `InvalidSession`
   */
  async assertMayKnow(error: unknown): Promise<void> {
    const tells = this.#hasRead && !this.#isCommitted && AccountError.is(error);
    if (tells && error.code !== 'InvalidSession') await this.actor.assertSessionActive();
  }

  async #carryOut<A extends Account | undefined, T>(
    change: AccountChange<A>,
    finish: () => T,
  ): Promise<T> {
    await commitChange(this.#core, change);
    this.#isCommitted = true;
    return finish();
  }
}

/** Tells whether somebody has changed in between what was read. */
function isConflict(error: unknown): boolean {
  return (
    EntityError.is(error) &&
    (error.code === 'VersionConflict' ||
      error.code === 'ConditionFailed' ||
      error.code === 'NotFound')
  );
}
