import { EntityError, type EntityErrorDetails } from '../errors/EntityError.js';

/** Description of a request that failed. */
export interface FailedRequest {
  /** The DynamoDB operation, such as `PutItem`. */
  readonly command: string;
  /** The table that it was for. */
  readonly table?: string;
}

/** The codes of {@link EntityError} whose `cause` is what the SDK threw. */
const REQUEST_CODES = [
  'RequestFailed',
  'TableNotFound',
  'TableMismatch',
  'AccessDenied',
  'Unreachable',
] as const;
/** An error of one of these. */
export type RequestError = {
  [C in (typeof REQUEST_CODES)[number]]: EntityError<C>;
}[(typeof REQUEST_CODES)[number]];

const RETRYABLE =
  /Throttl|ProvisionedThroughput|RequestLimit|InternalServer|ServiceUnavailable|Timeout|TransactionConflict|[Ss]ocket/;
const RETRYABLE_CODE = /^(ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_AGAIN)/;
// No connection came about. One that ends later is another matter: the request may have arrived.
const NO_CONNECTION = /(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)(?: (\S+))?/;
/** Node's error where a name stands for several addresses, and none of them answers. */
const AGGREGATE = 'AggregateError';
const DENIED = /^(AccessDenied|UnauthorizedOperation)/;
const CREDENTIALS =
  /Credentials|^(UnrecognizedClient|InvalidSignature|IncompleteSignature|MissingAuthenticationToken|ExpiredToken|InvalidClientTokenId|InvalidAccessKeyId)/;
/** As AWS and DynamoDB Local say it, alone or as the reason of a cancelled transaction. */
const WRONG_KEY =
  /key element does not match the schema|Missing the key |missed key schema element|required keys was not given|Type mismatch for key|number of conditions on the keys is invalid/;
const NO_INDEX = 'does not have the specified index';

/** Wraps what the SDK threw; the request itself, which may hold secrets, is no part of that. */
export function requestFailed(
  { command, table = '' }: FailedRequest,
  cause: unknown,
  retryable: boolean = isRetryable(cause),
): RequestError {
  const {
    name = '',
    message = '',
    code = '',
    CancellationReasons: reasons = [],
  } = cause as Partial<Error> & { code?: unknown; CancellationReasons?: { Message?: string }[] };
  const make = <C extends RequestError['code']>(
    kind: C,
    text: string,
    details: EntityErrorDetails[C],
  ): EntityError<C> => new EntityError(kind, text, details, { cause });
  if (name === 'ResourceNotFoundException') {
    const text = `There is no table ${table} in this Region and account, or it is still being made.`;
    return make('TableNotFound', text, { command, table, retryable: false });
  }
  const messages = [message, ...reasons.map(({ Message = '' }) => Message)];
  const lacking = messages.some((each) => WRONG_KEY.test(each))
    ? 'key'
    : message.includes(NO_INDEX)
      ? 'index'
      : undefined;
  if (lacking) {
    const what = lacking === 'key' ? 'Its key is another' : 'It lacks an index';
    const text = `The table ${table} is not the one that its definitions need. ${what}: see "latchkey table diff".`;
    return make('TableMismatch', text, { command, table, lacking, retryable: false });
  }
  if (DENIED.test(name) || CREDENTIALS.test(name)) {
    const reason = DENIED.test(name) ? 'permission' : 'credentials';
    const text =
      reason === 'permission'
        ? `The credentials do not allow ${command} on the table ${table}.`
        : `DynamoDB was not asked for ${command}, or refused it: there are no valid credentials.`;
    return make('AccessDenied', text, { command, reason, retryable: false });
  }
  if (name === 'SyntaxError') {
    const text = 'Another server than DynamoDB answers at the endpoint.';
    return make('Unreachable', text, { command, reason: 'notDynamoDB', retryable: false });
  }
  // Where Jest has replaced the classes of errors, the SDK keeps only the text of one of Node's.
  const said = `${name} ${String(code)} ${message}`;
  const refused = NO_CONNECTION.exec(message) ?? NO_CONNECTION.exec(said);
  if (refused || said.includes(AGGREGATE)) {
    const place = refused?.[1] === undefined ? '' : ` at ${refused[1]}`;
    const text = `Nothing answers${place}: is the endpoint right, and DynamoDB running?`;
    return make('Unreachable', text, { command, reason: 'noConnection', retryable: true });
  }
  return make('RequestFailed', `DynamoDB did not carry out ${command}.`, { command, retryable });
}

/**
 * Tells whether DynamoDB's message says that the sum of an expression is no number that it can
 * keep.
 */
export function isNoNumber(message = ''): boolean {
  return /number (?:over|under)flow|significant digits|precision up to 38 digits/i.test(message);
}

/** Returns the error that the SDK threw, whether that error has been wrapped or not. */
export function sdkErrorOf(error: unknown): Error {
  const codes: readonly string[] = REQUEST_CODES;
  return EntityError.is(error) && codes.includes(error.code) && error.cause instanceof Error
    ? error.cause
    : (error as Error);
}

function isRetryable(cause: unknown): boolean {
  const {
    name = '',
    code = '',
    $retryable,
  } = cause as {
    name?: string;
    code?: unknown;
    $retryable?: unknown;
  };
  return $retryable !== undefined || RETRYABLE.test(name) || RETRYABLE_CODE.test(String(code));
}
