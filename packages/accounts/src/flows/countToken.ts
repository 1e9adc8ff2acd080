import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import { parseOneTimeToken } from '../oneTimeTokens/parseOneTimeToken.js';
import type { OneTimeTokenKind } from '../oneTimeTokens/tokenPolicy.js';

/** Token as someone presents it. */
export interface ShownToken {
  readonly token: unknown;
  readonly kind: OneTimeTokenKind;
  readonly request?: SessionRequest | undefined;
}

// 128 bits as base64url: what this package makes is longer, and need not be counted to be safe
// (NIST SP 800-63B-4 §3.2.2 is about secrets below 112 bits).
const UNGUESSABLE_LENGTH = 22;

/**
 * Counts a token that is short enough to be guessed, as only an application's own can be, by the client's
 * address, before it is looked at (ASVS 6.6.3): one request. Where that cannot be, because nobody says who
 * shows it, or because addresses are not counted, it is refused.
 *
 * @returns the token.
 * @throws AccountError `InvalidInput`, `TooManyRequests`
 */
export async function countToken(
  { connectionOf, throttle }: Pick<AccountsCore, 'connectionOf' | 'throttle'>,
  { token: given, request }: Omit<ShownToken, 'kind'>,
): Promise<string> {
  const token = parseOneTimeToken(given);
  const connection = request && connectionOf(request);
  if (token.length < UNGUESSABLE_LENGTH) {
    // Nor does an empty address count.
    if (!connection || connection.ip === '') {
      throw new AccountError('InvalidInput', { path: 'request', reason: 'neededForShortToken' });
    }
    if (!throttle.countsAddresses) {
      throw new AccountError('InvalidInput', { path: 'token', reason: 'tooShortToBeCounted' });
    }
    await throttle.countAddress(connection.ip);
  }
  return token;
}
