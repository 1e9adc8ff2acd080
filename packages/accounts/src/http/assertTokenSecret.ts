import { NO_CLIENT } from '../requests/SessionRequest.js';
import type { GetTokenSecret } from '../tokens/SigningKeys.js';
import { TokenKeys } from '../tokens/TokenKeys.js';

/**
 * Checks the token secret before the first request, where it is known by then: a `getTokenSecret` without
 * parameters that returns it at once. One that reads the request, waits for a secret store, or cannot tell
 * yet is checked at each use only.
 *
 * @throws AccountError `SecretTooShort`, `InvalidConfiguration`
 */
export function assertTokenSecret(getTokenSecret: GetTokenSecret<typeof NO_CLIENT>): void {
  if (getTokenSecret.length > 0) return;
  let secrets: unknown;
  try {
    secrets = getTokenSecret(NO_CLIENT);
  } catch {
    return;
  }
  if (secrets instanceof Promise) {
    // Its failure is for whoever asks next.
    secrets.catch(() => undefined);
    return;
  }
  new TokenKeys().prepare(secrets);
}
