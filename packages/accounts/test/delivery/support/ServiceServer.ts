import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is answered. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Stands where a service of AWS would be, and keeps what the real SDK sends there. */
export class ServiceServer {
  readonly requests: ReceivedRequest[] = [];
  readonly #server: Server;
  answer: Answer;

  private constructor(answer: Answer) {
    this.answer = answer;
    this.#server = createServer((request, response) => {
      const keep = async (): Promise<void> => {
        const { method, url, headers } = request;
        this.requests.push({ method, url, headers, body: await text(request) });
        const { status, type, body } = this.answer;
        response.writeHead(status, { 'content-type': type }).end(body);
      };
      keep().catch(() => response.destroy());
    });
  }

  static async start(answer: Answer): Promise<ServiceServer> {
    const server = new ServiceServer(answer);
    await once(server.#server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  /** What a client of the SDK needs to come here. */
  get client(): {
    region: string;
    endpoint: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    maxAttempts: number;
  } {
    const { port } = this.#server.address() as AddressInfo;
    return {
      region: 'local',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    };
  }

  /** The only request that has come since the last look. */
  take(): ReceivedRequest {
    const [request, ...more] = this.requests.splice(0);
    if (!request || more.length > 0)
      throw new Error(`expected one request, and ${more.length} more came`);
    return request;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
