import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AnyEntityDefinition } from '@latchkey/schema';
import { EntityError } from '../errors/EntityError.js';
import type { Key } from './Key.js';

/** The attributes that hold a partition key and a sort key. */
export interface KeyAttributes {
  readonly PK: string;
  readonly SK: string;
}

/** A global secondary index as the table has it. */
export interface IndexAttributes extends KeyAttributes {
  /** The index's name in DynamoDB. */
  readonly name: string;
}

/** Names in a table that was created or is used by other programs. */
export interface TableNames {
  /**
   * The names of the key attributes, both of them strings, and of the TTL attribute (default: `PK`,
   * `SK` and `ttl`).
   */
  readonly attributes?: {
    readonly PK?: string;
    readonly SK?: string;
    readonly ttl?: string;
  };
  /**
   * The global secondary indexes, by their names in definitions, with the table's names of each
   * index and its key attributes (default for `_id2`: `_id2`, `_id2PK` and `_id2SK`). They must
   * project all attributes.
   */
  readonly indexes?: Readonly<Record<`_id${number}`, Partial<IndexAttributes>>>;
}

type StoredItem = Record<string, AttributeValue>;

const INDEX = /^_id([2-9]|[1-9]\d+)$/;
const INDEX_ATTRIBUTE = /^_id([2-9]|[1-9]\d+)(PK|SK)$/;
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
const INDEX_NAME = /^[A-Za-z0-9_.-]{3,255}$/;
const MAX_NAME_BYTES = 255;
/**
 * Attributes that every item of this package may have besides its keys and the fields of its
 * schema.
 */
const RESERVED: ReadonlySet<string> = new Set([
  '_e',
  '_v',
  '_op',
  '_s',
  'ownerPK',
  'ownerSK',
  'ulid',
  'createdAt',
  'updatedAt',
  'createdBy',
  'updatedBy',
]);

/** The one place that knows what a table's key attributes, TTL attribute and indexes are called. */
export class TableAttributes implements KeyAttributes {
  readonly PK: string;
  readonly SK: string;
  /** The attribute by which DynamoDB removes expired items. */
  readonly ttl: string;
  /** The condition of a write that no item has its key. */
  readonly ifAbsent: {
    readonly ConditionExpression: string;
    readonly ExpressionAttributeNames?: Record<string, string>;
  };
  readonly #indexes: Map<string, IndexAttributes>;
  /** Every attribute that has a name of the program's choice, with its use. */
  readonly #uses: ReadonlyMap<string, string>;

  /**
   * @throws {@link EntityError} `InvalidTable` for a name that DynamoDB or this package cannot use,
   *   and for a name that is given twice.
   */
  constructor({ attributes = {}, indexes = {} }: TableNames = {}) {
    assertKnown('attributes', attributes, ['PK', 'SK', 'ttl']);
    const { PK = 'PK', SK = 'SK', ttl = 'ttl' } = attributes;
    this.PK = PK;
    this.SK = SK;
    this.ttl = ttl;
    // A placeholder costs every write time; of another name it is not known whether it is reserved.
    this.ifAbsent =
      PK === 'PK'
        ? { ConditionExpression: 'attribute_not_exists(PK)' }
        : {
            ConditionExpression: 'attribute_not_exists(#PK)',
            ExpressionAttributeNames: this.names,
          };
    assertObject('indexes', indexes);
    this.#indexes = new Map(
      Object.entries(indexes).map(([index, names]) => [index, indexAttributes(index, names)]),
    );
    assertIndexNames(this.#indexes);
    this.#uses = attributeUses([
      { name: PK, use: 'the partition key', standard: 'PK' },
      { name: SK, use: 'the sort key', standard: 'SK' },
      { name: ttl, use: 'the TTL attribute', standard: 'ttl' },
      ...[...this.#indexes].flatMap(([index, names]): NameUse[] => [
        { name: names.PK, use: `the partition key of ${index}`, standard: defaultIndex(index).PK },
        { name: names.SK, use: `the sort key of ${index}`, standard: defaultIndex(index).SK },
      ]),
    ]);
  }

  /** The names of a global secondary index, by its name in definitions: `_id2`, `_id3`… */
  index(name: string): IndexAttributes {
    const known = this.#indexes.get(name);
    if (known) return known;
    const names = defaultIndex(name);
    this.#indexes.set(name, names);
    return names;
  }

  /** Tells whether an attribute of an item is no field of a document. */
  isOwn(attribute: string): boolean {
    return attribute.startsWith('_') || this.#uses.has(attribute);
  }

  /**
   * Checks that a definition's documents and the keys find room in one item.
   *
   * @throws {@link EntityError} `InvalidTable` for a field that is stored under one of these names.
   */
  assertFits({ name, schema, aliases }: AnyEntityDefinition): void {
    for (const field of Object.keys(schema.shape)) {
      const use = this.#uses.get(aliases.get(field) ?? field);
      if (use === undefined) continue;
      throw invalidNames(
        `the field ${field} of ${name} is stored under the name of ${use}. Rename it with aliases`,
      );
    }
  }

  /** The primary key of an item; empty text where the item has none. */
  keyOf(item: StoredItem | undefined): Key {
    return { PK: item?.[this.PK]?.S ?? '', SK: item?.[this.SK]?.S ?? '' };
  }

  /** A primary key as requests name it. */
  keyItem({ PK, SK }: Key): StoredItem {
    return { [this.PK]: { S: PK }, [this.SK]: { S: SK } };
  }

  /** The placeholder `#PK` of the partition key, for expressions that have no other names. */
  get names(): { '#PK': string } {
    return { '#PK': this.PK };
  }
}

/** The names in a table that this package has made. */
export const DEFAULT_ATTRIBUTES: TableAttributes = new TableAttributes();

/** A name, and the name that the same thing has by default. */
interface NameUse {
  readonly name: string;
  readonly use: string;
  readonly standard: string;
}

function defaultIndex(name: string): IndexAttributes {
  return { name, PK: `${name}PK`, SK: `${name}SK` };
}

function indexAttributes(index: string, names: Partial<IndexAttributes>): IndexAttributes {
  if (!INDEX.test(index)) {
    throw invalidNames(`indexes has an entry that is not named _id2, _id3, …`);
  }
  assertKnown(`indexes.${index}`, names, ['name', 'PK', 'SK']);
  const standard = defaultIndex(index);
  const { name = standard.name, PK = standard.PK, SK = standard.SK } = names;
  return { name, PK, SK };
}

function assertIndexNames(indexes: ReadonlyMap<string, IndexAttributes>): void {
  const taken = new Set<string>();
  for (const [index, { name }] of indexes) {
    if (typeof name !== 'string' || !INDEX_NAME.test(name)) {
      throw invalidNames('an index name must have 3 to 255 letters, digits, "_", "." and "-"');
    }
    // `_id3` is the index of that name, as soon as a definition has one.
    if (taken.has(name) || (INDEX.test(name) && name !== index)) {
      throw invalidNames(`two indexes cannot both be named ${name}`);
    }
    taken.add(name);
  }
}

/** The use of each attribute, by its name. */
function attributeUses(given: readonly NameUse[]): Map<string, string> {
  const uses = new Map<string, string>();
  for (const { name, use, standard } of given) {
    if (typeof name !== 'string' || name === '' || !name.isWellFormed()) {
      throw invalidNames(`the name of ${use} is not a string`);
    }
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
      throw invalidNames(`the name of ${use} has more than ${MAX_NAME_BYTES} bytes`);
    }
    if (RESERVED.has(name) || (INDEX_ATTRIBUTE.test(name) && name !== standard)) {
      throw invalidNames(`the name of ${use} cannot be ${name}, which is reserved`);
    }
    const other = uses.get(name);
    if (other !== undefined) throw invalidNames(`${other} and ${use} cannot both be named ${name}`);
    uses.set(name, use);
  }
  return uses;
}

function assertObject(path: string, given: unknown): asserts given is object {
  if (typeof given === 'object' && given !== null) return;
  throw invalidNames(`${path} is not an object`);
}

function assertKnown(path: string, given: unknown, known: readonly string[]): void {
  assertObject(path, given);
  if (Object.keys(given).every((name) => known.includes(name))) return;
  throw invalidNames(`${path} must have ${known.join(', ')} and nothing else`);
}

function invalidNames(reason: string): EntityError<'InvalidTable'> {
  return new EntityError('InvalidTable', `The table cannot be used: ${reason}.`, { reason });
}
