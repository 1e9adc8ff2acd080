import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EntityError } from '../errors/EntityError.js';

/** What an observer is told of every request that was sent, whether it succeeded or not. */
export interface CommandEvent {
  /** The DynamoDB operation, such as `PutItem`. */
  readonly command: string;
  /** How often the SDK sent it. */
  readonly attempts: number;
  /** From the call to its answer, retries included. */
  readonly durationMs: number;
  /** What DynamoDB charged, in capacity units, where it said so. */
  readonly consumedCapacity?: number;
  /** The name of the error, where it failed. */
  readonly errorName?: string;
}

/** What sends commands: a client of the SDK. */
export type CommandClient = Pick<DynamoDBClient, 'send'>;

type Command = Parameters<DynamoDBClient['send']>[0];
interface Answer {
  readonly $metadata: { readonly attempts?: number };
  readonly ConsumedCapacity?: unknown;
}

/** Errors that say what became of a condition: their meaning depends on who asked. */
const ANSWERS = new Set([
  'ConditionalCheckFailedException',
  'TransactionCanceledException',
  'TransactionInProgressException',
  'ResourceNotFoundException',
  'ResourceInUseException',
  'ValidationException',
]);
/** Requests that DynamoDB charges for, and tells what. */
const CHARGED = new Set([
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'Scan',
  'BatchGetItem',
  'BatchWriteItem',
  'TransactGetItems',
  'TransactWriteItems',
]);
const RETRYABLE =
  /Throttl|ProvisionedThroughput|RequestLimit|InternalServer|ServiceUnavailable|Timeout|ECONN|ENOTFOUND|EPIPE|socket/i;

/** The one place from which requests leave. */
export class Sender {
  readonly #client: CommandClient;
  readonly #onCommand: ((event: CommandEvent) => void) | undefined;

  constructor(client: CommandClient, onCommand?: (event: CommandEvent) => void) {
    this.#client = client;
    this.#onCommand = onCommand;
  }

  /**
   * Sends one request; the SDK retries what is safe to send again.
   *
   * @throws {@link EntityError} `RequestFailed`; failed conditions come as the SDK's own errors.
   */
  readonly send: DynamoDBClient['send'] = async (command: Command): Promise<never> => {
    const name = command.constructor.name.replace(/Command$/, '');
    if (this.#onCommand && CHARGED.has(name)) {
      Object.assign(command.input, { ReturnConsumedCapacity: 'TOTAL' });
    }
    const startedMs = performance.now();
    try {
      const answer = (await this.#client.send(command)) as Answer;
      this.#report(name, startedMs, answer.$metadata.attempts, answer.ConsumedCapacity);
      return answer as never;
    } catch (error) {
      const { $metadata, name: errorName } = error as Partial<Answer> & { name: string };
      this.#report(name, startedMs, $metadata?.attempts, undefined, errorName);
      if (ANSWERS.has(errorName)) throw error;
      throw requestFailed(name, error);
    }
  };

  #report(
    command: string,
    startedMs: number,
    attempts = 1,
    capacity?: unknown,
    errorName?: string,
  ): void {
    if (!this.#onCommand) return;
    const consumedCapacity = sumCapacity(capacity);
    this.#onCommand({
      command,
      attempts,
      durationMs: performance.now() - startedMs,
      ...(consumedCapacity !== undefined && { consumedCapacity }),
      ...(errorName !== undefined && { errorName }),
    });
  }
}

/** Wraps what the SDK threw; the request itself, which may hold secrets, is no part of that. */
export function requestFailed(command: string, cause: unknown): EntityError<'RequestFailed'> {
  const error = cause as { name?: string; code?: string; $retryable?: unknown };
  const retryable =
    error.$retryable !== undefined || RETRYABLE.test(`${error.name ?? ''} ${error.code ?? ''}`);
  return new EntityError(
    'RequestFailed',
    `DynamoDB did not carry out ${command}.`,
    { command, retryable },
    { cause },
  );
}

function sumCapacity(capacity: unknown): number | undefined {
  if (capacity === undefined) return undefined;
  const parts = (Array.isArray(capacity) ? capacity : [capacity]) as { CapacityUnits?: number }[];
  return parts.reduce((sum, part) => sum + (part.CapacityUnits ?? 0), 0);
}
