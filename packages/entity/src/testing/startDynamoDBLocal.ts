import { startEngine } from './internal/startEngine.js';

/** Options for starting DynamoDB Local. */
export interface StartOptions {
  /** TCP port from 1 to 65535; default: a free one. */
  readonly port?: number;
  /** Time limit of the start in milliseconds, including a download; default 60 000. */
  readonly startTimeoutMs?: number;
}

/** A DynamoDB that runs on this machine until it is stopped. */
export interface LocalDynamoDB {
  /** URL for clients, such as `http://127.0.0.1:49152`. */
  readonly endpoint: string;
  /** Stops it and waits until it has exited; repeated calls have no effect. */
  stop(): Promise<void>;
  /** Same as `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts DynamoDB Local in memory, on a free port, and waits until it responds.
 *
 * If the environment has `DYNAMODB_ENDPOINT`, nothing is started: that endpoint is returned, and
 * `stop` has no effect. Otherwise it needs Java and the package `dynamodb-local`, and uses the copy
 * of DynamoDB Local in `amplify-dynamodb-simulator` if that is installed; otherwise
 * `dynamodb-local` downloads one. Without Java or `dynamodb-local`, it starts dynoxide instead, if
 * `@dynoxide/linux-x64` is installed on Linux x64. The engine stops when this process ends, even
 * after a crash.
 *
 * @param options - `port` (default: a free one) and `startTimeoutMs` (milliseconds, default 60 000).
 * @returns Its endpoint, and a function to stop it.
 * @throws {@link TestingError} `JavaMissing` or `JavaTooOld` without Java 11 or newer,
 *   `PeerMissing` without `dynamodb-local`, if dynoxide is not installed either; `PortInUse` if
 *   another program uses the `port`, `StartFailed` if it did not respond in time.
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
