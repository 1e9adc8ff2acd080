import type { Field } from './FieldScope.js';

/** The operators that ask something of one field. */
export type FieldOperator =
  | '$eq'
  | '$ne'
  | '$lt'
  | '$lte'
  | '$gt'
  | '$gte'
  | '$in'
  | '$notIn'
  | '$exists'
  | '$type'
  | '$startsWith'
  | '$contains';

/** Test of one field. */
export interface FieldTest {
  readonly kind: 'test';
  /** The path, each dot inside a name escaped. */
  readonly path: string;
  readonly field: Field;
  readonly operator: FieldOperator;
  /**
   * Operand that the value is compared with, in its stored spelling; a list for `$in` and `$notIn`.
   */
  readonly operand: unknown;
}

/** A condition, checked and taken apart. `all` of nothing always holds, `any` of nothing never. */
export type Clause =
  | FieldTest
  | { readonly kind: 'all'; readonly clauses: readonly Clause[] }
  | { readonly kind: 'any'; readonly clauses: readonly Clause[] }
  | { readonly kind: 'not'; readonly clause: Clause };

/** Holds of every document. */
export const EVERYTHING: Clause = Object.freeze({ kind: 'all', clauses: Object.freeze([]) });
/** Holds of no document. */
export const NOTHING: Clause = Object.freeze({ kind: 'any', clauses: Object.freeze([]) });

/** Joins clauses all of which must hold. */
export function all(clauses: readonly Clause[]): Clause {
  const flat = flattened('all', clauses);
  if (flat.length === 0) return EVERYTHING;
  if (flat.length === 1 && flat[0]) return flat[0];
  return flat.some(isNothing) ? NOTHING : { kind: 'all', clauses: flat };
}

/** Joins clauses one of which must hold. */
export function any(clauses: readonly Clause[]): Clause {
  const flat = flattened('any', clauses);
  if (flat.length === 0) return NOTHING;
  if (flat.length === 1 && flat[0]) return flat[0];
  return flat.some(isEverything) ? EVERYTHING : { kind: 'any', clauses: flat };
}

function flattened(kind: 'all' | 'any', clauses: readonly Clause[]): readonly Clause[] {
  // Nearly every condition is a list of tests.
  if (clauses.every((clause) => clause.kind !== kind)) return clauses;
  return clauses.flatMap((clause) => (clause.kind === kind ? clause.clauses : [clause]));
}

/** Turns a clause round. */
export function not(clause: Clause): Clause {
  if (isEverything(clause)) return NOTHING;
  if (isNothing(clause)) return EVERYTHING;
  return clause.kind === 'not' ? clause.clause : { kind: 'not', clause };
}

/** The clauses all of which must hold for a clause to hold. */
export function conjunctsOf(clause: Clause): readonly Clause[] {
  return clause.kind === 'all' ? clause.clauses : [clause];
}

/** Tells whether a clause asks for nothing. */
export function isEverything(clause: Clause): boolean {
  return clause.kind === 'all' && clause.clauses.length === 0;
}

/** Tells whether no document meets a clause, whatever it holds. */
export function isNothing(clause: Clause): boolean {
  return clause.kind === 'any' && clause.clauses.length === 0;
}

/** The tests of a clause, however deep. */
export function testsOf(clause: Clause): readonly FieldTest[] {
  switch (clause.kind) {
    case 'test':
      return [clause];
    case 'not':
      return testsOf(clause.clause);
    default:
      return clause.clauses.flatMap(testsOf);
  }
}
