import type { OperationName } from '../table/OperationClient.js';
import { reviveBinary } from './json.js';

/** The part of an answer that its errors and outputs tell of. */
export interface ResponseMetadata {
  readonly httpStatusCode: number;
  readonly requestId: string | undefined;
  attempts?: number;
  totalRetryDelay?: number;
  /** The clock was corrected after this answer, and the request is worth another attempt. */
  clockSkewCorrected?: boolean;
}

interface ErrorDocument {
  readonly __type?: string;
  readonly code?: string;
  readonly message?: string;
  readonly Message?: string;
}

/**
 * Makes the error of an answer, with the members of the SDK's: `name`, `$fault`, `$metadata` and what
 * DynamoDB tells, such as `Item` and `CancellationReasons`.
 *
 * @param text - the answer's body: JSON, or nothing.
 */
export function serviceError(
  text: string,
  headers: Readonly<Record<string, string | undefined>>,
  $metadata: ResponseMetadata,
): Error {
  const $fault = $metadata.httpStatusCode < 500 ? 'client' : 'server';
  let document: ErrorDocument;
  try {
    document = (text === '' ? {} : JSON.parse(text)) as ErrorDocument;
  } catch {
    return notJson($metadata);
  }
  reviveBinary(document, text);
  const { __type, code, message: given, Message, ...more } = document;
  const name = nameOf(__type ?? code ?? headers['x-amzn-errortype']);
  const message = given ?? Message ?? 'UnknownError';
  return Object.assign(new Error(message), more, { name, $fault, $metadata });
}

/** The error for an answer that comes from another server than DynamoDB; the name is the SDK's. */
export function notJson($metadata: ResponseMetadata): Error {
  return Object.assign(new Error('The answer is not JSON.'), { name: 'SyntaxError', $metadata });
}

/** The error for an answer of DynamoDB that did not arrive as it was sent. */
export function invalidResponse(
  operation: OperationName,
  problem: string,
  $metadata?: ResponseMetadata,
): Error {
  return Object.assign(new Error(`The answer to ${operation} ${problem}.`), {
    name: 'InvalidResponse',
    $fault: 'server',
    // The outcome is as unknown as after a lost answer.
    $retryable: {},
    ...($metadata && { $metadata }),
  });
}

/** `com.amazonaws.dynamodb.v20120810#ThrottlingException:http://…` → `ThrottlingException` */
function nameOf(type = ''): string {
  const [first = ''] = type.split(/[,:]/);
  return first.slice(first.indexOf('#') + 1) || 'Unknown';
}
