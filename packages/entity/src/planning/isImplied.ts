import type { FieldTest } from '../expressions/Clause.js';
import type { FilterFacts } from './FilterFacts.js';
import type { IndexFacts } from './indexFacts.js';
import { isTakenIn, valuesOf } from './proves.js';
import { truthAt } from './truthAt.js';

/**
 * Tells whether every document of an index meets a part of a filter, so that it need not be
 * filtered for: a field that the index is made from is there, and its `where` is met.
 */
export function isImplied(index: IndexFacts, filter: FilterFacts, part: FieldTest): boolean {
  const { path, operator, operand } = part;
  if (index.present.has(path)) {
    if (operator === '$exists') return operand === true;
    if (operator === '$ne' && operand === null) return true;
  }
  return index.deciding.some((obligation) => {
    if (obligation.path !== path) return false;
    const isLeftOut = obligation === index.optional && !isNamed(filter, path);
    // Not narrowed by the filter, of which this is a part.
    const values = valuesOf(obligation, part).filter(
      (value) => isTakenIn(obligation, value) !== isLeftOut,
    );
    return values.every((value) => truthAt(part, path, value) === 'yes');
  });
}

function isNamed({ equal }: FilterFacts, path: string): boolean {
  const value = equal.get(path);
  return value !== undefined && value !== null;
}
