import { randomBytes } from 'node:crypto';
import type { Target } from './actions.js';
import type { ActionName } from './api.js';
import { ConsoleError } from './ConsoleError.js';

const ID_BYTES = 16;
const LIFETIME_MS = 2 * 60 * 1000;
/** So many previews may wait at once; the oldest go first. */
const MAX_WAITING = 100;

/** An action that was previewed, and waits to be confirmed. */
export interface PreviewedAction {
  readonly action: ActionName;
  readonly target: Target;
}

/** Actions between their preview and their confirmation. */
export class Confirmations {
  readonly #now: () => number;
  readonly #waiting = new Map<string, PreviewedAction & { readonly expiresMs: number }>();

  /** @param now - in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Keeps an action; returns what confirms it, once, within two minutes. */
  keep(previewed: PreviewedAction): string {
    const id = randomBytes(ID_BYTES).toString('base64url');
    this.#waiting.set(id, { ...previewed, expiresMs: this.#now() + LIFETIME_MS });
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined && this.#waiting.size > MAX_WAITING) this.#waiting.delete(oldest);
    return id;
  }

  /**
   * Takes an action out.
   *
   * @throws ConsoleError `ConfirmationRefused`
   */
  take(id: string): PreviewedAction {
    const found = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (found && this.#now() < found.expiresMs) return found;
    throw new ConsoleError('ConfirmationRefused');
  }
}
