import type { Typed } from '@latchkey/schema';
import type { BackfillOptions } from '../backfill/BackfillOptions.js';
import type { Entity } from '../entity/Entity.js';
import type { FindManyInput, IncludeOptions, Relations, SecretsOption } from '../entity/inputs.js';
import type { ClearTableOptions } from '../table/clearTable.js';
import type { Table, TableOptions } from '../table/Table.js';

/** Every option of a type, by name: one that is missing here, or is none, does not compile. */
type Known<Options> = { readonly [Name in keyof Options]-?: true };

/** The options of a method: its last parameter. */
type OptionsOf<Method> = Method extends (...given: infer Given) => unknown
  ? Required<Given> extends [...unknown[], infer Options]
    ? Options
    : never
  : never;

type AnyEntity = Entity<Typed, Relations>;
type WithoutOptions =
  'definition' | 'addIndexRelation' | 'addHooks' | 'findUnbound' | 'deleteRequest';

/** The methods of an entity that take options. */
export type EntityOperation = Exclude<keyof AnyEntity, WithoutOptions>;

/** The methods of a table that take options. */
export type TableOperation = 'batchGet' | 'create' | 'ensure';

const system = {
  ulid: true,
  createdAt: true,
  updatedAt: true,
  createdBy: true,
  updatedBy: true,
} as const;
const create = { item: true, context: true, ...system } as const;
const find = {
  filter: true,
  index: true,
  project: true,
  secrets: true,
  consistent: true,
  maxPages: true,
  context: true,
} as const;
const findMany = { ...find, sort: true, limit: true } as const;
const scan = {
  condition: true,
  segments: true,
  project: true,
  secrets: true,
  consistent: true,
  limit: true,
  maxPages: true,
  context: true,
} as const;
const remove = { filter: true, condition: true, context: true } as const;
const update = { ...remove, update: true, related: true } as const;
const updateOne = { ...update, version: true, upsert: true } as const;
const many = { index: true, limit: true, maxPages: true } as const;

/** The options that each operation of an entity takes. */
export const entityOptions: {
  readonly [Name in EntityOperation]: Known<OptionsOf<AnyEntity[Name]>>;
} = {
  createOne: { ...create, related: true },
  createOneParams: create,
  createOneOperation: create,
  putRequest: create,
  findOne: { ...find, include: true },
  findOneParams: find,
  findKey: { filter: true, context: true },
  findById: { secrets: true, consistent: true, context: true },
  findMany,
  findManyParams: findMany,
  paginate: {
    ...find,
    sort: true,
    first: true,
    after: true,
    last: true,
    before: true,
    scanFirst: true,
  },
  count: { filter: true, index: true, consistent: true, maxPages: true, context: true },
  scan,
  scanParams: scan,
  updateOne: { ...updateOne, secrets: true },
  updateOneParams: { ...updateOne, secrets: true },
  updateOneOperation: updateOne,
  updateMany: { ...update, ...many },
  deleteOne: { ...remove, withRelated: true },
  deleteOneParams: remove,
  deleteOneOperation: remove,
  deleteMany: { ...remove, ...many },
  checkOperation: { filter: true, condition: true },
  reference: { secrets: true },
};

/** The options that a relation takes in `include`. */
export const includeOptions: Known<IncludeOptions> = { limit: true, sort: true };

/** The options that each operation of a table takes. */
export const tableOptions: {
  readonly [Name in TableOperation]: Known<OptionsOf<Table[Name]>>;
} = {
  batchGet: { consistent: true },
  create: { timeToLive: true },
  ensure: { timeToLive: true },
};

/** The options of `explain`. */
export const explainOptions: Known<FindManyInput<Typed> & SecretsOption> = findMany;

/** The options of `clearTable`. */
export const clearTableOptions: Known<ClearTableOptions> = { keep: true, onProgress: true };

/** The options of `backfill`. */
export const backfillOptions: Known<BackfillOptions> = {
  entities: true,
  dryRun: true,
  rate: true,
  segments: true,
  startAfter: true,
  signal: true,
  prune: true,
  onProgress: true,
};

/** The options with which a table is made. */
export const newTableOptions: Known<TableOptions> = {
  name: true,
  client: true,
  clock: true,
  hooks: true,
  onCommand: true,
  attributes: true,
  indexes: true,
};
