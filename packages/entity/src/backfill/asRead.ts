import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { Expression } from '../expressions/Expression.js';
import type { Key } from '../keys/Key.js';
import { versionConflict } from '../operations/replace.js';
import type { Write } from '../table/transactWrite.js';

/** Writes an item in the place of what was read. */
export function putAsRead(entity: EntityContext, Item: Item, read: Item): Write {
  return {
    action: {
      Put: {
        TableName: entity.tableName,
        Item,
        ...asRead(entity, read),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    failure: () => versionConflict(entity),
  };
}

/** Makes a transaction fail unless an item is as it was read, or is still not there. */
export function checkAsRead(entity: EntityContext, key: Key, read: Item | undefined): Write {
  const Key = entity.model.attributes.keyItem(key);
  return {
    action: { ConditionCheck: { TableName: entity.tableName, Key, ...asRead(entity, read) } },
    failure: () => versionConflict(entity),
  };
}

/** Every write of this package leaves another mark. */
function asRead(
  { model }: EntityContext,
  read: Item | undefined,
): { ConditionExpression: string } & Expression['attributes'] {
  const expression = new Expression();
  const PK = expression.path([model.attributes.PK]);
  if (!read) {
    return { ConditionExpression: `attribute_not_exists(${PK})`, ...expression.attributes };
  }
  const marks = ['_v', '_op'].map((name) => {
    const path = expression.path([name]);
    const value = read[name];
    return value ? `${path} = ${expression.value(value)}` : `attribute_not_exists(${path})`;
  });
  const clauses = [`attribute_exists(${PK})`, ...marks];
  return { ConditionExpression: clauses.join(' AND '), ...expression.attributes };
}
