import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  QueryCommandInput,
  TransactWriteItemsCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type {
  AnyEntityDefinition,
  Infer,
  InferInput,
  InferKey,
  InferWithSecrets,
} from '@latchkey/schema';
import { EntityError } from '../errors/EntityError.js';
import type { Condition } from '../expressions/Condition.js';
import type { Update } from '../expressions/Update.js';
import { createOne, createOneParams, prepareCreate } from '../operations/createOne.js';
import { deleteOne, deleteOneParams } from '../operations/deleteOne.js';
import {
  findById,
  findMany,
  findOne,
  findOwner,
  findParams,
  findTheOne,
} from '../operations/find.js';
import { findRelated, type RelatedModel } from '../operations/findRelated.js';
import { planDelete } from '../operations/replace.js';
import { planUpdate, updateOne, updateOneParams } from '../operations/updateOne.js';
import type { Reference, TransactOperation } from '../table/operations.js';
import type { EntityContext, OperationContext } from './EntityContext.js';
import type { Item } from './EntityModel.js';
import { invalidInput } from './parseInput.js';
import { parseKey } from './parseKey.js';

/** A document's own and system fields, secret ones included: what conditions and filters may name. */
export type Stored<D extends AnyEntityDefinition> = InferWithSecrets<D>;

/** A document's own fields, secret ones included: what updates may name. */
type OwnFields<D extends AnyEntityDefinition> = D['schema']['_zod']['output'];

/** Whether results carry the secret fields; they are then there, but not enumerable. */
interface SecretsOption {
  readonly secrets?: boolean;
}

/** A document as an operation returns it; `_v`, its version, is not enumerable. */
export type Document<D extends AnyEntityDefinition, O = unknown> = (O extends { secrets: true }
  ? InferWithSecrets<D>
  : Infer<D>) & { readonly _v: number };

/** What {@link Entity.createOne} takes. */
export interface CreateOneInput<D extends AnyEntityDefinition> {
  readonly item: InferInput<D>;
  /** The document's ulid, for who must know it before (default: a new one). */
  readonly ulid?: string;
  /** For hooks; `userId` becomes `createdBy` and `updatedBy`. */
  readonly context?: OperationContext;
}

/** What finds one document. */
export interface FindOneInput<D extends AnyEntityDefinition> extends SecretsOption {
  /** Values or comparisons by dotted path; one index must have its whole partition key in it. */
  readonly filter: Condition<Stored<D>>;
  /** Reads what every write before has left (default: false); always so by a unique index. */
  readonly consistent?: boolean;
}

/** Which related documents to read along: all of a relation, or at most `limit`. */
export type Include<R extends Relations> = {
  readonly [K in keyof R]?: true | { readonly limit: number };
};

/** The relations of an entity, by name. */
export type Relations = Readonly<Record<string, AnyEntityDefinition>>;

/** The relations of an entity that has none. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- it is what is meant
export type NoRelations = Readonly<Record<never, AnyEntityDefinition>>;

/** The documents that {@link Entity.findOne} reads along. */
export type Included<R extends Relations, N, O = unknown> = {
  readonly [K in keyof N & keyof R]: Document<R[K], O>[];
};

/** What finds one document with its related ones. */
export interface FindOneWithInput<
  D extends AnyEntityDefinition,
  R extends Relations,
  N extends Include<R> = Include<R>,
> extends FindOneInput<D> {
  /** Related documents to read in the same request; the filter must be the whole key. */
  readonly include?: N;
}

/** `secrets: true` as a type of its own: a type parameter for the whole input would hide its typos. */
interface Reveals<S extends boolean> {
  readonly secrets?: S;
}

/** What finds documents. */
export interface FindManyInput<D extends AnyEntityDefinition> extends FindOneInput<D> {
  /** At most this many matching documents (default: all). */
  readonly limit?: number;
  /** By sort key (default: `ascending`). */
  readonly sort?: 'ascending' | 'descending';
}

/** What changes one document. */
export interface UpdateOneInput<D extends AnyEntityDefinition> extends SecretsOption {
  readonly filter: Condition<Stored<D>>;
  readonly update: Update<OwnFields<D>>;
  /** What the document must be like; otherwise `ConditionFailed`. */
  readonly condition?: Condition<Stored<D>>;
  /** The version (`_v`) that the document must have; otherwise `VersionConflict`. */
  readonly version?: number;
  /** Makes the document if there is none (default: false). */
  readonly upsert?: boolean;
  readonly context?: OperationContext;
}

/** What deletes one document. */
export interface DeleteOneInput<D extends AnyEntityDefinition> {
  readonly filter: Condition<Stored<D>>;
  /** What the document must be like; otherwise `ConditionFailed`. */
  readonly condition?: Condition<Stored<D>>;
}

/**
 * The documents of one entity in one table. Made by `table.entity(definition)`.
 *
 * Every method that reaches DynamoDB has a `…Params` twin that returns the SDK's input instead,
 * and every write has an `…Operation` twin for `table.transact`.
 *
 * @example
 * ```ts
 * import { Table } from '@latchkey/entity';
 * import { Account } from '@latchkey/schema';
 *
 * export async function rename(table: Table, accountId: string, username: string) {
 *   const accounts = table.entity(Account);
 *   const { item } = await accounts.updateOne({ filter: { accountId }, update: { $set: { username } } });
 *   return item;
 * }
 * ```
 */
export class Entity<D extends AnyEntityDefinition, R extends Relations = NoRelations> {
  readonly definition: D;
  readonly #context: EntityContext;
  readonly #relations: readonly Omit<RelatedModel, 'limit'>[];

  /** @internal */
  constructor(
    definition: D,
    context: EntityContext,
    relations: readonly Omit<RelatedModel, 'limit'>[] = [],
  ) {
    this.definition = definition;
    this.#context = context;
    this.#relations = relations;
  }

  /**
   * The same entity, whose finds can `include` the documents of another in its partition.
   *
   * @param name - what the result calls them.
   * @param definition - an entity that is `relatedTo` this one.
   * @throws {@link EntityError} `InvalidTable` when its documents do not live in this partition.
   */
  addIndexRelation<const N extends string, C extends AnyEntityDefinition>(
    name: N,
    definition: C,
  ): Entity<D, R & Readonly<Record<N, C>>> {
    const model = this.#context.bind(definition);
    if (definition.indexes[0].partition !== this.definition.indexes[0].partition) {
      const reason = `${definition.name} does not live in the partition of ${this.definition.name}`;
      throw new EntityError('InvalidTable', `There is no such relation: ${reason}.`, { reason });
    }
    return new Entity(this.definition, this.#context, [...this.#relations, { name, model }]);
  }

  /**
   * Writes a new document: one `PutItem`, or one transaction if it has unique values.
   *
   * @throws {@link EntityError} `InvalidInput`, `InvalidKey`, `UnsupportedValue` before anything is
   *   sent; `AlreadyExists`, `UniqueViolation`.
   */
  async createOne(input: CreateOneInput<D>): Promise<{ item: Document<D> }> {
    return { item: this.#read(await createOne(this.#context, input)) };
  }

  /** The SDK input of {@link Entity.createOne}, without what hooks would change. */
  createOneParams(input: CreateOneInput<D>): PutItemCommandInput | TransactWriteItemsCommandInput {
    return createOneParams(this.#context, input);
  }

  /** {@link Entity.createOne} as part of a transaction. */
  createOneOperation(input: CreateOneInput<D>): TransactOperation<Document<D>> {
    return {
      prepare: async () => {
        const { item, writes } = await prepareCreate(this.#context, input);
        return { writes, result: this.#read(item) };
      },
    };
  }

  /**
   * The first document that matches: one `GetItem` by whole key, two by unique value, or a `Query`.
   * With `include`, one `Query` reads the related documents, too.
   *
   * @throws {@link EntityError} `NoIndexFits`, `InvalidInput`
   */
  async findOne<const S extends boolean = false, const N extends Include<R> = object>(
    input: FindOneWithInput<D, R, N> & Reveals<S>,
  ): Promise<{ item: (Document<D, { secrets: S }> & Included<R, N, { secrets: S }>) | null }> {
    type Found = Document<D, { secrets: S }> & Included<R, N, { secrets: S }>;
    if (!input.include) {
      const item = await findOne(this.#context, input);
      return { item: item ? (this.#read(item, input) as Found) : null };
    }
    const family = await findRelated(this.#context, input, this.#included(input.include));
    if (!family) return { item: null };
    const document = this.#read(family.parent, input);
    for (const { name, model } of this.#relations) {
      const items = family.related[name];
      if (!items) continue;
      const documents = items.map((item) => model.fromItem(item, input.secrets === true));
      Object.defineProperty(document, name, { value: documents, enumerable: true });
    }
    return { item: document as Found };
  }

  /** The SDK input of the first request of {@link Entity.findOne}. */
  findOneParams(input: FindOneInput<D>): GetItemCommandInput | QueryCommandInput {
    return findParams(this.#context, { ...input, limit: 1 });
  }

  /**
   * The key fields of the document that holds a unique value: one `GetItem`, strongly consistent.
   * The document itself is not read: it may have given the value up a moment later.
   *
   * @param input - `filter`: every field of a unique index, and nothing else.
   * @throws {@link EntityError} `InvalidInput`, `NoIndexFits`
   */
  async findKey(input: Pick<FindOneInput<D>, 'filter'>): Promise<{ key: InferKey<D> | null }> {
    const owner = await findOwner(this.#context, input);
    const fields = owner && this.#context.model.keyFields(owner);
    return { key: (fields as InferKey<D> | undefined) ?? null };
  }

  /** The document with this `id`; null for an `id` of another entity, table or name space, too. */
  async findById<const O extends SecretsOption & { readonly consistent?: boolean }>(
    id: string,
    options?: O,
  ): Promise<{ item: Document<D, O> | null }> {
    const item = await findById(this.#context, id, options?.consistent);
    return { item: item ? this.#read<O>(item, options) : null };
  }

  /**
   * Every document that matches, in the order of the sort key.
   *
   * @throws {@link EntityError} `NoIndexFits`, `InvalidInput`
   */
  async findMany<const S extends boolean = false>(
    input: FindManyInput<D> & Reveals<S>,
  ): Promise<{ items: Document<D, { secrets: S }>[] }> {
    const items: Document<D, { secrets: S }>[] = [];
    for await (const item of findMany(this.#context, input)) items.push(this.#read(item, input));
    return { items };
  }

  /** The SDK input of the first request of {@link Entity.findMany}. */
  findManyParams(input: FindManyInput<D>): GetItemCommandInput | QueryCommandInput {
    return findParams(this.#context, input);
  }

  /**
   * Changes one document: one `UpdateItem` where an expression can say it; otherwise a read and a
   * transaction conditioned on what was read, in which keys and unique values follow.
   *
   * @returns the document as it is then; null if none matches.
   * @throws {@link EntityError} `InvalidInput` before anything is sent; `ConditionFailed`,
   *   `VersionConflict`, `UniqueViolation`, `AmbiguousFilter`, `NoIndexFits`.
   */
  async updateOne<const S extends boolean = false>(
    input: UpdateOneInput<D> & Reveals<S>,
  ): Promise<{ item: Document<D, { secrets: S }> | null }> {
    const item = await updateOne(this.#context, input);
    return { item: item ? this.#read<{ secrets: S }>(item, input) : null };
  }

  /** The SDK input of an {@link Entity.updateOne} that is one `UpdateItem`. */
  updateOneParams(input: UpdateOneInput<D>): UpdateItemCommandInput {
    return updateOneParams(this.#context, input);
  }

  /**
   * {@link Entity.updateOne} as part of a transaction, whose filter must be the whole key.
   * Its result is null, since a transaction does not return what it wrote, unless the document
   * had to be read.
   */
  updateOneOperation(input: UpdateOneInput<D>): TransactOperation<Document<D> | null> {
    return {
      prepare: async () => {
        const { item, writes } = await planUpdate(this.#context, input);
        return { writes, result: item ? this.#read(item) : null };
      },
    };
  }

  /**
   * Deletes one document and its unique values.
   *
   * @returns the document as it was; null if none matches.
   * @throws {@link EntityError} `ConditionFailed`, `AmbiguousFilter`, `NoIndexFits`
   */
  async deleteOne(input: DeleteOneInput<D>): Promise<{ item: Document<D> | null }> {
    const item = await deleteOne(this.#context, input);
    return { item: item ? this.#read(item) : null };
  }

  /** The SDK input of a {@link Entity.deleteOne} by key of an entity without unique values. */
  deleteOneParams(input: DeleteOneInput<D>): DeleteItemCommandInput {
    return deleteOneParams(this.#context, input);
  }

  /** {@link Entity.deleteOne} as part of a transaction; it reads the document first. */
  deleteOneOperation(input: DeleteOneInput<D>): TransactOperation<Document<D> | null> {
    return {
      prepare: async () => {
        const item = await findTheOne(this.#context, input.filter);
        if (!item) return { writes: [], result: null };
        return {
          writes: planDelete(this.#context, item, input.condition),
          result: this.#read(item),
        };
      },
    };
  }

  /**
   * Names one document by its whole key, for `table.batchGet`.
   *
   * @throws {@link EntityError} `InvalidInput`, `InvalidKey`
   */
  reference<const O extends SecretsOption>(
    key: InferKey<D>,
    options?: O,
  ): Reference<Document<D, O>> {
    return {
      key: parseKey(this.#context.model, key),
      read: (item) => this.#read(item, options),
    };
  }

  #included(include: Include<R>): RelatedModel[] {
    return Object.entries(include).map(([name, option]) => {
      const relation = this.#relations.find((candidate) => candidate.name === name);
      if (!relation) {
        throw invalidInput(this.definition.name, [
          { path: 'include', message: 'no such relation' },
        ]);
      }
      return { ...relation, limit: typeof option === 'object' ? option.limit : Infinity };
    });
  }

  #read<O>(item: Item, options?: SecretsOption): Document<D, O> {
    return this.#context.model.fromItem(item, options?.secrets === true) as Document<D, O>;
  }
}
