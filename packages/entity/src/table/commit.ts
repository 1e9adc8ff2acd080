import type { Item } from '../entity/EntityModel.js';
import { outcomeUnknown, wasRepeated, withoutItem, type Sender } from './Sender.js';
import { transactWrite, type Write } from './transactWrite.js';

/**
 * Carries out writes that belong together: a single one by itself, at half the price of a
 * transaction; several in one.
 *
 * @throws {@link EntityError} the `failure` of the first write whose condition did not hold.
 */
export async function commit(sender: Sender, writes: readonly Write[]): Promise<void> {
  const [write, ...more] = writes;
  const { Put, Delete } = write?.action ?? {};
  if (!write || more.length > 0 || !(Put ?? Delete)) {
    await transactWrite(sender, writes);
    return;
  }
  try {
    if (Put) await sender.send({ name: 'PutItem', input: Put });
    else if (Delete) await sender.send({ name: 'DeleteItem', input: Delete });
  } catch (error) {
    const { name, Item: current } = error as { name: string; Item?: Item };
    if (name !== 'ConditionalCheckFailedException') throw error;
    const operation = Put?.Item?._op?.S;
    const isOwn = write.isOwn ?? ((item: Item) => item._op?.S === operation);
    // The SDK sent the request again after its first answer was lost: what is there is ours.
    if (operation !== undefined && current && isOwn(current)) return;
    // A delete leaves nothing behind that could say whose it was.
    if (!write.isOwn && (current ?? Delete) && wasRepeated(error)) {
      throw outcomeUnknown(Put ? 'PutItem' : 'DeleteItem', withoutItem(error));
    }
    throw write.failure(current);
  }
}
