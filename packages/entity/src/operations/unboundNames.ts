import type { QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { isDocument } from '../entity/isOwnItem.js';

/**
 * The names of the entities that have documents in a partition, and whose definitions are not bound
 * to the table: what belongs to such a document, its unique items above all, cannot be known. Strongly
 * consistent; one request for each megabyte of the partition.
 *
 * @param startKey - Where to begin (default: at the partition's first item).
 * @returns the names in order; none if all are bound.
 */
export async function unboundNames(
  entity: EntityContext,
  PK: string,
  startKey?: Item,
): Promise<string[]> {
  const { tableName, sender, model } = entity;
  const { attributes } = model;
  const names = new Set<string>();
  let ExclusiveStartKey = startKey;
  do {
    const page: QueryCommandOutput = await sender.send({
      name: 'Query',
      input: {
        TableName: tableName,
        KeyConditionExpression: '#PK = :PK',
        ExpressionAttributeNames: { ...attributes.names, '#SK': attributes.SK, '#e': '_e' },
        ExpressionAttributeValues: { ':PK': { S: PK } },
        ProjectionExpression: '#PK, #SK, #e',
        ConsistentRead: true,
        ExclusiveStartKey,
      },
    });
    for (const item of page.Items ?? []) {
      const name = item._e?.S ?? '';
      if (isDocument(item, attributes) && !entity.entityNamed(name)) names.add(name);
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return [...names].sort();
}
