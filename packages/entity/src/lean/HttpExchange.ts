import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Operation } from '../table/OperationClient.js';
import type { Headers } from './Signer.js';

/** A request on its way to DynamoDB. */
export interface WireRequest {
  /** The operation that it stands for. */
  readonly operation: Operation;
  readonly headers: Readonly<Headers>;
  /** JSON. */
  readonly body: string;
}

/** An answer as it came. */
export interface WireResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** Sends a request and waits for the answer, whatever its status. */
export type Transport = (request: WireRequest) => Promise<WireResponse>;

/** Limits of a connection. */
export interface ConnectionLimits {
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxResponseBytes: number;
}

/** Thrown for an answer with more bytes than the client takes. */
export class TooLarge extends Error {}

const MAX_SOCKETS = 50;
/** Node's codes that the SDK calls by one name. */
const TIMEOUTS: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** Sends requests over connections that stay open, to one URL. */
export class HttpExchange {
  readonly #limits: ConnectionLimits;
  readonly #agent: Agent;
  readonly #request: typeof import('node:http').request;
  readonly #target: Readonly<Record<'host' | 'path' | 'port', string>>;

  constructor(url: URL, path: string, limits: ConnectionLimits) {
    // Each costs a little to load, and one is enough.
    const { Agent: NodeAgent, request } =
      url.protocol === 'https:'
        ? process.getBuiltinModule('node:https')
        : process.getBuiltinModule('node:http');
    this.#limits = limits;
    this.#request = request;
    // The time-out is that of idle connections; it also lets the process end.
    const { idleTimeoutMs: timeout } = limits;
    this.#agent = new NodeAgent({ keepAlive: true, maxSockets: MAX_SOCKETS, timeout });
    this.#target = { host: url.hostname.replace(/^\[|\]$/g, ''), path, port: url.port };
  }

  /** Sends a request. */
  send({ headers, body }: WireRequest): Promise<WireResponse> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const sent = this.#request({
        ...this.#target,
        method: 'POST',
        agent: this.#agent,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      });
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
        sent.destroy();
      };
      const expire = (ms: number, problem: string): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          fail(timeoutError(`the socket did not ${problem} within ${String(ms)} ms`));
        }, ms);
      };
      const { connectionTimeoutMs, requestTimeoutMs } = this.#limits;
      onceConnected(
        sent,
        () => {
          expire(connectionTimeoutMs, 'establish a connection');
        },
        () => {
          expire(requestTimeoutMs, 'receive an answer');
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) => {
        fail(TIMEOUTS.has(error.code) ? Object.assign(error, { name: 'TimeoutError' }) : error);
      });
      sent.on('response', (answer) => {
        this.#collect(answer).then((response) => {
          clearTimeout(timer);
          resolve(response);
        }, fail);
      });
      sent.end(body);
    });
  }

  /** Closes all connections. */
  close(): void {
    this.#agent.destroy();
  }

  #collect(answer: IncomingMessage): Promise<WireResponse> {
    const { maxResponseBytes } = this.#limits;
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxResponseBytes) reject(new TooLarge());
        else chunks.push(chunk);
      });
      answer.on('error', reject);
      answer.on('end', () => {
        const { statusCode = 0 } = answer;
        const headers = answer.headers as WireResponse['headers'];
        resolve({
          statusCode,
          headers,
          body: chunks[1] ? Buffer.concat(chunks) : (chunks[0] ?? Buffer.alloc(0)),
        });
      });
    });
  }
}

/** Calls back while a new connection is made, and once there is one. */
function onceConnected(sent: ClientRequest, connecting: () => void, connected: () => void): void {
  sent.on('socket', (socket) => {
    if (!socket.connecting) {
      connected();
      return;
    }
    connecting();
    // With TLS, there is nothing to send by before the handshake.
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
  });
}

function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' });
}
