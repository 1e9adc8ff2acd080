import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { userOf, type EntityContext, type OperationContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import type { ExpressionPlan } from '../entity/planUpdate.js';
import { compileCondition } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import type { TableAttributes } from '../keys/TableAttributes.js';
import type { Step } from '../operators/Operator.js';

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

/**
 * An update as one expression on one key.
 *
 * `{ $inc: { count: 1 } }` is `SET #0 = if_not_exists(#0, :0) + :1`, beside what every update sets.
 *
 * @param inserted - what an upsert makes where there is no document.
 */
export function expressionParams(
  entity: EntityContext,
  input: PreparedUpdate,
  plan: ExpressionPlan,
  operationId: string,
  inserted?: Item,
): UpdateItemCommandInput {
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
  const set = [
    `${op} = ${opValue}`,
    `${v} = ${version} + ${expression.value({ N: '1' })}`,
    `${expression.path(['updatedAt'])} = ${expression.value({ S: entity.now().toISOString() })}`,
    ...(userId === undefined
      ? []
      : [`${expression.path(['updatedBy'])} = ${expression.value({ S: userId })}`]),
    ...(ttl !== undefined && plan.ttl ? [`${ttl} = ${expression.value(plan.ttl)}`] : []),
    ...(inserted ? insertAssignments(attributes, input.steps, plan, expression, inserted) : []),
    ...clauses.map((clause) => clause.set),
  ];
  const remove = [...(plan.ttl === null ? [ttl] : []), ...clauses.map((clause) => clause.remove)];
  const conditions = [
    model.isDocumentClause(expression),
    `${op} <> ${opValue}`,
    ...conditionsOf(input, expression, entity),
    ...clauses.map((clause) => clause.condition),
  ];
  const condition = present(conditions).join(' AND ');
  return {
    TableName: entity.tableName,
    Key: attributes.keyItem(plan.key),
    UpdateExpression: [
      keyword('SET', set),
      keyword('REMOVE', remove),
      keyword(
        'ADD',
        clauses.map((clause) => clause.add),
      ),
      keyword(
        'DELETE',
        clauses.map((clause) => clause.delete),
      ),
    ]
      .filter((text) => text !== '')
      .join(' '),
    ConditionExpression: inserted
      ? `attribute_not_exists(${expression.path([attributes.PK])}) OR (${condition})`
      : condition,
    ...expression.attributes,
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

function keyword(name: string, parts: readonly (string | undefined)[]): string {
  const given = present(parts);
  return given.length > 0 ? `${name} ${given.join(', ')}` : '';
}

function present(texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined);
}

function conditionsOf(
  { condition, version }: UpdateInput,
  expression: Expression,
  { model }: EntityContext,
): (string | undefined)[] {
  return [
    condition ? compileCondition(condition, expression, model) : undefined,
    model.storedForm === 0
      ? undefined
      : `${expression.path(['_s'])} >= ${expression.value({ N: String(model.storedForm) })}`,
    version === undefined
      ? undefined
      : `${expression.path(['_v'])} = ${expression.value({ N: String(version) })}`,
  ];
}

/**
 * Returns the assignments that an upsert makes besides its steps where there is no document yet.
 */
function insertAssignments(
  { PK, SK, ttl }: TableAttributes,
  steps: readonly Step[],
  plan: ExpressionPlan,
  expression: Expression,
  inserted: Item,
): string[] {
  const changed = steps
    .filter(({ operator }) => !operator.onInsertOnly)
    .map(({ field }) => field.stored[0]);
  const known = [PK, SK, '_op', '_v', 'updatedAt', 'updatedBy', ...changed];
  return Object.entries(inserted).flatMap(([name, value]) => {
    if (known.includes(name) || (name === ttl && plan.ttl !== undefined)) return [];
    const path = expression.path([name]);
    return [`${path} = if_not_exists(${path}, ${expression.value(value)})`];
  });
}
