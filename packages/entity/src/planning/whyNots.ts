import type { EntityModel } from '../entity/EntityModel.js';
import type { WhyNot } from '../errors/EntityError.js';
import { isContradiction, type FilterFacts } from './FilterFacts.js';
import { indexFacts } from './indexFacts.js';
import { planIndex } from './planIndex.js';
import type { PlanOptions } from './planQuery.js';
import { gapsOf, reasonOf } from './whyNot.js';

/** Why each index of an entity does not answer a filter, but the one that does. */
export function whyNots(
  model: EntityModel,
  filter: FilterFacts,
  { consistent = false }: PlanOptions,
  chosen: string | undefined,
): WhyNot[] {
  const others = indexFacts(model).filter(({ name }) => name !== chosen);
  return others.flatMap((index) => {
    const { name } = index;
    if (isContradiction(filter)) return [reasonOf(name, 'Contradiction')];
    const gaps = gapsOf(index, filter);
    if (gaps.length > 0) return gaps;
    if (!planIndex(index, filter)) return [reasonOf(name, 'ImpossibleKey')];
    return [reasonOf(name, consistent && index.isGlobal ? 'Consistent' : 'OtherIndex')];
  });
}
