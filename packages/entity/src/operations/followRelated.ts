import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { toStored } from '../attributes/toStored.js';
import { writeAttributes, type AttributeWrite } from '../entity/attributePaths.js';
import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { valueAt } from '../entity/valueAt.js';
import { invalidInput } from '../entity/parseInput.js';
import { EntityError } from '../errors/EntityError.js';
import { MAX_TRANSACTION_ITEMS, type Write } from '../table/transactWrite.js';
import { entityOf, hasOwnPartition, othersIn, partitionParams } from './partition.js';
import { planWrites, versionConflict } from './replace.js';
import type { PreparedUpdate } from './updateExpression.js';

/** So many late comers are moved in one transaction. */
const LATE_COMERS = 20;

const CHOICES = ['refuse', 'move', 'leave'];

/** A document's partition key before and after a change. */
interface Move {
  readonly from: Item;
  readonly to: Item;
}

/**
 * The writes by which the documents in a partition follow the one that it belongs to, which gets
 * another partition key.
 *
 * @throws {@link EntityError} `RelatedDocuments` when there are any and they are not to follow, or
 *   more than one transaction takes; `InvalidTable` for one of an unknown definition.
 */
export async function followRelated(
  entity: EntityContext,
  { from, to }: Move,
  { related = 'refuse', context }: Pick<PreparedUpdate, 'related' | 'context'>,
): Promise<readonly Write[]> {
  const { model } = entity;
  if (!CHOICES.includes(related)) {
    throw invalidInput(model.name, [
      { path: 'related', message: `must be one of ${CHOICES.join(', ')}` },
    ]);
  }
  if (related === 'leave' || !leavesPartition(entity, { from, to })) return [];
  if (related === 'refuse') {
    if (await hasOthers(entity, from)) throw relatedDocuments(entity);
    return [];
  }
  const { count, others } = await readOthers(entity, from);
  if (count > others.length) throw relatedDocuments(entity, count);
  const writes = others.flatMap((item) => moved(entity, item, to, context));
  if (writes.length > MAX_TRANSACTION_ITEMS) throw relatedDocuments(entity, count);
  return writes;
}

/**
 * The writes that bring documents along which others have made in the old partition meanwhile. None
 * where the partition has become another document's.
 */
export async function followLateComers(
  entity: EntityContext,
  { from, to }: Move,
  { related, context }: Pick<PreparedUpdate, 'related' | 'context'>,
): Promise<readonly Write[]> {
  if (related !== 'move' || !leavesPartition(entity, { from, to })) return [];
  const { attributes } = entity.model;
  const { others, hasOwner } = await readOthers(entity, from);
  if (hasOwner || others.length === 0) return [];
  const stillNobodys: Write = {
    action: {
      ConditionCheck: {
        TableName: entity.tableName,
        Key: attributes.keyItem(attributes.keyOf(from)),
        ...attributes.ifAbsent,
      },
    },
    failure: () => versionConflict(entity),
  };
  return [
    stillNobodys,
    ...others.slice(0, LATE_COMERS).flatMap((item) => moved(entity, item, to, context)),
  ];
}

/** Tells whether a document leaves a partition of which it is the root. */
function leavesPartition({ model }: EntityContext, { from, to }: Move): boolean {
  const { attributes } = model;
  return hasOwnPartition(model) && attributes.keyOf(from).PK !== attributes.keyOf(to).PK;
}

/** Tells whether anything else is in a document's partition: read as little as shows it. */
async function hasOthers(entity: EntityContext, document: Item): Promise<boolean> {
  const { attributes } = entity.model;
  const params: QueryCommandInput = {
    ...partitionParams(entity, document),
    ProjectionExpression: '#PK, #SK, #e',
    ExpressionAttributeNames: { ...attributes.names, '#SK': attributes.SK, '#e': '_e' },
  };
  // The document itself, and one more; further on there may be items of other programs.
  let page = await entity.sender.send({ name: 'Query', input: { ...params, Limit: 2 } });
  for (;;) {
    if (othersIn(entity, document, page.Items).length > 0) return true;
    const ExclusiveStartKey = page.LastEvaluatedKey;
    if (!ExclusiveStartKey) return false;
    page = await entity.sender.send({ name: 'Query', input: { ...params, ExclusiveStartKey } });
  }
}

/**
 * How many other documents are in a partition, as many of them as one transaction takes, and whether
 * there is one with the document's own key.
 */
async function readOthers(
  entity: EntityContext,
  document: Item,
): Promise<{ count: number; others: readonly Item[]; hasOwner: boolean }> {
  const params = partitionParams(entity, document);
  const others: Item[] = [];
  let count = 0;
  let hasOwner = false;
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await entity.sender.send({
      name: 'Query',
      input: ExclusiveStartKey ? { ...params, ExclusiveStartKey } : params,
    });
    const found = othersIn(entity, document, page.Items);
    hasOwner ||= (page.Items ?? []).some((item) => isAt(entity, item, document));
    count += found.length;
    others.push(...found.slice(0, MAX_TRANSACTION_ITEMS - others.length));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return { count, others, hasOwner };
}

function isAt({ model: { attributes } }: EntityContext, item: Item, other: Item): boolean {
  return attributes.keyOf(item).SK === attributes.keyOf(other).SK;
}

/** The writes that give a related document the partition key of the one that it belongs to. */
function moved(
  entity: EntityContext,
  item: Item,
  to: Item,
  context: PreparedUpdate['context'],
): readonly Write[] {
  const child = entityOf(entity, item);
  const { model } = child;
  const values = entity.model.allFields(to);
  const ownPK = entity.model.definition.indexes[0].PK;
  const changes = model.definition.indexes[0].PK.flatMap((part, at): AttributeWrite[] => {
    const source = ownPK[at];
    if (part.kind !== 'field' || source?.kind !== 'field') return [];
    const field = model.field(part.path);
    const value = toStored(valueAt(values, source.segments), field.shape, part.path);
    return [{ path: field.stored, lists: field.lists, value }];
  });
  const attributes = writeAttributes(model.presentAttributes(item), changes);
  const fields = model.withComputed(model.presentFields(attributes));
  const applied = { attributes: model.withComputedAttributes(attributes, fields), fields };
  const plan = planWrites(child, item, applied, context ? { context } : {});
  const isInNew = model.attributes.keyOf(plan.item).PK === model.attributes.keyOf(to).PK;
  if (!isInNew) throw relatedDocuments(entity);
  return plan.writes;
}

function relatedDocuments(
  { model }: EntityContext,
  count?: number,
): EntityError<'RelatedDocuments'> {
  const message =
    count === undefined
      ? `The partition key of ${model.name} cannot change: related documents would stay behind. See the option related.`
      : `The partition key of ${model.name} cannot change: one transaction cannot move ${String(count)} related documents.`;
  return new EntityError('RelatedDocuments', message, {
    entity: model.name,
    ...(count !== undefined && { count }),
  });
}
