import { DEFAULT_MAX_QUEUED, HashQueue } from '../HashQueue.js';
import type { ForeignHasher } from '../ForeignHasher.js';

/** A scheme of another system. */
export interface ForeignScheme<T> {
  /** Reads a stored string; null if it is of another scheme, malformed or too costly. */
  readonly parse: (stored: string) => T | null;
  readonly matches: (password: string, parsed: T) => Promise<boolean>;
}

/** As many as {@link ScryptHasher} hashes at once: they share the four threads of Node.js. */
const CONCURRENCY = 2;

/** Makes a hasher of a scheme; at most 64 passwords wait for it. */
export function createForeignHasher<T>({ parse, matches }: ForeignScheme<T>): ForeignHasher {
  const queue = new HashQueue({ concurrency: CONCURRENCY, maxQueued: DEFAULT_MAX_QUEUED });
  const parseAny = (stored: unknown): T | null =>
    typeof stored === 'string' ? parse(stored) : null;
  return {
    recognises: (stored) => parseAny(stored) !== null,
    verify: async (password, stored) => {
      const parsed = password.isWellFormed() ? parseAny(stored) : null;
      return parsed !== null && queue.run(() => matches(password, parsed));
    },
  };
}
