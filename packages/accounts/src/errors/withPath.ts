import { AccountError } from './AccountError.js';

/**
 * Says of a part's option that cannot be used where it stands among all options.
 *
 * @throws AccountError `InvalidConfiguration` with `at` before the path that `create` gave; what else
 *   `create` throws, as it is.
 */
export function withPath<T>(at: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (!AccountError.is(error) || error.code !== 'InvalidConfiguration') throw error;
    const { path, reason } = error.details;
    const { cause } = error;
    throw new AccountError(
      'InvalidConfiguration',
      { path: `${at}.${path}`, reason },
      { ...(cause !== undefined && { cause }) },
    );
  }
}
