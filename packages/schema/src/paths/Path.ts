/** A value that can be part of a key. */
export type Scalar = string | number | bigint | boolean | Date;

/** A value without fields that a path could name. */
type Leaf =
  | Scalar
  | ReadonlySet<unknown>
  | ReadonlyMap<unknown, unknown>
  | Uint8Array
  | ((...input: never) => unknown)
  | null
  | undefined;

/**
 * How many more levels a path is typed for, by how many it was. A path of more than five names and
 * positions is taken whatever follows, and checked when the program runs: a schema that holds itself
 * has paths without end.
 */
type Less = [never, 0, 1, 2, 3];
type Levels = 4;

/** The fields that a type declares: without those that an index signature leaves open. */
export type Declared<T> = string extends keyof T ? Known<T> : T;

type Known<T> = {
  [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K];
};

/**
 * The dotted paths of a type that end in a {@link Scalar}; unions give the paths of all members.
 * Any text where the type takes fields that it does not name.
 *
 * `ScalarPath<{ id: string; data: { kind: 'a'; at: Date } }>` is `'id' | 'data.kind' | 'data.at'`.
 */
export type ScalarPath<T, L extends number = Levels> = T extends Leaf | readonly unknown[]
  ? never
  : { [K in keyof T & string]-?: ScalarPathAt<K, T[K], L> }[keyof T & string];

type ScalarPathAt<K extends string, V, L extends number> = unknown extends V
  ? string extends K
    ? string
    : never
  : V extends Scalar
    ? K
    : V extends Leaf | readonly unknown[]
      ? never
      : `${K}.${L extends 0 ? string : ScalarPath<V, Less[L]>}`;

/**
 * Every dotted path of a type, to scalars, objects, lists and sets alike. Any text where the type
 * takes fields that it does not name.
 */
export type FieldPath<T> = string extends keyof T ? string : DeclaredPath<T>;

/** {@link FieldPath} of a type without an index signature. */
export type DeclaredPath<T> =
  | (keyof T & string)
  | {
      [K in keyof T]-?: T[K] extends Leaf ? never : PathBelow<K & string, T[K], Levels>;
    }[keyof T];

type PathBelow<P extends string, V, L extends number> = unknown extends V
  ? `${P}.${string}`
  : L extends 0
    ? `${P}.${string}`
    : PathOf<P, V, Less[L]>;

type PathOf<P extends string, V, L extends number> = V extends Leaf
  ? never
  : V extends readonly (infer E)[]
    ? PathAt<`${P}.${number}`, E, L>
    : string extends keyof V
      ? PathAt<`${P}.${string}`, V[keyof V], L> | NamedPathBelow<P, Known<V>, L>
      : NamedPathBelow<P, V, L>;

type NamedPathBelow<P extends string, V, L extends number> =
  | `${P}.${keyof V & string}`
  | {
      [K in keyof V]-?: V[K] extends Leaf ? never : PathBelow<`${P}.${K & string}`, V[K], L>;
    }[keyof V];

type PathAt<P extends string, V, L extends number> =
  P | (V extends Leaf ? never : PathBelow<P, V, L>);

/**
 * A type that an object literal with undeclared fields can be given to: TypeScript asks that declared
 * fields, too, are of the type that is taken for undeclared ones.
 */
export type OpenInput<T> = string extends keyof T
  ? unknown extends T[string & keyof T]
    ? T
    : Known<T> & Record<string, T[keyof T] | Known<T>[keyof Known<T>]>
  : T;

/** Every type that a value somewhere in a type can have. */
export type AnyValueIn<T> = WithBelow<T[keyof T] | Known<T>[keyof Known<T>]>;

/** The paths of a type that end in a date. */
export type DatePath<T> = T extends object
  ? { [K in keyof T & string]-?: Date extends NonNullable<T[K]> ? K : never }[keyof T & string]
  : never;

/** The type at a dotted path; for a union, what any of its members has there. */
export type ValueAt<T, P extends string> = P extends keyof T
  ? string extends keyof T
    ? ValueBelow<T, P>
    : T[P]
  : ValueBelow<T, P>;

type ValueBelow<T, P extends string> = T extends null | undefined
  ? never
  : P extends `${infer K}.${infer Rest}`
    ? ValueBelow<ChildOf<T, K>, Rest>
    : ChildOf<T, P>;

/**
 * The types at the paths that are written like a path. Others than {@link ValueAt} only for one that
 * ends in any name (`prices.${string}`) or any position: TypeScript takes a longer path for such a
 * one, the dots in it for a part of the name.
 *
 * @typeParam T - a type without an index signature.
 */
export type ValuesAt<T, P extends string> = P extends keyof T
  ? T[P]
  : `${P}.x` extends P
    ? WithBelow<ValueBelow<T, P>>
    : P extends `${string}.${number}`
      ? WithElements<ValueBelow<T, P>>
      : ValueBelow<T, P>;

type ChildOf<T, K extends string> = K extends keyof T
  ? T[K]
  : T extends readonly (infer E)[]
    ? K extends `${number}`
      ? E
      : never
    : unknown extends T
      ? unknown
      : string extends K
        ? unknown
        : never;

/** A type, and those of everything below it. */
type WithBelow<V, L extends number = Levels> = V | Below<V, L>;

type Below<V, L extends number> = unknown extends V
  ? unknown
  : V extends Leaf
    ? never
    : L extends 0
      ? unknown
      : V extends readonly (infer E)[]
        ? WithBelow<E, Less[L]>
        : { [K in keyof V]-?: WithBelow<V[K], Less[L]> }[keyof V];

/** `1.5` is a position, and a position in what is at another: TypeScript takes it for a number. */
type WithElements<V> = V extends readonly (infer E)[] ? V | E : V;

/** A type without the fields at the given dotted paths. */
export type OmitPaths<T, P extends string> = [P] extends [never]
  ? T
  : T extends Leaf | readonly unknown[]
    ? T
    : { [K in keyof T as K extends P ? never : K]: OmitBelow<T[K], K, P> };

type OmitBelow<V, K, P extends string> = K extends string
  ? [Extract<P, `${K}.${string}`>] extends [never]
    ? V
    : OmitPaths<V, P extends `${K}.${infer Rest}` ? Rest : never>
  : V;

/** A type with the fields at the given dotted paths only. */
export type PickPaths<T, P extends string> = T extends Leaf | readonly unknown[]
  ? T
  : {
      [K in keyof T as K extends HeadOf<P> | OpenKey<K> ? K : never]: PickBelow<T[K], K, P>;
    };

/** A key that is one of a record, whatever its name. */
type OpenKey<K> = string extends K ? K : number extends K ? K : never;
type HeadOf<P extends string> = P extends `${infer Head}.${string}` ? Head : P;
type PickBelow<V, K, P extends string> = K extends P
  ? V
  : K extends string
    ? string extends K
      ? V
      : PickPaths<V, P extends `${K}.${infer Rest}` ? Rest : never>
    : V;

/** Flattens intersections, so that a hover shows the fields. */
export type Prettify<T> = { [K in keyof T]: T[K] } & {};
