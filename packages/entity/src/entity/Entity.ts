import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  TransactWriteItemsCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import {
  type AnyEntityDefinition,
  type HookContext,
  type InferKey,
  isReservedName,
  pathBelow,
  type Typed,
  type TypesOf,
} from '@latchkey/schema';
import { EntityError, type InputIssue } from '../errors/EntityError.js';
import { segmentsOf } from '../expressions/projectedPath.js';
import { afterWrite } from '../operations/afterWrite.js';
import { checkWrite } from '../operations/check.js';
import { count } from '../operations/count.js';
import { prepareFamily, type ChildInput } from '../operations/createFamily.js';
import { createOneParams, prepareCreate } from '../operations/createOne.js';
import { deleteFamily } from '../operations/deleteFamily.js';
import { deleteOne, deleteOneParams, planDeleteOperation } from '../operations/deleteOne.js';
import { DocumentQuery } from '../operations/DocumentQuery.js';
import { findById, findMany, findOne, findOwner, findParams } from '../operations/find.js';
import { findRelated } from '../operations/findRelated.js';
import { deleteMany, updateMany } from '../operations/updateMany.js';
import { paginate } from '../operations/paginate.js';
import type { RelatedModel } from '../operations/planRelated.js';
import { scan, scanParams } from '../operations/scan.js';
import { planUpdateOperation, updateOne, updateOneParams } from '../operations/updateOne.js';
import { unboundNames } from '../operations/unboundNames.js';
import { assertOptions, optionIssue } from '../options/assertOptions.js';
import { entityOptions, includeOptions, type EntityOperation } from '../options/options.js';
import { commit } from '../table/commit.js';
import type { BatchRequest, Reference, TransactOperation } from '../table/TransactOperation.js';
import { entityContext, hookContext, type EntityContext } from './EntityContext.js';
import type { Fields, Item } from './EntityModel.js';
import { keepFields } from './valueAt.js';
import type { HookRegistry } from './Hooks.js';
import type {
  Connection,
  ContextOption,
  CreateFamilyInput,
  CreateOneInput,
  DeleteManyInput,
  DeleteOneInput,
  Document,
  FindManyInput,
  FindOneInput,
  FindOneWithInput,
  Include,
  Included,
  IncludeOptions,
  NoRelations,
  PaginateInput,
  PathSegments,
  Projected,
  ProjectOption,
  RelatedInputs,
  Relations,
  ScanInput,
  SecretsOption,
  UpdateManyInput,
  UpdateOneInput,
} from './inputs.js';
import { invalidInput } from './parseInput.js';
import { parseKey } from './parseKey.js';

type Relation = Omit<RelatedModel, 'limit' | 'sort'>;

/**
 * The documents of one entity in one table, created by `table.entity(definition)`.
 *
 * Creates, finds, updates and deletes have a `…Params` twin, which returns the SDK's input instead of
 * sending it, and the writes of one document an `…Operation` twin for `table.transact`.
 *
 * @example
 * ```ts
 * import type { Table } from '@latchkey/entity';
 * import { Account } from '@latchkey/schema';
 *
 * export async function rename(table: Table, accountId: string, username: string) {
 *   const accounts = table.entity(Account);
 *   const { item } = await accounts.updateOne({ filter: { accountId }, update: { $set: { username } } });
 *   return item;
 * }
 * ```
 */
export class Entity<D extends Typed, R extends Relations = NoRelations> {
  /** The definition that this entity maps onto its table. */
  readonly definition: AnyEntityDefinition;
  readonly #context: EntityContext;
  readonly #relations: readonly Relation[];

  /** @internal */
  constructor(
    definition: AnyEntityDefinition,
    context: EntityContext,
    relations: readonly Relation[] = [],
  ) {
    this.definition = definition;
    this.#context = context;
    this.#relations = relations;
    entityContext.share(this, context);
  }

  /**
   * Returns the same entity with a relation: its finds can `include` the documents of another
   * entity in its partition, and its creates can create them.
   *
   * @param name - the name of the relation in inputs and results; not that of a field or another
   *   relation.
   * @param definition - an entity that is `relatedTo` this one.
   * @throws {@link EntityError} `InvalidTable` if its documents are not in this partition, or the
   *   name is taken.
   */
  addIndexRelation<const N extends string, C extends AnyEntityDefinition>(
    name: N,
    definition: C,
  ): Entity<D, R & Readonly<Record<N, TypesOf<C>['entity']>>> {
    const own = this.definition;
    if (definition.indexes[0].partition !== own.indexes[0].partition) {
      throw noRelation(`${definition.name} is not stored in the partition of ${own.name}`);
    }
    // In results, it would stand in the place of the field.
    if (isReservedName(name) || Object.hasOwn(own.schema.shape, name)) {
      throw noRelation(`"${name}" is a field of ${own.name}, or a reserved name`);
    }
    if (this.#relations.some((other) => other.name === name)) {
      throw noRelation(`${own.name} already has a relation "${name}"`);
    }
    const entity = this.#context.bind(definition);
    return new Entity(own, this.#context, [...this.#relations, { name, entity }]);
  }

  /**
   * Adds hooks to this entity, after those of the table and the definition. They apply to this
   * object only: when another entity reads or creates these documents through a relation, only the
   * hooks of the table and the definition run.
   *
   * @param add - gets the registry and calls it once for each hook.
   * @returns the same entity.
   */
  addHooks(add: (hooks: HookRegistry<D>) => void): this {
    add(this.#context.hooks.registry<D>());
    return this;
  }

  /**
   * Writes a new document: one `PutItem`, or one transaction if it has unique values or `related`
   * documents.
   *
   * @throws {@link EntityError} `InvalidInput`, `InvalidKey`, `UnsupportedValue` before anything is
   *   sent; `AlreadyExists`, `UniqueViolation`.
   */
  async createOne<const N extends RelatedInputs<R> = object>(
    input: CreateFamilyInput<D, R, N>,
  ): Promise<{ item: Document<D> & Included<R, N> }> {
    this.#assertOptions('createOne', input);
    const related = Object.entries(input.related ?? {}) as [string, readonly Fields[]][];
    const children = related.flatMap(([name, items]) => {
      const { entity } = this.#relation(name);
      return items.map((item): ChildInput & { name: string } => ({ name, entity, item }));
    });
    const family = await prepareFamily(this.#context, input, children);
    await commit(this.#context.sender, family.writes);
    const context = hookContext(this.#context, 'create', input.context);
    const item = await this.#written(family.parent, context);
    for (const [name] of related) {
      const own = family.children.filter((_, at) => children[at]?.name === name);
      const { entity } = this.#relation(name);
      attach(item, name, await readAll(entity, own, {}, { ...context, entity: entity.model.name }));
    }
    return { item: item as Document<D> & Included<R, N> };
  }

  /** The SDK input of {@link Entity.createOne}, without what hooks would change. */
  createOneParams(input: CreateOneInput<D>): PutItemCommandInput | TransactWriteItemsCommandInput {
    this.#assertOptions('createOneParams', input);
    return createOneParams(this.#context, input);
  }

  /** {@link Entity.createOne} as part of a transaction. */
  createOneOperation(input: CreateOneInput<D>): TransactOperation<Document<D>> {
    return {
      prepare: async () => {
        this.#assertOptions('createOneOperation', input);
        const { item, writes } = await prepareCreate(this.#context, input);
        const context = hookContext(this.#context, 'create', input.context);
        return { writes, result: await this.#written<false>(item, context) };
      },
    };
  }

  /**
   * Finds the first matching document: one `GetItem` by whole key, two by unique value, or a
   * `Query`. With `include`, one `Query`, or several in parallel, also read the related documents.
   *
   * @throws {@link EntityError} `NoIndexFits`, `InvalidInput`, `TooManyPages`
   */
  async findOne<
    const S extends boolean = false,
    const P extends Projected<D> = never,
    const N extends Include<R> = object,
  >(
    input: FindOneWithInput<D, R, P, N> & SecretsOption<S>,
  ): Promise<{ item: (Document<D, S, P> & Included<R, N, S>) | null }> {
    type Found = (Document<D, S, P> & Included<R, N, S>) | null;
    this.#assertOptions('findOne', input);
    const context = hookContext(this.#context, 'find', input.context);
    if (!input.include) {
      const item = await findOne(this.#context, input);
      return { item: (item ? await this.#read(item, input, context) : null) as Found };
    }
    const relations = this.#included(input.include);
    const family = await findRelated(this.#context, input, relations);
    const document = family && (await this.#read(family.parent, input, context));
    if (!family || !document) return { item: null };
    for (const { name, entity } of relations) {
      const own = { ...context, entity: entity.model.name };
      attach(document, name, await readAll(entity, family.related[name] ?? [], input, own));
    }
    return { item: document as Found };
  }

  /**
   * The SDK input of the first request of {@link Entity.findOne}.
   *
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   return orders.findOneParams({ filter: { shop, number: 7 } }); // nothing is sent
   * }
   * ```
   */
  findOneParams(input: FindOneInput<D> & SecretsOption): GetItemCommandInput | QueryCommandInput {
    this.#assertOptions('findOneParams', input);
    return findParams(this.#context, { ...input, limit: 1 });
  }

  /**
   * Finds the key fields of the document with a unique value: one strongly consistent request. The
   * document itself is not read, so it may no longer have the value.
   *
   * @param input - `filter`: the fields of a unique index, at least its partition key, and no other.
   * @throws {@link EntityError} `InvalidInput`, `NoIndexFits`; `AmbiguousFilter` if several
   *   documents match the part of the index in the filter.
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   return orders.findKey({ filter: { shop, number: 7 } });
   * }
   * ```
   */
  async findKey(
    input: Pick<FindOneInput<D>, 'filter' | 'context'>,
  ): Promise<{ key: InferKey<D> | null }> {
    this.#assertOptions('findKey', input);
    const owner = await findOwner(this.#context, input);
    const fields = owner && this.#context.model.keyFields(owner);
    return { key: (fields as InferKey<D> | undefined) ?? null };
  }

  /**
   * Finds the document with this `id`; also null for an `id` of another entity, table or namespace.
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, id: string) {
   *   const orders = table.entity(Order);
   *   return orders.findById(id); // the `id` of a document
   * }
   * ```
   */
  async findById<const S extends boolean = false>(
    id: string,
    options?: SecretsOption<S> & ContextOption & { readonly consistent?: boolean },
  ): Promise<{ item: Document<D, S> | null }> {
    if (options) this.#assertOptions('findById', options);
    const context = hookContext(this.#context, 'find', options?.context);
    const item = await findById(this.#context, id, options);
    return { item: item ? await this.#read<S>(item, options, context) : null };
  }

  /**
   * Finds all matching documents, in the order of the sort key: page by page with `for await`, or
   * as `{ items }` with `await`.
   *
   * @throws {@link EntityError} `NoIndexFits`, `InvalidInput`, `TooManyPages`
   */
  findMany<const S extends boolean = false, const P extends Projected<D> = never>(
    input: FindManyInput<D, P> & SecretsOption<S>,
  ): DocumentQuery<Document<D, S, P>> {
    return this.#query('findMany', () => findMany(this.#context, input), input);
  }

  /**
   * The SDK input of the first request of {@link Entity.findMany}.
   *
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   return orders.findManyParams({ filter: { shop } }); // nothing is sent
   * }
   * ```
   */
  findManyParams(input: FindManyInput<D> & SecretsOption): GetItemCommandInput | QueryCommandInput {
    this.#assertOptions('findManyParams', input);
    return findParams(this.#context, input);
  }

  /**
   * Reads one page of the matching documents, forwards (`first`, `after`) or backwards (`last`,
   * `before`). Cursors are opaque, and valid only for the same partition, index and key range.
   *
   * @throws {@link EntityError} `NoIndexFits`, `InvalidInput`, `InvalidCursor`
   */
  async paginate<const S extends boolean = false, const P extends Projected<D> = never>(
    input: PaginateInput<D, P> & SecretsOption<S>,
  ): Promise<Connection<Document<D, S, P>>> {
    this.#assertOptions('paginate', input);
    const page = await paginate(this.#context, input);
    const context = hookContext(this.#context, 'find', input.context);
    const edges: { node: Document<D, S, P>; cursor: string }[] = [];
    for (const { item, cursor } of page.edges) {
      const node = await this.#read<S, P>(item, input, context);
      if (node) edges.push({ node, cursor });
    }
    const { hasNextPage, hasPreviousPage } = page;
    // Of what was found, not of what hooks let through: the next page begins after it.
    const isForward = input.last === undefined && (input.before ?? null) === null;
    const { stoppedAt } = page;
    const startCursor = (isForward ? undefined : stoppedAt) ?? page.edges[0]?.cursor ?? null;
    const endCursor = (isForward ? stoppedAt : undefined) ?? page.edges.at(-1)?.cursor ?? null;
    return { edges, pageInfo: { hasNextPage, hasPreviousPage, startCursor, endCursor } };
  }

  /**
   * Counts the matching documents, without transferring them.
   *
   * @throws {@link EntityError} `NoIndexFits`, `InvalidInput`, `TooManyPages`
   */
  async count(
    input: Pick<FindManyInput<D>, 'filter' | 'index' | 'consistent' | 'maxPages' | 'context'>,
  ): Promise<number> {
    this.#assertOptions('count', input);
    return count(this.#context, input);
  }

  /**
   * Reads all documents of the entity, from all partitions. It reads, and is charged for, the whole
   * table: use it for maintenance, not for user requests.
   *
   * @throws {@link EntityError} `InvalidInput`, `TooManyPages`
   */
  scan<const S extends boolean = false, const P extends Projected<D> = never>(
    input: ScanInput<D, P> & SecretsOption<S> = {},
  ): DocumentQuery<Document<D, S, P>> {
    return this.#query('scan', () => scan(this.#context, input), input);
  }

  /**
   * The SDK input of {@link Entity.scan}, of one segment.
   *
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table) {
   *   const orders = table.entity(Order);
   *   return orders.scanParams(); // nothing is sent
   * }
   * ```
   */
  scanParams(input: ScanInput<D> & SecretsOption = {}): ScanCommandInput {
    this.#assertOptions('scanParams', input);
    return scanParams(this.#context.model, this.#context.tableName, input);
  }

  /**
   * Changes one document: one `UpdateItem` if an expression can express the change; otherwise a
   * read and a conditional write, which also updates keys and unique values.
   *
   * @returns the updated document; null if none matches.
   * @throws {@link EntityError} `InvalidInput` before anything is sent; `ConditionFailed`,
   *   `VersionConflict`, `UniqueViolation`, `RelatedDocuments`, `AmbiguousFilter`, `NoIndexFits`;
   *   `UnreadableItem`, with `written` if the change was made, but its result cannot be read.
   */
  async updateOne<const S extends boolean = false>(
    input: UpdateOneInput<D> & SecretsOption<S>,
  ): Promise<{ item: Document<D, S> | null }> {
    this.#assertOptions('updateOne', input);
    const context = hookContext(this.#context, 'update', input.context);
    const item = await updateOne(this.#context, input);
    if (!item) return { item: null };
    return { item: await afterWrite(() => this.#written(item, context, input)) };
  }

  /**
   * Returns the SDK input of an {@link Entity.updateOne} that takes one `UpdateItem`; hooks do not
   * run.
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   const update = { $set: { state: 'sent' } };
   *   return orders.updateOneParams({ filter: { shop, number: 7 }, update }); // nothing is sent
   * }
   * ```
   */
  updateOneParams(input: UpdateOneInput<D> & SecretsOption): UpdateItemCommandInput {
    this.#assertOptions('updateOneParams', input);
    return updateOneParams(this.#context, input);
  }

  /**
   * {@link Entity.updateOne} as part of a transaction. Its result is null, since a transaction does
   * not return what it wrote, unless the document had to be read.
   *
   * @param input - `upsert`: creates a missing document; only for an update in one expression, of
   *   an entity without unique values.
   * @throws {@link EntityError} `NotFound` if the document does not exist.
   */
  updateOneOperation(input: UpdateOneInput<D>): TransactOperation<Document<D> | null> {
    return {
      prepare: async () => {
        this.#assertOptions('updateOneOperation', input);
        const { item, writes } = await planUpdateOperation(this.#context, input);
        const context = hookContext(this.#context, 'update', input.context);
        return { writes, result: item ? await this.#written<false>(item, context) : null };
      },
    };
  }

  /**
   * Changes all matching documents, one by one: if an error stops it, `doneCount` is the number of
   * documents already changed. Documents that do not meet the condition are skipped.
   *
   * @throws {@link EntityError} as {@link Entity.updateOne}; `TooManyPages`.
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   return orders.updateMany({ filter: { shop }, update: { $set: { state: 'closed' } } });
   * }
   * ```
   */
  async updateMany(input: UpdateManyInput<D>): Promise<{ modifiedCount: number }> {
    this.#assertOptions('updateMany', input);
    return { modifiedCount: await updateMany(this.#context, input) };
  }

  /**
   * Deletes one document and its unique values, but not related documents, which can still be
   * found. With `withRelated`, it first deletes everything else in the partition. That takes
   * several transactions; an interrupted call can be repeated. Of concurrent calls, only one gets
   * the document.
   *
   * @returns the deleted document, null if none matches; and the number of deleted documents.
   * @throws {@link EntityError} `ConditionFailed`, `AmbiguousFilter`, `NoIndexFits`,
   *   `InvalidTable`; `UnreadableItem` for a document that cannot be returned: it is deleted only
   *   if the filter is its whole key and there are no unique values, since nothing has to be read
   *   then.
   */
  async deleteOne(
    input: DeleteOneInput<D> & { readonly withRelated?: boolean },
  ): Promise<{ item: Document<D> | null; deletedCount: number }> {
    this.#assertOptions('deleteOne', input);
    const context = hookContext(this.#context, 'delete', input.context);
    const { item, deletedCount } = input.withRelated
      ? await deleteFamily(this.#context, input)
      : { item: await deleteOne(this.#context, input), deletedCount: 1 };
    if (!item) return { item: null, deletedCount: 0 };
    const document = await afterWrite(() => this.#written<false>(item, context));
    return { item: document, deletedCount };
  }

  /**
   * Finds what prevents `deleteOne({ withRelated: true })` from deleting a document's partition:
   * the names of entities with documents in it that are not bound to this table, so that their
   * unique items are unknown. Strongly consistent; one request for each megabyte. Use it if you
   * write something before the deletion.
   *
   * @param key - the document's key fields; the document need not exist.
   * @returns the names in order; none if all are bound, or no document can have the key.
   * @throws {@link EntityError} `InvalidInput`
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   return orders.findUnbound({ shop, number: 7 });
   * }
   * ```
   */
  async findUnbound(key: InferKey<D>): Promise<string[]> {
    const documentKey = parseKey(this.#context.model, key);
    return documentKey ? unboundNames(this.#context, documentKey.PK) : [];
  }

  /**
   * The SDK input of a {@link Entity.deleteOne} by key of an entity without unique values.
   *
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   return orders.deleteOneParams({ filter: { shop, number: 7 } }); // nothing is sent
   * }
   * ```
   */
  deleteOneParams(input: DeleteOneInput<D>): DeleteItemCommandInput {
    this.#assertOptions('deleteOneParams', input);
    return deleteOneParams(this.#context, input);
  }

  /**
   * {@link Entity.deleteOne} as part of a transaction; it reads the document first. If no document
   * matches, nothing is deleted and the rest is written; with a `condition`, the transaction fails.
   *
   * @throws {@link EntityError} `NotFound` if there is no document and a condition;
   *   `ConditionFailed`, `AmbiguousFilter`, `NoIndexFits`; `VersionConflict` if it was changed
   *   since it was read.
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   const remove = orders.deleteOneOperation({ filter: { shop, number: 7 } });
   *   return table.transact([remove]);
   * }
   * ```
   */
  deleteOneOperation(input: DeleteOneInput<D>): TransactOperation<Document<D> | null> {
    return {
      prepare: async () => {
        this.#assertOptions('deleteOneOperation', input);
        const { item, writes } = await planDeleteOperation(this.#context, input);
        const context = hookContext(this.#context, 'delete', input.context);
        return { writes, result: item ? await this.#written<false>(item, context) : null };
      },
    };
  }

  /**
   * Deletes all matching documents, each with its unique values; if an error stops it, `doneCount`
   * is the number of documents already deleted. Documents that do not meet the condition are
   * skipped.
   *
   * DynamoDB evaluates the filter, so a stored value that does not match the schema does not
   * prevent a deletion, unless unique values depend on it.
   *
   * @throws {@link EntityError} `NoIndexFits`, `InvalidInput`, `TooManyPages`; `UnreadableItem` for
   *   a document whose unique values cannot be determined.
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   return orders.deleteMany({ filter: { shop, state: 'cancelled' } });
   * }
   * ```
   */
  async deleteMany(input: DeleteManyInput<D>): Promise<{ deletedCount: number }> {
    this.#assertOptions('deleteMany', input);
    return { deletedCount: await deleteMany(this.#context, input) };
  }

  /**
   * Returns a part of a transaction that writes nothing: the transaction fails unless a document
   * meets the condition.
   *
   * @throws {@link EntityError} `NotFound`, `ConditionFailed`
   */
  checkOperation(
    input: Pick<DeleteOneInput<D>, 'filter' | 'condition'>,
  ): TransactOperation<undefined> {
    return {
      prepare: () => {
        this.#assertOptions('checkOperation', input);
        const writes = [checkWrite(this.#context, input)];
        return Promise.resolve({ writes, result: undefined });
      },
    };
  }

  /**
   * Names one document by its whole key, for `table.batchGet` and `table.transactGet`. A key that
   * no document can have, such as one with an empty text, gives null.
   *
   * @throws {@link EntityError} `InvalidInput` for a value of another type than the field's;
   *   `InvalidKey` for a field that is missing.
   */
  reference<const S extends boolean = false>(
    key: InferKey<D>,
    options?: SecretsOption<S>,
  ): Reference<Document<D, S>> {
    if (options) this.#assertOptions('reference', options);
    return {
      key: parseKey(this.#context.model, key),
      read: async (item) =>
        this.#context.model.owns(item)
          ? this.#read<S>(item, options, hookContext(this.#context, 'find'))
          : null,
    };
  }

  /**
   * Puts a document in `table.batchWrite`, whatever was there before.
   *
   * @throws {@link EntityError} `InvalidInput` for an entity with unique values: a batch has no
   *   conditions, so they could not be enforced.
   */
  putRequest(input: CreateOneInput<D>): BatchRequest {
    this.#assertOptions('putRequest', input);
    this.#assertNoUniques();
    return {
      prepare: async () => {
        const { item } = await prepareCreate(this.#context, input);
        return { PutRequest: { Item: item } };
      },
    };
  }

  /**
   * Deletes a document in `table.batchWrite`, if there is one; see {@link Entity.putRequest}.
   *
   * @throws {@link EntityError} `InvalidInput`, `InvalidKey`, as {@link Entity.reference}.
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int(), state: z.string() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export function example(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   return table.batchWrite([orders.deleteRequest({ shop, number: 7 })]);
   * }
   * ```
   */
  deleteRequest(key: InferKey<D>): BatchRequest {
    this.#assertNoUniques();
    const { model } = this.#context;
    const parsed = parseKey(model, key);
    const Key = parsed && model.attributes.keyItem(parsed);
    return { prepare: () => Promise.resolve(Key && { DeleteRequest: { Key } }) };
  }

  #assertOptions(operation: EntityOperation, given: object): void {
    assertOptions(this.definition.name, operation, entityOptions[operation], given);
  }

  #assertNoUniques(): void {
    if (this.#context.model.uniqueIndexes.length === 0) return;
    const message = 'has unique values, which a batch cannot enforce. Use a transaction';
    throw invalidInput(this.definition.name, [{ path: 'batchWrite', message }]);
  }

  #relation(name: string): Relation {
    const relation = this.#relations.find((candidate) => candidate.name === name);
    if (relation) return relation;
    throw invalidInput(this.definition.name, [{ path: name, message: 'no such relation' }]);
  }

  #included(include: Include<R>): RelatedModel[] {
    const included: RelatedModel[] = [];
    for (const [name, option] of Object.entries<unknown>(include)) {
      const { entity } = this.#relation(name);
      // A program may decide at run time what it reads along.
      if (option === undefined || option === false) continue;
      const options: IncludeOptions = option === true ? {} : (option as IncludeOptions);
      const issue = optionIssue(includeOptions, options);
      if (issue) throw invalidInput(this.definition.name, [atRelation(name, issue)]);
      const { limit = Infinity, sort = 'ascending' } = options;
      included.push({ name, entity, limit, sort });
    }
    return included;
  }

  #query<S extends boolean, P extends string | PathSegments>(
    operation: 'findMany' | 'scan',
    start: () => AsyncGenerator<Item> | Promise<AsyncGenerator<Item>>,
    input: SecretsOption<S> & ProjectOption<string | PathSegments> & ContextOption,
  ): DocumentQuery<Document<D, S, P>> {
    return new DocumentQuery(
      async function* (this: Entity<D, R>) {
        this.#assertOptions(operation, input);
        const context = hookContext(this.#context, 'find', input.context);
        for await (const item of await start()) {
          const document = await this.#read<S, P>(item, input, context);
          if (document) yield document;
        }
      }.bind(this),
    );
  }

  /** A found item's document; null where a hook keeps it back. */
  #read<S extends boolean, P extends string | PathSegments = never>(
    item: Item,
    options: (SecretsOption<S> & ProjectOption<string | PathSegments>) | undefined,
    context: HookContext,
  ): Document<D, S, P> | null | Promise<Document<D, S, P> | null> {
    const { model, hooks } = this.#context;
    const document = model.fromItem(item, options?.secrets === true);
    if (options?.project) {
      // More was read where an index or a migration needs it.
      keepFields(document, [['id'], ['_v'], ...options.project.map(segmentsOf)]);
    }
    if (!hooks.seeResults) return document as Document<D, S, P>;
    return hooks
      .resolve(document, context)
      .then((resolved) => (resolved as Document<D, S, P> | undefined) ?? null);
  }

  /** A written item's document: no hook can keep back that it was written. */
  async #written<S extends boolean>(
    item: Item,
    context: HookContext,
    options?: SecretsOption<S>,
  ): Promise<Document<D, S>> {
    const { model, hooks } = this.#context;
    const document = model.fromItem(item, options?.secrets === true);
    return (await hooks.willResolve(document, context)) as Document<D, S>;
  }
}

/** The documents of related items, as the hooks of their entity let them through. */
async function readAll(
  { model, hooks }: EntityContext,
  items: readonly Item[],
  options: SecretsOption,
  context: HookContext,
): Promise<Fields[]> {
  const documents = items.map((item) => model.fromItem(item, options.secrets === true));
  if (!hooks.seeResults) return documents;
  const resolved = await Promise.all(documents.map((each) => hooks.resolve(each, context)));
  return resolved.filter((document) => document !== undefined);
}

function atRelation(name: string, { path, message }: InputIssue): InputIssue {
  const at = pathBelow('include', name);
  return { path: path === '' ? at : pathBelow(at, path), message };
}

function noRelation(reason: string): EntityError<'InvalidTable'> {
  return new EntityError('InvalidTable', `The relation is not valid: ${reason}.`, { reason });
}

function attach(document: object, name: string, related: readonly Fields[]): void {
  Object.defineProperty(document, name, { value: related, enumerable: true, configurable: true });
}
