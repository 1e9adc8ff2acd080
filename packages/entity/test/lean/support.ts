import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createLeanClient } from '../../src/lean/createLeanClient.js';
import type { LeanClient } from '../../src/lean/LeanClient.js';
import { Table } from '../../src/sdk/Table.js';

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'an example of a secret' };

/** Answers the nth request, from 1. */
export type Answerer = (
  response: ServerResponse,
  nth: number,
  request: IncomingMessage,
) => void | Promise<void>;

/** A server on the loopback address that answers as a test has it. */
export interface Hostile {
  readonly endpoint: string;
  /** Requests since the last `answerBy`, by their headers. */
  readonly requests: IncomingMessage['headers'][];
  answerBy(answerer: Answerer): void;
  close(): Promise<void>;
}

/** Starts the server. */
export async function startHostile(): Promise<Hostile> {
  const requests: IncomingMessage['headers'][] = [];
  let answerer: Answerer = (response) => void response.end('{}');
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const nth = requests.push(request.headers);
      void answerer(response, nth, request);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    answerBy: (next) => {
      answerer = next;
      requests.length = 0;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A client of each kind, with the same settings. */
export const CLIENTS: Readonly<
  Record<'SDK' | 'lean', (endpoint: string, timeoutMs?: number) => DynamoDBClient | LeanClient>
> = {
  SDK: (endpoint, timeoutMs = 10_000) => {
    const requestHandler = { requestTimeout: timeoutMs, throwOnRequestTimeout: true };
    return new DynamoDBClient({
      endpoint,
      region: 'eu-west-1',
      credentials: CREDENTIALS,
      maxAttempts: 2,
      requestHandler,
    });
  },
  lean: (endpoint, timeoutMs = 10_000) =>
    createLeanClient({
      endpoint,
      region: 'eu-west-1',
      credentials: CREDENTIALS,
      maxAttempts: 2,
      requestTimeoutMs: timeoutMs,
      maxResponseBytes: 1000,
    }),
};

/** A table of such a client. */
export function tableOf(client: DynamoDBClient | LeanClient): Table {
  return new Table({ name: 'orders', client });
}

/** Whatever an action throws. */
export async function thrownBy(action: Promise<unknown>): Promise<Error> {
  return action.then(
    () => Promise.reject(new Error('expected an error')),
    (error: unknown) => error as Error,
  );
}
