import { conjunctsOf, type Clause } from '../expressions/Clause.js';

/** The values that a condition asks for by equality, in the form in which they are stored, by path. */
export function equalitiesOf(clause: Clause): ReadonlyMap<string, unknown> {
  const equal = new Map<string, unknown>();
  for (const part of conjunctsOf(clause)) {
    if (part.kind === 'test' && part.operator === '$eq') equal.set(part.path, part.operand);
  }
  return equal;
}
