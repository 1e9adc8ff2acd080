import type { Entity, Table } from '@latchkey/entity';
import type { AnyEntityDefinition } from '@latchkey/schema';
import type { Fields } from '../../src/entity/EntityModel.js';

/** An entity whose inputs are not checked by TypeScript, for updates that are made from tables. */
export type AnyEntity = Entity<AnyEntityDefinition>;

/** What is changed, by its whole key, and how. */
export interface Change {
  readonly table: Table;
  readonly entity: AnyEntity;
  readonly filter: Fields;
  readonly update: Fields;
}

/** Every call that changes a document that is there. */
export const WAYS_TO_UPDATE: readonly [string, (change: Change) => Promise<unknown>][] = [
  ['updateOne by key', ({ entity, filter, update }) => entity.updateOne({ filter, update })],
  [
    'updateOne by a filter',
    ({ entity, filter, update }) =>
      entity.updateOne({ filter: { ...filter, ulid: { $exists: true } }, update }),
  ],
  ['an upsert', ({ entity, filter, update }) => entity.updateOne({ filter, update, upsert: true })],
  ['updateMany', ({ entity, filter, update }) => entity.updateMany({ filter, update })],
  [
    'a transaction',
    ({ table, entity, filter, update }) =>
      table.transact([entity.updateOneOperation({ filter, update })]),
  ],
  [
    'an upsert in a transaction',
    ({ table, entity, filter, update }) =>
      table.transact([entity.updateOneOperation({ filter, update, upsert: true })]),
  ],
];

/** Those of them that make the document where there is none. */
export const WAYS_TO_UPSERT = WAYS_TO_UPDATE.filter(([name]) => name.includes('upsert'));

/** The entity of a definition in a table, without the types of its fields. */
export function anyEntity(table: Table, definition: unknown): AnyEntity {
  return table.entity(definition as AnyEntityDefinition);
}
