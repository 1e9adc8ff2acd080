import type { CancellationReason, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { itemSize, MAX_ITEM_BYTES } from '../attributes/assertItemSize.js';
import type { Item } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';
import type { TableAttributes } from '../keys/TableAttributes.js';
import { backOff, MAX_ATTEMPTS } from './backOff.js';
import { keyText } from './batchGet.js';
import type { Operation } from './OperationClient.js';
import { refusedSum } from './refusedSum.js';
import { isNoNumber, requestFailed, sdkErrorOf } from './requestFailed.js';
import { requestOf, type Sender } from './Sender.js';

/** DynamoDB's limit on the items of one transaction. */
export const MAX_TRANSACTION_ITEMS = 100;
/** And on their size. */
const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;

/** One write of a transaction, and what it means when its condition does not hold. */
export interface Write {
  readonly action: TransactWriteItem;
  /** The error for a failed condition, from the item that stood in the way. */
  readonly failure: (item: Item | undefined) => EntityError;
  /**
   * The error for a sum that is no number that DynamoDB can keep; undefined if this item makes none
   * (default: `RequestFailed`).
   */
  readonly noNumber?: (item: Item | undefined) => EntityError | undefined;
  /**
   * Tells whether the item that stood in the way is there because this very write made it, and its
   * answer was lost (default: by the mark of the write).
   */
  readonly isOwn?: (item: Item) => boolean;
  /**
   * Tells whether, with this item in the way, the write follows from what is no longer true, and must be
   * planned again (default: never).
   */
  readonly isOvertaken?: (item: Item | undefined) => boolean;
  /**
   * Takes the place of the action where its condition does not hold; the transaction is then sent
   * again with it (default: it fails).
   */
  readonly instead?: TransactWriteItem;
}

/** Codes that say the transaction met another one, or a limit, and may be sent again. */
const RETRYABLE = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/**
 * Writes all or nothing. One idempotency token stands for the call, so that neither the SDK's
 * retries nor these ones write twice.
 *
 * @throws {@link EntityError} the `failure` of the first write whose condition did not hold;
 *   `TransactionConflict` when others were in the way every time; `InvalidTransaction`.
 */
export async function transactWrite(sender: Sender, planned: readonly Write[]): Promise<void> {
  assertValid(planned, sender.attributes);
  let writes = planned;
  let operation = operationOf(writes);
  for (let attempt = 1; ; attempt++) {
    try {
      await sender.send(operation);
      return;
    } catch (error) {
      const { name, CancellationReasons: reasons = [] } = error as {
        name: string;
        CancellationReasons?: CancellationReason[];
      };
      if (name === 'TransactionCanceledException') {
        const isFailed = (at: number): boolean => reasons[at]?.Code === 'ConditionalCheckFailed';
        const failed = writes.findIndex(({ instead }, at) => !instead && isFailed(at));
        const write = writes[failed];
        if (write) throw write.failure(reasons[failed]?.Item);
        if (writes.some((_, at) => isFailed(at))) {
          writes = writes.map((each, at) => (isFailed(at) ? replaced(each) : each));
          operation = operationOf(writes);
          continue;
        }
        const beyond = writes.filter((_, at) => isNoNumber(reasons[at]?.Message));
        const sum = await refusedSum(sender, beyond);
        if (sum) throw sum;
        if (!reasons.some(({ Code }) => RETRYABLE.has(Code ?? ''))) {
          throw requestFailed(requestOf(operation), withoutItems(reasons));
        }
      } else if (name === 'TransactionInProgressException') {
        // The same call is still under way: its outcome is the one to wait for.
      } else {
        const sum = isNoNumber(sdkErrorOf(error).message) && (await refusedSum(sender, writes));
        if (sum) throw sum;
        throw EntityError.is(error) ? error : requestFailed(requestOf(operation), error);
      }
      if (attempt === MAX_ATTEMPTS) throw exhausted(attempt, reasons);
      await backOff(attempt);
    }
  }
}

function operationOf(writes: readonly Write[]): Operation<'TransactWriteItems'> {
  return {
    name: 'TransactWriteItems',
    input: {
      TransactItems: writes.map(({ action }) => action),
      ClientRequestToken: randomUUID(),
    },
  };
}

function replaced({ instead, ...write }: Write): Write {
  return instead ? { ...write, action: instead } : write;
}

function assertValid(writes: readonly Write[], attributes: TableAttributes): void {
  if (writes.length === 0 || writes.length > MAX_TRANSACTION_ITEMS) {
    throw invalidTransaction(
      `contains ${String(writes.length)} items, but must contain 1 to ${String(MAX_TRANSACTION_ITEMS)}`,
    );
  }
  if (bytesOf(writes) > MAX_TRANSACTION_BYTES) throw invalidTransaction('contains more than 4 MB');
  const keys = writes.map((write) => writtenKey(write, attributes));
  if (new Set(keys).size < keys.length) throw invalidTransaction('contains two writes to one item');
}

/** The bytes of the items that are written, or a number that they do not exceed. */
function bytesOf(writes: readonly Write[]): number {
  const most = writes.length * MAX_ITEM_BYTES;
  // Ten of the largest items find room: they need not be measured again.
  if (most <= MAX_TRANSACTION_BYTES) return most;
  return writes.reduce((sum, { action }) => sum + itemSize(action.Put?.Item ?? {}), 0);
}

/** The key of the item that a write is about, as one text. */
export function writtenKey({ action }: Write, attributes: TableAttributes): string {
  const { Put, Delete, Update, ConditionCheck } = action;
  return keyText(attributes.keyOf(Put?.Item ?? Delete?.Key ?? Update?.Key ?? ConditionCheck?.Key));
}

export function invalidTransaction(reason: string): EntityError<'InvalidTransaction'> {
  return new EntityError('InvalidTransaction', `The transaction ${reason}.`, { reason });
}

function exhausted(attempts: number, reasons: readonly CancellationReason[]): EntityError {
  const codes = reasons.map(({ Code }) => Code ?? '');
  if (codes.some((code) => RETRYABLE.has(code)) && !codes.includes('TransactionConflict')) {
    return requestFailed({ command: 'TransactWriteItems' }, withoutItems(reasons), true);
  }
  return new EntityError(
    'TransactionConflict',
    `Other writers got in the way of all ${String(attempts)} attempts.`,
    { attempts },
  );
}

/** Returns DynamoDB's error, without the items that DynamoDB returned. */
function withoutItems(reasons: readonly CancellationReason[]): Error {
  const message = reasons.map(({ Code, Message }) => Message ?? Code ?? '').join('; ');
  return Object.assign(new Error(message), { name: 'TransactionCanceledException' });
}
