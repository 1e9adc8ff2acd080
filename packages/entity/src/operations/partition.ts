import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { EntityContext } from '../entity/EntityContext.js';
import type { EntityModel, Item } from '../entity/EntityModel.js';
import { isDocument } from '../entity/isOwnItem.js';
import { EntityError } from '../errors/EntityError.js';

/**
 * Tells whether each document of an entity has a partition of its own: it then belongs to no other,
 * and what else is in the partition is related to it.
 */
export function hasOwnPartition({ definition }: EntityModel): boolean {
  const { relatedTo, SK } = definition.indexes[0];
  return relatedTo === undefined && SK.every(({ kind }) => kind === 'literal');
}

/** The query for everything in a document's partition. */
export function partitionParams(
  { model, tableName }: EntityContext,
  document: Item,
): QueryCommandInput {
  return {
    TableName: tableName,
    KeyConditionExpression: '#PK = :PK',
    ExpressionAttributeNames: model.attributes.names,
    ExpressionAttributeValues: { ':PK': { S: model.attributes.keyOf(document).PK } },
    ConsistentRead: true,
  };
}

/** The documents in a page of a partition besides the one that it belongs to. */
export function othersIn(
  { model: { attributes } }: EntityContext,
  document: Item,
  items: readonly Item[] = [],
): Item[] {
  const { SK } = attributes.keyOf(document);
  return items.filter((item) => isDocument(item, attributes) && attributes.keyOf(item).SK !== SK);
}

/**
 * The entity of an item.
 *
 * @throws {@link EntityError} `InvalidTable` for one whose definition is not bound to the table:
 *   its unique items cannot be known.
 */
export function entityOf(entity: EntityContext, item: Item): EntityContext {
  const name = item._e?.S ?? '';
  const owner = entity.entityNamed(name);
  if (owner) return owner;
  throw unbound([name]);
}

/** The error for documents of entities whose definitions are not bound to the table. */
export function unbound(names: readonly string[]): EntityError<'InvalidTable'> {
  const whose = names.length === 1 ? 'whose definition is' : 'whose definitions are';
  const reason = `the partition contains documents of ${names.join(', ')}, ${whose} not bound to this table`;
  return new EntityError('InvalidTable', `The documents cannot be deleted or moved: ${reason}.`, {
    reason,
  });
}
