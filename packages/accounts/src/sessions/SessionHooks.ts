import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import type { Events } from '../events/Events.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/** Argument of `onRefreshTokens`. */
export interface RefreshedTokens {
  readonly request: SessionRequest;
  /** The new token, for the client. */
  readonly authToken: string;
  readonly account: AccountDocument;
  readonly sessionDocument: SessionDocument;
}

/** Argument of `onUpsertSessionError`. */
export interface UpsertSessionFailure {
  readonly error: unknown;
  readonly request: SessionRequest;
  readonly accountId: string;
}

/**
 * Where an application takes part in what its sessions do. A hook may take as long as a listener
 * (`events.timeout`); one that takes longer is as one that throws.
 */
export interface SessionHookRegistry {
  /**
   * Is called with every request that `handleRequest` would let through, `request.user` set if it
   * has a session. What it throws refuses the request.
   */
  onRequest(hook: (request: SessionRequest) => unknown): void;
  /** Is called with every new token of a session that goes on: a cookie can be set here. */
  onRefreshTokens(hook: (refreshed: RefreshedTokens) => unknown): void;
  /** Is told of a session that could not be written; what it throws is ignored. */
  onUpsertSessionError(hook: (failure: UpsertSessionFailure) => unknown): void;
}

/** The hooks of one `Accounts`. */
export class SessionHooks implements SessionHookRegistry {
  readonly #onRequest: ((request: SessionRequest) => unknown)[] = [];
  readonly #onRefreshTokens: ((refreshed: RefreshedTokens) => unknown)[] = [];
  readonly #onUpsertSessionError: ((failure: UpsertSessionFailure) => unknown)[] = [];
  readonly #events: Events;

  constructor(events: Events) {
    this.#events = events;
  }

  onRequest(hook: (request: SessionRequest) => unknown): void {
    this.#onRequest.push(hook);
  }

  onRefreshTokens(hook: (refreshed: RefreshedTokens) => unknown): void {
    this.#onRefreshTokens.push(hook);
  }

  onUpsertSessionError(hook: (failure: UpsertSessionFailure) => unknown): void {
    this.#onUpsertSessionError.push(hook);
  }

  /** Tells whether anybody wants to see requests. */
  get seeRequests(): boolean {
    return this.#onRequest.length > 0;
  }

  /** @throws AccountError `Vetoed`, with what a hook threw as its cause. */
  async request(request: SessionRequest): Promise<void> {
    for (const hook of this.#onRequest) {
      try {
        await this.#events.withinLimit(() => hook(request));
      } catch (cause) {
        throw new AccountError('Vetoed', { event: 'onRequest' }, { cause });
      }
    }
  }

  /** Calls the hooks in turn; what one throws goes on to the caller. */
  async refreshed(refreshed: RefreshedTokens): Promise<void> {
    for (const hook of this.#onRefreshTokens) {
      await this.#events.withinLimit(() => hook(refreshed));
    }
  }

  /** Writes a session, and tells the hooks if that fails; the error goes on in any case. */
  async upsert<T>(about: Omit<UpsertSessionFailure, 'error'>, write: () => Promise<T>): Promise<T> {
    try {
      return await withAccountErrors(write);
    } catch (error) {
      for (const hook of this.#onUpsertSessionError) {
        try {
          await this.#events.withinLimit(() => hook({ ...about, error }));
        } catch {
          // It is told, not asked: what went wrong first is what counts.
        }
      }
      throw error;
    }
  }
}
