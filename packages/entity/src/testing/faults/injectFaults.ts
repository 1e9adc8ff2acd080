import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import type { LeanClient } from '../../lean/LeanClient.js';
import { invalidInput } from '../TestingError.js';
import { crashed, FaultPlan } from './FaultPlan.js';
import { NoAnswer, operationOf, type WireAnswer } from './WireExchange.js';

/** A client of the SDK that can be given middleware: `DynamoDBClient`, or a document client. */
type SdkClient = Pick<DynamoDBClient, 'config' | 'middlewareStack'>;
/** A client that faults can be added to. */
type FaultyClient = SdkClient | Pick<LeanClient, 'intercept'>;

/** The HTTP request of the SDK, as far as it is needed. */
interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}
/** The HTTP response of the SDK; the body is a stream, unless it comes from a fault. */
interface HttpResponse {
  statusCode: number;
  headers: Record<string, string>;
  body?: AsyncIterable<Uint8Array> | Uint8Array | string;
}

/** Faults in a client. */
export class FaultInjector extends FaultPlan {
  readonly #remove: () => void;

  /** Use {@link injectFaults}. */
  constructor(client: FaultyClient, seed: number | undefined) {
    super(seed);
    this.#remove = 'intercept' in client ? this.#intercept(client) : this.#addMiddleware(client);
  }

  #intercept(client: Pick<LeanClient, 'intercept'>): () => void {
    return client.intercept(
      (next) => (request) =>
        this.#respond(request, async (sent) => {
          const { statusCode, headers, body } = await next({
            ...request,
            ...sent,
          } as typeof request);
          return { statusCode, headers: headers as HttpResponse['headers'], body };
        }) as ReturnType<typeof next>,
    );
  }

  #addMiddleware({ middlewareStack }: SdkClient): () => void {
    const name = `faults-${randomUUID()}`;
    middlewareStack.add(
      (next) => async (args) => {
        const response = await this.#respond(args.request as HttpRequest, async (request) => {
          const answer = await next({ ...args, request });
          return answer.response as HttpResponse;
        });
        return { response };
      },
      // Next to the network: after the SDK's retries, so that each attempt comes through, and before
      // anything is made of the answer.
      { step: 'deserialize', priority: 'low', name },
    );
    return () => {
      middlewareStack.remove(name);
    };
  }

  async #respond(
    request: HttpRequest,
    handle: (request: HttpRequest) => Promise<HttpResponse>,
  ): Promise<HttpResponse> {
    const { headers } = request;
    let response: HttpResponse = { statusCode: 0, headers: {} };
    const send = async (body?: string): Promise<WireAnswer> => {
      response = await handle(body === undefined ? request : withBody(request, body));
      const collected = await collect(response.body);
      return { status: response.statusCode, headers: response.headers, body: collected };
    };
    try {
      const answer = await this.exchange(
        {
          operation: operationOf(headers['x-amz-target']),
          body: typeof request.body === 'object' ? decode(request.body) : (request.body ?? ''),
          invocation: headers['amz-sdk-invocation-id'],
        },
        send,
      );
      const { status: statusCode, body } = answer;
      return Object.assign(response, { statusCode, headers: { ...answer.headers }, body });
    } catch (error) {
      throw error instanceof NoAnswer ? sdkErrorOf(error) : error;
    }
  }

  /** Removes the faults from the client. */
  remove(): void {
    this.#remove();
  }
}

/**
 * Adds faults to a client of the AWS SDK, or to a lean client: requests get lost, are throttled or meet conflicts, as
 * planned by the methods of the result. Without a plan, all requests pass.
 *
 * It is a middleware of the SDK's client, or an interceptor of the lean one, next to the network, so that each of the SDK's own attempts meets
 * it. It is meant for a local DynamoDB: `unprocessedItems` changes a request that is already signed.
 *
 * @param client - a `DynamoDBClient`, `DynamoDBDocumentClient` or `LeanClient`, also one that a table already uses.
 * @param options - `seed` of everything random, an integer (default: a random one).
 * @throws {@link TestingError} `InvalidInput` for anything but a client, or for a client with
 *   `cacheMiddleware`, such as that of `createClient()`, which takes no middleware after its first
 *   request.
 *
 * @example
 * ```ts
 * import { createTestTable, injectFaults } from '@latchkey/entity/testing';
 * import { Account } from '@latchkey/schema';
 *
 * const { table, client, drop } = await createTestTable([Account]);
 * const faults = injectFaults(client);
 * faults.on('TransactWriteItems', 'answerLost');
 * await table.entity(Account).createOne({ item: { accountId: table.newUlid(), username: 'ada' } });
 * console.log(faults.requests.length); // 2: the SDK has sent it again.
 * faults.remove();
 * await drop();
 * ```
 */
export function injectFaults(
  client: FaultyClient,
  options: { readonly seed?: number } = {},
): FaultInjector {
  const given = client as Partial<SdkClient & LeanClient> | null | undefined;
  if (typeof given?.intercept !== 'function' && typeof given?.middlewareStack?.add !== 'function') {
    throw invalidInput('client must be a DynamoDBClient, a DynamoDBDocumentClient or a LeanClient');
  }
  if (given.config?.cacheMiddleware) {
    throw invalidInput(
      'a client with cacheMiddleware cannot be given faults: set cacheMiddleware to false, or use startFaultProxy',
    );
  }
  return new FaultInjector(client, options.seed);
}

/** The error that the SDK's own handler of requests would have thrown. */
function sdkErrorOf({ breakage }: NoAnswer): Error {
  if (breakage === 'crash') return crashed();
  const details =
    breakage === 'reset'
      ? { message: 'read ECONNRESET', code: 'ECONNRESET' }
      : { message: 'the request timed out' };
  return Object.assign(new Error(details.message), details, { name: 'TimeoutError' });
}

function withBody(request: HttpRequest, body: string): HttpRequest {
  const headers = { ...request.headers, 'content-length': String(Buffer.byteLength(body)) };
  const prototype = Object.getPrototypeOf(request) as object;
  return Object.assign(Object.create(prototype) as object, request, { headers, body });
}

function decode(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

async function collect(body: HttpResponse['body']): Promise<Uint8Array> {
  if (body === undefined || typeof body === 'string') return Buffer.from(body ?? '');
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
