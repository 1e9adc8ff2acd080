import { conjunctsOf, type Clause } from '../expressions/Clause.js';
import { parseCondition } from '../expressions/parseCondition.js';
import type { EntityModel, Fields } from './EntityModel.js';

/**
 * The values that a filter asks for by equality, in the form in which they are stored, by path.
 *
 * @throws {@link EntityError} `InvalidInput` for a filter that is not valid.
 */
export function equalities(
  model: EntityModel,
  filter: Readonly<Fields>,
): ReadonlyMap<string, unknown> {
  return equalitiesOf(parseCondition(filter, model));
}

/** {@link equalities} of a filter that is taken apart. */
export function equalitiesOf(clause: Clause): ReadonlyMap<string, unknown> {
  const equal = new Map<string, unknown>();
  for (const part of conjunctsOf(clause)) {
    if (part.kind === 'test' && part.operator === '$eq') equal.set(part.path, part.operand);
  }
  return equal;
}
