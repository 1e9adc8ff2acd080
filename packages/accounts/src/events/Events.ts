import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { parseClientAddress } from '../requests/parseClientAddress.js';
import type { TrustedProxies } from '../requests/trustedProxies.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import { withinTime } from './withinTime.js';
import type {
  AccountEvent,
  AccountEventListener,
  AccountEventName,
  AccountFlow,
  EventContext,
  ValidateEvent,
  ValidateEventListener,
  ValidateEventName,
} from './accountEvents.js';

/** Options for listeners and session hooks. */
export interface EventsOptions {
  /** Time limit of a listener (default: `'5s'`; at most 400 days). */
  readonly timeout?: Duration;
}

type Listener = AccountEventListener | ValidateEventListener;

/** Characters that are shown of an address that is none. */
const MAX_SHOWN = 64;
const CONTROLS = /\p{Cc}/gu;

/** Tells listeners what happens to accounts, and asks those that may refuse it. */
export class Events {
  readonly #now: () => Date;
  readonly #trustedProxies: TrustedProxies;
  readonly #timeoutMs: number;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(
    now: () => Date,
    { timeout = '5s' }: EventsOptions = {},
    trustedProxies: TrustedProxies = 0,
  ) {
    this.#now = now;
    this.#trustedProxies = trustedProxies;
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
   * Runs a flow, translates errors from below it to those of this package, and emits how it ended.
   *
   * @param eventContext - what is known at the beginning; the flow adds to it what it learns.
   */
  async run<T>(
    flow: AccountFlow,
    eventContext: EventContext,
    action: () => Promise<T>,
  ): Promise<T> {
    const result = await this.withFailureEvent(flow, eventContext, action);
    await this.emit(`${flow}Success`, eventContext);
    return result;
  }

  /** Runs the beginning of a flow: only its failure is told. */
  async withFailureEvent<T>(
    flow: AccountFlow,
    eventContext: EventContext,
    action: () => Promise<T>,
  ): Promise<T> {
    try {
      return await withAccountErrors(action);
    } catch (error) {
      await this.emit(`${flow}Error`, eventContext, reasonOf(error));
      throw error;
    }
  }

  /** Tells listeners, and waits for them within the limit; nothing that they do has an effect. */
  async emit(
    name: AccountEventName,
    eventContext: EventContext,
    reason?: AccountEvent['reason'],
  ): Promise<void> {
    const listeners = [...this.#listenersOf(name), ...this.#listenersOf('*')];
    if (listeners.length === 0) return;
    const event = this.#event({ ...eventContext, name, ...(reason !== undefined && { reason }) });
    await Promise.allSettled(listeners.map((listener) => this.#call(listener, event)));
  }

  /**
   * Asks listeners whether something may happen; one that throws, rejects or does not answer in
   * time refuses it. What it is shown is a copy of its own: what it makes of it goes nowhere.
   *
   * @throws AccountError `Vetoed`, with the listener's error as its cause.
   */
  async authorize(
    name: ValidateEventName,
    eventContext: EventContext,
    what: Pick<ValidateEvent, 'account' | 'input'>,
  ): Promise<void> {
    for (const listener of this.#listenersOf(name)) {
      try {
        const shown = this.#event({ ...eventContext, ...structuredClone(what), name });
        await this.#call(listener, shown);
      } catch (cause) {
        throw new AccountError('Vetoed', { event: name }, { cause });
      }
    }
  }

  /** Tells whether anybody hears an event of the name. */
  hasListener(name: AccountEventName): boolean {
    return [...this.#listenersOf(name), ...this.#listenersOf('*')].length > 0;
  }

  #listenersOf(name: string): Iterable<Listener> {
    return this.#listeners.get(name) ?? [];
  }

  #event<E extends EventContext & { readonly name: string }>(
    event: E,
  ): E & { readonly time: Date } {
    const { ip, userAgent } = event;
    return Object.freeze({
      ...event,
      // A log line must stay one line (ASVS 16.4.1).
      ...(ip !== undefined && { ip: this.#addressOf(ip).replace(CONTROLS, ' ') }),
      ...(userAgent !== undefined && { userAgent: userAgent.replace(CONTROLS, ' ') }),
      time: this.#now(),
    });
  }

  /** The client's address as sessions store it; the end of what is not an address, nearest to the server. */
  #addressOf(requestIp: string): string {
    return parseClientAddress(requestIp, this.#trustedProxies) ?? requestIp.slice(-MAX_SHOWN);
  }

  /**
   * Waits for code of the application's, as long as for a listener.
   *
   * @throws what it throws or rejects with; an `Error` when it does not answer in time.
   */
  withinLimit(work: () => unknown): Promise<void> {
    return withinTime(work, this.#timeoutMs);
  }

  #call(listener: Listener, event: AccountEvent | ValidateEvent): Promise<void> {
    return this.withinLimit(() => (listener as (event: unknown) => unknown)(event));
  }
}

/**
 * Returns the part of an error that an event reports: nothing that an error from elsewhere may
 * hold.
 */
export function reasonOf(error: unknown): NonNullable<AccountEvent['reason']> {
  return AccountError.is(error) ? error.code : 'Unexpected';
}
