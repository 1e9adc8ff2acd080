import type { EntityErrorDetails, RequestDetails } from '../errors/EntityError.js';

/** The codes of errors whose `cause` is what the SDK threw. */
export type RequestErrorCode =
  | 'TableNotFound'
  | 'TableMismatch'
  | 'AccessDenied'
  | 'InvalidClient'
  | 'Unreachable'
  | 'RequestFailed';

/** Description of a request that failed. */
export interface FailedRequest {
  /** The DynamoDB operation, such as `PutItem`. */
  readonly command: string;
  /** The table that it was for. */
  readonly table?: string;
}

/** The parts of an error of the SDK that tell what is wrong. */
export interface SdkFailure {
  readonly name: string;
  /** Messages: the error's own and those of a cancelled transaction's items. */
  readonly messages: readonly string[];
  /** Node's code, such as `ECONNRESET`; empty without one. */
  readonly code: string;
  /** HTTP status of the answer; 0 without one. */
  readonly status: number;
  /** The SDK would send the same request again. */
  readonly isRetryable: boolean;
}

/** A row of {@link REQUEST_FAULTS}. */
export interface RequestFault<C extends RequestErrorCode = RequestErrorCode> {
  readonly code: C;
  /** Details that belong to the row, besides those of every request. */
  readonly details: Omit<EntityErrorDetails[C], keyof RequestDetails | 'table'>;
  /** Tells whether the same request may succeed later, without anybody doing anything. */
  readonly retryable: boolean;
  /** Names of the SDK's errors that mean this. */
  readonly names: readonly string[];
  /** Sentences that mean this, where DynamoDB gives many things one name. */
  readonly says?: RegExp;
  /** Anything else that means this. */
  readonly isMeant?: (failure: SdkFailure, request: FailedRequest) => boolean;
  /** Sentences that say what is wrong and what to do; no text of the SDK, which names ARNs and accounts. */
  readonly message: (command: string, table: string) => string;
}

const DIFF = 'run "latchkey table diff" to see it';
const MISMATCH = 'does not match its definitions.';
const SET_CREDENTIALS =
  'Give the function or container a role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. For a local DynamoDB, run "latchkey local".';
const TLS = /^(EPROTO|CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;
const SOCKET = /^(ECONN|EPIPE|ETIMEDOUT)/;
/** The last is the name and code of Node's error for a host whose addresses all do not answer. */
const NO_CONNECTION = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|AggregateError/;

/**
 * Meaning of each error of the SDK: the first row that fits. A configuration that somebody has to
 * correct comes apart from an outage that may pass (`retryable`).
 */
export const REQUEST_FAULTS: readonly RequestFault[] = [
  fault({
    code: 'TableNotFound',
    details: {},
    retryable: false,
    names: ['ResourceNotFoundException'],
    message: (_, table) =>
      `There is no table ${table} in this Region and account, or it is still being created. Check the name, the Region and the endpoint, or create the table with table.ensure() or your deployment.`,
  }),
  fault({
    code: 'TableMismatch',
    details: { lacking: 'key' },
    retryable: false,
    names: [],
    // As AWS and DynamoDB Local say it, alone or as the reason of a cancelled transaction.
    says: /key element does not match the schema|Missing the key |missed key schema element|required keys was not given|Type mismatch for key|number of conditions on the keys is invalid/,
    message: (_, table) =>
      `The table ${table} ${MISMATCH} Its key has other names: ${DIFF}, and set the option attributes to the names that the table uses.`,
  }),
  fault({
    code: 'TableMismatch',
    details: { lacking: 'index' },
    retryable: false,
    names: [],
    says: /does not have the specified index/,
    message: (_, table) =>
      `The table ${table} ${MISMATCH} It lacks an index: ${DIFF}, and add the index.`,
  }),
  fault({
    code: 'TableMismatch',
    details: { lacking: 'timeToLive' },
    retryable: false,
    names: [],
    says: /(?:TimeToLive|TTL) is active on a different/i,
    // An engine without TTL does not know the operation.
    isMeant: ({ name }, { command }) =>
      name === 'UnknownOperationException' && command.endsWith('TimeToLive'),
    message: (_, table) =>
      `The table ${table} ${MISMATCH} Its TTL is missing or uses another attribute: ${DIFF}, then set the option attributes, or create the table with timeToLive: false.`,
  }),
  fault({
    code: 'RequestFailed',
    details: { reason: 'temporary' },
    retryable: true,
    names: [],
    // The SDK counts timeouts as transient; its providers of credentials put theirs into the message.
    isMeant: ({ name, messages: [message = ''] }) =>
      name.endsWith('ProviderError') && message.startsWith('TimeoutError'),
    message: (command) =>
      `${command} was not sent: the credential provider timed out. Try again later, or raise its timeout.`,
  }),
  fault({
    code: 'AccessDenied',
    details: { reason: 'permission' },
    retryable: false,
    names: ['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation', 'NotAuthorized'],
    message: (command, table) =>
      `The credentials do not allow ${command} on the table ${table}. Compare their policy with "latchkey table iam".`,
  }),
  fault({
    code: 'AccessDenied',
    details: { reason: 'credentials' },
    retryable: false,
    names: [
      'CredentialsProviderError',
      'CredentialsError',
      'TokenProviderError',
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidAccessKeyId',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'IncompleteSignatureException',
      'IncompleteSignature',
      'MissingAuthenticationTokenException',
      'MissingAuthenticationToken',
      'AuthFailure',
      'OptInRequired',
    ],
    says: /^Resolved credential object is not valid/,
    message: (command) => `${command} failed: there are no valid credentials. ${SET_CREDENTIALS}`,
  }),
  fault({
    code: 'AccessDenied',
    details: { reason: 'credentials' },
    retryable: false,
    names: [
      'ExpiredTokenException',
      'ExpiredToken',
      'RequestExpired',
      'RequestTimeTooSkewed',
      'RequestInTheFuture',
    ],
    message: (command) =>
      `DynamoDB refused ${command}: the credentials have expired, or this machine's clock is wrong. Log in again, or let the SDK refresh them instead of passing fixed credentials.`,
  }),
  fault({
    code: 'InvalidClient',
    details: { reason: 'region' },
    retryable: false,
    names: [],
    says: /^Region (?:is missing|not accepted)/,
    message: (command) =>
      `${command} was not sent: the client has no valid Region. Set AWS_REGION, or pass region to createClient. For a local DynamoDB, run "latchkey local".`,
  }),
  fault({
    code: 'InvalidClient',
    details: { reason: 'endpoint' },
    retryable: false,
    names: [],
    says: /^Invalid URL/,
    isMeant: ({ code }) => code === 'ERR_INVALID_URL',
    message: (command) =>
      `${command} was not sent: the client's endpoint is not a URL. Use a URL such as http://127.0.0.1:8000, or leave it out.`,
  }),
  fault({
    code: 'Unreachable',
    details: { reason: 'noConnection' },
    retryable: true,
    names: ['AggregateError'],
    // Where Jest has replaced the classes of errors, the SDK keeps only the text of one of Node's.
    says: NO_CONNECTION,
    isMeant: ({ code }) => NO_CONNECTION.test(code),
    message: () => 'No response. Check that the endpoint is right and that DynamoDB is running.',
  }),
  fault({
    code: 'RequestFailed',
    details: { reason: 'temporary' },
    retryable: true,
    names: [
      'ThrottlingException',
      'Throttling',
      'ThrottlingError',
      'ThrottledException',
      'RequestThrottled',
      'RequestThrottledException',
      'TooManyRequestsException',
      'ProvisionedThroughputExceededException',
      'ProvisionedThroughputExceeded',
      'RequestLimitExceeded',
      'LimitExceededException',
      'InternalServerError',
      'InternalServerErrorException',
      'InternalFailure',
      'ServiceUnavailable',
      'ServiceUnavailableException',
      'TransactionConflictException',
      'TransactionInProgressException',
      'ReplicatedWriteConflictException',
      'TimeoutError',
      'RequestTimeout',
      'RequestTimeoutException',
    ],
    says: /[Ss]ocket|modified multiple times/,
    isMeant: ({ isRetryable, status, code }) =>
      isRetryable || status >= 500 || status === 429 || SOCKET.test(code),
    message: (command) => `DynamoDB could not carry out ${command}. Try again later.`,
  }),
  fault({
    code: 'Unreachable',
    details: { reason: 'notDynamoDB' },
    retryable: false,
    // The SDK's names for an answer that is not JSON, and for one without an error's name.
    names: ['SyntaxError', 'Unknown', 'UnknownError', 'UnknownOperationException'],
    says: /EPROTO|certificate/,
    isMeant: ({ code }) => TLS.test(code),
    message: () =>
      'The server at the endpoint is not DynamoDB. Correct the endpoint, its port, and http or https.',
  }),
  fault({
    code: 'RequestFailed',
    details: { reason: 'refused' },
    retryable: false,
    names: [
      'ValidationException',
      'SerializationException',
      'ResourceInUseException',
      'TransactionCanceledException',
      'IdempotentParameterMismatchException',
      'ItemCollectionSizeLimitExceededException',
    ],
    isMeant: ({ status }) => status >= 400,
    message: (command) =>
      `DynamoDB rejected ${command}, and a retry will not help: see cause. If the table may not be the expected one, ${DIFF}.`,
  }),
];

/** The fault that no row names: a mistake in middleware or in a provider of credentials, say. */
const UNKNOWN_FAULT: RequestFault<'RequestFailed'> = {
  code: 'RequestFailed',
  details: { reason: 'unknown' },
  retryable: false,
  names: [],
  message: (command) => `DynamoDB could not carry out ${command}: see cause.`,
};

/** Finds the row that an error of the SDK belongs to. */
export function faultOf(failure: SdkFailure, request: FailedRequest): RequestFault {
  const { name, messages } = failure;
  const isMeant = ({ names, says, isMeant: also }: RequestFault): boolean =>
    names.includes(name) ||
    (says !== undefined && messages.some((each) => says.test(each))) ||
    also?.(failure, request) === true;
  return REQUEST_FAULTS.find(isMeant) ?? UNKNOWN_FAULT;
}

/** A row whose details are those of its code. */
function fault<C extends RequestErrorCode>(row: RequestFault<C>): RequestFault {
  return row;
}
