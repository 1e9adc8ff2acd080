import { selfServiceError } from '../errors/selfServiceErrorCodes.js';
import type { RememberMe } from './selfServiceInputs.js';

const VALUES: readonly RememberMe[] = ['local', 'session', 'none'];

/**
 * Reads how a client wants to keep its session (default: `'session'`).
 *
 * @throws AccountError `RememberMeValueNotValid`
 */
export function parseRememberMe(value: unknown = 'session'): RememberMe {
  const known = VALUES.find((each) => each === value);
  if (known) return known;
  throw selfServiceError('RememberMeValueNotValid', { values: VALUES });
}
