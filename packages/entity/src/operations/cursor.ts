import { createHash } from 'node:crypto';
import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { MAX_KEY_BYTES } from '../keys/Key.js';
import type { KeyAttributes } from '../keys/TableAttributes.js';
import { EntityError } from '../errors/EntityError.js';
import type { QueryPlan } from '../planning/planIndex.js';
import type { SortKeyRange } from '../planning/sortKeyRange.js';

const FINGERPRINT_LENGTH = 11; // 64 bits, base64url
const SEPARATOR = '\0';

/**
 * Names the place of an item in a query, as opaque text. It holds sort keys only: the partition
 * comes from the query that it is given to, which it fits or is refused by.
 */
export function encodeCursor(entity: EntityContext, plan: QueryPlan, item: Item): string {
  const keys = cursorNames(entity, plan).map(({ name }) => item[name]?.S ?? '');
  const text = [fingerprint(entity, plan), ...keys].join(SEPARATOR);
  return Buffer.from(text).toString('base64url');
}

/**
 * The key at which a query begins after a cursor.
 *
 * @throws {@link EntityError} `InvalidCursor` for a cursor of another partition, entity, index or
 *   range, and for text that is no cursor.
 */
export function decodeCursor(entity: EntityContext, plan: QueryPlan, cursor: unknown): Item {
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : '';
  const [mark, ...keys] = text.split(SEPARATOR);
  const names = cursorNames(entity, plan);
  const [sortKey] = keys;
  if (
    mark !== fingerprint(entity, plan) ||
    keys.length !== names.length ||
    sortKey === undefined ||
    !isWithin(plan.SK, sortKey) ||
    !names.every(({ limit }, at) => fits(keys[at] ?? '', limit)) ||
    Buffer.from(text).toString('base64url') !== cursor
  ) {
    throw new EntityError(
      'InvalidCursor',
      `The cursor does not belong to this query on ${entity.model.name}.`,
      {
        entity: entity.model.name,
      },
    );
  }
  const key = Object.fromEntries(names.map(({ name }, at) => [name, { S: keys[at] ?? '' }]));
  return { ...key, [indexNames(entity, plan).PK]: { S: plan.PK } };
}

/** The attributes that, with the query's partition key, make a start key; and their limits. */
function cursorNames(entity: EntityContext, plan: QueryPlan): { name: string; limit: number }[] {
  const { attributes } = entity.model;
  const sortKey = { name: indexNames(entity, plan).SK, limit: MAX_KEY_BYTES.SK };
  if (!isGlobal(plan)) return [sortKey];
  return [
    sortKey,
    { name: attributes.PK, limit: MAX_KEY_BYTES.PK },
    { name: attributes.SK, limit: MAX_KEY_BYTES.SK },
  ];
}

/** The attributes of the key that a query goes by. */
function indexNames({ model: { attributes } }: EntityContext, plan: QueryPlan): KeyAttributes {
  return isGlobal(plan) ? attributes.index(plan.index.name) : attributes;
}

function isGlobal({ index }: QueryPlan): boolean {
  return !index.unique && index.name !== '_id';
}

/** Stands for everything that a cursor must not be carried across. */
function fingerprint(entity: EntityContext, plan: QueryPlan): string {
  const parts = [entity.tableName, entity.model.name, plan.index.name, plan.PK];
  const digest = createHash('sha256').update(parts.join(SEPARATOR)).digest('base64url');
  return digest.slice(0, FINGERPRINT_LENGTH);
}

/** Tells whether text can be the value of a key attribute; DynamoDB refuses any other. */
function fits(text: string, limit: number): boolean {
  return text !== '' && Buffer.byteLength(text) <= limit;
}

function isWithin(range: SortKeyRange, sortKey: string): boolean {
  if ('equals' in range) return sortKey === range.equals;
  if ('startsWith' in range) return sortKey.startsWith(range.startsWith);
  const at = Buffer.from(sortKey);
  return at.compare(Buffer.from(range.from)) >= 0 && at.compare(Buffer.from(range.to)) <= 0;
}
