import type { EntityContext } from '../entity/EntityContext.js';
import { isEverything } from '../expressions/Clause.js';
import { planFind, type FindInput } from './find.js';
import { queryParams, readPages } from './readPages.js';
import { readPlan } from './readPlan.js';

/**
 * How many documents match. None is read where the index alone says so: a unique item exists exactly
 * when its document does.
 */
export async function count(entity: EntityContext, input: FindInput): Promise<number> {
  const plan = await planFind(entity, input);
  if (!plan) return 0;
  let total = 0;
  if (plan.index.unique && !isEverything(plan.rest)) {
    // Nothing of the documents is sent but what they are judged by.
    for await (const _ of readPlan(entity, plan, { ...input, project: [] })) total++;
    return total;
  }
  const params = queryParams(entity.model, entity.tableName, plan, {
    ...input,
    documentsOnly: true,
  });
  for await (const page of readPages(entity, { ...params, Select: 'COUNT' }, input)) {
    total += page.count;
  }
  return total;
}
