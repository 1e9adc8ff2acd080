import { joinPath, splitPath } from '@latchkey/schema';
import { EntityError } from '../errors/EntityError.js';
import { all, any, NOTHING, not, type Clause, type FieldOperator } from './Clause.js';
import type { FieldScope } from './FieldScope.js';

/** DynamoDB's names for its types. */
const TYPES = ['S', 'SS', 'N', 'NS', 'B', 'BS', 'BOOL', 'NULL', 'L', 'M'];

/** Values by path that a document is known to have; narrows unions. */
export type Siblings = Readonly<Record<string, unknown>>;

/**
 * Checks a condition and takes it apart.
 *
 * @throws {@link EntityError} `InvalidInput` for a path that the schema does not have, an operator
 *   that does not exist, or an operand of a wrong type.
 */
export function parseCondition(
  condition: Readonly<Record<string, unknown>>,
  scope: FieldScope,
): Clause {
  return parseAll(condition, {});

  function parseAll(conditions: Siblings, outer: Siblings): Clause {
    const siblings = { ...outer, ...Object.fromEntries(equalitiesIn(conditions)) };
    const clauses = Object.keys(conditions).map((key): Clause => {
      const operand = conditions[key];
      switch (key) {
        case '$and':
          return all(partsOf(key, operand).map((part) => parseAll(part, siblings)));
        case '$or':
          return any(partsOf(key, operand).map((part) => parseAll(part, siblings)));
        case '$not':
          return not(parseAll(asCondition(key, operand), siblings));
        default:
          if (key.startsWith('$')) throw invalid(key, 'is not an operator');
          return parseField(canonicalPath(key), operand, siblings);
      }
    });
    return all(clauses);
  }

  function parseField(path: string, operand: unknown, siblings: Siblings): Clause {
    const field = scope.field(path);
    const stored = (value: unknown): unknown => scope.normalise(path, value, siblings);
    const test = (operator: FieldOperator, value: unknown): Clause => ({
      kind: 'test',
      path,
      field,
      operator,
      operand: value,
    });
    if (!isComparison(operand)) return test('$eq', stored(given(path, operand)));
    const tests = Object.keys(operand).map((operator): Clause => {
      const value = given(path, operand[operator]);
      switch (operator) {
        case '$eq':
          return test('$eq', stored(value));
        case '$ne':
          return test('$ne', stored(value));
        case '$in': {
          const [first, ...more] = asList(path, operator, value);
          if (first === undefined) return NOTHING;
          if (more.length === 0) return test('$eq', stored(first));
          return test('$in', [first, ...more].map(stored));
        }
        case '$notIn': {
          const values = asList(path, operator, value);
          if (values.length === 0) return not(NOTHING);
          return test('$notIn', values.map(stored));
        }
        case '$lt':
        case '$lte':
        case '$gt':
        case '$gte':
          return test(operator, stored(comparable(path, operator, value)));
        case '$between': {
          const [low, high, ...more] = asList(path, operator, value);
          if (low === undefined || high === undefined || more.length > 0) {
            throw invalid(path, '$between takes a list of 2 values');
          }
          return all([
            test('$gte', stored(comparable(path, operator, low))),
            test('$lte', stored(comparable(path, operator, high))),
          ]);
        }
        case '$exists':
          if (typeof value !== 'boolean') throw invalid(path, '$exists takes a boolean');
          return test(operator, value);
        case '$type':
          if (!TYPES.includes(value as string)) {
            throw invalid(path, `$type takes one of ${TYPES.join(', ')}`);
          }
          return test(operator, value);
        case '$startsWith':
          if (typeof value !== 'string') throw invalid(path, '$startsWith takes a string');
          return test(operator, value);
        case '$contains':
          return test(operator, value);
        default:
          throw invalid(path, `${operator} is not an operator`);
      }
    });
    return all(tests);
  }

  function partsOf(key: string, operand: unknown): Siblings[] {
    if (!Array.isArray(operand)) throw invalid(key, 'takes a list of conditions');
    return operand.map((part: unknown) => asCondition(key, part));
  }

  function asCondition(key: string, value: unknown): Siblings {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Siblings;
    }
    throw invalid(key, 'takes conditions');
  }

  function given(path: string, value: unknown): unknown {
    if (value === undefined) throw invalid(path, 'is undefined');
    return value;
  }

  function asList(path: string, operator: string, value: unknown): unknown[] {
    if (!Array.isArray(value)) throw invalid(path, `${operator} takes a list of values`);
    return Array.from(value, (each: unknown) => given(path, each));
  }

  /** DynamoDB has an order for texts, numbers and bytes; dates are stored as texts that sort. */
  function comparable(path: string, operator: string, value: unknown): unknown {
    const isOrdered =
      ['string', 'number', 'bigint'].includes(typeof value) ||
      value instanceof Date ||
      value instanceof Uint8Array;
    if (isOrdered) return value;
    throw invalid(path, `${operator} compares with a text, number, date or bytes`);
  }

  function invalid(path: string, message: string): EntityError<'InvalidInput'> {
    return invalidCondition(scope.name, path, message);
  }
}

/**
 * The values that a condition asks for by equality, by path: what every document that meets it
 * has.
 */
export function equalitiesIn(condition: Siblings): [path: string, value: unknown][] {
  const equal: [string, unknown][] = [];
  for (const key of Object.keys(condition)) {
    const operand = condition[key];
    if (key === '$and' && Array.isArray(operand)) {
      for (const part of operand as readonly unknown[]) {
        if (typeof part === 'object' && part) equal.push(...equalitiesIn(part as Siblings));
      }
    }
    if (key.startsWith('$')) continue;
    if (!isComparison(operand)) equal.push([canonicalPath(key), operand]);
    else if ('$eq' in operand) equal.push([canonicalPath(key), operand.$eq]);
    else if (Array.isArray(operand.$in) && operand.$in.length === 1) {
      equal.push([canonicalPath(key), (operand.$in as unknown[])[0]]);
    }
  }
  return equal;
}

/** Whether an operand is `{ $operator: … }` rather than a value. */
export function isComparison(operand: unknown): operand is Record<string, unknown> {
  if (typeof operand !== 'object' || operand === null) return false;
  const keys = Object.keys(operand);
  return keys.length > 0 && keys.every((key) => key.startsWith('$'));
}

/** A condition that cannot be used. */
export function invalidCondition(
  entity: string,
  path: string,
  message: string,
): EntityError<'InvalidInput'> {
  const issues = [{ path, message }];
  return new EntityError(
    'InvalidInput',
    `The condition on ${entity} is not valid: "${path}" ${message}.`,
    { entity, path, issues },
  );
}

/** One path has one spelling: `\` stands before a dot or a backslash inside a name only. */
function canonicalPath(path: string): string {
  return path.includes('\\') ? joinPath(splitPath(path)) : path;
}
