import type { FieldPath, ValueAt } from '@latchkey/schema';

type PathsTo<T, V> = {
  [P in FieldPath<T>]: NonNullable<ValueAt<T, P>> extends V ? P : never;
}[FieldPath<T>];
type Values<T, P extends string> = { readonly [K in P]?: NonNullable<ValueAt<T, K>> };
type Lists<T> = PathsTo<T, readonly unknown[]>;
type ListsAndSets<T> = PathsTo<T, readonly unknown[] | ReadonlySet<unknown>>;
type Elements<T, P extends string> = {
  readonly [K in P]?: NonNullable<ValueAt<T, K>> extends readonly (infer E)[] | ReadonlySet<infer E>
    ? readonly E[]
    : never;
};

/** How a document changes: operators, each with values by dotted path. They can be combined. */
export type Update<T> = {
  /** Sets fields. */
  readonly $set?: Values<T, FieldPath<T>>;
  /** Sets the fields that are not there yet. */
  readonly $setIfNull?: Values<T, FieldPath<T>>;
  /** Sets fields only if an upsert makes a new document. */
  readonly $setOnInsert?: Values<T, FieldPath<T>>;
  /** Adds to numbers; a field that is not there counts as 0. */
  readonly $inc?: Values<T, PathsTo<T, number | bigint>>;
  /** Adds to the end of lists; a field that is not there counts as an empty list. */
  readonly $append?: Elements<T, Lists<T>>;
  /** Adds to the beginning of lists. */
  readonly $prepend?: Elements<T, Lists<T>>;
  /** Takes every equal element out of lists and sets. */
  readonly $pull?: Elements<T, ListsAndSets<T>>;
  /** Adds the elements that a list or set does not have yet. */
  readonly $addToSet?: Elements<T, ListsAndSets<T>>;
  /** Removes fields. */
  readonly $remove?: readonly FieldPath<T>[];
};
