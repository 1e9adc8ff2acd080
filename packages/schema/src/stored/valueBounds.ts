import * as z from 'zod';

type Schema = z.core.$ZodType;

/** One end of a range. */
export interface Bound {
  readonly value: number | bigint;
  /** Tells whether the value itself is allowed. */
  readonly inclusive: boolean;
}

/** The rules of a number or bigint schema, as far as they can be said without its functions. */
export interface NumberRules {
  readonly min?: Bound;
  readonly max?: Bound;
  readonly integer: boolean;
  /** Values that every number must be a multiple of. */
  readonly multiplesOf: readonly (number | bigint)[];
}

const known = new WeakMap<Schema, { readonly rules: NumberRules | undefined }>();

/**
 * Reads the bounds of a number or bigint schema.
 *
 * @returns undefined for another schema, or one with rules that only a parse can judge.
 *
 * @internal
 */
export function numberRules(schema: z.ZodType): NumberRules | undefined {
  const before = known.get(schema);
  if (before) return before.rules;
  const rules = readNumberRules(schema);
  known.set(schema, { rules });
  return rules;
}

function readNumberRules(schema: Schema): NumberRules | undefined {
  const { type } = schema._zod.def;
  if (type !== 'number' && type !== 'bigint') return undefined;
  let min: Bound | undefined;
  let max: Bound | undefined;
  let integer = type === 'bigint';
  const multiplesOf: (number | bigint)[] = [];
  for (const def of checksOf(schema)) {
    switch (def.check) {
      case 'greater_than':
        min = narrower(min, boundOf(def), 1);
        break;
      case 'less_than':
        max = narrower(max, boundOf(def), -1);
        break;
      case 'multiple_of':
        multiplesOf.push(def.value as number | bigint);
        break;
      case 'number_format':
      case 'bigint_format': {
        const [low, high] = rangeOf(def.format as string);
        min = narrower(min, { value: low, inclusive: true }, 1);
        max = narrower(max, { value: high, inclusive: true }, -1);
        integer ||= (def.format as string).includes('int');
        break;
      }
      default:
        return undefined;
    }
  }
  return { ...(min && { min }), ...(max && { max }), integer, multiplesOf };
}

/**
 * Reads how many elements a list schema allows.
 *
 * @returns undefined for another schema, or one with rules that only a parse can judge.
 *
 * @internal
 */
export function lengthRules(
  schema: z.ZodType,
): { readonly min: number; readonly max: number } | undefined {
  if (schema._zod.def.type !== 'array') return undefined;
  let min = 0;
  let max = Infinity;
  for (const def of checksOf(schema)) {
    if (def.check === 'min_length') min = Math.max(min, def.minimum as number);
    else if (def.check === 'max_length') max = Math.min(max, def.maximum as number);
    else return undefined;
  }
  return { min, max };
}

type CheckDef = { readonly check: string } & Readonly<Record<string, unknown>>;

function checksOf(schema: Schema): CheckDef[] {
  const own = schema._zod.def as unknown as CheckDef;
  const checks = (schema._zod.def.checks ?? []).map(({ _zod }) => _zod.def as unknown as CheckDef);
  // A format, such as `z.int()`, is a schema and its own check.
  return typeof own.check === 'string' ? [own, ...checks] : checks;
}

function boundOf(def: CheckDef): Bound {
  return { value: def.value as number | bigint, inclusive: def.inclusive === true };
}

function rangeOf(format: string): readonly [number | bigint, number | bigint] {
  const { NUMBER_FORMAT_RANGES, BIGINT_FORMAT_RANGES } = z.util;
  const ranges: Readonly<Record<string, readonly [number | bigint, number | bigint]>> = {
    ...NUMBER_FORMAT_RANGES,
    ...BIGINT_FORMAT_RANGES,
  };
  return ranges[format] ?? [-Infinity, Infinity];
}

/** The bound that leaves less; `sign` is 1 for lower bounds, and -1 for upper ones. */
function narrower(known: Bound | undefined, bound: Bound, sign: 1 | -1): Bound {
  if (!known) return bound;
  if (known.value === bound.value) return known.inclusive ? bound : known;
  const isHigher = bound.value > known.value;
  return isHigher === (sign === 1) ? bound : known;
}
