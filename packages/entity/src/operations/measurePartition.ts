import type { QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import type { InferKey, Typed } from '@latchkey/schema';
import { itemSize } from '../attributes/assertItemSize.js';
import type { Entity } from '../entity/Entity.js';
import { entityContext, type EntityContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import type { Relations } from '../entity/inputs.js';
import { isDocument } from '../entity/isOwnItem.js';
import { parseKey } from '../entity/parseKey.js';
import { partitionParams } from './partition.js';

/** A document of a partition, with the sizes by which DynamoDB charges for it. */
export interface MeasuredDocument {
  /** The name of the document's entity. */
  readonly entity: string;
  /** The fields of its key; empty for an entity that is not bound to the table. */
  readonly key: Readonly<Record<string, unknown>>;
  /** The size of its item, in bytes. */
  readonly bytes: number;
  /** The sizes of its unique items, in bytes. */
  readonly uniqueBytes: readonly number[];
  /** The number of global secondary indexes that contain it. */
  readonly globalIndexes: number;
}

/** A partition as {@link measurePartition} finds it. */
export interface MeasuredPartition {
  /** The size of all items, those of other programs included, in bytes. */
  readonly bytes: number;
  /** In the order of their sort keys. */
  readonly documents: readonly MeasuredDocument[];
}

/**
 * Measures everything in a document's partition, to know beforehand what reading, changing or
 * deleting it will cost
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 * Strongly consistent; one request for each megabyte.
 *
 * @param key - the document's key fields; the document need not exist.
 * @throws {@link EntityError} `InvalidInput`, `UnreadableItem`, and those of every request.
 *
 * @example
 * ```ts
 * import { measurePartition, type Table } from '@latchkey/entity';
 * import { Account } from '@latchkey/schema';
 *
 * export async function countDocuments(table: Table, accountId: string): Promise<number> {
 *   const { documents } = await measurePartition(table.entity(Account), { accountId });
 *   return documents.length;
 * }
 * ```
 */
export async function measurePartition<D extends Typed, R extends Relations>(
  entity: Entity<D, R>,
  key: InferKey<D>,
): Promise<MeasuredPartition> {
  const context = entityContext.of(entity, 'measurePartition');
  const { model, sender } = context;
  const documentKey = parseKey(model, key);
  const documents: MeasuredDocument[] = [];
  let bytes = 0;
  let ExclusiveStartKey: Item | undefined;
  if (!documentKey) return { bytes, documents };
  const params = partitionParams(context, model.attributes.keyItem(documentKey));
  do {
    const page: QueryCommandOutput = await sender.send({
      name: 'Query',
      input: { ...params, ExclusiveStartKey },
    });
    for (const item of page.Items ?? []) {
      bytes += itemSize(item);
      if (isDocument(item, model.attributes)) documents.push(measure(context, item));
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return { bytes, documents };
}

function measure(context: EntityContext, item: Item): MeasuredDocument {
  const name = item._e?.S ?? '';
  const base = { entity: name, bytes: itemSize(item) };
  const model = context.entityNamed(name)?.model;
  if (!model) return { ...base, key: {}, uniqueBytes: [], globalIndexes: 0 };
  const { attributes, globalIndexes } = model;
  const key = attributes.keyOf(item);
  const fields: Fields = model.allFields(item);
  return {
    ...base,
    key: model.keyFields(key),
    uniqueBytes: model
      .uniqueKeys(fields)
      .map((unique) => itemSize(model.uniqueItem(unique, key, fields))),
    globalIndexes: globalIndexes.filter(({ name: index }) => {
      const names = attributes.index(index);
      return item[names.PK] !== undefined && item[names.SK] !== undefined;
    }).length,
  };
}
