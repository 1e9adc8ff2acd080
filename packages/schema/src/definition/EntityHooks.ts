/** A document, or the input for one, as hooks see it. */
export type HookFields = Readonly<Record<string, unknown>>;

type Awaitable<T> = T | Promise<T>;

/** Information for a hook about its operation. */
export interface HookContext {
  /** The name of the entity. */
  readonly entity: string;
  readonly operation: 'create' | 'find' | 'update' | 'delete';
  /** The operation's `context`, as passed by the caller. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** Query of an operation. */
export interface HookQuery {
  readonly filter: HookFields;
  readonly condition?: HookFields;
}

/** Changes the caller's input before it is validated: a new item, or the `$set` of an update. */
export type PreParseHook = (input: HookFields, context: HookContext) => Awaitable<HookFields>;

/** Changes a validated new item before it is written, or refuses it by throwing. */
export type PostParseHook = (fields: HookFields, context: HookContext) => Awaitable<HookFields>;

/** Changes the query of a find, update or delete, or refuses it by throwing. */
export type BeforeQueryHook = (query: HookQuery, context: HookContext) => Awaitable<HookQuery>;

/** Changes a document before the caller gets it; the stored document does not change. */
export type WillResolveHook = (document: HookFields, context: HookContext) => Awaitable<HookFields>;

/** Decides whether the caller gets a document that was found. */
export type FilterResultHook = (document: HookFields, context: HookContext) => Awaitable<boolean>;

/**
 * Functions that run during the operations of an entity, each kind in the given order. An error
 * from one ends the operation; before a write, nothing is written.
 */
export interface EntityHooks {
  readonly preParse?: readonly PreParseHook[];
  readonly postParse?: readonly PostParseHook[];
  readonly beforeQuery?: readonly BeforeQueryHook[];
  readonly willResolve?: readonly WillResolveHook[];
  readonly filterResult?: readonly FilterResultHook[];
}
