import { invalidInput } from '../TestingError.js';

const READS = ['BatchGetItem', 'GetItem', 'Query', 'Scan', 'TransactGetItems'] as const;
const SINGLE_WRITES = ['DeleteItem', 'PutItem', 'UpdateItem'] as const;
const TRANSACTIONS = ['TransactGetItems', 'TransactWriteItems'] as const;
const BATCHES = ['BatchGetItem', 'BatchWriteItem'] as const;
const ANY = undefined;

/** The name of a fault; the guide "Testing" has a table of what each one does. */
export type FaultName =
  | 'answerLost'
  | 'connectionResetAfter'
  | 'connectionResetBefore'
  | 'crashAfter'
  | 'crashBefore'
  | 'error'
  | 'interleave'
  | 'internalServerError'
  | 'slowAnswer'
  | 'staleIndex'
  | 'throttling'
  | 'throughputExceeded'
  | 'timeout'
  | 'transactionCanceled'
  | 'transactionConflict'
  | 'transactionInProgress'
  | 'unprocessedItems';

/** The operations that each fault can meet; undefined for all of DynamoDB's. */
const OPERATIONS: Readonly<Record<FaultName, readonly string[] | undefined>> = {
  answerLost: ANY,
  connectionResetAfter: ANY,
  connectionResetBefore: ANY,
  crashAfter: ANY,
  crashBefore: ANY,
  error: ANY,
  interleave: ANY,
  internalServerError: ANY,
  slowAnswer: ANY,
  staleIndex: ['Query', 'Scan'],
  throttling: ANY,
  throughputExceeded: ANY,
  timeout: ANY,
  transactionCanceled: TRANSACTIONS,
  transactionConflict: [...TRANSACTIONS, ...SINGLE_WRITES],
  transactionInProgress: ['TransactWriteItems'],
  unprocessedItems: BATCHES,
};

/** The names of all faults. */
export const FAULT_NAMES: readonly FaultName[] = Object.freeze(
  Object.keys(OPERATIONS) as FaultName[],
);

/** A fault with options. */
export type FaultOptions =
  | { readonly name: Exclude<FaultName, 'error' | 'interleave' | 'transactionCanceled'> }
  | {
      readonly name: 'internalServerError' | 'transactionInProgress';
      /** DynamoDB has carried out the request all the same (default: false). */
      readonly executed?: boolean;
    }
  | {
      readonly name: 'transactionConflict';
      /** Indexes of the items of the transaction that were in conflict (default: all of them). */
      readonly items?: readonly number[];
      readonly executed?: boolean;
    }
  | {
      readonly name: 'transactionCanceled';
      /** A code for each item of the transaction, such as `ThrottlingError`; the rest are `None`. */
      readonly reasons: readonly string[];
      readonly executed?: boolean;
    }
  | {
      readonly name: 'slowAnswer';
      /** Time in milliseconds by which the answer is late, 0 to 60 000 (default: 100). */
      readonly delayMs?: number;
    }
  | {
      readonly name: 'unprocessedItems';
      /** How many items of the batch are sent on to DynamoDB (default: half, rounded down). */
      readonly processed?: number;
    }
  | {
      readonly name: 'error';
      /** Name of DynamoDB's error, such as `AccessDeniedException`. */
      readonly code: string;
      /** HTTP status, 400 to 599 (default: 400). */
      readonly status?: number;
      readonly executed?: boolean;
    }
  | {
      readonly name: 'interleave';
      /** Called after DynamoDB has answered and before the answer arrives. */
      readonly run: () => unknown;
    };

/** A fault of a request: its name, or its name with options. */
export type Fault = FaultName | FaultOptions;

/** A fault whose options are checked and complete. */
export interface ParsedFault {
  readonly name: FaultName;
  readonly executed: boolean;
  readonly items: readonly number[] | undefined;
  readonly reasons: readonly string[];
  readonly delayMs: number;
  readonly processed: number | undefined;
  readonly code: string;
  readonly status: number;
  readonly run: () => unknown;
}

/**
 * Tells whether a fault can meet an operation: a `transactionConflict` never meets a `Query`.
 *
 * @param name - the fault.
 * @param operation - a DynamoDB operation, such as `PutItem`.
 * @throws {@link TestingError} `InvalidInput` for a name that no fault has.
 *
 * @example
 * ```ts
 * import { FAULT_NAMES, isFaultOf } from '@latchkey/entity/testing';
 *
 * console.log(FAULT_NAMES.filter((name) => isFaultOf(name, 'TransactWriteItems')));
 * ```
 */
export function isFaultOf(name: FaultName, operation: string): boolean {
  if (!Object.hasOwn(OPERATIONS, name)) {
    throw invalidInput(`a fault must be one of ${FAULT_NAMES.join(', ')}`);
  }
  const operations: readonly string[] | undefined = OPERATIONS[name];
  return operations === undefined || operations.includes(operation);
}

/** Tells whether an operation only reads. */
export function isRead(operation: string): boolean {
  return (READS as readonly string[]).includes(operation);
}

/** Checks a fault and completes its options. */
export function parseFault(fault: Fault): ParsedFault {
  const given: { name?: FaultName } & Partial<ParsedFault> =
    typeof fault === 'string' ? { name: fault } : { ...fault };
  const { name, items, reasons = [], delayMs = 100, processed, code = '', status = 400 } = given;
  if (name === undefined || !FAULT_NAMES.includes(name)) {
    throw invalidInput(`a fault must be one of ${FAULT_NAMES.join(', ')}`);
  }
  assertInteger(delayMs, 'delayMs', 0, 60_000);
  assertInteger(status, 'status', 400, 599);
  if (processed !== undefined) assertInteger(processed, 'processed', 0, 100);
  for (const item of items ?? []) assertInteger(item, 'items', 0, 99);
  if (name === 'error' && !/^\w+$/.test(code)) {
    throw invalidInput('the fault error needs the code of an error, such as AccessDeniedException');
  }
  if (name === 'transactionCanceled' && reasons.length === 0) {
    throw invalidInput('the fault transactionCanceled needs reasons, such as ["ThrottlingError"]');
  }
  if (name === 'interleave' && typeof given.run !== 'function') {
    throw invalidInput('the fault interleave needs a function run');
  }
  return {
    name,
    executed: given.executed === true,
    items,
    reasons,
    delayMs,
    processed,
    code,
    status,
    run: given.run ?? (() => undefined),
  };
}

/** Refuses anything but an integer within a range. */
export function assertInteger(value: unknown, name: string, least: number, most: number): void {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw invalidInput(`${name} must be an integer from ${String(least)} to ${String(most)}`);
  }
}
