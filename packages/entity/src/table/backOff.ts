import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const BASE_MS = 25;
const CAP_MS = 1000;

/** How often a request is sent again after others were in its way, before giving up. */
export const MAX_ATTEMPTS = 8;

/**
 * Waits before the next attempt: exponential, with full jitter
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
 *
 * @param attempt - 1 after the first attempt failed.
 */
export async function backOff(attempt: number): Promise<void> {
  await sleep(randomInt(Math.min(CAP_MS, BASE_MS * 2 ** attempt)));
}
