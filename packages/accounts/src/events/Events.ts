import { setTimeout as delay } from 'node:timers/promises';
import { AccountError } from '../errors/AccountError.js';
import { inAccountTerms } from '../errors/inAccountTerms.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import type {
  AccountEvent,
  AccountEventListener,
  AccountEventName,
  AccountFlow,
  EventFacts,
  ValidateEvent,
  ValidateEventListener,
  ValidateEventName,
} from './accountEvents.js';

/** How listeners are treated. */
export interface EventsOptions {
  /** How long a listener may take (default: `'5s'`). */
  readonly timeout?: Duration;
}

type Listener = AccountEventListener | ValidateEventListener;

const CONTROLS = /\p{Cc}/gu;

/** Tells listeners what happens to accounts, and asks those that may refuse it. */
export class Events {
  readonly #now: () => Date;
  readonly #timeoutMs: number;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(now: () => Date, { timeout = '5s' }: EventsOptions = {}) {
    this.#now = now;
    this.#timeoutMs = parseDuration(timeout, 'events.timeout');
  }

  /** Adds a listener, for one name or all (`'*'`), and gives what removes it. */
  on(name: AccountEventName | '*', listener: AccountEventListener): () => void;
  on(name: ValidateEventName, listener: ValidateEventListener): () => void;
  on(name: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /**
   * Runs a flow, says in this package's terms what went wrong below it, and tells how it ended.
   *
   * @param facts - what is known at the beginning; the flow adds to it what it learns.
   */
  async run<T>(flow: AccountFlow, facts: EventFacts, action: () => Promise<T>): Promise<T> {
    try {
      const result = await inAccountTerms(action);
      await this.tell(`${flow}Success`, facts);
      return result;
    } catch (error) {
      const reason = AccountError.is(error) ? error.code : 'Unexpected';
      await this.tell(`${flow}Error`, facts, reason);
      throw error;
    }
  }

  /** Tells listeners, and waits for them within the limit; nothing that they do has an effect. */
  async tell(
    name: AccountEventName,
    facts: EventFacts,
    reason?: AccountEvent['reason'],
  ): Promise<void> {
    const listeners = [...this.#listenersOf(name), ...this.#listenersOf('*')];
    if (listeners.length === 0) return;
    const event = this.#event({ ...facts, name, ...(reason !== undefined && { reason }) });
    await Promise.allSettled(
      listeners.map((listener) => this.#inTime(() => (listener as AccountEventListener)(event))),
    );
  }

  /**
   * Asks listeners whether something may happen; one that throws, rejects or does not answer in
   * time refuses it.
   *
   * @throws AccountError `Vetoed`, with the listener's error as its cause.
   */
  async ask(
    name: ValidateEventName,
    facts: EventFacts,
    what: Pick<ValidateEvent, 'account' | 'input'>,
  ): Promise<void> {
    const event = this.#event({ ...facts, ...what, name });
    for (const listener of this.#listenersOf(name)) {
      try {
        await this.#inTime(() => (listener as ValidateEventListener)(event));
      } catch (cause) {
        throw new AccountError('Vetoed', { event: name }, { cause });
      }
    }
  }

  #listenersOf(name: string): Iterable<Listener> {
    return this.#listeners.get(name) ?? [];
  }

  #event<E extends EventFacts & { readonly name: string }>(event: E): E & { readonly time: Date } {
    const { userAgent } = event;
    return Object.freeze({
      ...event,
      ...(userAgent !== undefined && { userAgent: userAgent.replace(CONTROLS, ' ') }),
      time: this.#now(),
    });
  }

  async #inTime(ask: () => unknown): Promise<void> {
    const answer = ask();
    if (!isThenable(answer)) return;
    const timer = new AbortController();
    const late = delay(this.#timeoutMs, undefined, { signal: timer.signal }).then(() => {
      throw new Error('The listener did not answer in time.');
    });
    try {
      await Promise.race([answer, late]);
    } finally {
      timer.abort();
      late.catch(() => undefined);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
