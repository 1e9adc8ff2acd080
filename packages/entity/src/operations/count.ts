import type { EntityContext } from '../entity/EntityContext.js';
import { findMany, planFind, type FindInput } from './find.js';
import { queryParams, readPages } from './readPages.js';

/** How many documents match; none of them is sent over the network. */
export async function count(entity: EntityContext, input: FindInput): Promise<number> {
  const plan = await planFind(entity, input);
  let total = 0;
  if (plan.index.unique) {
    for await (const _ of findMany(entity, input)) total++;
    return total;
  }
  const params = queryParams(entity.model, entity.tableName, plan, input);
  for await (const page of readPages(entity, { ...params, Select: 'COUNT' }, input)) {
    total += page.count;
  }
  return total;
}
