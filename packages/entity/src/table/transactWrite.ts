import {
  TransactWriteItemsCommand,
  type CancellationReason,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { itemSize } from '../attributes/assertItemSize.js';
import type { Item } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';
import type { TableAttributes } from '../keys/TableAttributes.js';
import { backOff, MAX_ATTEMPTS } from './backOff.js';
import { keyText } from './batchGet.js';
import { requestFailed, type Sender } from './Sender.js';

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
   * Whether the item that stood in the way is there because this very write made it, and its answer
   * was lost (default: by the mark of the write).
   */
  readonly isOwn?: (item: Item) => boolean;
  /**
   * Whether, with this item in the way, the write follows from what is no longer true, and must be
   * planned again (default: never).
   */
  readonly isOvertaken?: (item: Item | undefined) => boolean;
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
export async function transactWrite(sender: Sender, writes: readonly Write[]): Promise<void> {
  assertValid(writes, sender.attributes);
  const command = new TransactWriteItemsCommand({
    TransactItems: writes.map(({ action }) => action),
    ClientRequestToken: randomUUID(),
  });
  for (let attempt = 1; ; attempt++) {
    try {
      await sender.send(command);
      return;
    } catch (error) {
      const { name, CancellationReasons: reasons = [] } = error as {
        name: string;
        CancellationReasons?: CancellationReason[];
      };
      if (name === 'TransactionCanceledException') {
        const failed = reasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
        const write = writes[failed];
        if (write) throw write.failure(reasons[failed]?.Item);
        if (!reasons.some(({ Code }) => RETRYABLE.has(Code ?? ''))) {
          throw requestFailed('TransactWriteItems', withoutItems(reasons));
        }
      } else if (name === 'TransactionInProgressException') {
        // The same call is still under way: its outcome is the one to wait for.
      } else {
        throw EntityError.is(error) ? error : requestFailed('TransactWriteItems', error);
      }
      if (attempt === MAX_ATTEMPTS) throw exhausted(attempt, reasons);
      await backOff(attempt);
    }
  }
}

function assertValid(writes: readonly Write[], attributes: TableAttributes): void {
  if (writes.length === 0 || writes.length > MAX_TRANSACTION_ITEMS) {
    throw invalidTransaction(
      `holds ${String(writes.length)} items, and must hold 1 to ${String(MAX_TRANSACTION_ITEMS)}`,
    );
  }
  const bytes = writes.reduce((sum, { action }) => sum + itemSize(action.Put?.Item ?? {}), 0);
  if (bytes > MAX_TRANSACTION_BYTES) throw invalidTransaction('holds more than 4 MB');
  const keys = writes.map(({ action }) => {
    const { Put, Delete, Update, ConditionCheck } = action;
    const key = Put?.Item ?? Delete?.Key ?? Update?.Key ?? ConditionCheck?.Key;
    return keyText(attributes.keyOf(key));
  });
  if (new Set(keys).size < keys.length) throw invalidTransaction('holds two writes to one item');
}

export function invalidTransaction(reason: string): EntityError<'InvalidTransaction'> {
  return new EntityError('InvalidTransaction', `The transaction ${reason}.`, { reason });
}

function exhausted(attempts: number, reasons: readonly CancellationReason[]): EntityError {
  const codes = reasons.map(({ Code }) => Code ?? '');
  if (codes.some((code) => RETRYABLE.has(code)) && !codes.includes('TransactionConflict')) {
    return requestFailed('TransactWriteItems', withoutItems(reasons), true);
  }
  return new EntityError(
    'TransactionConflict',
    `Other writers were in the way ${String(attempts)} times in a row.`,
    { attempts },
  );
}

/** What DynamoDB said, without the items that it returned. */
function withoutItems(reasons: readonly CancellationReason[]): Error {
  return new Error(reasons.map(({ Code, Message }) => Message ?? Code ?? '').join('; '));
}
