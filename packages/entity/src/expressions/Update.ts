import type {
  AnyValueIn,
  Declared,
  DeclaredPath,
  FieldPath,
  ValueAt,
  ValuesAt,
} from '@latchkey/schema';
import type { PathSegments } from '../entity/inputs.js';

// Not by way of an object type: there, `byName.${string}` would hold for `byName.${string}.n`, too.
type PathsTo<T, V, P extends string = DeclaredPath<T>> = P extends unknown
  ? NonNullable<ValueAt<T, P>> extends V
    ? P
    : unknown extends ValueAt<T, P>
      ? // Longer than paths are typed for, or below what is left open.
        `${P}.x` extends P
        ? P
        : never
      : never
  : never;
type Values<T> = string extends keyof T
  ? DeclaredValues<Declared<T>> & Readonly<Record<string, AnyValueIn<T>>>
  : DeclaredValues<T>;
type DeclaredValues<T, P extends string = DeclaredPath<T>> = {
  readonly [K in P]?: Exclude<ValuesAt<T, K>, undefined>;
};

type Numbers<T> = string extends keyof T
  ? DeclaredNumbers<Declared<T>> & Readonly<Record<string, number | bigint>>
  : DeclaredNumbers<T>;
type DeclaredNumbers<T> = {
  readonly [P in PathsTo<T, number | bigint>]?: NumbersOf<ValuesAt<T, P>>;
};
type NumbersOf<V> = unknown extends V ? number | bigint : Extract<V, number | bigint>;

type List = readonly unknown[];
type ListOrSet = List | ReadonlySet<unknown>;
type Elements<T, V> = string extends keyof T
  ? DeclaredElements<Declared<T>, V> & Readonly<Record<string, List>>
  : DeclaredElements<T, V>;
type DeclaredElements<T, V> = {
  readonly [P in PathsTo<T, V>]?: ElementsOf<ValuesAt<T, P>>;
};
type ElementsOf<V> = unknown extends V ? List : ElementsIn<V>;
type ElementsIn<V> = V extends readonly (infer E)[] | ReadonlySet<infer E> ? readonly E[] : never;

/**
 * Changes to a document: operators, each with values by dotted path. They can be combined.
 *
 * `Input` is the schema's input, and `Output` its result, which is stored: if a codec turns text
 * into a date, `$set` takes the text and `$pull` the date.
 */
export type Update<Output, Input = Output> = {
  /** Sets fields. */
  readonly $set?: Values<Input>;
  /** Sets fields that do not exist yet. */
  readonly $setIfNull?: Values<Input>;
  /** Sets fields only if an upsert makes a new document. */
  readonly $setOnInsert?: Values<Input>;
  /** Adds to stored numbers; a missing field counts as 0. */
  readonly $inc?: Numbers<Output>;
  /** Adds to the end of lists; a missing field counts as an empty list. */
  readonly $append?: Elements<Input, List>;
  /** Adds to the beginning of lists. */
  readonly $prepend?: Elements<Input, List>;
  /** Removes every equal element, compared in stored form, from lists and sets. */
  readonly $pull?: Elements<Output, ListOrSet>;
  /** Adds elements, in stored form, that a list or set does not have yet. */
  readonly $addToSet?: Elements<Output, ListOrSet>;
  /** Removes fields. */
  readonly $remove?: readonly (FieldPath<Output> | PathSegments)[];
};
