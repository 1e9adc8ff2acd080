import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import type { Item } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';
import type { Key } from '../keys/Key.js';
import { backOff, MAX_ATTEMPTS } from './backOff.js';
import { keyText } from './batchGet.js';
import type { Operation } from './OperationClient.js';
import { requestFailed } from './requestFailed.js';
import { requestOf, type Sender } from './Sender.js';

/**
 * Reads up to 100 items as they were at one moment.
 *
 * @param given - the keys; undefined for one that no item can have.
 */
export async function transactGet(
  sender: Sender,
  tableName: string,
  given: readonly (Key | undefined)[],
): Promise<(Item | undefined)[]> {
  const keys = given.filter((key) => key !== undefined);
  if (keys.length === 0) return given.map(() => undefined);
  // DynamoDB refuses two reads of one item.
  const byText = new Map(keys.map((key) => [keyText(key), key]));
  const texts = [...byText.keys()];
  const operation: Operation<'TransactGetItems'> = {
    name: 'TransactGetItems',
    input: {
      TransactItems: [...byText.values()].map((key) => ({
        Get: { TableName: tableName, Key: sender.attributes.keyItem(key) },
      })),
    },
  };
  for (let attempt = 1; ; attempt++) {
    try {
      const { Responses = [] } = await sender.send(operation);
      return given.map((key) => key && Responses[texts.indexOf(keyText(key))]?.Item);
    } catch (error) {
      const { name, CancellationReasons: reasons = [] } = error as {
        name: string;
        CancellationReasons?: CancellationReason[];
      };
      const isConflict = reasons.some(({ Code }) => Code === 'TransactionConflict');
      if (name !== 'TransactionCanceledException' || !isConflict) {
        throw EntityError.is(error) ? error : requestFailed(requestOf(operation), error);
      }
      if (attempt === MAX_ATTEMPTS) {
        throw new EntityError(
          'TransactionConflict',
          'Other writers got in the way of every attempt.',
          {
            attempts: attempt,
          },
        );
      }
      await backOff(attempt);
    }
  }
}
