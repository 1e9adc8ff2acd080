import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { AccountError } from '../../src/errors/AccountError.js';

/** One request as it left for DynamoDB. */
export interface SentRequest {
  /** The DynamoDB operation, such as `PutItem`. */
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What some flow cost: its requests in order, and how many of them had to wait for another. */
export interface Cost {
  readonly commands: readonly string[];
  readonly requests: readonly SentRequest[];
  readonly trips: number;
}

/**
 * Counts what a client sends, every retry by itself. It sits behind the SDK's retries, so that
 * nothing that the library says of itself (`onCommand`) is taken on trust.
 */
export class RequestLog {
  #requests: SentRequest[] = [];
  #inFlight = 0;
  #trips = 0;

  constructor(client: DynamoDBClient) {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const command = String(context.commandName).replace(/Command$/, '');
        this.#requests.push({ command, input: { ...args.input } });
        if (this.#inFlight++ === 0) this.#trips++;
        try {
          return await next(args);
        } finally {
          this.#inFlight--;
        }
      },
      { step: 'finalizeRequest', priority: 'low', name: 'requestLog' },
    );
  }

  /** What a flow sends, whether it succeeds or is refused. */
  async costOf(flow: () => Promise<unknown>): Promise<Cost> {
    this.#requests = [];
    this.#trips = 0;
    try {
      await flow();
    } catch (error) {
      if (!AccountError.is(error)) throw error;
    }
    const requests = this.#requests;
    return { commands: requests.map(({ command }) => command), requests, trips: this.#trips };
  }
}
