import { invalidOption } from '../errors/invalidOption.js';

/** Tells whether sessions and one-time tokens that were issued at a time are still accepted. */
export type AcceptsIssuedAt = (issuedAt: Date) => boolean;

/** How far ahead of this server's clock the clock may be that has given the time. */
const MAX_SKEW_MS = 5 * 60 * 1000;
/** With its zone: without one, each server would take its own. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads the option `validFrom`, the one rule for everything that has a time of issue.
 *
 * @throws AccountError `InvalidConfiguration` for anything but a time, and for one in the future.
 */
export function parseValidFrom(validFrom: unknown, now: Date): AcceptsIssuedAt {
  if (validFrom === undefined) return () => true;
  const isTime =
    validFrom instanceof Date || (typeof validFrom === 'string' && ISO_TIME.test(validFrom));
  const fromMs = isTime ? new Date(validFrom).getTime() : NaN;
  // In the future, it would make every login void until then.
  if (!(fromMs <= now.getTime() + MAX_SKEW_MS)) {
    const reason = 'It must be a Date or an ISO 8601 time with its zone, not in the future.';
    throw invalidOption('validFrom', reason);
  }
  // False for a broken time (ASVS 16.5.3).
  return (issuedAt) => issuedAt.getTime() >= fromMs;
}
