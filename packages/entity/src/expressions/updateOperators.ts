import { isDeepStrictEqual } from 'node:util';

/** The names of the update operators. */
export type UpdateOperator =
  | '$set'
  | '$setIfNull'
  | '$setOnInsert'
  | '$inc'
  | '$append'
  | '$prepend'
  | '$pull'
  | '$addToSet'
  | '$remove';

/** One operator at one path. */
export interface UpdateStep {
  readonly operator: UpdateOperator;
  readonly path: string;
  readonly segments: readonly string[];
  /** The operand; for the operators of lists and sets, a list or set of elements. */
  readonly value: unknown;
}

/** What an operator makes of the value that stands at its path (undefined: none does). */
export const APPLY: Readonly<
  Record<UpdateOperator, (current: unknown, value: unknown) => unknown>
> = {
  $set: (_, value) => value,
  $setIfNull: (current, value) => (current === undefined ? value : current),
  $setOnInsert: (current) => current,
  $inc: add,
  $append: (current, value) => [...list(current), ...list(value)],
  $prepend: (current, value) => [...list(value), ...list(current)],
  $pull: (current, value) => {
    if (current === undefined) return undefined;
    const kept = list(current).filter((element) => !has(list(value), element));
    if (!(current instanceof Set)) return kept;
    return kept.length > 0 ? new Set(kept) : undefined;
  },
  $addToSet: (current, value) => {
    const result = [...list(current)];
    for (const element of list(value)) if (!has(result, element)) result.push(element);
    if (!(value instanceof Set)) return result;
    return result.length > 0 ? new Set(result) : undefined;
  },
  $remove: () => undefined,
};

function add(current: unknown, value: unknown): unknown {
  if (current === undefined) return value;
  return typeof current === 'bigint'
    ? current + (value as bigint)
    : (current as number) + (value as number);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) || value instanceof Set ? [...(value as Iterable<unknown>)] : [];
}

function has(values: readonly unknown[], wanted: unknown): boolean {
  return values.some((value) => isDeepStrictEqual(value, wanted));
}
