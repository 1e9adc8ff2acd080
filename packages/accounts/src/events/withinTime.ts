import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for an application's own code, within a limit.
 *
 * @throws what `work` throws or rejects with; an `Error` when it does not answer in time.
 */
export async function withinTime(work: () => unknown, limitMs: number): Promise<void> {
  const answer = work();
  if (!isThenable(answer)) return;
  const timer = new AbortController();
  const late = delay(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error('The listener did not answer in time.');
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
