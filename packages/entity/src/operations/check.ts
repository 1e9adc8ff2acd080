import type { EntityContext } from '../entity/EntityContext.js';
import { invalidInput } from '../entity/parseInput.js';
import { exactKey, planQuery } from '../entity/planQuery.js';
import { EntityError } from '../errors/EntityError.js';
import { compileCondition } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import type { Write } from '../table/transactWrite.js';
import type { DeleteInput } from './deleteOne.js';

/** A condition check on one document, named by its whole key. */
export function checkWrite({ model, tableName }: EntityContext, input: DeleteInput): Write {
  const plan = planQuery(model, input.filter);
  const key = plan.index.name === '_id' ? exactKey(plan) : undefined;
  if (!key) throw invalidInput(model.name, [{ path: 'filter', message: 'is not the whole key' }]);
  const expression = new Expression();
  const clauses = [`attribute_exists(${expression.path([model.attributes.PK])})`];
  for (const condition of [plan.rest, input.condition ?? {}]) {
    const text = compileCondition(condition, expression, model);
    if (text !== undefined) clauses.push(text);
  }
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
      current
        ? new EntityError('ConditionFailed', `The ${model.name} is not as the condition says.`, {
            entity: model.name,
            item: model.fromItem(current),
          })
        : new EntityError('NotFound', `There is no such ${model.name}.`, { entity: model.name }),
  };
}
