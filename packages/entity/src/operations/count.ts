import type { EntityContext } from '../entity/EntityContext.js';
import { planFind, readPlan, type FindInput } from './find.js';
import { queryParams, readPages } from './readPages.js';

/** How many documents match; those of the table and its global indexes are not sent. */
export async function count(entity: EntityContext, input: FindInput): Promise<number> {
  const plan = await planFind(entity, input);
  let total = 0;
  if (plan.index.unique) {
    for await (const _ of readPlan(entity, plan, input)) total++;
    return total;
  }
  const params = queryParams(entity.model, entity.tableName, plan, input);
  for await (const page of readPages(entity, { ...params, Select: 'COUNT' }, input)) {
    total += page.count;
  }
  return total;
}
