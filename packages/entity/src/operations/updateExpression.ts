import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { userOf, type EntityContext, type OperationContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import type { ParsedUpdate } from '../entity/parseUpdate.js';
import { compileCondition } from '../expressions/compileCondition.js';
import { compileUpdate } from '../expressions/compileUpdate.js';
import { Expression } from '../expressions/Expression.js';
import type { Key } from '../keys/Key.js';

/** What changes a document, as the operations see it. */
export interface UpdateInput {
  readonly filter: Readonly<Fields>;
  readonly update: Readonly<Fields>;
  /** What the document must be like; otherwise `ConditionFailed`. */
  readonly condition?: Readonly<Fields>;
  /** The version that the document must have; otherwise `VersionConflict`. */
  readonly version?: number;
  /** Makes the document if there is none (default: false). */
  readonly upsert?: boolean;
  readonly context?: OperationContext;
}

/** An update with its hooks run and its operators validated. */
export interface PreparedUpdate extends UpdateInput {
  readonly parsed: ParsedUpdate;
}

/**
 * An update as one expression on one key.
 *
 * @param inserted - what an upsert makes where there is no document.
 */
export function expressionParams(
  entity: EntityContext,
  input: PreparedUpdate,
  key: Key,
  operationId: string,
  inserted?: Item,
): UpdateItemCommandInput {
  const { model } = entity;
  const { attributes } = model;
  const expression = new Expression();
  const PK = expression.path([attributes.PK]);
  const userId = userOf(input.context);
  const op = expression.path(['_op']);
  const opValue = expression.value({ S: operationId });
  const v = expression.path(['_v']);
  const version = inserted ? `if_not_exists(${v}, ${expression.value({ N: '0' })})` : v;
  const set = [
    `${op} = ${opValue}`,
    `${v} = ${version} + ${expression.value({ N: '1' })}`,
    `${expression.path(['updatedAt'])} = ${expression.value({ S: entity.now().toISOString() })}`,
  ];
  if (userId !== undefined) {
    set.push(`${expression.path(['updatedBy'])} = ${expression.value({ S: userId })}`);
  }
  const update = compileUpdate(input.parsed.steps, expression, model, [
    ...set,
    ...ttlAssignments(entity, input, expression),
    ...(inserted ? insertAssignments(entity, input, expression, inserted) : []),
  ]);
  const removesTtl = input.parsed.steps.some(
    ({ operator, path }) => operator === '$remove' && path === model.definition.expiresAt,
  );
  const conditions = [
    ...(inserted ? [] : [`attribute_exists(${PK})`]),
    `${op} <> ${opValue}`,
    ...conditionsOf(input, expression, entity),
  ].filter((text) => text !== undefined);
  const condition = conditions.join(' AND ');
  return {
    TableName: entity.tableName,
    Key: model.attributes.keyItem(key),
    UpdateExpression: removesTtl ? withRemoved(update, expression.path([attributes.ttl])) : update,
    ConditionExpression: inserted ? `attribute_not_exists(${PK}) OR (${condition})` : condition,
    ...expression.attributes,
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

function conditionsOf(
  { condition, version }: UpdateInput,
  expression: Expression,
  { model }: EntityContext,
): (string | undefined)[] {
  const text = compileCondition(condition ?? {}, expression, model);
  return [
    text,
    model.storedForm === 0
      ? undefined
      : `${expression.path(['_s'])} = ${expression.value({ N: String(model.storedForm) })}`,
    version === undefined
      ? undefined
      : `${expression.path(['_v'])} = ${expression.value({ N: String(version) })}`,
  ];
}

/** The TTL attribute follows the field that it is made from. */
function ttlAssignments(
  { model }: EntityContext,
  { parsed }: PreparedUpdate,
  expression: Expression,
): string[] {
  const { expiresAt } = model.definition;
  return parsed.steps.flatMap(({ operator, path, value }) => {
    if (path !== expiresAt || (operator !== '$set' && operator !== '$setIfNull')) return [];
    const ttl = model.ttl({ [path]: value });
    if (!ttl) return [];
    const name = expression.path([model.attributes.ttl]);
    const given = expression.value(ttl);
    return [`${name} = ${operator === '$set' ? given : `if_not_exists(${name}, ${given})`}`];
  });
}

/** What an upsert sets besides its steps where there is no document yet. */
function insertAssignments(
  { model }: EntityContext,
  { parsed }: PreparedUpdate,
  expression: Expression,
  inserted: Item,
): string[] {
  const set = parsed.steps
    .filter(({ operator }) => operator !== '$setOnInsert')
    .map(({ path }) => model.field(path).stored[0]);
  const setsTtl = parsed.steps.some(
    ({ operator, path }) => operator === '$set' && path === model.definition.expiresAt,
  );
  const { attributes } = model;
  const known = [attributes.PK, attributes.SK, '_op', '_v', 'updatedAt', 'updatedBy', ...set];
  return Object.entries(inserted).flatMap(([name, value]) => {
    if (known.includes(name) || (name === attributes.ttl && setsTtl)) return [];
    const path = expression.path([name]);
    return [`${path} = if_not_exists(${path}, ${expression.value(value)})`];
  });
}

function withRemoved(update: string, name: string): string {
  return update.replace('REMOVE ', `REMOVE ${name}, `);
}
