import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import type { AnyEntityDefinition, EntityHooks, TypesOf } from '@latchkey/schema';
import { monotonicFactory, ulid } from 'ulid';
import { backfillTable } from '../backfill/backfillTable.js';
import type { BackfillTarget } from '../backfill/BackfillTarget.js';
import type { BackfillOptions, BackfillResult } from '../backfill/BackfillOptions.js';
import { Entity } from '../entity/Entity.js';
import type { EntityContext } from '../entity/EntityContext.js';
import { EntityModel, NAMESPACE_MARK, type Item } from '../entity/EntityModel.js';
import { Hooks } from '../entity/Hooks.js';
import { EntityError } from '../errors/EntityError.js';
import { DELIMITER, encodeKeyPart } from '../keys/encodeKeyPart.js';
import { backOff, MAX_ATTEMPTS } from './backOff.js';
import { TableAttributes, type TableNames } from '../keys/TableAttributes.js';
import { assertOptions, optionFault, optionIssue } from '../options/assertOptions.js';
import { newTableOptions, tableOptions, type TableOperation } from '../options/options.js';
import { type AnyDocumentImage, type DocumentImage, readImage } from '../streams/readImage.js';
import type { StreamImage } from '../streams/StreamImage.js';
import { batchGet, keyText } from './batchGet.js';
import { batchWrite, keyOf } from './batchWrite.js';
import { clearTable, isTableEmpty, type ClearProgress } from './clearTable.js';
import { Definitions } from './Definitions.js';
import { leanClient } from './leanClient.js';
import {
  createTable,
  deleteTable,
  describeTable,
  ensureTable,
  type CreateTableOptions,
  type TableLayout,
} from './lifecycle.js';
import type {
  BatchRequest,
  Reference,
  Referenced,
  TransactOperation,
  TransactResults,
} from './TransactOperation.js';
import { randomFraction } from './random.js';
import { Sender, type CommandEvent } from './Sender.js';
import { transactGet } from './transactGet.js';
import { invalidTransaction, MAX_TRANSACTION_ITEMS, transactWrite } from './transactWrite.js';

const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/**
 * A `DynamoDBClient`, or a `DynamoDBDocumentClient` of `@aws-sdk/lib-dynamodb`, which need not be
 * installed.
 */
export type AnyDynamoDBClient = Pick<DynamoDBClient, 'config' | 'destroy'>;

/** Input of {@link Table}. */
export interface TableOptions extends TableNames {
  /** The table's name: 3 to 255 letters, digits, `_`, `.` and `-`. */
  readonly name: string;
  /** A client of the AWS SDK; a document client serves as well. */
  readonly client: AnyDynamoDBClient;
  /**
   * Gives the time (default: the system's). DynamoDB's TTL goes by the real time, so a table with a
   * clock of its own is made without TTL.
   */
  readonly clock?: () => Date;
  /** Take part in the operations of every entity, before the entity's own. */
  readonly hooks?: EntityHooks;
  /** Is told of every request that was sent; what it throws is ignored. */
  readonly onCommand?: (event: CommandEvent) => void;
}

/**
 * One DynamoDB table, and the entities in it.
 *
 * @example
 * ```ts
 * import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
 * import { Table } from '@latchkey/entity';
 * import { Account } from '@latchkey/schema';
 *
 * export const table = new Table({ name: 'my-application', client: new DynamoDBClient() });
 * export const accounts = table.entity(Account);
 * ```
 */
export class Table {
  /** The name of the table in DynamoDB. */
  readonly name: string;
  readonly #options: TableOptions;
  readonly #prefix: string;
  readonly #sender: Sender;
  readonly #definitions: Definitions;
  readonly #newUlid: (seedTime: number) => string;
  /** Models, each worked out once from its definition. */
  readonly #models = new Map<AnyEntityDefinition, EntityModel>();

  /** @throws {@link EntityError} `InvalidTable` for a name that no table can have. */
  constructor(
    options: TableOptions,
    shared?: { prefix: string; attributes: TableAttributes; definitions: Definitions },
  ) {
    const issue = optionIssue(newTableOptions, options);
    if (issue) throw invalidTable(optionFault(issue));
    if (!TABLE_NAME.test(options.name)) {
      throw invalidTable('a table name must have 3 to 255 letters, digits, "_", "." and "-"');
    }
    this.name = options.name;
    this.#options = options;
    this.#prefix = shared?.prefix ?? '';
    // A document client is the same client with its commands translated; ours need no translation.
    const attributes = shared?.attributes ?? new TableAttributes(options);
    const client = leanClient(options.client as DynamoDBClient);
    this.#sender = new Sender(client, options.onCommand, attributes);
    this.#definitions = shared?.definitions ?? new Definitions(attributes);
    this.#newUlid = monotonicFactory(randomFraction);
  }

  /** The time, from the table's clock. */
  now(): Date {
    return this.#options.clock?.() ?? new Date();
  }

  /**
   * A new ULID at the table's time, later in order than the one before.
   *
   * @param at - another time, for what was made then: a ULID that has no order among those of its
   *   millisecond. What is before 1970 counts as 1970.
   */
  newUlid(at?: Date): string {
    // The library takes 0 for no time at all.
    if (at) return ulid(Math.max(1, at.getTime()), randomFraction);
    return this.#newUlid(this.now().getTime());
  }

  /**
   * The documents of an entity in this table.
   *
   * @throws {@link EntityError} `InvalidTable` when another definition in this table has its name.
   */
  entity<D extends AnyEntityDefinition>(definition: D): Entity<TypesOf<D>['entity']> {
    return new Entity(definition, this.#bind(definition));
  }

  #modelOf(definition: AnyEntityDefinition): EntityModel {
    this.#definitions.add(definition);
    const model =
      this.#models.get(definition) ??
      new EntityModel(definition, this.#prefix, this.#sender.attributes);
    this.#models.set(definition, model);
    return model;
  }

  #bind(definition: AnyEntityDefinition): EntityContext {
    const { hooks = {} } = this.#options;
    return {
      model: this.#modelOf(definition),
      tableName: this.name,
      sender: this.#sender,
      hooks: new Hooks(hooks, definition.hooks),
      now: () => this.now(),
      newUlid: (at) => this.newUlid(at),
      bind: (other) => this.#bind(other),
      entityNamed: (name) => {
        const known = this.#definitions.named(name);
        return known && this.#bind(known);
      },
      definitions: () => this.#definitions.all,
    };
  }

  /**
   * A view of the table whose keys all carry a prefix, so that tenants never meet.
   *
   * PK `@tenant-a#account#01J…`
   *
   * @param name - any text but the empty one.
   * @throws {@link EntityError} `InvalidTable`
   */
  namespace(name: string): Table {
    const isName = typeof name === 'string' && name !== '' && name.isWellFormed();
    if (!isName) throw invalidTable('a namespace must have a well-formed name');
    const prefix = this.#prefix + NAMESPACE_MARK + encodeKeyPart(name, 'namespace') + DELIMITER;
    return this.#viewAt(prefix);
  }

  #viewAt(prefix: string): Table {
    const { attributes } = this.#sender;
    return new Table(this.#options, { prefix, attributes, definitions: this.#definitions });
  }

  /**
   * Writes everything or nothing, in one request.
   *
   * @param operations - 1 to 100 items in all, unique items included.
   * @returns what each operation returns, in their order.
   * @throws {@link EntityError} what the operation that could not be done throws by itself, with
   *   its position as `operation`; `InvalidTransaction`, `TransactionConflict`.
   */
  async transact<const O extends readonly TransactOperation<unknown>[]>(
    operations: O,
  ): Promise<TransactResults<O>> {
    for (let attempt = 1; ; attempt++) {
      const overtaken = new Set<unknown>();
      const planned = await prepareAll(operations);
      const writes = planned.flatMap((plan, position) =>
        plan.writes.map((write) => ({
          ...write,
          failure: (item: Item | undefined) => {
            const error = atPosition(write.failure(item), position);
            if (write.isOvertaken?.(item)) overtaken.add(error);
            return error;
          },
          ...(write.noNumber && {
            noNumber: (item: Item | undefined) => {
              const error = write.noNumber?.(item);
              return error && atPosition(error, position);
            },
          }),
        })),
      );
      try {
        // Deletes of what is not there have nothing to write.
        if (writes.length > 0 || operations.length === 0) await transactWrite(this.#sender, writes);
        return planned.map(({ result }) => result) as TransactResults<O>;
      } catch (error) {
        if (!overtaken.has(error) || attempt === MAX_ATTEMPTS) throw error;
        await backOff(attempt);
      }
    }
  }

  /**
   * Reads documents of any entities by key, in one request for every 100.
   *
   * @param options - `consistent`: reads what every write before has left (default: false).
   */
  async batchGet<const R extends readonly Reference<unknown>[]>(
    references: R,
    options: { readonly consistent?: boolean } = {},
  ): Promise<Referenced<R>> {
    this.#assertOptions('batchGet', options);
    const keys = references.map(({ key }) => key);
    const ConsistentRead = options.consistent === true;
    const items = await batchGet(this.#sender, this.name, keys, { ConsistentRead });
    const read = references.map(async (reference) => {
      const item = reference.key && items.get(keyText(reference.key));
      return item ? await reference.read(item) : null;
    });
    return (await Promise.all(read)) as Referenced<R>;
  }

  /**
   * Reads documents of any entities by key, all as they were at one moment, in one request.
   *
   * @param references - 1 to 100.
   * @throws {@link EntityError} `TransactionConflict` when writers were in the way every time.
   */
  async transactGet<const R extends readonly Reference<unknown>[]>(
    references: R,
  ): Promise<Referenced<R>> {
    const keys = references.map(({ key }) => key);
    assertCount(keys.length);
    const items = await transactGet(this.#sender, this.name, keys);
    const read = references.map(async (reference, at) => {
      const item = items[at];
      return item ? await reference.read(item) : null;
    });
    return (await Promise.all(read)) as Referenced<R>;
  }

  /**
   * Puts and deletes documents without conditions, in one request for every 25. Not a transaction:
   * some may be written when others are not.
   *
   * @param requests - made by an entity's `putRequest` and `deleteRequest`.
   * @throws {@link EntityError} `BatchIncomplete` with the positions of what was not done;
   *   `InvalidTransaction` for two requests on one item.
   */
  async batchWrite(requests: readonly BatchRequest[]): Promise<void> {
    const { attributes } = this.#sender;
    const prepared = await Promise.all(requests.map((request) => request.prepare()));
    const keys = prepared.flatMap((request) => (request ? [keyOf(request, attributes)] : []));
    if (new Set(keys).size < keys.length) {
      throw invalidTransaction('contains two writes to one item');
    }
    await batchWrite(this.#sender, this.name, prepared);
  }

  /**
   * Reads the image of a record of the table's DynamoDB stream: its `NewImage` or `OldImage`, from
   * the event of a Lambda function or from the SDK's client of DynamoDB Streams. The document is as
   * any read would give it, without secret fields, in the present form; hooks do not run, since
   * nobody asks for the document.
   *
   * @param definitions - the entities that are meant; their names tell the types of the documents
   *   apart (default: all that are bound to the table).
   * @returns null for an image of another entity or namespace, for a unique item, for what another
   *   program has written, and for a record without the image.
   * @throws {@link EntityError} `InvalidImage` for what is no image; `UnreadableItem`.
   *
   * @example
   * ```ts
   * import type { StreamImage, Table } from '@latchkey/entity';
   * import { Account, Session } from '@latchkey/schema';
   *
   * export function nameOf(table: Table, image: StreamImage | undefined): string | undefined {
   *   const read = table.readImage(image, [Account, Session]);
   *   return read?.entity === 'Account' ? read.document.username : undefined;
   * }
   * ```
   */
  readImage<const D extends readonly AnyEntityDefinition[]>(
    image: StreamImage | undefined,
    definitions: D,
  ): DocumentImage<D[number]> | null;
  readImage(image: StreamImage | undefined): AnyDocumentImage | null;
  readImage(
    image: StreamImage | undefined,
    definitions: readonly AnyEntityDefinition[] = this.#definitions.all,
  ): unknown {
    return readImage(
      image,
      definitions.map((definition) => this.#modelOf(definition)),
    );
  }

  /**
   * Deletes every document, of whatever entity, and every unique item; of a namespace, those in it
   * and in those within. The table itself stays, and so do the items of other programs. It reads all
   * of the table and deletes 25 items in a request, without conditions. A call that was interrupted can be made again, however far it
   * came. What is written while it runs may stay.
   *
   * @param options - `keep`: documents that stay; `onProgress`: is told after every request how
   *   many items this call has deleted so far, and waited for. What it throws ends the call.
   * @throws {@link EntityError} `RequestFailed`, `BatchIncomplete`
   */
  async clear(
    options: {
      readonly keep?: readonly Reference<unknown>[];
      readonly onProgress?: (progress: ClearProgress) => unknown;
    } = {},
  ): Promise<ClearProgress> {
    this.#assertOptions('clear', options);
    const { keep = [], onProgress } = options;
    return clearTable(this.#sender, this.name, {
      prefix: this.#prefix,
      keep: keep.flatMap(({ key }) => key ?? []),
      ...(onProgress && { onProgress }),
    });
  }

  /**
   * Brings stored documents to the form that they would have if they were written today: migrated,
   * with defaults and computed fields, with their keys in global indexes, their TTL and their unique
   * items. For an index, a default or a migration that is added to an entity with documents. Of a
   * table, documents in namespaces are brought up to date, too.
   *
   * Each document is written by itself, with its unique items in one transaction, on condition that
   * nobody changed it since it was read: it is safe beside other writers, and can be interrupted and
   * made again. Versions (`_v`) and `updatedAt` stay, since the documents say what they said; no
   * hooks run. A document whose unique value another has is left as it is, and reported.
   *
   * It reads, and is charged for, the whole table.
   *
   * @returns how much was done, and all collisions and failures. With a `cursor`, if the signal ended
   *   it before the table's end.
   * @throws {@link EntityError} `InvalidInput`, `InvalidCursor`, `RequestFailed`, `BatchIncomplete`
   *
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   *
   * export async function backfillFor(table: Table, ms: number, startAfter?: string) {
   *   const { cursor, collisions } = await table.backfill({
   *     signal: AbortSignal.timeout(ms),
   *     ...(startAfter !== undefined && { startAfter }),
   *   });
   *   return { cursor, collisions };
   * }
   * ```
   */
  async backfill(options: BackfillOptions = {}): Promise<BackfillResult> {
    this.#assertOptions('backfill', options);
    for (const definition of options.entities ?? []) this.#definitions.add(definition);
    const views = new Map<string, Table>([[this.#prefix, this]]);
    const viewAt = (prefix: string): Table => {
      const view = views.get(prefix) ?? this.#viewAt(prefix);
      views.set(prefix, view);
      return view;
    };
    const table: BackfillTarget = {
      tableName: this.name,
      prefix: this.#prefix,
      sender: this.#sender,
      definitions: options.entities ?? this.#definitions.all,
      entityAt: (definition, prefix) => viewAt(prefix).#bind(definition),
    };
    return backfillTable(table, options);
  }

  /**
   * Tells whether the whole table holds no item at all, in no namespace, of no other program
   * either; strongly consistent.
   */
  async isEmpty(): Promise<boolean> {
    return isTableEmpty(this.#sender, this.name);
  }

  /**
   * Makes the table, with TTL and the indexes that the entities bound so far need, and waits until
   * it can be used. Billing is on demand.
   *
   * @param options - `timeToLive` (default: true, unless the table has a `clock` of its own).
   * @throws {@link EntityError} `RequestFailed`, also when the table exists; `AccessDenied`,
   *   `InvalidClient`, `Unreachable`.
   */
  async create(options: CreateTableOptions = {}): Promise<void> {
    this.#assertOptions('create', options);
    await createTable(this.#sender, this.#layout, this.#withDefaults(options));
  }

  /**
   * Makes the table if there is none, and waits until it can be used: for development and tests, as
   * it needs permissions that an application should not have. It adds nothing to a table that is
   * there but TTL; `latchkey table diff` says what one lacks.
   *
   * @param options - as {@link Table.create} takes them.
   * @throws {@link EntityError} `TableMismatch` for a table whose TTL goes by another attribute;
   *   `AccessDenied`, `InvalidClient`, `Unreachable`, `RequestFailed`.
   */
  async ensure(options: CreateTableOptions = {}): Promise<void> {
    this.#assertOptions('ensure', options);
    await ensureTable(this.#sender, this.#layout, this.#withDefaults(options));
  }

  #withDefaults(options: CreateTableOptions): Required<CreateTableOptions> {
    const { timeToLive = this.#options.clock === undefined } = options;
    return { timeToLive };
  }

  #assertOptions(operation: TableOperation, given: object): void {
    assertOptions(this.name, operation, tableOptions[operation], given);
  }

  get #layout(): TableLayout {
    const { attributes } = this.#sender;
    return { tableName: this.name, attributes, globalIndexes: this.#definitions.globalIndexes() };
  }

  /** Deletes the table and everything in it, and waits until it is gone; no table is no error. */
  async delete(): Promise<void> {
    await deleteTable(this.#sender, this.name);
  }

  /** Returns DynamoDB's description of the table; null if there is none. */
  async describe(): Promise<TableDescription | null> {
    return describeTable(this.#sender, this.name);
  }
}

/** @throws {@link EntityError} of the first operation that cannot be planned, however long it took. */
async function prepareAll(
  operations: readonly TransactOperation<unknown>[],
): Promise<Awaited<ReturnType<typeof prepareAt>>[]> {
  const outcomes = await Promise.allSettled(operations.map(prepareAt));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** @throws {@link EntityError} with the position of the operation that cannot be planned. */
async function prepareAt(
  operation: TransactOperation<unknown>,
  position: number,
): ReturnType<TransactOperation<unknown>['prepare']> {
  try {
    return await operation.prepare();
  } catch (error) {
    throw EntityError.is(error) ? atPosition(error, position) : error;
  }
}

function atPosition(error: EntityError, position: number): EntityError {
  error.operation = position;
  return error;
}

function assertCount(count: number): void {
  if (count >= 1 && count <= MAX_TRANSACTION_ITEMS) return;
  throw invalidTransaction(
    `contains ${count} items, but must contain 1 to ${MAX_TRANSACTION_ITEMS}`,
  );
}

function invalidTable(reason: string): EntityError<'InvalidTable'> {
  const end = reason.endsWith('?') || reason.endsWith('.') ? '' : '.';
  return new EntityError('InvalidTable', `The table cannot be used: ${reason}${end}`, { reason });
}
