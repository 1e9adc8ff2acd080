import { Buffer } from 'node:buffer';
import { Agent, request as sendRequest } from 'node:http';
import { createHistogram } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';

/** A server that is starved of processors still answers at some time. */
const WITHIN_MS = 180_000;

/** An answer that no acknowledgement can be taken from. */
export class UnexpectedAnswer extends Error {}

/** Sends the requests of all visitors, and measures them by operation. */
export class Browser {
  #agent;
  #port;
  #times = new Map();

  constructor(port, sockets) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: sockets });
  }

  /**
   * Sends one request.
   *
   * @param sent - `name` of the operation, `path`, `ip` of the visitor; `body`, `token`, `expected` status.
   * @returns the body, with `authToken` where the server has given a new one.
   * @throws UnexpectedAnswer for any other status, or none.
   */
  async send({ name, method = 'POST', path, ip, body, token, expected }) {
    const start = performance.now();
    const { status, headers, json } = await this.#exchange({ method, path, ip, body, token });
    this.#record(name, performance.now() - start);
    const isExpected = expected === undefined ? status < 300 : status === expected;
    if (!isExpected) throw new UnexpectedAnswer(`${name}: ${status} ${json.code ?? ''}`);
    return { ...json, ...(headers['auth-token'] && { authToken: headers['auth-token'] }) };
  }

  /** Forgets the times so far. */
  reset() {
    this.#times.clear();
  }

  /** How often each operation was answered, and in how many milliseconds. */
  times() {
    return [...this.#times].map(([operation, times]) => ({
      operation,
      count: times.count,
      p50: times.percentile(50) / 1000,
      p99: times.percentile(99) / 1000,
    }));
  }

  /** Closes its connections. */
  close() {
    this.#agent.destroy();
  }

  async #exchange({ method, path, ip, body, token }) {
    const payload = body && JSON.stringify(body);
    const sent = sendRequest({
      host: '127.0.0.1',
      port: this.#port,
      agent: this.#agent,
      method,
      path,
      timeout: WITHIN_MS,
      headers: {
        'user-agent': 'load',
        'x-forwarded-for': ip,
        ...(token && { authorization: `Bearer ${token}` }),
        ...(payload && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
        }),
      },
    });
    try {
      const response = await new Promise((resolve, reject) => {
        sent.on('response', resolve).on('error', reject);
        sent.on('timeout', () => sent.destroy(new Error('no answer')));
        sent.end(payload);
      });
      const { statusCode: status, headers } = response;
      const content = await text(response);
      return { status, headers, json: content === '' ? {} : JSON.parse(content) };
    } catch (error) {
      throw new UnexpectedAnswer(`${path}: ${error.message}`, { cause: error });
    }
  }

  #record(name, ms) {
    let times = this.#times.get(name);
    if (!times) this.#times.set(name, (times = createHistogram()));
    times.record(Math.max(1, Math.round(ms * 1000)));
  }
}
