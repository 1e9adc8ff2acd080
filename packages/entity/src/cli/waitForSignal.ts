import { setTimeout as sleep } from 'node:timers/promises';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const DAY_MS = 86_400_000;

/** A promise of a signal. */
export interface Signalled extends Promise<void> {
  /** Leaves the signals to the process again, and lets it end. */
  forget(): void;
}

/** Waits for the first of the signals that end a program, and keeps the process alive for it. */
export function waitForSignal(): Signalled {
  const waiting = new AbortController();
  const stop = (): void => waiting.abort();
  for (const signal of SIGNALS) process.once(signal, stop);
  const signalled = (async () => {
    while (!waiting.signal.aborted) {
      // Nothing else of this process keeps it alive: neither the engine nor a handler of signals.
      await sleep(DAY_MS, undefined, { signal: waiting.signal }).catch(() => undefined);
    }
  })();
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, stop);
    stop();
  };
  return Object.assign(signalled, { forget });
}
