import { equalitiesOf } from '../entity/equalitiesOf.js';
import { isKeyValue, type EntityModel, type Fields } from '../entity/EntityModel.js';
import { conjunctsOf, isNothing, type Clause, type FieldTest } from '../expressions/Clause.js';
import { parseCondition } from '../expressions/parseCondition.js';
import type { KeyValue } from '../keys/encodeKeyPart.js';
import type { PartFacts, PartType } from './indexFacts.js';
import { compareScalars, MISSING, OTHER, truthAt, valuesNamed } from './truthAt.js';

/** A filter, taken apart once for all indexes. */
export interface FilterFacts {
  readonly clause: Clause;
  /** All of them must hold. */
  readonly conjuncts: readonly Clause[];
  /** The values that every matching document has, by path. */
  readonly equal: ReadonlyMap<string, unknown>;
}

/** @throws {@link EntityError} `InvalidInput` for a filter that is not valid. */
export function filterFacts(model: EntityModel, filter: Readonly<Fields>): FilterFacts {
  const clause = parseCondition(filter, model);
  return { clause, conjuncts: conjunctsOf(clause), equal: equalitiesOf(clause) };
}

/** A part of a key that is made from a field. */
type FieldPart = Extract<PartFacts, { kind: 'field' }>;

/** The value of a key part that every matching document has, if the filter says which. */
export function keyValueOf({ path, types }: FieldPart, filter: FilterFacts): KeyValue | undefined {
  const value = filter.equal.get(path);
  if (!isKeyValue(value)) return undefined;
  return types && !types.has(typeOfKeyValue(value)) ? undefined : value;
}

/** The type of a value that can be part of a key. */
export function typeOfKeyValue(value: KeyValue): PartType {
  return value instanceof Date ? 'date' : (typeof value as PartType);
}

/** Returns the tests that a filter makes of one field directly, not inside `$or` or `$not`. */
export function testsAt({ conjuncts }: FilterFacts, path: string): FieldTest[] {
  return conjuncts.filter((part) => part.kind === 'test' && part.path === path) as FieldTest[];
}

/** Tells whether a filter contradicts itself, so that no document matches, whatever it holds. */
export function isContradiction(filter: FilterFacts): boolean {
  return isNothing(filter.clause) || contradictedPath(filter) !== undefined;
}

/** The field of which a filter asks what no value is; undefined where each part can hold. */
function contradictedPath({ clause, conjuncts }: FilterFacts): string | undefined {
  if (isSimple(conjuncts)) return undefined;
  const tests = conjuncts.filter((part) => part.kind === 'test');
  return [...new Set(tests.map(({ path }) => path))].find((path) => {
    const values = [MISSING, null, OTHER, ...valuesNamed(clause, path)];
    return (
      values.every((value) => truthAt(clause, path, value) === 'no') ||
      areApart(tests.filter((test) => test.path === path))
    );
  });
}

/**
 * Where a filter contradicts itself: the field, or the operator that joins conditions; undefined if
 * it does not.
 *
 * @throws {@link EntityError} `InvalidInput` for a filter that is not valid.
 */
export function contradictionIn(
  model: EntityModel,
  filter: Readonly<Fields>,
  facts: FilterFacts = filterFacts(model, filter),
): string | undefined {
  if (!isContradiction(facts)) return undefined;
  // One part that nothing meets takes the place of the whole clause: it is to be found again.
  for (const [key, operand] of Object.entries(filter)) {
    const parts = key === '$and' ? (operand as readonly Fields[]) : [];
    for (const part of parts) {
      const path = contradictionIn(model, part);
      if (path !== undefined) return path;
    }
    if (isContradiction(filterFacts(model, { [key]: operand }))) return key;
  }
  return contradictedPath(facts) ?? '';
}

/** Nearly every filter asks one thing of each field. */
function isSimple(conjuncts: readonly Clause[]): boolean {
  return conjuncts.every(
    (part, at) =>
      part.kind === 'test' &&
      conjuncts.findIndex((other) => other.kind === 'test' && other.path === part.path) === at,
  );
}

/** Tells whether no value lies within the bounds that tests set. */
function areApart(tests: readonly FieldTest[]): boolean {
  const bounds = (inclusive: string, exclusive: string) =>
    tests
      .filter(({ operator }) => operator === inclusive || operator === exclusive)
      .map(({ operator, operand }) => ({ operand, isOpen: operator === exclusive }));
  return bounds('$gte', '$gt').some((low) =>
    bounds('$lte', '$lt').some((high) => {
      const order = compareScalars(low.operand, high.operand);
      return order > 0 || (order === 0 && (low.isOpen || high.isOpen));
    }),
  );
}
