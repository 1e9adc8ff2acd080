import type { EntityModel } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';
import { testsOf } from '../expressions/Clause.js';
import type { FilterFacts } from './FilterFacts.js';
import { indexFacts, type IndexFacts } from './indexFacts.js';
import { gapsOf } from './whyNot.js';

/** No index, or not the one that was asked for by name, may answer a filter. */
export function noIndexFits(
  model: EntityModel,
  filter: FilterFacts,
  name?: string,
): EntityError<'NoIndexFits'> {
  const indexes = indexFacts(model).filter((index) => name === undefined || index.name === name);
  const fields = [...new Set(testsOf(filter.clause).map(({ path }) => path))];
  const reasons = indexes.flatMap((index) => gapsOf(index, filter));
  const sentences = reasons.map(({ index, message }) => `${index}: ${message}`);
  const subject = name === undefined ? 'No index' : 'The index';
  return new EntityError(
    'NoIndexFits',
    `${subject} of ${model.name} may not hold every document that the filter (${fields.join(', ') || 'empty'}) can match. ${sentences.join(' ')}`,
    { entity: model.name, fields, indexes: indexes.map(partitionKeyText), reasons },
  );
}

/** `_id2 (state, #day)` */
function partitionKeyText({ name, PK }: IndexFacts): string {
  const parts = PK.map((part) => (part.kind === 'field' ? part.path : `#${part.value}`));
  return `${name} (${parts.join(', ')})`;
}
