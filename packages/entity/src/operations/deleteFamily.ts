import { hookContext, type EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { invalidInput } from '../entity/parseInput.js';
import { EntityError } from '../errors/EntityError.js';
import { assertCondition } from '../expressions/compileCondition.js';
import { backOff, MAX_ATTEMPTS } from '../table/backOff.js';
import { commit } from '../table/commit.js';
import { MAX_TRANSACTION_ITEMS, type Write, writtenKey } from '../table/transactWrite.js';
import { checkWrite } from './check.js';
import type { DeleteInput } from './deleteOne.js';
import { findTheOne } from './find.js';
import { entityOf, hasOwnPartition, othersIn, partitionParams, unbound } from './partition.js';
import { planDelete } from './replace.js';
import { unboundNames } from './unboundNames.js';

/**
 * Deletes a document and everything else in its partition, with all unique items: in transactions
 * of up to 100 items, the document itself last. So a call that was interrupted can be made again,
 * however far it came, and unique values are free exactly when their documents are gone.
 *
 * @returns the document's item as it was, and how many documents were deleted.
 */
export async function deleteFamily(
  entity: EntityContext,
  given: DeleteInput,
): Promise<{ item: Item | undefined; deletedCount: number }> {
  const context = hookContext(entity, 'delete', given.context);
  const input = await entity.hooks.beforeQuery(given, context);
  assertRoot(entity);
  assertCondition(input.condition, entity.model);
  const parent = await findTheOne(entity, input.filter);
  if (!parent) return { item: undefined, deletedCount: 0 };
  if (input.condition) {
    const filter = entity.model.keyFields(entity.model.attributes.keyOf(parent));
    await commit(entity.sender, [checkWrite(entity, { filter, condition: input.condition })]);
  }
  let deletedCount = 0;
  const onDeleted = (count: number): void => {
    deletedCount += count;
  };
  for (let attempt = 1; ; attempt++) {
    try {
      await deleteOthers(entity, parent, onDeleted);
      const current = await findTheOne(entity, input.filter);
      if (current) {
        await commit(entity.sender, planDelete(entity, current, input.condition));
        onDeleted(1);
      }
      return { item: parent, deletedCount };
    } catch (error) {
      const isStale = EntityError.is(error) && error.code === 'VersionConflict';
      if (!isStale || attempt === MAX_ATTEMPTS) throw error;
      await backOff(attempt);
    }
  }
}

/** @throws {@link EntityError} `InvalidInput` for an entity whose documents share a partition. */
function assertRoot({ model }: EntityContext): void {
  if (hasOwnPartition(model)) return;
  throw invalidInput(model.name, [
    { path: 'withRelated', message: 'its documents do not have a partition of their own' },
  ]);
}

/** Deletes the other documents of a partition, page by page. */
async function deleteOthers(
  entity: EntityContext,
  parent: Item,
  onDeleted: (count: number) => void,
): Promise<void> {
  let startKey: Item | undefined;
  do {
    const page = await entity.sender.send({
      name: 'Query',
      input: { ...partitionParams(entity, parent), ExclusiveStartKey: startKey },
    });
    const others = othersIn(entity, parent, page.Items);
    const plans = others.map((item) => planDelete(entityOf(entity, item), item));
    // Before the first is deleted, every one must be known.
    if (!startKey && page.LastEvaluatedKey)
      await assertBound(entity, page.LastEvaluatedKey, parent);
    for (const pack of packed(plans, (write) => writtenKey(write, entity.model.attributes))) {
      await commit(entity.sender, pack.flat());
      onDeleted(pack.length);
    }
    startKey = page.LastEvaluatedKey;
  } while (startKey);
}

/**
 * Reads on through a partition.
 *
 * @throws {@link EntityError} `InvalidTable` for documents whose definitions are not bound.
 */
async function assertBound(entity: EntityContext, startKey: Item, parent: Item): Promise<void> {
  const { PK } = entity.model.attributes.keyOf(parent);
  const names = await unboundNames(entity, PK, startKey);
  if (names.length > 0) throw unbound(names);
}

/**
 * Whole plans together, up to DynamoDB's limit on one transaction, which takes an item once: two
 * documents from before an index was unique may have one value.
 */
function packed(
  plans: readonly (readonly Write[])[],
  keyOf: (write: Write) => string,
): (readonly Write[])[][] {
  const packs: (readonly Write[])[][] = [];
  let last: (readonly Write[])[] = [];
  let keys = new Set<string>();
  for (const writes of plans) {
    const own = writes.map(keyOf);
    const isFull = keys.size + own.length > MAX_TRANSACTION_ITEMS;
    if (last.length === 0 || isFull || own.some((key) => keys.has(key))) {
      last = [];
      keys = new Set();
      packs.push(last);
    }
    last.push(writes);
    for (const key of own) keys.add(key);
  }
  return packs;
}
