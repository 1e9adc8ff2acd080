import { compareTexts } from '../attributes/compareAttributes.js';
import { testsOf, type Clause, type FieldTest } from '../expressions/Clause.js';

/** Stands for a field that is not there. */
export const MISSING: unique symbol = Symbol('missing');
/** Stands for every value that a condition does not name. */
export const OTHER: unique symbol = Symbol('other');

/** Tells whether a condition holds, where only one field is known. */
export type Truth = 'yes' | 'no' | 'maybe';

/**
 * Says whether documents that have a value at a path meet a condition, whatever else they hold: in
 * the logic of three values, so that `no` and `yes` are certain.
 *
 * @param value - a scalar, null, {@link MISSING} or {@link OTHER}.
 */
export function truthAt(clause: Clause, path: string, value: unknown): Truth {
  switch (clause.kind) {
    case 'test':
      return clause.path === path ? truthOfTest(clause, value) : 'maybe';
    case 'not':
      return opposite(truthAt(clause.clause, path, value));
    case 'all': {
      let truth: Truth = 'yes';
      for (const part of clause.clauses) {
        const own = truthAt(part, path, value);
        if (own === 'no') return 'no';
        if (own === 'maybe') truth = 'maybe';
      }
      return truth;
    }
    case 'any': {
      let truth: Truth = 'no';
      for (const part of clause.clauses) {
        const own = truthAt(part, path, value);
        if (own === 'yes') return 'yes';
        if (own === 'maybe') truth = 'maybe';
      }
      return truth;
    }
  }
}

/** The values that a condition names at a path. */
export function valuesNamed(clause: Clause, path: string): unknown[] {
  return testsOf(clause).flatMap((test) => (test.path === path ? listOf(test) : []));
}

function listOf({ operator, operand }: FieldTest): readonly unknown[] {
  if (operator === '$eq' || operator === '$ne') return [operand];
  return operator === '$in' || operator === '$notIn' ? (operand as unknown[]) : [];
}

function truthOfTest({ operator, operand }: FieldTest, value: unknown): Truth {
  switch (operator) {
    case '$eq':
      return truthOfEquality(value, operand);
    case '$ne':
      return opposite(truthOfEquality(value, operand));
    case '$in':
      return truthOfOneOf(value, operand as unknown[]);
    case '$notIn':
      return opposite(truthOfOneOf(value, operand as unknown[]));
    case '$exists':
      return (value !== MISSING) === operand ? 'yes' : 'no';
    case '$type':
      if (value === MISSING) return 'no';
      if (value === null) return operand === 'NULL' ? 'yes' : 'no';
      return operand === 'NULL' ? 'no' : 'maybe';
    case '$startsWith':
    case '$contains':
      return value === MISSING || value === null ? 'no' : 'maybe';
    default: {
      if (value === MISSING || value === null) return 'no';
      if (value === OTHER) return 'maybe';
      if (mayBeOneType(value, operand)) return 'maybe';
      return holds(operator, compareScalars(value, operand)) ? 'yes' : 'no';
    }
  }
}

/** Tells whether an order is as a comparison asks; `NaN` is as none does. */
function holds(operator: '$lt' | '$lte' | '$gt' | '$gte', order: number): boolean {
  switch (operator) {
    case '$lt':
      return order < 0;
    case '$lte':
      return order <= 0;
    case '$gt':
      return order > 0;
    case '$gte':
      return order >= 0;
  }
}

function truthOfEquality(value: unknown, operand: unknown): Truth {
  if (value === MISSING) return 'no';
  // Of lists, sets and objects, nothing but their presence is looked at here.
  if (!isScalar(operand)) return value === null ? 'no' : 'maybe';
  if (mayBeOneType(value, operand)) return 'maybe';
  return sameScalar(value, operand) ? 'yes' : 'no';
}

function truthOfOneOf(value: unknown, operands: readonly unknown[]): Truth {
  let truth: Truth = 'no';
  for (const operand of operands) {
    const own = truthOfEquality(value, operand);
    if (own === 'yes') return 'yes';
    if (own === 'maybe') truth = 'maybe';
  }
  return truth;
}

function opposite(truth: Truth): Truth {
  return truth === 'maybe' ? 'maybe' : truth === 'yes' ? 'no' : 'yes';
}

/** Tells whether a value is one that can be named and compared: null, or a scalar. */
function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object' || value instanceof Date;
}

function sameScalar(a: unknown, b: unknown): boolean {
  return a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b;
}

/** Tells whether two values of different types here are of one type once they are stored. */
function mayBeOneType(a: unknown, b: unknown): boolean {
  const [one, other] = [a, b].map((each) => (each instanceof Date ? 'date' : typeof each)).sort();
  return (one === 'date' && other === 'string') || (one === 'bigint' && other === 'number');
}

/** The order in which DynamoDB has two values; `NaN` where it has none, as for different types. */
export function compareScalars(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  const [one, other] = [a, b].map((each) => (each instanceof Date ? each.getTime() : each));
  const isOrdered = typeof one === 'number' || typeof one === 'bigint';
  if (!isOrdered || typeof one !== typeof other || a instanceof Date !== b instanceof Date) {
    return NaN;
  }
  return one < (other as number) ? -1 : one > (other as number) ? 1 : 0;
}
