import type { Entity, Table } from '@latchkey/entity';
import { defineEntity, type AnyEntityDefinition } from '@latchkey/schema';
import * as z from 'zod';

/** A model of another framework, known when the program runs. */
export interface Model {
  readonly name: string;
  readonly fields: Readonly<Record<string, FieldOptions>>;
}

interface FieldOptions {
  readonly type: 'string' | 'number' | 'boolean' | 'date' | 'strings' | 'json';
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly index?: boolean;
  readonly secret?: boolean;
  readonly expires?: boolean;
}

export type Row = Record<string, unknown>;

export interface Where {
  readonly field: string;
  readonly operator?: 'eq' | 'ne' | 'lt' | 'gte' | 'in' | 'starts_with';
  readonly value: unknown;
}

const SCHEMAS: Readonly<Record<FieldOptions['type'], () => z.ZodType>> = {
  string: () => z.string(),
  number: () => z.number(),
  boolean: () => z.boolean(),
  date: () => z.date(),
  strings: () => z.array(z.string()),
  json: () => z.record(z.string(), z.unknown()),
};

/** The entity of a model: its fields, indexes, secrets and expiry are all worked out here. */
export function define({ name, fields }: Model): AnyEntityDefinition {
  const shape: Record<string, z.ZodType> = { key: z.string() };
  const indexes = [{ name: '_id', PK: ['.key'], unique: false }];
  for (const [field, { type, required, unique, index }] of Object.entries(fields)) {
    const schema = SCHEMAS[type]();
    shape[field] = required ? schema : schema.nullish();
    if (!unique && !index) continue;
    indexes.push({ name: `_id${indexes.length + 1}`, PK: ['.' + field], unique: unique === true });
  }
  const marked = (mark: 'secret' | 'expires'): string[] =>
    Object.keys(fields).filter((field) => fields[field]?.[mark]);
  const [expiresAt] = marked('expires');
  return defineEntity({
    name,
    schema: z.object(shape),
    indexes,
    secrets: marked('secret'),
    readOnly: ['key'],
    ...(expiresAt !== undefined && { expiresAt }),
  });
}

/** A storage adapter as authentication frameworks ask for one, for any models. */
export class Adapter {
  readonly #table: Table;
  readonly #entities: ReadonlyMap<string, Entity<AnyEntityDefinition>>;

  constructor(table: Table, definitions: readonly AnyEntityDefinition[]) {
    this.#table = table;
    this.#entities = new Map(definitions.map((each) => [each.name, table.entity(each)]));
  }

  async create(model: string, data: Row): Promise<Row> {
    const { item } = await this.#entity(model).createOne({
      item: { key: this.#table.newUlid(), ...data },
    });
    return item;
  }

  async findOne(model: string, where: readonly Where[], select?: string[]): Promise<Row | null> {
    const { item } = await this.#entity(model).findOne({
      filter: filterOf(where),
      secrets: true,
      ...(select && { project: select }),
    });
    return item;
  }

  async findMany(model: string, where: readonly Where[], limit = 100): Promise<Row[]> {
    const { items } = await this.#entity(model).findMany({ filter: filterOf(where), limit });
    return items;
  }

  async update(model: string, where: readonly Where[], data: Row): Promise<Row | null> {
    const $remove = Object.keys(data).filter((field) => data[field] === undefined);
    const $set = Object.fromEntries(
      Object.entries(data).filter(([, value]) => value !== undefined),
    );
    const { item } = await this.#entity(model).updateOne({
      filter: filterOf(where),
      update: { $set, $remove },
      condition: { key: { $exists: true } },
    });
    return item;
  }

  async add(model: string, where: readonly Where[], by: Record<string, number>): Promise<number> {
    const update = { $inc: by };
    return (await this.#entity(model).updateMany({ filter: filterOf(where), update }))
      .modifiedCount;
  }

  async append(model: string, key: string, field: string, value: unknown): Promise<void> {
    await this.#entity(model).updateOne({
      filter: { key },
      update: { $append: { [field]: [value] } },
    });
  }

  async delete(model: string, where: readonly Where[]): Promise<number> {
    const { deletedCount } = await this.#entity(model).deleteMany({ filter: filterOf(where) });
    return deletedCount;
  }

  async count(model: string, where: readonly Where[]): Promise<number> {
    return this.#entity(model).count({ filter: filterOf(where) });
  }

  async getAll(model: string, keys: readonly Row[]): Promise<(Row | null)[]> {
    return this.#table.batchGet(keys.map((key) => this.#entity(model).reference(key)));
  }

  async createAll(rows: readonly (readonly [model: string, data: Row])[]): Promise<Row[]> {
    return this.#table.transact(
      rows.map(([model, data]) => this.#entity(model).createOneOperation({ item: data })),
    );
  }

  #entity(model: string): Entity<AnyEntityDefinition> {
    const entity = this.#entities.get(model);
    if (entity) return entity;
    throw new Error(`There is no model ${model}.`);
  }
}

function filterOf(where: readonly Where[]): Row {
  const filter: Row = {};
  for (const { field, operator = 'eq', value } of where) filter[field] = operand(operator, value);
  return filter;
}

function operand(operator: NonNullable<Where['operator']>, value: unknown): unknown {
  if (operator === 'eq') return value;
  return { [operator === 'starts_with' ? '$startsWith' : `$${operator}`]: value };
}
