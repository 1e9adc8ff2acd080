import { EntityError, type EntityErrorDetails } from '../errors/EntityError.js';
import {
  faultOf,
  REQUEST_FAULTS,
  type FailedRequest,
  type RequestErrorCode,
  type SdkFailure,
} from './requestFaults.js';

/** An error of a request; its `cause` is what the SDK threw. */
export type RequestError = { [C in RequestErrorCode]: EntityError<C> }[RequestErrorCode];

const REQUEST_CODES: ReadonlySet<string> = new Set(REQUEST_FAULTS.map(({ code }) => code));
const AT_PLACE = /(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH) (\S+)/;

/**
 * Wraps what the SDK threw; the request itself, which may hold secrets, is no part of that.
 *
 * @param mayPass - true where the caller knows that the same request may succeed later; by default,
 *   the table of faults decides.
 */
export function requestFailed(
  request: FailedRequest,
  cause: unknown,
  mayPass = false,
): RequestError {
  const failure = failureOf(cause);
  const { command, table = '' } = request;
  const {
    code,
    details: own,
    retryable,
    message,
  } = faultOf({ ...failure, isRetryable: failure.isRetryable || mayPass }, request);
  const ofTable = code === 'TableNotFound' || code === 'TableMismatch';
  const details = {
    command,
    ...(ofTable && { table }),
    ...own,
    retryable,
    sdkError: failure.name,
  } as EntityErrorDetails[RequestErrorCode];
  const place = code === 'Unreachable' && placeOf(failure);
  const text = message(command, table);
  return new EntityError(
    code,
    place ? text.replace('No response', `No response from ${place}`) : text,
    details,
    { cause },
  ) as RequestError;
}

/** The error for a table whose TTL goes by another attribute than the definitions need. */
export function otherTimeToLive(request: FailedRequest, attribute: string): RequestError {
  const text = `TimeToLive is active on a different attribute: ${attribute}`;
  return requestFailed(request, Object.assign(new Error(text), { name: 'ValidationException' }));
}

/** Reads an error of the SDK, or whatever else was thrown in place of one. */
function failureOf(cause: unknown): SdkFailure {
  const error = cause as Partial<Error> & {
    readonly code?: unknown;
    readonly $retryable?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $response?: { readonly statusCode?: number };
    readonly CancellationReasons?: readonly { readonly Message?: string }[];
  };
  const { name = '', message = '', code, CancellationReasons: reasons = [] } = error;
  return {
    name,
    messages: [message, ...reasons.map(({ Message = '' }) => Message)],
    code: typeof code === 'string' ? code : '',
    status: error.$metadata?.httpStatusCode ?? error.$response?.statusCode ?? 0,
    isRetryable: error.$retryable !== undefined,
  };
}

/** The host and port that did not answer, where the error names one. */
function placeOf({ messages }: SdkFailure): string | undefined {
  return AT_PLACE.exec(messages[0] ?? '')?.[1];
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
  return EntityError.is(error) && REQUEST_CODES.has(error.code) && error.cause instanceof Error
    ? error.cause
    : (error as Error);
}
