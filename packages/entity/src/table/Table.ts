import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import type { AnyEntityDefinition, EntityHooks, TypesOf } from '@latchkey/schema';
import { monotonicFactory, ulid } from 'ulid';
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
import { batchGet, keyText } from './batchGet.js';
import { batchWrite, keyOf } from './batchWrite.js';
import { Definitions } from './Definitions.js';
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
import { isOperationClient, type OperationClient } from './OperationClient.js';
import { randomFraction } from './random.js';
import { Sender, type CommandEvent } from './Sender.js';
import { tableContext } from './TableContext.js';
import { transactGet } from './transactGet.js';
import { invalidTransaction, MAX_TRANSACTION_ITEMS, transactWrite } from './transactWrite.js';

const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/**
 * A `DynamoDBClient`, or a `DynamoDBDocumentClient` of `@aws-sdk/lib-dynamodb`, which is optional.
 */
export type AnyDynamoDBClient = Pick<DynamoDBClient, 'config' | 'destroy'>;

/** Input of {@link Table}. */
export interface TableOptions<Client = AnyDynamoDBClient | OperationClient> extends TableNames {
  /** The table's name: 3 to 255 letters, digits, `_`, `.` and `-`. */
  readonly name: string;
  /** A client of the AWS SDK (a document client also works), or one of `createLeanClient`. */
  readonly client: Client;
  /**
   * Returns the time (default: the system's). DynamoDB's TTL uses the real time, so a table with a
   * custom clock is created without TTL.
   */
  readonly clock?: () => Date;
  /** Hooks for the operations of every entity; they run before the entity's own. */
  readonly hooks?: EntityHooks;
  /** Called after every request; errors that it throws are ignored. */
  readonly onCommand?: (event: CommandEvent) => void;
}

/** Parts that the views of one table share. */
export interface SharedParts {
  readonly prefix: string;
  readonly attributes: TableAttributes;
  readonly definitions: Definitions;
}

/**
 * One DynamoDB table, and the entities in it. This class knows nothing of the AWS SDK, so a bundle
 * with it and with the client of `createLeanClient` is without the SDK.
 *
 * @example
 * ```ts
 * import { createLeanClient, Table } from '@latchkey/entity/lean';
 * import { Account } from '@latchkey/schema';
 *
 * export const table = new Table({ name: 'my-application', client: createLeanClient() });
 * export const accounts = table.entity(Account);
 * ```
 */
export class Table {
  /** The name of the table in DynamoDB. */
  readonly name: string;
  readonly #options: TableOptions<unknown>;
  readonly #prefix: string;
  readonly #sender: Sender;
  readonly #definitions: Definitions;
  readonly #newUlid: (seedTime: number) => string;
  /** Models, each worked out once from its definition. */
  readonly #models = new Map<AnyEntityDefinition, EntityModel>();

  /**
   * @param connect - adapts a client that does not send operations (default: refuses it).
   * @throws {@link EntityError} `InvalidTable` if the name is not a valid table name, or if the
   *   client is not one of `createLeanClient`.
   */
  constructor(
    options: TableOptions<OperationClient>,
    shared?: SharedParts,
    connect: (client: never) => OperationClient = refuseClient,
  ) {
    const issue = optionIssue(newTableOptions, options);
    if (issue) throw invalidTable(optionFault(issue));
    if (!TABLE_NAME.test(options.name)) {
      throw invalidTable('a table name must have 3 to 255 letters, digits, "_", "." and "-"');
    }
    this.name = options.name;
    this.#options = options;
    this.#prefix = shared?.prefix ?? '';
    const attributes = shared?.attributes ?? new TableAttributes(options);
    const given: unknown = options.client;
    const client = isOperationClient(given) ? given : connect(given as never);
    this.#sender = new Sender(client, options.onCommand, attributes);
    this.#definitions = shared?.definitions ?? new Definitions(attributes);
    this.#newUlid = monotonicFactory(randomFraction);
    tableContext.share(this, {
      tableName: this.name,
      prefix: this.#prefix,
      sender: this.#sender,
      definitions: this.#definitions,
      modelOf: (definition) => this.#modelOf(definition),
      bind: (definition) => this.#bind(definition),
      viewAt: (prefix) => this.#viewAt(prefix),
    });
  }

  /** The time, from the table's clock. */
  now(): Date {
    return this.#options.clock?.() ?? new Date();
  }

  /**
   * Returns a new ULID at the table's time, greater than the previous one.
   *
   * @param at - another time, for an import: such a ULID has no order within its millisecond. Times
   *   before 1970 count as 1970.
   */
  newUlid(at?: Date): string {
    // The library takes 0 for no time at all.
    if (at) return ulid(Math.max(1, at.getTime()), randomFraction);
    return this.#newUlid(this.now().getTime());
  }

  /**
   * Returns the entity of a definition in this table.
   *
   * @throws {@link EntityError} `InvalidTable` if another definition in this table has its name.
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
   * Returns a view of the table in which all keys have a prefix, so that tenants are separate.
   *
   * PK `@tenant-a#account#01J…`
   *
   * @param name - any non-empty text.
   * @throws {@link EntityError} `InvalidTable`
   */
  namespace(name: string): this {
    const isName = typeof name === 'string' && name !== '' && name.isWellFormed();
    if (!isName) throw invalidTable('a namespace must have a well-formed name');
    const prefix = this.#prefix + NAMESPACE_MARK + encodeKeyPart(name, 'namespace') + DELIMITER;
    return this.#viewAt(prefix);
  }

  #viewAt(prefix: string): this {
    const { attributes } = this.#sender;
    const View = this.constructor as new (options: object, shared: SharedParts) => this;
    return new View(this.#options, { prefix, attributes, definitions: this.#definitions });
  }

  /**
   * Writes everything or nothing, in one request.
   *
   * @param operations - 1 to 100 items in total, including unique items.
   * @returns the results of the operations, in order.
   * @throws {@link EntityError} the error of the operation that failed, with its position as
   *   `operation`; `InvalidTransaction`, `TransactionConflict`.
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
   * @param options - `consistent`: sees every earlier write (default: false).
   */
  async batchGet<const R extends readonly Reference<unknown>[]>(
    references: R,
    options: { readonly consistent?: boolean } = {},
  ): Promise<Referenced<R>> {
    this.#assertOptions('batchGet', options);
    assertList(references, 'batchGet', 'key');
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
   * Reads documents of any entities by key, in one request and at one point in time.
   *
   * @param references - 1 to 100.
   * @throws {@link EntityError} `TransactionConflict` if other writers got in the way of every
   *   attempt.
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export async function twoOrders(table: Table, shop: string) {
   *   const orders = table.entity(Order);
   *   const [first, second] = await table.transactGet([
   *     orders.reference({ shop, number: 1 }),
   *     orders.reference({ shop, number: 2 }),
   *   ]);
   *   return { first, second };
   * }
   * ```
   */
  async transactGet<const R extends readonly Reference<unknown>[]>(
    references: R,
  ): Promise<Referenced<R>> {
    assertList(references, 'transactGet', 'key');
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
   * Puts and deletes documents without conditions, in one request for every 25. This is not a
   * transaction: some may be written while others are not.
   *
   * @param requests - made by an entity's `putRequest` and `deleteRequest`.
   * @throws {@link EntityError} `BatchIncomplete` with the positions of the unprocessed requests;
   *   `InvalidTransaction` for two requests on one item.
   * @example
   * ```ts
   * import type { Table } from '@latchkey/entity';
   * import { defineEntity } from '@latchkey/schema';
   * import * as z from 'zod';
   *
   * const Order = defineEntity({
   *   name: 'Order',
   *   schema: z.object({ shop: z.string(), number: z.int() }),
   *   indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
   * });
   *
   * export async function addOrders(table: Table, shop: string, numbers: readonly number[]) {
   *   const orders = table.entity(Order);
   *   await table.batchWrite(numbers.map((number) => orders.putRequest({ item: { shop, number } })));
   * }
   * ```
   */
  async batchWrite(requests: readonly BatchRequest[]): Promise<void> {
    const { attributes } = this.#sender;
    assertList(requests, 'batchWrite', 'prepare');
    const prepared = await Promise.all(requests.map((request) => request.prepare()));
    const keys = prepared.flatMap((request) => (request ? [keyOf(request, attributes)] : []));
    if (new Set(keys).size < keys.length) {
      throw invalidTransaction('contains two writes to one item');
    }
    await batchWrite(this.#sender, this.name, prepared);
  }

  /**
   * Creates the table with TTL and the indexes of the entities bound so far, and waits until it is
   * ready. Billing is on demand.
   *
   * @param options - `timeToLive` (default: true, unless the table has a custom `clock`).
   * @throws {@link EntityError} `RequestFailed`, also when the table exists; `AccessDenied`,
   *   `InvalidClient`, `Unreachable`.
   */
  async create(options: CreateTableOptions = {}): Promise<void> {
    this.#assertOptions('create', options);
    await createTable(this.#sender, this.#layout, this.#withDefaults(options));
  }

  /**
   * Creates the table if it does not exist, and waits until it is ready. Use it for development and
   * tests, as it needs permissions that an application should not have. It adds only TTL to an
   * existing table; `latchkey table diff` lists what is missing.
   *
   * @param options - as {@link Table.create} takes them.
   * @throws {@link EntityError} `TableMismatch` for a table whose TTL uses another attribute;
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

  /**
   * Deletes the table and everything in it, and waits until it is gone; no effect if it does not
   * exist.
   */
  async delete(): Promise<void> {
    await deleteTable(this.#sender, this.name);
  }

  /** Returns DynamoDB's description of the table; null if there is none. */
  async describe(): Promise<TableDescription | null> {
    return describeTable(this.#sender, this.name);
  }
}

/** Refuses what is no list of what entities give, from callers without types. */
function assertList(given: readonly unknown[], method: string, member: string): void {
  const isList =
    Array.isArray(given) &&
    given.every((each) => typeof each === 'object' && each !== null && member in each);
  if (isList) return;
  const reason = `${method} takes a list of what the methods of entities return`;
  throw new EntityError('InvalidInput', `The input is not valid: ${reason}.`, {
    entity: 'Table',
    path: '',
    issues: [{ path: '', message: reason }],
  });
}

/** @throws {@link EntityError} of the first operation that cannot be planned, however long it took. */
async function prepareAll(
  operations: readonly TransactOperation<unknown>[],
): Promise<Awaited<ReturnType<typeof prepareAt>>[]> {
  assertList(operations, 'transact', 'prepare');
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

function refuseClient(): never {
  throw invalidTable('for a client of the AWS SDK, import Table from @latchkey/entity');
}

function invalidTable(reason: string): EntityError<'InvalidTable'> {
  const end = reason.endsWith('?') || reason.endsWith('.') ? '' : '.';
  return new EntityError('InvalidTable', `The table cannot be used: ${reason}${end}`, { reason });
}
