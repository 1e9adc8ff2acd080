/** A document, or what becomes one, while hooks look at it. */
export type HookFields = Readonly<Record<string, unknown>>;

type Awaitable<T> = T | Promise<T>;

/** Information for a hook about the operation that it takes part in. */
export interface HookContext {
  /** The name of the entity. */
  readonly entity: string;
  readonly operation: 'create' | 'find' | 'update' | 'delete';
  /** Value that the caller gave the operation as its `context`. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** Query of an operation. */
export interface HookQuery {
  readonly filter: HookFields;
  readonly condition?: HookFields;
}

/** Changes what a caller gave, before it is validated: a new item, or the `$set` of an update. */
export type PreParseHook = (input: HookFields, context: HookContext) => Awaitable<HookFields>;

/** Changes, or by an error refuses, a validated new item before it is written. */
export type PostParseHook = (fields: HookFields, context: HookContext) => Awaitable<HookFields>;

/** Changes, or by an error refuses, what a find, update or delete looks for. */
export type BeforeQueryHook = (query: HookQuery, context: HookContext) => Awaitable<HookQuery>;

/** Changes a document before the caller gets it; what is stored stays as it is. */
export type WillResolveHook = (document: HookFields, context: HookContext) => Awaitable<HookFields>;

/** Decides whether the caller gets a document that was found. */
export type FilterResultHook = (document: HookFields, context: HookContext) => Awaitable<boolean>;

/**
 * Functions that take part in the operations of an entity, each kind in the order given. An error
 * from one ends the operation: before a write, nothing is written.
 */
export interface EntityHooks {
  readonly preParse?: readonly PreParseHook[];
  readonly postParse?: readonly PostParseHook[];
  readonly beforeQuery?: readonly BeforeQueryHook[];
  readonly willResolve?: readonly WillResolveHook[];
  readonly filterResult?: readonly FilterResultHook[];
}
