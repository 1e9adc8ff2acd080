import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as sendRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireFreePort } from '../internal/requireFreePort.js';
import { invalidInput } from '../TestingError.js';
import { assertInteger } from './Fault.js';
import { FaultPlan } from './FaultPlan.js';
import { NoAnswer, operationOf, type WireAnswer } from './WireExchange.js';

/** Input of {@link startFaultProxy}. */
export interface FaultProxyOptions {
  /** URL of the DynamoDB behind the proxy (default: the environment's `DYNAMODB_ENDPOINT`). */
  readonly endpoint?: string;
  /** Seed of everything random, an integer (default: a random one). */
  readonly seed?: number;
  /** TCP port on the loopback address, 1 to 65535 (default: a free one). */
  readonly port?: number;
  /**
   * How long a request without an answer waits until the proxy closes its connection, 0 to 600 000
   * milliseconds (default: 100).
   */
  readonly timeoutMs?: number;
}

/** Headers that are about one connection (RFC 9110, section 7.6.1), or about a body that changed. */
const OWN_HEADERS =
  /^(connection|keep-alive|transfer-encoding|upgrade|te|trailer|content-length|x-amz-crc32)$/i;

/** A proxy in front of DynamoDB whose requests meet faults. */
export class FaultProxy extends FaultPlan {
  /** URL for clients, such as `http://127.0.0.1:49152`. */
  readonly endpoint: string;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #target: URL;
  readonly #timeoutMs: number;

  /** Use {@link startFaultProxy}. */
  constructor(server: Server, target: URL, seed: number | undefined, timeoutMs: number) {
    super(seed);
    this.#server = server;
    this.#target = target;
    this.#timeoutMs = timeoutMs;
    this.endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    server.on('request', (request, response) => void this.#answer(request, response));
    // A test that forgets to close it ends all the same.
    server.unref().on('connection', (socket) => socket.unref());
  }

  /** Closes the proxy and every connection to it; repeated calls have no effect. */
  async close(): Promise<void> {
    this.#agent.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** Same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    try {
      const body = await buffer(request);
      const {
        status,
        headers,
        body: answer,
      } = await this.exchange(
        {
          operation: operationOf(request.headers['x-amz-target'] as string | undefined),
          body: body.toString(),
          invocation: request.headers['amz-sdk-invocation-id'] as string | undefined,
        },
        (changed) => this.#sendOn(request, changed ?? body),
      );
      response.writeHead(status, { ...headers, 'content-length': answer.length }).end(answer);
    } catch (error) {
      // An answer that is not complete is none.
      if (!(error instanceof NoAnswer)) socket.destroy();
      else if (error.breakage === 'timeout') {
        await sleep(this.#timeoutMs, undefined, { ref: false });
        socket.destroy();
      } else socket.resetAndDestroy();
    }
  }

  async #sendOn(from: IncomingMessage, body: string | Uint8Array): Promise<WireAnswer> {
    const sent = sendRequest(new URL(from.url ?? '/', this.#target), {
      method: from.method,
      agent: this.#agent,
      headers: { ...passedOn(from), 'content-length': Buffer.byteLength(body) },
    });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const collected = await buffer(answer);
    return { status: answer.statusCode ?? 500, headers: passedOn(answer), body: collected };
  }
}

/**
 * Starts a proxy on the loopback address in front of a DynamoDB, with the same faults as
 * {@link injectFaults}, for programs and libraries whose client cannot be given middleware.
 *
 * A request that meets `timeout` or `answerLost` gets no answer, and its connection is closed after
 * `timeoutMs`. The proxy ends with the process, and does not keep it from ending.
 *
 * @param options - `endpoint` (default: `DYNAMODB_ENDPOINT`), `seed`, `port`, `timeoutMs`.
 * @throws {@link TestingError} `InvalidInput` if an option is out of its range, or if the endpoint is
 *   not an `http:` URL: behind `https:`, signatures and certificates name another host; `PortInUse` if
 *   another program uses the `port`.
 *
 * @example
 * ```ts
 * import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
 * import { startDynamoDBLocal, startFaultProxy } from '@latchkey/entity/testing';
 *
 * const local = await startDynamoDBLocal();
 * const proxy = await startFaultProxy({ endpoint: local.endpoint, seed: 1 });
 * proxy.randomly({ rate: 0.1, faults: ['answerLost', 'throttling'] });
 * const client = new DynamoDBClient({ endpoint: proxy.endpoint, region: 'local' });
 * // …
 * client.destroy();
 * await proxy.close();
 * await local.stop();
 * ```
 */
export async function startFaultProxy(options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const { endpoint = process.env.DYNAMODB_ENDPOINT ?? '', seed, port, timeoutMs = 100 } = options;
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'http:') {
    throw invalidInput(
      'startFaultProxy needs the http: URL of a DynamoDB: pass endpoint, or set DYNAMODB_ENDPOINT',
    );
  }
  if (port !== undefined) assertInteger(port, 'port', 1, 65_535);
  assertInteger(timeoutMs, 'timeoutMs', 0, 600_000);
  if (port !== undefined) await requireFreePort(port);
  const server = createServer().listen(port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return new FaultProxy(server, new URL(endpoint), seed, timeoutMs);
  } catch (error) {
    server.close();
    throw error;
  }
}

/** The headers of a message that are for the other side. */
function passedOn({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || OWN_HEADERS.test(name) ? [] : [[name, String(value)] as const],
  );
  return Object.fromEntries(entries);
}
