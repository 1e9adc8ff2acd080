import type { Update, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { userOf, type EntityContext, type OperationContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import type { ExpressionPlan } from '../entity/planUpdate.js';
import { compileCondition } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import type { TableAttributes } from '../keys/TableAttributes.js';
import type { Clause, Step } from '../operators/Operator.js';

/** Input that changes a document, as the operations see it. */
export interface UpdateInput {
  readonly filter: Readonly<Fields>;
  readonly update: Readonly<Fields>;
  /** Condition that the document must meet; otherwise `ConditionFailed`. */
  readonly condition?: Readonly<Fields>;
  /** The version that the document must have; otherwise `VersionConflict`. */
  readonly version?: number;
  /** Creates a missing document (default: false). */
  readonly upsert?: boolean;
  /** Handling of related documents when the partition key changes (default: `refuse`). */
  readonly related?: 'refuse' | 'move' | 'leave';
  readonly context?: OperationContext;
}

/** An update with its hooks run and its operators validated. */
export interface PreparedUpdate extends UpdateInput {
  readonly steps: readonly Step[];
}

/** The parts of one update expression, and the conditions that must hold for it. */
type Parts = Readonly<Record<keyof Clause, string[]>>;

/** The parts that an update expression has, in their order. */
const CHANGES = ['set', 'remove', 'add', 'delete'] as const;

/**
 * The SDK input of an `UpdateItem` that gives the item as it is then: {@link updateParams}.
 */
export function expressionParams(
  entity: EntityContext,
  input: PreparedUpdate,
  plan: ExpressionPlan,
  operationId: string,
  inserted?: Item,
): UpdateItemCommandInput {
  return Object.assign(updateParams(entity, input, plan, operationId, inserted), {
    ReturnValues: 'ALL_NEW' as const,
  });
}

/**
 * An update as one expression on one key, for a request of its own or as part of a transaction.
 *
 * `{ $inc: { count: 1 } }` is `SET #0 = if_not_exists(#0, :0) + :1`, beside what every update sets.
 *
 * @param inserted - what an upsert makes where there is no document.
 */
export function updateParams(
  entity: EntityContext,
  input: PreparedUpdate,
  plan: ExpressionPlan,
  operationId: string,
  inserted?: Item,
): Update {
  const { model } = entity;
  const { attributes } = model;
  const expression = new Expression();
  const userId = userOf(input.context);
  const op = expression.path(['_op']);
  const opValue = expression.value({ S: operationId });
  const v = expression.path(['_v']);
  const version = inserted ? `if_not_exists(${v}, ${expression.value({ N: '0' })})` : v;
  const clauses = plan.clauses.map((write) => write(expression));
  const ttl = plan.ttl === undefined ? undefined : expression.path([attributes.ttl]);
  const parts: Parts = {
    set: [
      `${op} = ${opValue}`,
      `${v} = ${version} + ${expression.value({ N: '1' })}`,
      `${expression.path(['updatedAt'])} = ${expression.value({ S: entity.now().toISOString() })}`,
    ],
    remove: [],
    add: [],
    delete: [],
    condition: [model.isDocumentClause(expression), `${op} <> ${opValue}`],
  };
  if (userId !== undefined) {
    parts.set.push(`${expression.path(['updatedBy'])} = ${expression.value({ S: userId })}`);
  }
  if (ttl !== undefined) {
    if (plan.ttl) parts.set.push(`${ttl} = ${expression.value(plan.ttl)}`);
    else parts.remove.push(ttl);
  }
  if (inserted) addInsertAssignments(parts, attributes, input.steps, plan, expression, inserted);
  addConditions(parts, input, expression, entity);
  for (const clause of clauses) {
    for (const part of [...CHANGES, 'condition'] as const) {
      const text = clause[part];
      if (text !== undefined) parts[part].push(text);
    }
  }
  const condition = parts.condition.join(' AND ');
  const ConditionExpression = inserted
    ? `attribute_not_exists(${expression.path([attributes.PK])}) OR (${condition})`
    : condition;
  return {
    TableName: entity.tableName,
    Key: attributes.keyItem(plan.key),
    UpdateExpression: CHANGES.filter((change) => parts[change].length > 0)
      .map((change) => `${change.toUpperCase()} ${parts[change].join(', ')}`)
      .join(' '),
    ConditionExpression,
    ExpressionAttributeNames: expression.names,
    ExpressionAttributeValues: expression.values,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

function addConditions(
  { condition: conditions }: Parts,
  { condition, version }: UpdateInput,
  expression: Expression,
  { model }: EntityContext,
): void {
  const text = condition && compileCondition(condition, expression, model);
  if (text !== undefined) conditions.push(text);
  if (model.storedForm > 0) {
    const form = expression.value({ N: String(model.storedForm) });
    conditions.push(`${expression.path(['_s'])} >= ${form}`);
  }
  if (version !== undefined) {
    conditions.push(`${expression.path(['_v'])} = ${expression.value({ N: String(version) })}`);
  }
}

/** Adds the assignments that an upsert makes besides its steps where there is no document yet. */
function addInsertAssignments(
  { set }: Parts,
  { PK, SK, ttl }: TableAttributes,
  steps: readonly Step[],
  plan: ExpressionPlan,
  expression: Expression,
  inserted: Item,
): void {
  const known = new Set([PK, SK, '_op', '_v', 'updatedAt', 'updatedBy']);
  for (const { operator, field } of steps) {
    if (!operator.onInsertOnly) known.add(field.stored[0] ?? '');
  }
  if (plan.ttl !== undefined) known.add(ttl);
  for (const name in inserted) {
    const value = inserted[name];
    if (!value || known.has(name)) continue;
    const path = expression.path([name]);
    set.push(`${path} = if_not_exists(${path}, ${expression.value(value)})`);
  }
}
