import { selfServiceError } from '../errors/selfServiceErrorCodes.js';
import type { RememberMe } from './selfServiceInputs.js';

/** How a client may want to keep its session. */
export const REMEMBER_ME_VALUES: readonly RememberMe[] = ['local', 'session', 'none'];

/**
 * Reads how a client wants to keep its session (default: `'session'`).
 *
 * @throws AccountError `RememberMeValueNotValid`
 */
export function parseRememberMe(value: unknown = 'session'): RememberMe {
  const known = REMEMBER_ME_VALUES.find((each) => each === value);
  if (known) return known;
  throw selfServiceError('RememberMeValueNotValid', { values: REMEMBER_ME_VALUES });
}
