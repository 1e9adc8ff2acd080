import type {
  BeforeQueryHook,
  EntityHooks,
  FilterResultHook,
  HookContext,
  HookQuery,
  Infer,
  InferInput,
  InferWithSecrets,
  PostParseHook,
  PreParseHook,
  Typed,
  WillResolveHook,
} from '@latchkey/schema';
import type { Condition } from '../expressions/Condition.js';
import type { Fields } from './EntityModel.js';

type Awaitable<T> = T | Promise<T>;

/** Query of an operation. */
export interface EntityQuery<D extends Typed> {
  readonly filter: Condition<InferWithSecrets<D>>;
  readonly condition?: Condition<InferWithSecrets<D>>;
}

/** Adds hooks to an entity, after the existing ones. */
export interface HookRegistry<D extends Typed> {
  /** Changes a new item, or the `$set` of an update, before it is validated. */
  preParse(
    hook: (
      input: Readonly<Partial<InferInput<D>>>,
      context: HookContext,
    ) => Awaitable<Readonly<Partial<InferInput<D>>>>,
  ): void;
  /** Changes a validated new item before it is written, or refuses it by throwing. */
  postParse(
    hook: (
      fields: Readonly<InferWithSecrets<D>>,
      context: HookContext,
    ) => Awaitable<Readonly<InferWithSecrets<D>>>,
  ): void;
  /** Changes the query of a find, update or delete, or refuses it by throwing. */
  beforeQuery(
    hook: (query: EntityQuery<D>, context: HookContext) => Awaitable<EntityQuery<D>>,
  ): void;
  /** Changes a document before the caller gets it. */
  willResolve(
    hook: (document: Readonly<Infer<D>>, context: HookContext) => Awaitable<Readonly<Infer<D>>>,
  ): void;
  /** Decides whether the caller gets a document that was found. */
  filterResult(
    hook: (document: Readonly<Infer<D>>, context: HookContext) => Awaitable<boolean>,
  ): void;
}

/** The hooks of one entity in one table: the table's, then the definition's, then its own. */
export class Hooks {
  readonly #preParse: PreParseHook[] = [];
  readonly #postParse: PostParseHook[] = [];
  readonly #beforeQuery: BeforeQueryHook[] = [];
  readonly #willResolve: WillResolveHook[] = [];
  readonly #filterResult: FilterResultHook[] = [];

  constructor(...sets: readonly EntityHooks[]) {
    for (const hooks of sets) {
      this.#preParse.push(...(hooks.preParse ?? []));
      this.#postParse.push(...(hooks.postParse ?? []));
      this.#beforeQuery.push(...(hooks.beforeQuery ?? []));
      this.#willResolve.push(...(hooks.willResolve ?? []));
      this.#filterResult.push(...(hooks.filterResult ?? []));
    }
  }

  /** Returns the registry that `entity.addHooks` hands to its caller. */
  registry<D extends Typed>(): HookRegistry<D> {
    return {
      preParse: (hook) => this.#preParse.push(hook),
      postParse: (hook) => this.#postParse.push(hook as unknown as PostParseHook),
      beforeQuery: (hook) => this.#beforeQuery.push(hook as unknown as BeforeQueryHook),
      willResolve: (hook) => this.#willResolve.push(hook as unknown as WillResolveHook),
      filterResult: (hook) => this.#filterResult.push(hook as unknown as FilterResultHook),
    };
  }

  async preParse(input: Readonly<Fields>, context: HookContext): Promise<Readonly<Fields>> {
    let current = input;
    for (const hook of this.#preParse) current = await hook(current, context);
    return current;
  }

  async postParse(fields: Fields, context: HookContext): Promise<Fields> {
    let current: Readonly<Fields> = fields;
    for (const hook of this.#postParse) current = await hook(current, context);
    return current;
  }

  async beforeQuery<Q extends HookQuery>(query: Q, context: HookContext): Promise<Q> {
    let current = query;
    for (const hook of this.#beforeQuery) {
      const { filter, condition } = await hook(current, context);
      current = { ...current, filter, ...(condition && { condition }) };
    }
    return current;
  }

  /** Tells whether a hook changes what is given before it is validated. */
  get seeInput(): boolean {
    return this.#preParse.length > 0;
  }

  /** Tells whether a hook changes or refuses new documents. */
  get seeCreations(): boolean {
    return this.#preParse.length > 0 || this.#postParse.length > 0;
  }

  /** Tells whether a hook changes what operations look for. */
  get seeQueries(): boolean {
    return this.#beforeQuery.length > 0;
  }

  /** Tells whether documents are seen by a hook before the caller gets them. */
  get seeResults(): boolean {
    return this.#willResolve.length > 0 || this.#filterResult.length > 0;
  }

  /** The document for the caller; undefined where a hook keeps it back. */
  async resolve(document: Fields, context: HookContext): Promise<Fields | undefined> {
    for (const hook of this.#filterResult) if (!(await hook(document, context))) return undefined;
    return this.willResolve(document, context);
  }

  async willResolve(document: Fields, context: HookContext): Promise<Fields> {
    let current: Readonly<Fields> = document;
    for (const hook of this.#willResolve) current = await hook(current, context);
    return current === document ? document : withHidden(current, document);
  }
}

/** Returns a hook's version of a document, with the fields that spreading does not copy. */
function withHidden(made: Readonly<Fields>, document: Fields): Fields {
  const hidden = Object.entries(Object.getOwnPropertyDescriptors(document)).filter(
    ([name, { enumerable }]) => enumerable !== true && !Object.hasOwn(made, name),
  );
  if (hidden.length === 0) return made;
  return Object.defineProperties({ ...made }, Object.fromEntries(hidden));
}
