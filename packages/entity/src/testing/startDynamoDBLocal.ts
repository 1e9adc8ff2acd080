import { startEngine } from './internal/startEngine.js';

/** How to start DynamoDB Local. */
export interface StartOptions {
  /** TCP port from 1 to 65535; default: a free one. */
  readonly port?: number;
  /** Milliseconds until the start counts as failed, a download included; default 60 000. */
  readonly startTimeoutMs?: number;
}

/** A DynamoDB that runs on this machine until it is stopped. */
export interface LocalDynamoDB {
  /** URL for clients, such as `http://127.0.0.1:49152`. */
  readonly endpoint: string;
  /** Ends it and waits until it is gone; calling it again does no harm. */
  stop(): Promise<void>;
  /** Same as `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts DynamoDB Local in memory, on a free port, and waits until it answers.
 *
 * When the environment has `DYNAMODB_ENDPOINT`, nothing is started: that endpoint is returned and
 * `stop` leaves it alone. Otherwise it needs Java and the package `dynamodb-local`, and takes the
 * copy of DynamoDB Local in `amplify-dynamodb-simulator` when that is installed; without it,
 * `dynamodb-local` downloads one. Without Java, or without `dynamodb-local`, it starts dynoxide
 * instead, on Linux x64, where `@dynoxide/linux-x64` is installed. The engine ends with this
 * process, however this process ends.
 *
 * @param options - `port` (default: a free one) and `startTimeoutMs` (milliseconds, default 60 000).
 * @returns Its endpoint, and the way to stop it.
 * @throws {@link TestingError} `JavaMissing` or `JavaTooOld` without Java 11 or newer, `PeerMissing`
 *   without `dynamodb-local`, where there is no dynoxide either; `PortInUse` when another program has
 *   the `port`, `StartFailed` when it did not answer in time.
 *
 * @example
 * ```ts
 * import { localClient, startDynamoDBLocal } from '@latchkey/entity/testing';
 *
 * const local = await startDynamoDBLocal();
 * const client = localClient(local.endpoint);
 * client.destroy();
 * await local.stop();
 * ```
 */
export async function startDynamoDBLocal(options: StartOptions = {}): Promise<LocalDynamoDB> {
  const given = process.env.DYNAMODB_ENDPOINT;
  if (given) return describe(given, () => Promise.resolve());

  const { port, startTimeoutMs: timeoutMs = 60_000 } = options;
  const launched = await startEngine({ port, timeoutMs });
  return describe(`http://127.0.0.1:${launched.port}`, launched.stop);
}

function describe(endpoint: string, stop: () => Promise<void>): LocalDynamoDB {
  return Object.freeze({ endpoint, stop, [Symbol.asyncDispose]: stop });
}
