import {
  decodeKey,
  EntityError,
  type AnyEntityError,
  type EntityErrorDetails,
} from '@latchkey/entity';
import type { AccessType, Account, AccountToken } from '@latchkey/schema';
import { AccountError, type AnyAccountError } from './AccountError.js';
import { contactTaken } from './contactTaken.js';

/**
 * Runs a flow, and translates errors from below it to those of this package.
 *
 * @throws AccountError `InvalidInput`, `UsernameAlreadyExists`, `EmailAlreadyExists`,
 *   `PhoneAlreadyExists`, `IdentityAlreadyExists`, `InvalidConfiguration`, `ServiceUnavailable`;
 *   anything else as it is.
 */
export async function withAccountErrors<T>(flow: () => Promise<T>): Promise<T> {
  try {
    return await flow();
  } catch (error) {
    throw EntityError.is(error) ? (toAccountError(error) ?? error) : error;
  }
}

/** Translates an error of the table; undefined for a fault of this package. */
export function toAccountError(error: AnyEntityError): AnyAccountError | undefined {
  switch (error.code) {
    case 'InvalidInput':
    case 'UpdateRefused':
    case 'InvalidKey':
    case 'UnsupportedValue':
      return new AccountError('InvalidInput', {
        path: error.details.path,
        reason:
          error.code === 'InvalidInput' || error.code === 'UpdateRefused'
            ? 'notValid'
            : 'notStorable',
      });
    case 'UniqueViolation':
      return takenBy(error.details);
    case 'TransactionConflict':
    case 'BatchIncomplete':
    case 'NotFound':
    case 'VersionConflict':
    case 'ConditionFailed':
    case 'AlreadyExists':
      // The same call may succeed now, since somebody has changed what the flow had read.
      return unavailable(error);
    case 'UnreadableItem':
      return unfit(error, unreadable(error.details));
    case 'AmbiguousFilter':
    case 'InvalidTransaction':
    case 'NoIndexFits':
    case 'TooManyPages':
      return unfit(
        error,
        'The stored documents, or the hooks or fields of the application, do not allow this: see cause.',
      );
    case 'TableNotFound':
    case 'TableMismatch':
      return misconfigured('table', error);
    case 'AccessDenied':
    case 'InvalidClient':
      return misconfigured('table.client', error);
    case 'Unreachable':
      return error.details.retryable ? unavailable(error) : misconfigured('table.client', error);
    case 'RequestFailed':
      return error.details.reason === 'refused'
        ? misconfigured('table', error)
        : unavailable(error);
    case 'InvalidTable':
      return new AccountError('InvalidConfiguration', {
        path: 'table',
        reason: error.details.reason,
      });
    default:
      return undefined;
  }
}

/** The error for what may pass. */
function unavailable(error: AnyEntityError): AnyAccountError {
  return new AccountError('ServiceUnavailable', {}, { cause: withoutDocument(error) });
}

/** The error for what somebody has to set up or correct: waiting does not help. */
function misconfigured(
  path: 'table' | 'table.client',
  error: AnyEntityError & { readonly details: { readonly sdkError: string } },
): AnyAccountError {
  const { sdkError } = error.details;
  const details = { path, reason: error.message, sdkError };
  return new AccountError('InvalidConfiguration', details, { cause: error });
}

/** The error for an item or a definition that does not fit: it stays until somebody corrects it. */
function unfit(error: AnyEntityError, reason: string): AnyAccountError {
  const details = { path: 'table', reason, entityError: error.code };
  return new AccountError('InvalidConfiguration', details, { cause: error });
}

/** Without the path to the value, which may name the keys of somebody's record (ASVS 16.2.5). */
function unreadable({ entity, written }: EntityErrorDetails['UnreadableItem']): string {
  const sentence = `A stored ${entity} does not match its definition: see cause. Correct the item, or add a migration.`;
  return written ? `${sentence} It was written: do not repeat the call.` : sentence;
}

/** The document that stood in the way is somebody's: it must not get into logs (ASVS 16.2.5). */
function withoutDocument(error: AnyEntityError): Error {
  if (!('item' in error.details)) return error;
  const { code, message, stack, details } = error;
  const cause = new EntityError(code, message, { entity: details.entity, item: undefined });
  if (stack !== undefined) cause.stack = stack;
  if (error.operation !== undefined) cause.operation = error.operation;
  return cause;
}

/** Finds the kind of a value that is already taken by looking at its present owner. */
function takenBy({
  entity,
  ownerId,
  paths,
}: EntityErrorDetails['UniqueViolation']): AnyAccountError | undefined {
  // By their names, since the definitions are heavy for who only checks requests.
  if (entity === ('Account' satisfies typeof Account.name)) {
    return paths.includes('foreignId')
      ? new AccountError('IdentityAlreadyExists', { path: 'foreignId' })
      : new AccountError('UsernameAlreadyExists', { path: 'username' });
  }
  if (entity === ('AccountToken' satisfies typeof AccountToken.name)) {
    return new AccountError('InvalidInput', { path: 'token', reason: 'notUnique' });
  }
  return entity === ('AccessType' satisfies typeof AccessType.name)
    ? contactTaken(kindOfContact(ownerId))
    : undefined;
}

/** The kind of the contact that a document's id names: the id is its key, `accesstype#<kind>#…`. */
function kindOfContact(id = ''): unknown {
  const [, SK = ''] = Buffer.from(id, 'base64url').toString().split('\0');
  return decodeKey(SK).values[0];
}
