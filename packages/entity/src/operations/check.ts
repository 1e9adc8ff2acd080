import type { EntityContext } from '../entity/EntityContext.js';
import { invalidInput } from '../entity/parseInput.js';
import { compileClause, compileCondition } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import { exactKey, planQuery } from '../planning/planQuery.js';
import type { Write } from '../table/transactWrite.js';
import { conditionFailed } from './conditionFailed.js';
import type { DeleteInput } from './deleteOne.js';
import { notFound } from './notFound.js';

/**
 * A condition check on one document, named by its whole key.
 *
 * @throws {@link EntityError} `NotFound` for a key that no document can have.
 */
export function checkWrite(entity: EntityContext, input: DeleteInput): Write {
  const { model, tableName } = entity;
  const plan = planQuery(model, input.filter);
  if (!plan) throw notFound(model);
  const key = plan.index.name === '_id' ? exactKey(plan) : undefined;
  if (!key) throw invalidInput(model.name, [{ path: 'filter', message: 'is not the whole key' }]);
  const expression = new Expression();
  const clauses = [
    model.isDocumentClause(expression),
    compileClause(plan.rest, expression, model),
    compileCondition(input.condition ?? {}, expression, model),
  ].filter((text) => text !== undefined);
  return {
    action: {
      ConditionCheck: {
        TableName: tableName,
        Key: model.attributes.keyItem(key),
        ConditionExpression: clauses.join(' AND '),
        ...expression.attributes,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    failure: (current) =>
      current && model.owns(current) ? conditionFailed(entity, current) : notFound(model),
  };
}
