import type { AnyValueIn, Declared, DeclaredPath, ValuesAt } from '@latchkey/schema';

/** DynamoDB's names for its types, as `attribute_type` takes them. */
export type AttributeTypeName = 'S' | 'SS' | 'N' | 'NS' | 'B' | 'BS' | 'BOOL' | 'NULL' | 'L' | 'M';

type ElementOf<V> = V extends readonly (infer E)[] | ReadonlySet<infer E>
  ? E
  : V extends string
    ? string
    : never;

/** Operands that a field's value is compared with. */
export interface Comparison<V> {
  readonly $eq?: V;
  readonly $ne?: V;
  readonly $lt?: NonNullable<V>;
  readonly $lte?: NonNullable<V>;
  readonly $gt?: NonNullable<V>;
  readonly $gte?: NonNullable<V>;
  /** From the first value to the second, both included. */
  readonly $between?: readonly [NonNullable<V>, NonNullable<V>];
  /** One of these; an empty list matches nothing. */
  readonly $in?: readonly V[];
  /** None of these. */
  readonly $notIn?: readonly V[];
  readonly $exists?: boolean;
  readonly $type?: AttributeTypeName;
  readonly $startsWith?: string;
  /** Part of a string, or an element of a list or set. */
  readonly $contains?: ElementOf<V>;
}

type Compared<V> = unknown extends V ? unknown : V | Comparison<V>;

/**
 * Condition that a document must meet: stored values or comparisons by dotted path, all of which
 * must hold. A missing field matches `$ne`, `$notIn` and `$exists: false`, and nothing else; null
 * matches null.
 */
export type Condition<T> = (string extends keyof T ? OpenComparisons<T> : Comparisons<T>) & {
  readonly $and?: readonly Condition<T>[];
  readonly $or?: readonly Condition<T>[];
  readonly $not?: Condition<T>;
};

type Comparisons<T, P extends string = DeclaredPath<T>> = {
  readonly [K in P]?: Compared<Exclude<ValuesAt<T, K>, undefined>>;
};

/** Comparisons of a type that takes fields without declaring them. */
type OpenComparisons<T> = Comparisons<Declared<T>> & {
  // An index signature must fit every name, those of declared fields and operators included.
  readonly [path: string]:
    Compared<AnyValueIn<T>> | readonly Condition<T>[] | Condition<T> | undefined;
};
