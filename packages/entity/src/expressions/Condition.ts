import type { FieldPath, ValueAt } from '@latchkey/schema';

/** DynamoDB's names for its types, as `attribute_type` takes them. */
export type AttributeTypeName = 'S' | 'SS' | 'N' | 'NS' | 'B' | 'BS' | 'BOOL' | 'NULL' | 'L' | 'M';

type ElementOf<V> = V extends readonly (infer E)[] | ReadonlySet<infer E>
  ? E
  : V extends string
    ? string
    : never;

/** What a field's value is compared with. */
export interface Comparison<V> {
  readonly $eq?: V;
  readonly $ne?: V;
  readonly $lt?: V;
  readonly $lte?: V;
  readonly $gt?: V;
  readonly $gte?: V;
  /** From the first value to the second, both included. */
  readonly $between?: readonly [V, V];
  /** One of these; of none, nothing is. */
  readonly $in?: readonly V[];
  /** None of these. */
  readonly $notIn?: readonly V[];
  readonly $exists?: boolean;
  readonly $type?: AttributeTypeName;
  readonly $startsWith?: string;
  /** Part of a string, or an element of a list or set. */
  readonly $contains?: ElementOf<V>;
}

type Compared<V> = unknown extends V ? unknown : NonNullable<V> | Comparison<NonNullable<V>>;

/**
 * What a document must be like: values or comparisons by dotted path, all of which must hold.
 * A field that is not there meets `$ne`, `$notIn`, `$exists: false` and nothing else.
 */
export type Condition<T> = {
  readonly [P in FieldPath<T>]?: Compared<ValueAt<T, P>>;
} & {
  readonly $and?: readonly Condition<T>[];
  readonly $or?: readonly Condition<T>[];
  readonly $not?: Condition<T>;
};
