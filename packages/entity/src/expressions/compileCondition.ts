import { PLAIN_DATA } from '@latchkey/schema';
import { toAttributeValue } from '../attributes/toAttributeValue.js';
import { EntityError } from '../errors/EntityError.js';
import { Expression } from './Expression.js';
import type { FieldScope } from './FieldScope.js';

/** DynamoDB takes at most 100 operands in one `IN`. */
const MAX_IN = 100;

const COMPARATORS: Readonly<Record<string, string>> = {
  $eq: '=',
  $ne: '<>',
  $lt: '<',
  $lte: '<=',
  $gt: '>',
  $gte: '>=',
};

/**
 * Writes a condition as a condition expression; an empty one as undefined.
 *
 * `{ total: { $gt: 5 }, $not: { state: 'paid' } }` is `#0 > :0 AND (NOT (#1 = :1))`.
 *
 * @throws {@link EntityError} `InvalidInput` for an operator that does not exist or has a wrong
 *   operand; `UnsupportedValue` for a value that DynamoDB cannot hold.
 */
export function compileCondition(
  condition: Readonly<Record<string, unknown>>,
  expression: Expression,
  scope: FieldScope,
): string | undefined {
  const entity = scope.name;
  const clauses = Object.entries(condition).flatMap(([key, operand]) => {
    if (operand === undefined) throw invalid(entity, key, 'is undefined');
    if (key === '$and' || key === '$or') return combine(key, operand);
    if (key === '$not') {
      const inner = compileCondition(asObject(operand, key, entity), expression, scope);
      return inner === undefined ? [] : [`(NOT ${enclosed(inner)})`];
    }
    if (key.startsWith('$')) throw invalid(entity, key, 'is no operator');
    return compileComparison(key, operand, expression, scope);
  });
  return clauses.length === 0 ? undefined : clauses.join(' AND ');

  function combine(key: '$and' | '$or', operand: unknown): string[] {
    if (!Array.isArray(operand) || operand.length === 0) {
      throw invalid(entity, key, 'takes a list that is not empty');
    }
    const inner = operand.map((part: unknown) => {
      const text = compileCondition(asObject(part, key, entity), expression, scope);
      if (text === undefined) throw invalid(entity, key, 'holds an empty condition');
      return enclosed(text);
    });
    return [enclosed(inner.join(key === '$and' ? ' AND ' : ' OR '))];
  }
}

/** Refuses a condition that is not valid, where it is not known whether it will be sent. */
export function assertCondition(
  condition: Readonly<Record<string, unknown>> | undefined,
  scope: FieldScope,
): void {
  if (condition) compileCondition(condition, new Expression(), scope);
}

/** An expression in parentheses; in one pair only, since DynamoDB refuses redundant ones. */
function enclosed(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    if (depth === 0 && at < text.length - 1) return `(${text})`;
  }
  return text;
}

/** Writes what is asked of one field; a plain value asks for equality. */
export function compileComparison(
  path: string,
  operand: unknown,
  expression: Expression,
  scope: FieldScope,
): string[] {
  const { name: entity } = scope;
  const { stored, lists, shape: at } = scope.field(path);
  const name = expression.path(stored, lists);
  const value = (given: unknown, valueShape = at): string =>
    expression.value(toAttributeValue(given, valueShape, path));
  // Equality asks for what is stored: `condition: { username: 'Ada' }` means the stored `ada`.
  const same = (given: unknown): string => value(scope.normalise(path, given));
  if (!isComparison(operand)) return [`${name} = ${same(operand)}`];

  return Object.entries(operand).map(([operator, given]): string => {
    const comparator = COMPARATORS[operator];
    if (operator === '$eq' || operator === '$ne')
      return `${name} ${COMPARATORS[operator]} ${same(given)}`;
    if (comparator !== undefined) return `${name} ${comparator} ${value(given)}`;
    switch (operator) {
      case '$between': {
        const [low, high] = asList(given, path, operator, 2, 2);
        // Not BETWEEN, which DynamoDB refuses when nothing can lie between its ends.
        return `${name} >= ${value(low)} AND ${name} <= ${value(high)}`;
      }
      case '$in': {
        const values = asList(given, path, operator, 1, MAX_IN).map(same);
        return `${name} IN (${values.join(', ')})`;
      }
      case '$exists':
        if (typeof given !== 'boolean') throw invalid(entity, path, '$exists takes a boolean');
        return `${given ? 'attribute_exists' : 'attribute_not_exists'}(${name})`;
      case '$type':
        return `attribute_type(${name}, ${value(asText(given, operator), PLAIN_DATA)})`;
      case '$startsWith':
        return `begins_with(${name}, ${value(asText(given, operator), PLAIN_DATA)})`;
      case '$contains':
        return `contains(${name}, ${value(given, at.element ?? PLAIN_DATA)})`;
      default:
        throw invalid(entity, path, `${operator} is no operator`);
    }
  });

  function asText(given: unknown, operator: string): string {
    if (typeof given !== 'string') throw invalid(entity, path, `${operator} takes a string`);
    return given;
  }

  function asList(given: unknown, at: string, operator: string, min: number, max: number) {
    if (!Array.isArray(given) || given.length < min || given.length > max) {
      const count = min === max ? String(min) : `${String(min)} to ${String(max)}`;
      throw invalid(entity, at, `${operator} takes a list of ${count} values`);
    }
    return given as unknown[];
  }
}

/** Whether an operand is `{ $operator: … }` rather than a value. */
export function isComparison(operand: unknown): operand is Record<string, unknown> {
  if (typeof operand !== 'object' || operand === null) return false;
  const keys = Object.keys(operand);
  return keys.length > 0 && keys.every((key) => key.startsWith('$'));
}

function asObject(value: unknown, key: string, entity: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(entity, key, 'takes conditions');
  }
  return value as Record<string, unknown>;
}

function invalid(entity: string, path: string, message: string): EntityError<'InvalidInput'> {
  return new EntityError(
    'InvalidInput',
    `The condition on ${entity} is not valid: "${path}" ${message}.`,
    {
      entity,
      path,
      issues: [{ path, message }],
    },
  );
}
