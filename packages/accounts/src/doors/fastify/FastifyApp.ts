import type { IncomingMessage, ServerResponse } from 'node:http';

/** The part of a Fastify application that is used; Fastify need not be installed for the types to hold. */
export interface FastifyApp {
  removeAllContentTypeParsers(): unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Fastify's overloads are generic in what a parser takes
  addContentTypeParser(type: string, parser: (...parameters: any[]) => void): unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  all(path: string, handler: (...parameters: any[]) => Promise<unknown>): unknown;
}

/** The part of a request that is used. */
export interface FastifyRequest {
  readonly raw: IncomingMessage;
}

/** The part of a response that is used. */
export interface FastifyReply {
  readonly raw: ServerResponse;
  getHeaders(): Record<string, number | string | string[] | undefined>;
  hijack(): unknown;
  header(name: string, value: string): unknown;
  code(status: number): { send(body: string): unknown };
}
