import { canonicalPath, PLAIN_DATA, type ValueShape } from '@latchkey/schema';
import { assertStorable } from '../attributes/toAttributeValue.js';
import { elementSpelling } from '../entity/storedSpelling.js';
import { EntityError } from '../errors/EntityError.js';
import { ofEntity } from '../errors/ofEntity.js';
import { all, any, EVERYTHING, not, NOTHING, type Clause, type FieldOperator } from './Clause.js';
import type { Field, FieldScope, Siblings } from './FieldScope.js';

type Conditions = Readonly<Record<string, unknown>>;

/** DynamoDB's names for its types. */
const TYPES = ['S', 'SS', 'N', 'NS', 'B', 'BS', 'BOOL', 'NULL', 'L', 'M'];

const NO_SIBLINGS: Siblings = () => ({});

/**
 * Checks a condition and takes it apart.
 *
 * @throws {@link EntityError} `InvalidInput` for a path that the schema does not have, an operator
 *   that does not exist, or an operand of a wrong type; `UnsupportedValue` for a value that DynamoDB
 *   cannot hold: whoever asks for it has made a mistake, wherever it stands.
 */
export function parseCondition(condition: Conditions, scope: FieldScope): Clause {
  try {
    return parseConditions(condition, scope, NO_SIBLINGS);
  } catch (error) {
    throw ofEntity(error, scope.name);
  }
}

function parseConditions(conditions: Conditions, scope: FieldScope, outer: Siblings): Clause {
  let known: Conditions | undefined;
  // Worked out for fields in unions only.
  const siblings: Siblings = () =>
    (known ??= { ...outer(), ...Object.fromEntries(equalitiesIn(conditions)) });
  const parse = (part: Conditions): Clause => parseConditions(part, scope, siblings);
  const clauses: Clause[] = [];
  // From callers without types: a filter that is missing names no field.
  for (const key of Object.keys({ ...conditions })) {
    const operand = conditions[key];
    switch (key) {
      case '$and':
        clauses.push(all(partsOf(scope, key, operand).map(parse)));
        break;
      case '$or':
        clauses.push(any(partsOf(scope, key, operand).map(parse)));
        break;
      case '$not':
        clauses.push(not(parse(asConditions(scope, key, operand))));
        break;
      default:
        if (key.startsWith('$')) throw invalidCondition(scope.name, key, 'is not an operator');
        clauses.push(new FieldParser(canonicalPath(key), scope, siblings).parse(operand));
    }
  }
  return all(clauses);
}

/** Parses what is asked of one field. */
class FieldParser {
  readonly #path: string;
  readonly #field: Field;
  readonly #scope: FieldScope;
  readonly #siblings: Siblings;

  constructor(path: string, scope: FieldScope, siblings: Siblings) {
    this.#path = path;
    this.#field = scope.field(path);
    this.#scope = scope;
    this.#siblings = siblings;
  }

  parse(operand: unknown): Clause {
    if (!isComparison(operand)) return this.#test('$eq', this.#stored(operand));
    const operators = Object.keys(operand);
    return all(operators.map((operator) => this.#parseOperator(operator, operand[operator])));
  }

  #parseOperator(operator: string, operand: unknown): Clause {
    switch (operator) {
      case '$eq':
      case '$ne':
        return this.#test(operator, this.#stored(operand));
      case '$in': {
        const values = this.#list(operator, operand).map((value) => this.#stored(value));
        if (values.length === 0) return NOTHING;
        return values.length === 1 ? this.#test('$eq', values[0]) : this.#test('$in', values);
      }
      case '$notIn': {
        const values = this.#list(operator, operand).map((value) => this.#stored(value));
        return values.length === 0 ? EVERYTHING : this.#test('$notIn', values);
      }
      case '$lt':
      case '$lte':
      case '$gt':
      case '$gte':
        return this.#test(operator, this.#ordered(operator, operand));
      case '$between': {
        const ends = this.#list(operator, operand);
        if (ends.length !== 2) throw this.#invalid('$between must be a list of 2 values');
        return all([
          this.#test('$gte', this.#ordered(operator, ends[0])),
          this.#test('$lte', this.#ordered(operator, ends[1])),
        ]);
      }
      case '$exists':
        if (typeof operand === 'boolean') return this.#test(operator, operand);
        throw this.#invalid('$exists must be a boolean');
      case '$type':
        if (TYPES.includes(operand as string)) return this.#test(operator, operand);
        throw this.#invalid(`$type must be one of ${TYPES.join(', ')}`);
      case '$startsWith':
        if (typeof operand === 'string') {
          return this.#test(operator, this.#storable(operand, PLAIN_DATA));
        }
        throw this.#invalid('$startsWith must be a string');
      case '$contains':
        if (operand === undefined) throw this.#invalid('is undefined');
        return this.#test(operator, this.#element(operand));
      default:
        throw this.#invalid(`${operator} is not an operator`);
    }
  }

  #test(operator: FieldOperator, operand: unknown): Clause {
    return { kind: 'test', path: this.#path, field: this.#field, operator, operand };
  }

  /** A value in its stored spelling. */
  #stored(value: unknown): unknown {
    if (value === undefined) throw this.#invalid('is undefined');
    const stored = this.#scope.normalise(this.#path, value, this.#siblings);
    return this.#storable(stored, this.#field.shape);
  }

  /** An element of a list or set, or a part of a text. */
  #element(value: unknown): unknown {
    const { storedSchemas, shape } = this.#field;
    return this.#storable(elementSpelling(storedSchemas, value), shape.element ?? PLAIN_DATA);
  }

  #storable(value: unknown, shape: ValueShape): unknown {
    assertStorable(value, shape, this.#path);
    return value;
  }

  /** DynamoDB has an order for texts, numbers and bytes; dates are stored as texts that sort. */
  #ordered(operator: string, value: unknown): unknown {
    const isOrdered =
      ['string', 'number', 'bigint'].includes(typeof value) ||
      value instanceof Date ||
      value instanceof Uint8Array;
    if (isOrdered) return this.#stored(value);
    throw this.#invalid(`${operator} must be a string, number, date or bytes`);
  }

  #list(operator: string, value: unknown): unknown[] {
    if (Array.isArray(value)) return Array.from<unknown>(value);
    throw this.#invalid(`${operator} must be a list of values`);
  }

  #invalid(message: string): EntityError<'InvalidInput'> {
    return invalidCondition(this.#scope.name, this.#path, message);
  }
}

function partsOf(scope: FieldScope, key: string, operand: unknown): Conditions[] {
  if (!Array.isArray(operand)) {
    throw invalidCondition(scope.name, key, 'must be a list of conditions');
  }
  return operand.map((part: unknown) => asConditions(scope, key, part));
}

function asConditions(scope: FieldScope, key: string, value: unknown): Conditions {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Conditions;
  }
  throw invalidCondition(scope.name, key, 'must be an object of conditions');
}

/** The values that a condition asks for by equality, by path; those inside `$and`, too. */
function equalitiesIn(conditions: Conditions): [path: string, value: unknown][] {
  const equal: [string, unknown][] = [];
  for (const key of Object.keys(conditions)) {
    const operand = conditions[key];
    if (key === '$and' && Array.isArray(operand)) {
      for (const part of operand as readonly unknown[]) {
        if (typeof part === 'object' && part) equal.push(...equalitiesIn(part as Conditions));
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

/** Tells whether an operand is `{ $operator: … }` rather than a value. */
function isComparison(operand: unknown): operand is Record<string, unknown> {
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
