import { AccountError } from '../errors/AccountError.js';
import type { PasswordPolicy } from './PasswordPolicy.js';

const DEFAULT_TIMEOUT_MS = 3000;

/**
 * Asks the application whether a password is known from a breach, within the time limit of the policy.
 *
 * @throws AccountError `ServiceUnavailable` if there is no answer, and the policy requires one.
 */
export async function isBreachedPassword(
  password: string,
  { isBreached, onBreachCheckFailure, breachCheckTimeoutMs = DEFAULT_TIMEOUT_MS }: PasswordPolicy,
): Promise<boolean> {
  if (!isBreached) return false;
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('The breach check took too long.'));
      abort.abort();
    }, breachCheckTimeoutMs);
  });
  try {
    const ask = async (): Promise<unknown> => isBreached(password, { signal: abort.signal });
    const answer = await Promise.race([ask(), timeout]);
    if (typeof answer === 'boolean') return answer;
    throw new TypeError('The breach check gave no boolean.');
  } catch (cause) {
    if (onBreachCheckFailure !== 'refuse') return false;
    throw new AccountError('ServiceUnavailable', {}, { cause });
  } finally {
    clearTimeout(timer);
  }
}
