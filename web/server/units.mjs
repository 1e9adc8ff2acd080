import { itemSize } from './itemSize.mjs';

const WRITE_BLOCK_BYTES = 1024;
const READ_BLOCK_BYTES = 4096;

/** Keys of the items that a request writes or checks; none for a request that only reads. */
export function writtenKeys(command, input) {
  return writesOf(command, input).map(({ key }) => key);
}

/**
 * Write units of a request, by the rules of AWS: one for each KB of the item, before or after, whichever is
 * larger; at least one, and twice as many in a transaction. A request whose condition fails is charged for
 * the items that are there.
 *
 * DynamoDB Local reports other numbers for transactions, so they are counted here for all writes.
 *
 * @param {(object | undefined)[]} before the items of {@link writtenKeys}, undefined where there is none
 * @param {(object | undefined)[]} after the same, after the request; equal to `before` for one that failed
 */
export function writeUnits(command, before, after) {
  const units = before.map((old, at) =>
    Math.max(1, Math.ceil(Math.max(sizeOf(old), sizeOf(after[at])) / WRITE_BLOCK_BYTES)),
  );
  const sum = units.reduce((total, each) => total + each, 0);
  return command === 'TransactWriteItems' ? 2 * sum : sum;
}

/**
 * Read units of a request: what the response reports, but at least that of one block, which DynamoDB Local
 * leaves out where nothing is found. Those of a transaction are counted, as for writes.
 */
export function readUnits(command, input, output) {
  if (command === 'TransactGetItems') {
    const blocks = output.Responses.map(({ Item }) => Math.ceil(sizeOf(Item) / READ_BLOCK_BYTES));
    return blocks.reduce((total, each) => total + 2 * Math.max(1, each), 0);
  }
  const least = command === 'BatchGetItem' ? 0 : input.ConsistentRead ? 1 : 0.5;
  return Math.max(least, reportedUnits(output));
}

/** Units that a response reports, of one table or of several. */
export function reportedUnits({ ConsumedCapacity = [] }) {
  return [ConsumedCapacity].flat().reduce((total, { CapacityUnits }) => total + CapacityUnits, 0);
}

function writesOf(command, input) {
  switch (command) {
    case 'PutItem':
      return [{ key: keyOf(input.Item) }];
    case 'UpdateItem':
    case 'DeleteItem':
      return [{ key: keyOf(input.Key) }];
    case 'TransactWriteItems':
      return input.TransactItems.map(({ Put, Update, Delete, ConditionCheck }) => ({
        key: keyOf(Put?.Item ?? (Update ?? Delete ?? ConditionCheck).Key),
      }));
    case 'BatchWriteItem':
      return Object.values(input.RequestItems)
        .flat()
        .map(({ PutRequest, DeleteRequest }) => ({
          key: keyOf(PutRequest?.Item ?? DeleteRequest.Key),
        }));
    default:
      return [];
  }
}

const keyOf = ({ PK, SK }) => ({ PK, SK });
const sizeOf = (item) => (item ? itemSize(item) : 0);
