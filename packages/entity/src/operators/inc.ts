import { numberRules, type Bound, type NumberRules } from '@latchkey/schema';
import type { Expression } from '../expressions/Expression.js';
import { toAttributeValue } from '../attributes/toAttributeValue.js';
import {
  addDecimals,
  compareDecimals,
  isKept,
  isMultiple,
  negated,
  powerOfTen,
} from './internal/decimal.js';
import { defaultAttribute } from './internal/defaultAttribute.js';
import { refuseOperand } from './internal/refuseOperand.js';
import type { Operator, Target } from './Operator.js';

/** DynamoDB's largest number, roughly: no stored number is beyond a bound like this. */
const MAX_MAGNITUDE = 1e126;
/** The kinds of schema whose values may be numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['number', 'bigint', 'transform']);
/** The powers of ten between which its numbers are. */
const [SMALLEST_POWER, GREATEST_POWER] = [-130, 125];

/**
 * Adds to a stored number, in decimal arithmetic; a field that is not there counts as 0.
 *
 * It keeps an integer an integer, and a multiple a multiple, since it adds nothing else. A stored
 * number that is neither, from before the schema asked for it, stays so: no expression can tell. The
 * bounds hold of the sum in any case.
 */
export const $inc: Operator = {
  parse(target, operand) {
    if (!target.field.storedSchemas.some(({ _zod }) => NUMBERS.has(_zod.def.type))) {
      throw refuseOperand(target, 'not a number field');
    }
    if (typeof operand !== 'bigint' && !Number.isFinite(operand)) {
      throw refuseOperand(target, '$inc must be a number');
    }
    const isBigint = target.field.shape.numbers === 'bigint';
    if ((typeof operand === 'bigint') !== isBigint) {
      throw refuseOperand(target, `it is a ${isBigint ? 'bigint' : 'number'} field`);
    }
    const attribute = toAttributeValue(operand, target.field.shape, target.path);
    const { integer = false, multiplesOf = [] } = rulesOf(target) ?? {};
    if (integer && !isMultiple(attribute.N ?? '', '1')) {
      throw refuseOperand(target, 'it is an integer field');
    }
    for (const factor of multiplesOf) {
      if (isMultiple(attribute.N ?? '', String(factor))) continue;
      throw refuseOperand(target, `it must be a multiple of ${factor}`);
    }
    return [attribute];
  },

  expression(target, operand) {
    const { field } = target;
    const rules = rulesOf(target);
    const by = operand?.N;
    if (by === undefined || !rules || field.hasWrapperRules) return undefined;
    const zero = zeroOf(target);
    const limits = [
      limitOf('>', rules.min, by, target),
      limitOf('<', rules.max, by, target),
    ].filter((limit) => limit !== undefined);
    if (limits.some(({ value }) => !isKept(value))) return undefined;
    return (expression) => {
      const name = expression.field(field);
      const sum = `if_not_exists(${name}, ${expression.value({ N: zero })}) + ${expression.value({ N: by })}`;
      const mayBeOther = field.isNullable || field.storedSchemas[0]?._zod.def.type === 'transform';
      const condition = conditionOf(expression, name, limits, mayBeOther);
      if (condition === undefined) return { set: `${name} = ${sum}` };
      const startsWithin = isWithin(addDecimals(zero, by), rules);
      return {
        set: `${name} = ${sum}`,
        condition: startsWithin ? `(attribute_not_exists(${name}) OR ${condition})` : condition,
      };
    };
  },

  apply(target, current, operand, refuse) {
    const stored = current ? current.N : zeroOf(target);
    if (stored === undefined) return refuse('it does not hold a number');
    const sum = addDecimals(stored, operand?.N ?? '0');
    if (!isKept(sum)) return refuse('the sum has more than 38 digits');
    if (!isInRange(sum)) return refuse('the sum is out of range');
    return { N: sum };
  },

  keepsFault(target, current, result) {
    const rules = rulesOf(target);
    if (!rules || target.field.hasWrapperRules) return false;
    if (current?.N === undefined || result?.N === undefined) return false;
    const { N } = current;
    const factors = [...(rules.integer ? ['1'] : []), ...rules.multiplesOf.map(String)];
    return factors.some((factor) => !isMultiple(N, factor)) && isWithin(result.N, rules);
  },
};

function isInRange(sum: string): boolean {
  const power = powerOfTen(sum);
  return power === undefined || (power <= GREATEST_POWER && power >= SMALLEST_POWER);
}

interface Limit {
  readonly comparator: string;
  readonly value: string;
}

function rulesOf({ field }: Target): NumberRules | undefined {
  const [schema, ...others] = field.storedSchemas;
  if (!schema || others.length > 0) return undefined;
  // A transform says nothing of its result.
  if (schema._zod.def.type === 'transform') return { integer: false, multiplesOf: [] };
  return numberRules(schema);
}

/** The limit of the stored value below or above which adding leaves the schema's bounds. */
function limitOf(
  comparator: '>' | '<',
  bound: Bound | undefined,
  by: string,
  { field, path }: Target,
): Limit | undefined {
  if (!bound || Math.abs(Number(bound.value)) >= MAX_MAGNITUDE) return undefined;
  const { N = '0' } = toAttributeValue(bound.value, field.shape, path);
  return {
    comparator: bound.inclusive ? `${comparator}=` : comparator,
    value: addDecimals(N, negated(by)),
  };
}

function conditionOf(
  expression: Expression,
  name: string,
  limits: readonly Limit[],
  isNullable: boolean,
): string | undefined {
  const clauses = limits.map(
    ({ comparator, value }) => `${name} ${comparator} ${expression.value({ N: value })}`,
  );
  // A comparison with a number is false of null; without one, the type itself is asked for.
  if (clauses.length === 0 && isNullable) {
    clauses.push(`attribute_type(${name}, ${expression.value({ S: 'N' })})`);
  }
  if (clauses.length === 0) return undefined;
  return clauses.length === 1 ? clauses[0] : `(${clauses.join(' AND ')})`;
}

function isWithin(sum: string, { min, max }: NumberRules): boolean {
  const passes = (bound: Bound | undefined, sign: 1 | -1): boolean => {
    if (!bound || Math.abs(Number(bound.value)) >= MAX_MAGNITUDE) return true;
    const order = compareDecimals(sum, String(bound.value)) * sign;
    return bound.inclusive ? order >= 0 : order > 0;
  };
  return passes(min, 1) && passes(max, -1);
}

/** Returns the number that a missing field counts as. */
function zeroOf(target: Target): string {
  return defaultAttribute(target)?.N ?? '0';
}
