import { EntityError } from '../errors/EntityError.js';
import { DEFAULT_ATTRIBUTES, type TableAttributes } from '../keys/TableAttributes.js';
import { backOff, MAX_ATTEMPTS } from './backOff.js';
import type { Operation, OperationClient, OperationName, OutputOf } from './OperationClient.js';
import { requestFailed } from './requestFailed.js';
import type { FailedRequest } from './requestFaults.js';

/** Event for each request that was sent, whether it succeeded or failed. */
export interface CommandEvent {
  /** The DynamoDB operation, such as `PutItem`. */
  readonly command: string;
  /** Number of attempts by the SDK. */
  readonly attempts: number;
  /** Duration from the call to the response, including retries. */
  readonly durationMs: number;
  /** Capacity units that DynamoDB charged, if reported. */
  readonly consumedCapacity?: number;
  /** The name of the error, if it failed. */
  readonly errorName?: string;
}

/** Called after a request. */
export type CommandListener = (event: CommandEvent) => void;

interface Answer {
  readonly $metadata: { readonly attempts?: number };
  readonly ConsumedCapacity?: unknown;
}

/** Errors that say what became of a condition: their meaning depends on who asked. */
const ANSWERS = new Set([
  'ConditionalCheckFailedException',
  'TransactionCanceledException',
  'TransactionInProgressException',
]);
/** Operations that DynamoDB charges for, and tells what. */
const CHARGED: ReadonlySet<OperationName> = new Set([
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'TransactGetItems',
  'TransactWriteItems',
  'UpdateItem',
] as const);

/** The one place from which requests leave. */
export class Sender {
  /** The names of the keys of the items that are sent. */
  readonly attributes: TableAttributes;
  readonly #client: OperationClient;
  readonly #listeners: Set<CommandListener>;

  constructor(
    client: OperationClient,
    onCommand?: CommandListener,
    attributes: TableAttributes = DEFAULT_ATTRIBUTES,
  ) {
    this.attributes = attributes;
    this.#client = client;
    this.#listeners = new Set(onCommand && [onCommand]);
  }

  /** Adds a listener to every request from now on; returns a function that removes it. */
  listen(listener: CommandListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Sends one request; the SDK retries what is safe to send again.
   *
   * @throws {@link EntityError} `TableNotFound`, `TableMismatch`, `AccessDenied`, `InvalidClient`,
   *   `Unreachable`, `RequestFailed`; failed conditions come as the SDK's own errors.
   */
  async send<N extends OperationName>(given: Operation<N>): Promise<OutputOf<N>> {
    const operation =
      this.#listeners.size > 0 && CHARGED.has(given.name)
        ? { ...given, input: { ...given.input, ReturnConsumedCapacity: 'TOTAL' } }
        : given;
    for (let attempt = 1; ; attempt++) {
      const startedMs = performance.now();
      try {
        const answer = await this.#client.send(operation);
        const { $metadata, ConsumedCapacity } = answer as Answer;
        this.#report(given.name, startedMs, $metadata.attempts, ConsumedCapacity);
        return answer;
      } catch (error) {
        const { $metadata, name: errorName } = error as Partial<Answer> & { name: string };
        this.#report(given.name, startedMs, $metadata?.attempts, undefined, errorName);
        if (ANSWERS.has(errorName)) throw error;
        // A transaction was at work on the item. Nothing was written, and the SDK does not try again.
        if (errorName !== 'TransactionConflictException' || attempt === MAX_ATTEMPTS) {
          throw requestFailed(requestOf(given), error);
        }
        await backOff(attempt);
      }
    }
  }

  #report(
    command: OperationName,
    startedMs: number,
    attempts = 1,
    capacity?: unknown,
    errorName?: string,
  ): void {
    if (this.#listeners.size === 0) return;
    const consumedCapacity = sumCapacity(capacity);
    const event: CommandEvent = {
      command,
      attempts,
      durationMs: performance.now() - startedMs,
      ...(consumedCapacity !== undefined && { consumedCapacity }),
      ...(errorName !== undefined && { errorName }),
    };
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // What an observer does cannot change what became of the request.
      }
    }
  }
}

/** The table that a request is for; a request of this package is for one. */
function tableOf(input: object): string | undefined {
  const { TableName, RequestItems, TransactItems } = input as {
    TableName?: string;
    RequestItems?: Record<string, unknown>;
    TransactItems?: Record<string, { TableName?: string }>[];
  };
  const [first] = TransactItems ?? [];
  return (
    TableName ?? Object.keys(RequestItems ?? {})[0] ?? Object.values(first ?? {})[0]?.TableName
  );
}

/** Describes a request, for the error that the request ends with. */
export function requestOf({ name, input }: Operation): FailedRequest {
  const table = tableOf(input);
  return { command: name, ...(table !== undefined && { table }) };
}

/**
 * The error for a write whose condition failed when the SDK had sent it more than once: an earlier
 * attempt may have made it, and somebody else may have written since. Neither success nor conflict
 * could be reported with truth.
 */
export function outcomeUnknown(command: string, cause: unknown): EntityError<'RequestFailed'> {
  return new EntityError(
    'RequestFailed',
    `The response was lost. It is unknown whether ${command} was carried out.`,
    {
      command,
      reason: 'outcomeUnknown',
      retryable: false,
      sdkError: String((cause as Partial<Error>).name),
    },
    { cause },
  );
}

/**
 * Returns the error that the SDK threw, without the item that DynamoDB returned with it, which may
 * hold secrets.
 */
export function withoutItem(error: unknown): Error {
  const { name, message } = error as Error;
  return Object.assign(new Error(message), { name });
}

/** Tells whether the SDK had sent a request more than once when it failed. */
export function wasRepeated(error: unknown): boolean {
  return ((error as Partial<Answer>).$metadata?.attempts ?? 1) > 1;
}

function sumCapacity(capacity: unknown): number | undefined {
  if (capacity === undefined) return undefined;
  const parts = (Array.isArray(capacity) ? capacity : [capacity]) as { CapacityUnits?: number }[];
  return parts.reduce((sum, part) => sum + (part.CapacityUnits ?? 0), 0);
}
