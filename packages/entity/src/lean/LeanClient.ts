import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Operation,
  type OperationClient,
  type OperationName,
  type OutputOf,
} from '../table/OperationClient.js';
import type { Credentials } from './Credentials.js';
import { CredentialsCache } from './CredentialsCache.js';
import { endpointOf, type EndpointSettings } from './endpointOf.js';
import {
  HttpExchange,
  TooLarge,
  type ConnectionLimits,
  type Transport,
  type WireResponse,
} from './HttpExchange.js';
import { bodyOf, reviveBinary, reviveDates } from './json.js';
import { RetryBudget, type Failure } from './RetryBudget.js';
import { invalidResponse, notJson, serviceError, type ResponseMetadata } from './serviceError.js';
import { Signer } from './Signer.js';

/** Settings of a client, complete but for what the environment has. */
export interface LeanClientSettings extends EndpointSettings, ConnectionLimits {
  readonly maxAttempts: number;
}

/** A function around each attempt of each request: it may look at it, change the answer, or throw. */
export type Interceptor = (next: Transport) => Transport;

/** Errors that may come of a clock that is wrong. */
const CLOCK_ERRORS =
  /^(?:AccessDeniedException|AuthFailure|InvalidSignatureException|RequestExpired|RequestInTheFuture|RequestTimeTooSkewed|SignatureDoesNotMatch)$/;
/** Errors that may come of credentials that are no longer good. */
const CREDENTIAL_ERRORS =
  /^(?:ExpiredToken(?:Exception)?|UnrecognizedClientException|InvalidClientTokenId)$/;
const MAX_SKEW_MS = 4 * 60_000;
const CONTENT_TYPE = 'application/x-amz-json-1.0';
const USER_AGENT = 'latchkey-lean';

/** Parts of a connection to the endpoint, from the first request on. */
interface Connection {
  readonly host: string;
  readonly signer: Signer;
  readonly credentials: CredentialsCache;
  readonly http: HttpExchange;
}

/**
 * A client of DynamoDB for the operations that this package sends, without the AWS SDK. Its errors are
 * the SDK's by name and meaning. Use {@link createLeanClient}.
 */
export class LeanClient implements OperationClient {
  /** Mark of clients that send operations, and not the commands of the SDK. */
  readonly sendsOperations = true;
  readonly #settings: LeanClientSettings;
  readonly #retries: RetryBudget;
  #connection: Connection | undefined;
  #interceptors: Interceptor[] = [];
  /** How far the server's clock is ahead of this machine's. */
  #clockOffsetMs = 0;

  constructor(settings: LeanClientSettings, retries: RetryBudget = new RetryBudget()) {
    this.#settings = settings;
    this.#retries = retries;
  }

  /**
   * Sends an operation. What may pass is sent again: a time-out, a server's error, throttling, and an
   * answer that did not arrive as it was sent.
   *
   * @throws errors with the names and members of the SDK's.
   * @example
   * ```ts
   * import { createLeanClient } from '@latchkey/entity/lean';
   *
   * const client = createLeanClient();
   * const input = { TableName: 'accounts', Key: { PK: { S: 'account#1' }, SK: { S: 'account' } } };
   * export const item = () => client.send({ name: 'GetItem', input });
   * ```
   */
  async send<N extends OperationName>(operation: Operation<N>): Promise<OutputOf<N>> {
    const { maxAttempts } = this.#settings;
    const connection = (this.#connection ??= this.#connect());
    const body = bodyOf(operation);
    const invocation = randomUUID();
    let totalRetryDelay = 0;
    let cost: number | undefined;
    for (let attempts = 1; ; attempts++) {
      try {
        const headers = {
          'amz-sdk-invocation-id': invocation,
          'amz-sdk-request': `attempt=${String(attempts)}; max=${String(maxAttempts)}`,
        };
        const output = await this.#attempt(connection, operation, body, headers);
        this.#retries.giveBack(cost);
        Object.assign(output.$metadata, { attempts, totalRetryDelay });
        return output;
      } catch (thrown) {
        const error = asError(thrown);
        const retry = attempts < maxAttempts ? this.#retries.take(error, attempts) : undefined;
        if (!retry) {
          error.$metadata = Object.assign(error.$metadata ?? {}, { attempts, totalRetryDelay });
          throw error;
        }
        cost = retry.cost;
        totalRetryDelay += retry.delayMs;
        await sleep(retry.delayMs);
      }
    }
  }

  /**
   * Puts a function around each attempt of each request, such as one that measures it.
   *
   * @returns a function that takes it away.
   * @example
   * ```ts
   * import { createLeanClient } from '@latchkey/entity/lean';
   *
   * const client = createLeanClient();
   * client.intercept((next) => async (request) => {
   *   const begun = performance.now();
   *   try {
   *     return await next(request);
   *   } finally {
   *     console.log(performance.now() - begun, 'ms');
   *   }
   * });
   * ```
   */
  intercept(interceptor: Interceptor): () => void {
    this.#interceptors.push(interceptor);
    return () => {
      this.#interceptors = this.#interceptors.filter((each) => each !== interceptor);
    };
  }

  /**
   * Closes the connections; the next request opens new ones.
   *
   * @example
   * ```ts
   * import { createLeanClient } from '@latchkey/entity/lean';
   *
   * const client = createLeanClient();
   * process.once('SIGTERM', () => {
   *   client.destroy();
   * });
   * ```
   */
  destroy(): void {
    this.#connection?.http.close();
    this.#connection = undefined;
  }

  #connect(): Connection {
    const { url, region, credentials } = endpointOf(this.#settings);
    const path = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
    return {
      host: url.host,
      signer: new Signer(region, 'dynamodb', path),
      credentials: new CredentialsCache(credentials),
      http: new HttpExchange(url, path, this.#settings),
    };
  }

  async #attempt<N extends OperationName>(
    { credentials: cache, host, http, signer }: Connection,
    operation: Operation<N>,
    body: string,
    unsigned: Readonly<Record<string, string>>,
  ): Promise<OutputOf<N>> {
    const credentials = cache.fresh ?? (await cache.fetch());
    const sentMs = Date.now();
    const offsetMs = this.#clockOffsetMs;
    const signed = {
      'content-type': CONTENT_TYPE,
      host,
      'x-amz-target': `DynamoDB_20120810.${operation.name}`,
    };
    const headers = {
      ...signer.sign(credentials, signed, body, sentMs + offsetMs),
      ...unsigned,
      'user-agent': USER_AGENT,
    };
    const exchange = this.#interceptors.reduce<Transport>(
      (next, interceptor) => interceptor(next),
      (request) => http.send(request),
    );
    const response = await exchange({ operation, headers, body }).catch((error: unknown) => {
      throw error instanceof TooLarge
        ? invalidResponse(operation.name, 'has more bytes than maxResponseBytes')
        : error;
    });
    this.#setClock(response, sentMs);
    try {
      return readResponse(operation.name, response) as OutputOf<N>;
    } catch (error) {
      throw this.#examine(error as Error & { $metadata: ResponseMetadata }, cache, {
        credentials,
        offsetMs,
      });
    }
  }

  /** Draws conclusions from an error, for the next attempt. */
  #examine<E extends Error & { $metadata: ResponseMetadata }>(
    error: E,
    cache: CredentialsCache,
    used: { credentials: Credentials; offsetMs: number },
  ): E {
    if (CREDENTIAL_ERRORS.test(error.name)) cache.forget(used.credentials);
    const isSkewed = Math.abs(this.#clockOffsetMs - used.offsetMs) >= MAX_SKEW_MS;
    if (isSkewed && CLOCK_ERRORS.test(error.name)) error.$metadata.clockSkewCorrected = true;
    return error;
  }

  /** Follows the server's clock, as the SDK does; a cached answer's time is none. */
  #setClock({ headers }: WireResponse, sentMs: number): void {
    const nowMs = Date.now();
    const serverMs = Date.parse(headers.date ?? '');
    const isSlow = nowMs - sentMs > 900_000;
    if (Number.isNaN(serverMs) || headers.age !== undefined || isSlow) return;
    this.#clockOffsetMs = serverMs - nowMs;
  }
}

/** Anything thrown as an error: a provider of credentials may throw something else. */
function asError(thrown: unknown): Error & Failure & { $metadata?: Partial<ResponseMetadata> } {
  if (thrown instanceof Error) return thrown;
  const { name = 'Error', message = 'Something was thrown that is not an error' } = Object(
    thrown,
  ) as Failure;
  return Object.assign(new Error(message), thrown, { name });
}

/** Makes the output of an answer, or throws its error. */
function readResponse(
  name: OperationName,
  { statusCode, headers, body }: WireResponse,
): object & { readonly $metadata: ResponseMetadata } {
  const $metadata: ResponseMetadata = {
    httpStatusCode: statusCode,
    requestId: headers['x-amzn-requestid'],
  };
  const sum = headers['x-amz-crc32'];
  if (sum !== undefined && process.getBuiltinModule('node:zlib').crc32(body) !== Number(sum)) {
    throw invalidResponse(name, 'does not have the checksum that it came with', $metadata);
  }
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  if (statusCode >= 300) throw serviceError(text, headers, $metadata);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw headers['content-type']?.startsWith(CONTENT_TYPE)
      ? invalidResponse(name, 'is not JSON', $metadata)
      : notJson($metadata);
  }
  if (typeof document !== 'object' || document === null) {
    throw invalidResponse(name, 'is not an object', $metadata);
  }
  reviveBinary(document, text);
  reviveDates(name, document);
  return Object.assign(document, { $metadata });
}
