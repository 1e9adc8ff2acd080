import { EntityError, type AnyEntityError } from '@latchkey/entity';
import { AccountError, type AnyAccountError } from './AccountError.js';

/**
 * Runs a flow and says in this package's terms what went wrong below it.
 *
 * @throws AccountError `InvalidInput`, `UsernameAlreadyExists`, `EmailAlreadyExists`,
 *   `ServiceUnavailable`; anything else as it is.
 */
export async function inAccountTerms<T>(flow: () => Promise<T>): Promise<T> {
  try {
    return await flow();
  } catch (error) {
    throw EntityError.is(error) ? (toAccountError(error) ?? error) : error;
  }
}

function toAccountError(error: AnyEntityError): AnyAccountError | undefined {
  switch (error.code) {
    case 'InvalidInput':
    case 'InvalidKey':
    case 'UnsupportedValue':
      return new AccountError('InvalidInput', {
        path: error.details.path,
        reason: error.code === 'InvalidInput' ? 'notValid' : 'notStorable',
      });
    case 'UniqueViolation':
      return error.details.entity === 'Account'
        ? new AccountError('UsernameAlreadyExists', { path: 'username' })
        : new AccountError('EmailAlreadyExists', { path: 'email' });
    case 'RequestFailed':
    case 'TransactionConflict':
    case 'BatchIncomplete':
    case 'NotFound':
    case 'VersionConflict':
      // The last two: somebody changed what the flow had read. The same call may succeed now.
      return new AccountError('ServiceUnavailable', {}, { cause: error });
    default:
      return undefined;
  }
}
