/** A value that can be part of a key. */
export type Scalar = string | number | bigint | boolean | Date;

type Branch =
  readonly unknown[] | ReadonlySet<unknown> | ReadonlyMap<unknown, unknown> | Uint8Array;

/**
 * The dotted paths of a type that end in a {@link Scalar}; unions give the paths of all members.
 *
 * `ScalarPath<{ id: string; data: { kind: 'a'; at: Date } }>` is `'id' | 'data.kind' | 'data.at'`.
 */
export type ScalarPath<T> = T extends Scalar | Branch | null | undefined
  ? never
  : T extends object
    ? { [K in keyof T & string]-?: PathBelow<K, NonNullable<T[K]>> }[keyof T & string]
    : never;

type PathBelow<K extends string, V> = unknown extends V
  ? never
  : V extends Scalar
    ? K
    : V extends Branch
      ? never
      : `${K}.${ScalarPath<V>}`;

/** Every dotted path of a type, to scalars, objects, lists and sets alike. */
export type FieldPath<T> = T extends Scalar | Branch | null | undefined
  ? never
  : T extends object
    ? { [K in keyof T & string]-?: K | FieldPathBelow<K, NonNullable<T[K]>> }[keyof T & string]
    : never;

type FieldPathBelow<K extends string, V> = unknown extends V
  ? `${K}.${string}`
  : V extends Scalar | ReadonlySet<unknown> | ReadonlyMap<unknown, unknown> | Uint8Array
    ? never
    : V extends readonly unknown[]
      ? `${K}.${number}` | `${K}.${number}.${string}`
      : `${K}.${FieldPath<V>}`;

/** The paths of a type that end in a date. */
export type DatePath<T> = T extends object
  ? { [K in keyof T & string]-?: Date extends NonNullable<T[K]> ? K : never }[keyof T & string]
  : never;

/** The type at a dotted path; for a union, what any of its members has there. */
export type ValueAt<T, P extends string> = T extends unknown
  ? P extends `${infer K}.${infer Rest}`
    ? ValueAt<NonNullable<ChildOf<T, K>>, Rest>
    : ChildOf<T, P>
  : never;

type ChildOf<T, K extends string> = K extends keyof T
  ? T[K]
  : T extends readonly (infer E)[]
    ? K extends `${number}`
      ? E
      : never
    : string extends K
      ? unknown
      : never;

/** A type without the fields at the given dotted paths. */
export type OmitPaths<T, P extends string> = [P] extends [never]
  ? T
  : T extends Scalar | Branch | null | undefined
    ? T
    : T extends object
      ? { [K in keyof T as K extends P ? never : K]: OmitBelow<T[K], K, P> }
      : T;

type OmitBelow<V, K, P extends string> = K extends string
  ? [Extract<P, `${K}.${string}`>] extends [never]
    ? V
    : OmitPaths<V, P extends `${K}.${infer Rest}` ? Rest : never>
  : V;

/** A type with the fields at the given dotted paths only. */
export type PickPaths<T, P extends string> = T extends Scalar | Branch | null | undefined
  ? T
  : T extends object
    ? { [K in keyof T as K extends HeadOf<P> ? K : never]: PickBelow<T[K], K, P> }
    : T;

type HeadOf<P extends string> = P extends `${infer Head}.${string}` ? Head : P;
type PickBelow<V, K, P extends string> = K extends P
  ? V
  : K extends string
    ? PickPaths<V, P extends `${K}.${infer Rest}` ? Rest : never>
    : V;

/** Flattens intersections, so that a hover shows the fields. */
export type Prettify<T> = { [K in keyof T]: T[K] } & {};
