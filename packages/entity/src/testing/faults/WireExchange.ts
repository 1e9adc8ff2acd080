/** A request as DynamoDB gets it over HTTP. */
export interface WireRequest {
  /** The DynamoDB operation, such as `PutItem`. */
  readonly operation: string;
  /** The body, which is JSON. */
  readonly body: string;
  /** The value that the SDK sends with every attempt of one request; undefined from other programs. */
  readonly invocation: string | undefined;
}

/** An answer as DynamoDB sends it over HTTP. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Sends a request on to DynamoDB, with another body if one is given. */
export type SendOn = (body?: string) => Promise<WireAnswer>;

/** How a request came to nothing without an answer. */
export type Breakage = 'crash' | 'reset' | 'timeout';

/** Thrown in place of an answer: the caller gets none. */
export class NoAnswer extends Error {
  constructor(readonly breakage: Breakage) {
    super('no answer');
  }
}

/** The operation that a request's headers name, or an empty string. */
export function operationOf(target: string | undefined): string {
  return /^DynamoDB_\d+\.(\w+)$/.exec(target ?? '')?.[1] ?? '';
}

/** Makes an answer of a document. */
export function jsonAnswer(document: object, status = 200): WireAnswer {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { status, headers, body: Buffer.from(JSON.stringify(document)) };
}

/** Makes an answer that is one of DynamoDB's errors. */
export function errorAnswer(code: string, status: number, more: object = {}): WireAnswer {
  const __type = `com.amazonaws.dynamodb.v20120810#${code}`;
  return jsonAnswer({ __type, message: `injected: ${code}`, ...more }, status);
}

/** The document in an answer's body. */
export function documentOf({ body }: WireAnswer): unknown {
  return JSON.parse(Buffer.from(body).toString());
}
