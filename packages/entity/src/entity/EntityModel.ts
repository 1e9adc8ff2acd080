import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type AnyEntityDefinition,
  canLackDefaults,
  type Domain,
  domainAt,
  type Index,
  type IndexCondition,
  isReservedName,
  joinPath,
  type KeyPart,
  type Narrowing,
  PLAIN_DATA,
  schemasAt,
  splitPath,
  storedSchema,
  type ValueShape,
  withDefaults,
} from '@latchkey/schema';
import { assertItemSize } from '../attributes/assertItemSize.js';
import { fromAttributeValue } from '../attributes/fromAttributeValue.js';
import { plainValue } from '../attributes/plainValue.js';
import { toAttributeMap } from '../attributes/toAttributeValue.js';
import { unreadablePath } from '../attributes/unreadablePath.js';
import { UnreadableValue } from '../attributes/UnreadableValue.js';
import { EntityError } from '../errors/EntityError.js';
import { ofEntity } from '../errors/ofEntity.js';
import { documentId } from '../keys/documentId.js';
import { DELIMITER, type KeyValue } from '../keys/encodeKeyPart.js';
import { assertKeySize, decodeKey, encodeKey, type Key } from '../keys/Key.js';
import { DEFAULT_ATTRIBUTES, type TableAttributes } from '../keys/TableAttributes.js';
import type { Expression } from '../expressions/Expression.js';
import type { Field, FieldScope, Siblings } from '../expressions/FieldScope.js';
import { compileField } from './compileField.js';
import { storedSpelling } from './storedSpelling.js';
import { startsWithHead, UNIQUE_HEAD } from './isOwnItem.js';
import { invalidInput } from './parseInput.js';
import { valueAt, hideFields, omitFields } from './valueAt.js';
import { migrate } from './migrate.js';

/** An item as DynamoDB keeps it. */
export type Item = Record<string, AttributeValue>;

/** A document while the package works on it: any field, by name. */
export type Fields = Record<string, unknown>;

/** Field that an attribute holds. */
interface StoredField {
  readonly name: string;
  readonly shape: ValueShape;
}

/** The item that keeps one value of a unique index for its document. */
export interface UniqueKey extends Key {
  readonly index: Index;
}

const MAX_KNOWN_NAMES = 1000;
/** An item of 400 KB has no longer list. */
const MAX_POSITION = 400 * 1024;

/** Starts the name of a namespace in a key; the name of an entity never does. */
export const NAMESPACE_MARK = '@';

/** The shapes of the fields that every document has. */
const SYSTEM_SHAPES: ReadonlyMap<string, ValueShape> = new Map<string, ValueShape>([
  ['ulid', { strings: 'string' }],
  ['createdAt', { strings: 'date' }],
  ['updatedAt', { strings: 'date' }],
  ['createdBy', { strings: 'string' }],
  ['updatedBy', { strings: 'string' }],
]);

/**
 * One entity in one table: the pure functions between its documents, their keys and their items.
 * Made once when a definition is bound to a table.
 */
export class EntityModel implements FieldScope {
  readonly definition: AnyEntityDefinition;
  readonly name: string;
  readonly shape: ValueShape;
  /** Start of the sort key of every item of this entity, in lower case. */
  readonly sortKeyHead: string;
  /** The table's names for its keys and its TTL attribute. */
  readonly attributes: TableAttributes;
  /** The indexes that are items of their own. */
  readonly uniqueIndexes: readonly Index[];
  /** The indexes that are global secondary indexes of the table. */
  readonly globalIndexes: readonly Index[];
  readonly #namespace: string;
  readonly #secrets: readonly (readonly string[])[];
  readonly #fields = new Map<string, Field>();
  /** The fields that are stored under short names, by those. */
  readonly #fieldNames: ReadonlyMap<string, string>;
  /** Fields that attributes hold, by the names of these; null for one that holds none. */
  readonly #storedFields = new Map<string, StoredField | null>();
  readonly #partitionKeyHeads = new Map<Index, string>();
  /** Answers of {@link isAlwaysThere}, by path. */
  readonly #alwaysThere = new Map<string, boolean>();
  #indexesHoldEveryDocument: boolean | undefined;
  /** The names of the schema's fields, and of those that every document has. */
  readonly #declared: ReadonlySet<string>;

  constructor(
    definition: AnyEntityDefinition,
    namespace: string,
    attributes: TableAttributes = DEFAULT_ATTRIBUTES,
  ) {
    this.definition = definition;
    this.attributes = attributes;
    this.name = definition.name;
    this.shape = {
      ...definition.shape,
      fields: new Map([...(definition.shape.fields ?? []), ...SYSTEM_SHAPES]),
    };
    const secondary = definition.indexes.slice(1);
    this.uniqueIndexes = secondary.filter((index) => index.unique);
    this.globalIndexes = secondary.filter((index) => !index.unique);
    this.#namespace = namespace;
    this.#secrets = definition.secrets.map((path) => splitPath(path));
    this.#declared = new Set([...Object.keys(definition.schema.shape), ...SYSTEM_SHAPES.keys()]);
    this.#fieldNames = new Map([...definition.aliases].map(([field, alias]) => [alias, field]));
    this.sortKeyHead = this.name.toLowerCase();
  }

  /** How many migrations the present stored form stands behind. */
  get storedForm(): number {
    return this.definition.migrations.length;
  }

  /** The stored form that a document has once this definition has written it as a whole. */
  formAfterWrite(stored: Item): number {
    return Math.max(storedFormOf(stored), this.storedForm);
  }

  /** @throws {@link EntityError} `InvalidInput` for a path that the schema does not have. */
  field(path: string): Field {
    const known = this.#fields.get(path);
    if (known) return known;
    const field = compileField(this.definition, this.shape, path);
    const isOwn = path === '_v' || this.isSystemField(path);
    if ((field.schemas.length === 0 && !isOwn) || this.#isTaken(field.segments[0] ?? '')) {
      throw invalidInput(this.name, [{ path, message: 'no such field' }]);
    }
    const unusable = field.segments.map((segment, depth) => faultOf(segment, field.lists[depth]));
    const message = unusable.find((fault) => fault !== undefined);
    if (message !== undefined) throw invalidInput(this.name, [{ path, message }]);
    // A record has any number of paths; those that a program names are few.
    if (this.#fields.size < MAX_KNOWN_NAMES) this.#fields.set(path, field);
    return field;
  }

  /**
   * Refuses undeclared fields whose names the table, or another field's alias, has taken.
   *
   * @throws {@link EntityError} `InvalidInput`
   */
  assertNamesFree(fields: readonly string[]): void {
    // Any other schema has refused what it does not declare.
    if (this.shape.rest === undefined) return;
    const path = fields.find((name) => isReservedName(name) || this.#isTaken(name));
    if (path === undefined) return;
    throw invalidInput(this.name, [{ path, message: 'a reserved name' }]);
  }

  /** Tells whether an undeclared field would be stored under a name that something else has. */
  #isTaken(name: string): boolean {
    if (this.#declared.has(name)) return false;
    return this.#fieldNames.has(name) || (name !== '_v' && this.attributes.isOwn(name));
  }

  /**
   * A value that a filter or condition asks for, as the field would store it: a string in the
   * spelling that the schema's normalisers (`.trim()`, `.toLowerCase()`) give it.
   *
   * @param siblings - what else is known of the document.
   * @throws {@link EntityError} `InvalidInput` for a value of another type than the field's.
   */
  normalise(path: string, value: unknown, siblings?: Siblings): unknown {
    const { storedSchemas, segments } = this.field(path);
    // Only a path through a union has several.
    const schemas =
      siblings && storedSchemas.length > 1
        ? schemasAt(this.definition.schema, segments, siblings()).map(storedSchema)
        : storedSchemas;
    if (schemas.length === 0 || value === null) return value;
    const stored = storedSpelling(schemas, value);
    if (stored !== undefined) return stored;
    throw invalidInput(this.name, [{ path, message: 'it has the wrong type' }]);
  }

  /** Returns the start of an index's partition keys. */
  partitionKeyHead(index: Index): string {
    const known = this.#partitionKeyHeads.get(index);
    if (known !== undefined) return known;
    const own = index.unique ? `${this.sortKeyHead}.${index.name}` : index.partition.toLowerCase();
    const head = this.#namespace + own;
    this.#partitionKeyHeads.set(index, head);
    return head;
  }

  /** Returns the start of an index's sort keys. */
  indexSortKeyHead(index: Index): string {
    return index.unique ? UNIQUE_HEAD : this.sortKeyHead;
  }

  /** @throws {@link EntityError} `InvalidKey` when a field of the key is missing. */
  primaryKey(fields: Readonly<Fields>): Key {
    const [index] = this.definition.indexes;
    const key = this.keyIn(index, fields);
    if (key) return key;
    const missing = [...index.PK, ...index.SK].find(
      (part) => part.kind === 'field' && isAbsent(valueAt(fields, part.segments)),
    );
    const path = missing?.kind === 'field' ? missing.path : '';
    throw new EntityError(
      'InvalidKey',
      `"${path}" is part of ${this.name}'s key, but it is missing.`,
      {
        path,
        reason: 'missing',
        entity: this.name,
      },
    );
  }

  /** The document's key in an index; undefined if the index leaves the document out. */
  keyIn(index: Index, fields: Readonly<Fields>): Key | undefined {
    if (!isIncluded(index, fields)) return undefined;
    try {
      return this.#keyOf(index, fields);
    } catch (error) {
      throw ofEntity(error, this.name);
    }
  }

  #keyOf(index: Index, fields: Readonly<Fields>): Key | undefined {
    const PK = join(this.partitionKeyHead(index), index.PK, fields);
    const SK = join(this.indexSortKeyHead(index), index.SK, fields);
    if (PK === undefined || SK === undefined) return undefined;
    assertKeySize(PK, 'PK', nameOf(index.PK));
    assertKeySize(SK, 'SK', nameOf(index.SK));
    return { PK, SK };
  }

  /** The fields that a primary key is made of, by dotted path. */
  keyFields({ PK, SK }: Key): Fields {
    const [index] = this.definition.indexes;
    const values = [PK.slice(this.#namespace.length), SK].map((text) => decodeKey(text).values);
    const fields = [index.PK, index.SK].flatMap((parts, side) =>
      parts.flatMap((part, at) =>
        part.kind === 'field' ? [[part.path, values[side]?.[at]] as const] : [],
      ),
    );
    return Object.fromEntries(fields);
  }

  /** The unique items that belong to a document. */
  uniqueKeys(fields: Readonly<Fields>): UniqueKey[] {
    return this.uniqueIndexes.flatMap((index) => {
      const key = this.keyIn(index, fields);
      return key ? [{ index, ...key }] : [];
    });
  }

  /** The item of a document: its fields, its keys, and what the package keeps beside them. */
  toItem(fields: Readonly<Fields>, version: number, operationId: string): Item {
    const item = this.toAttributes(fields);
    return this.#addKeys(item, fields, { version, operationId, storedForm: this.storedForm });
  }

  /** A document's fields as attributes, under their stored names. */
  toAttributes(fields: Readonly<Fields>): Item {
    try {
      return this.#shortNames(toAttributeMap(fields, this.shape));
    } catch (error) {
      throw ofEntity(error, this.name);
    }
  }

  /**
   * A document's attributes as an item: with its keys, and what the package keeps beside them.
   *
   * @param given - the attributes of the fields.
   * @param storedForm - how many migrations they have behind them: of a document that a younger
   *   definition has written, more than this one knows.
   */
  withKeys(
    given: Item,
    fields: Readonly<Fields>,
    version: number,
    operationId: string,
    storedForm: number = this.storedForm,
  ): Item {
    return this.#addKeys({ ...given }, fields, { version, operationId, storedForm });
  }

  #addKeys(
    item: Item,
    fields: Readonly<Fields>,
    marks: {
      readonly version: number;
      readonly operationId: string;
      readonly storedForm: number;
    },
  ): Item {
    const { version, operationId, storedForm } = marks;
    const { PK, SK } = this.primaryKey(fields);
    const { attributes } = this;
    item[attributes.PK] = { S: PK };
    item[attributes.SK] = { S: SK };
    item._e = { S: this.name };
    item._v = { N: String(version) };
    item._op = { S: operationId };
    for (const index of this.globalIndexes) {
      const key = this.keyIn(index, fields);
      if (!key) continue;
      const names = attributes.index(index.name);
      item[names.PK] = { S: key.PK };
      item[names.SK] = { S: key.SK };
    }
    const ttl = this.ttl(fields);
    if (ttl) item[attributes.ttl] = ttl;
    if (storedForm > 0) item._s = { N: String(storedForm) };
    assertItemSize(item, this.name);
    return item;
  }

  /** The item that keeps a unique value for the document at `owner`. */
  uniqueItem(unique: Key, owner: Key, fields: Readonly<Fields>): Item {
    const ttl = this.ttl(fields);
    return {
      ...this.attributes.keyItem(unique),
      ownerPK: { S: owner.PK },
      ownerSK: { S: owner.SK },
      ...(ttl && { [this.attributes.ttl]: ttl }),
    };
  }

  /** The document of an item; with `includeSecrets`, secret fields are there but not enumerable. */
  fromItem(item: Item, includeSecrets = false): Fields {
    const fields = this.allFields(item);
    const document: Fields = includeSecrets
      ? hideFields(fields, this.#secrets)
      : omitFields(fields, this.#secrets);
    document.id = documentId(this.attributes.keyOf(item));
    return Object.defineProperty(document, '_v', { value: versionOf(item) });
  }

  /**
   * Every field of an item, secret ones included, without what the package keeps beside them: in
   * the present form, with the schema's defaults for what is not there.
   *
   * @throws {@link EntityError} `UnreadableItem`
   */
  allFields(item: Item): Fields {
    return this.#filled(this.storedFields(item));
  }

  /**
   * The fields of an item in the present form, as far as they are stored.
   *
   * @throws {@link EntityError} `UnreadableItem`
   */
  storedFields(item: Item): Fields {
    try {
      if (storedFormOf(item) >= this.storedForm) return this.fieldsOf(item);
      const stored = this.#decode(item, plainValue);
      return migrate(this.definition.migrations, stored, storedFormOf(item), this.shape);
    } catch (error) {
      if (error instanceof UnreadableValue) throw this.#unreadable(item, error);
      throw error;
    }
  }

  /** The fields that attributes hold, as they are. */
  fieldsOf(attributes: Readonly<Item>): Fields {
    return this.#decode(attributes, fromAttributeValue);
  }

  /** The names of the fields that attributes hold. */
  fieldNamesOf(attributes: Readonly<Item>): string[] {
    return Object.keys(attributes).flatMap((stored) => this.#storedField(stored)?.name ?? []);
  }

  /** The fields of attributes in the present form, with the schema's defaults. */
  presentFields(attributes: Readonly<Item>): Fields {
    return this.#filled(this.fieldsOf(attributes));
  }

  /**
   * The document's attributes in the present form, defaults included. What needs no change is
   * exactly as it is stored.
   *
   * @throws {@link EntityError} `UnreadableItem`
   */
  presentAttributes(item: Item): Item {
    const fields = this.storedFields(item);
    const whole = this.#filled(fields);
    if (storedFormOf(item) < this.storedForm) return this.toAttributes(whole);
    const attributes: Item = {};
    for (const [name, attribute] of Object.entries(item)) {
      if (!this.attributes.isOwn(name)) attributes[name] = attribute;
    }
    if (whole === fields) return attributes;
    const missing = Object.entries(whole).filter(([name, value]) => value !== fields[name]);
    return { ...attributes, ...this.toAttributes(Object.fromEntries(missing)) };
  }

  /** Tells whether a field may be stored without something that {@link allFields} adds. */
  canLackDefaults(field: string): boolean {
    return this.field(field).schemas.some((schema) => canLackDefaults(schema));
  }

  #filled(fields: Fields): Fields {
    return withDefaults(this.definition.schema, fields) as Fields;
  }

  #decode(
    attributes: Readonly<Item>,
    read: (attribute: AttributeValue, shape: ValueShape) => unknown,
  ): Fields {
    const fields: Fields = {};
    for (const stored in attributes) {
      const attribute = attributes[stored];
      const field = attribute && this.#storedField(stored);
      if (field) fields[field.name] = read(attribute, field.shape);
    }
    return fields;
  }

  /** The field that an attribute holds; null for what the package keeps beside the fields. */
  #storedField(stored: string): StoredField | null {
    const known = this.#storedFields.get(stored);
    if (known !== undefined) return known;
    const name = this.#fieldNames.get(stored) ?? stored;
    const shape = this.shape.fields?.get(name) ?? this.shape.rest ?? PLAIN_DATA;
    const field = this.attributes.isOwn(stored) ? null : { name, shape };
    // A schema may take any name; those that a program gives are few.
    if (this.#storedFields.size < MAX_KNOWN_NAMES) this.#storedFields.set(stored, field);
    return field;
  }

  #unreadable(item: Item, { reason, segments, cause }: UnreadableValue): EntityError {
    const isMigrated = storedFormOf(item) < this.storedForm;
    const path = joinPath(isMigrated ? segments : this.#unreadablePath(item));
    return new EntityError(
      'UnreadableItem',
      `A stored ${this.name} cannot be read: ${path === '' ? 'it' : `"${path}"`} ${reason}.`,
      { entity: this.name, id: documentId(this.attributes.keyOf(item)), path, reason },
      cause === undefined ? {} : { cause },
    );
  }

  #unreadablePath(item: Item): readonly string[] {
    for (const [stored, attribute] of Object.entries(item)) {
      const field = this.#storedField(stored);
      if (!field) continue;
      try {
        fromAttributeValue(attribute, field.shape);
      } catch {
        return [field.name, ...unreadablePath(attribute, field.shape)];
      }
    }
    return [];
  }

  /** Attributes, with those of the fields that follow from others as they are now. */
  withComputedAttributes(attributes: Readonly<Item>, fields: Readonly<Fields>): Item {
    const result = { ...attributes };
    for (const name of this.definition.computed.keys()) {
      Reflect.deleteProperty(result, this.definition.aliases.get(name) ?? name);
      if (fields[name] !== undefined)
        Object.assign(result, this.toAttributes({ [name]: fields[name] }));
    }
    return result;
  }

  /** A new document's fields together with those that follow from them. */
  withComputed(fields: Fields): Fields {
    for (const [name, { compute }] of this.definition.computed) {
      const value = compute(fields);
      if (value === undefined) Reflect.deleteProperty(fields, name);
      else fields[name] = value;
    }
    return fields;
  }

  /** Returns the values that documents in the present stored form can have at a path. */
  domain(segments: readonly string[], narrowing?: Narrowing): Domain {
    const [first = ''] = segments;
    const system = SYSTEM_SHAPES.get(first);
    if (system) {
      const types = new Set(system.strings && [system.strings]);
      return { missing: first.endsWith('By'), nullable: false, values: undefined, types };
    }
    const domain = domainAt(this.definition.schema, segments, narrowing);
    // What is computed may be nothing, whatever the schema says.
    return this.definition.computed.has(first) ? { ...domain, missing: true } : domain;
  }

  /** Tells whether every document has something at a path, null perhaps. */
  isAlwaysThere(path: string): boolean {
    const known = this.#alwaysThere.get(path);
    if (known !== undefined) return known;
    const isAlwaysThere = !this.domain(splitPath(path)).missing;
    // A schema may take any name; those that a program gives are few.
    if (this.#alwaysThere.size < MAX_KNOWN_NAMES) this.#alwaysThere.set(path, isAlwaysThere);
    return isAlwaysThere;
  }

  /** Tells whether each global secondary index holds every document that the schema takes. */
  get indexesHoldEveryDocument(): boolean {
    return (this.#indexesHoldEveryDocument ??= this.globalIndexes.every((index) =>
      this.#holdsEveryDocument(index),
    ));
  }

  #holdsEveryDocument({ PK, SK, where }: Index): boolean {
    const isHeld = (part: KeyPart): boolean => {
      if (part.kind === 'literal') return true;
      const { missing, nullable } = this.domain(part.segments);
      return !missing && !nullable;
    };
    return where.length === 0 && [...PK, ...SK].every(isHeld);
  }

  /** Tells whether a field is one that every document has, which no schema describes. */
  isSystemField(path: string): boolean {
    return SYSTEM_SHAPES.has(path);
  }

  /** The conditions under which an item is in this namespace, for a scan. */
  namespaceClauses(expression: Expression): string[] {
    const PK = expression.path([this.attributes.PK]);
    const beginsWith = (prefix: string): string =>
      `begins_with(${PK}, ${expression.value({ S: prefix })})`;
    const inner = `NOT ${beginsWith(this.#namespace + NAMESPACE_MARK)}`;
    return this.#namespace === '' ? [inner] : [beginsWith(this.#namespace), inner];
  }

  /** Tells whether an item holds a document of this entity and namespace. */
  owns(item: Item): boolean {
    if (item._e?.S !== this.name) return false;
    const { PK, SK } = this.attributes.keyOf(item);
    return (
      startsWithHead(PK, this.partitionKeyHead(this.definition.indexes[0])) &&
      startsWithHead(SK, this.sortKeyHead)
    );
  }

  /** The condition that what has a key of this entity is its document, and not another program's. */
  isDocumentClause(expression: Expression): string {
    return `${expression.path(['_e'])} = ${expression.value({ S: this.name })}`;
  }

  /** The conditions that what a query of an index finds is this entity's, as {@link owns} says. */
  ownsClauses(expression: Expression, index: Index): string[] {
    if (index.unique) {
      return ['ownerPK', 'ownerSK'].map((name) => `attribute_exists(${expression.path([name])})`);
    }
    const own = this.isDocumentClause(expression);
    // The key range of the primary index says the rest, and cannot be part of a filter.
    if (index.name === '_id') return [own];
    const [primary] = this.definition.indexes;
    const startsWith = (name: string, head: string, parts: readonly KeyPart[]): string => {
      const value = expression.value({ S: parts.length === 0 ? head : head + DELIMITER });
      const path = expression.path([name]);
      return parts.length === 0 ? `${path} = ${value}` : `begins_with(${path}, ${value})`;
    };
    const { PK, SK } = this.attributes;
    return [
      own,
      startsWith(PK, this.partitionKeyHead(primary), primary.PK),
      startsWith(SK, this.sortKeyHead, primary.SK),
    ];
  }

  #shortNames(item: Item): Item {
    const { aliases } = this.definition;
    if (aliases.size === 0) return item;
    // Not one after the other: a short name may be another field's own.
    return Object.fromEntries(
      Object.entries(item).map(([field, attribute]) => [aliases.get(field) ?? field, attribute]),
    );
  }

  /** The TTL attribute in epoch seconds, from the definition's `expiresAt`. */
  ttl(fields: Readonly<Fields>): AttributeValue | undefined {
    const { expiresAt } = this.definition;
    const date = expiresAt === undefined ? undefined : fields[expiresAt];
    return date instanceof Date ? { N: String(Math.floor(date.getTime() / 1000)) } : undefined;
  }
}

/** The reason why nothing can be stored at a segment of a path; undefined if something can. */
function faultOf(segment: string, isPosition = false): string | undefined {
  if (segment === '') return 'it contains an empty name';
  if (!segment.isWellFormed()) return 'it contains a lone surrogate';
  if (!isPosition || !/^\d+$/.test(segment)) return undefined;
  if (segment !== '0' && segment.startsWith('0')) return 'a list position cannot start with 0';
  return Number(segment) > MAX_POSITION ? 'no list can have this position' : undefined;
}

/** The stored form that an item is in: how many migrations it has behind it. */
export function storedFormOf(item: Item): number {
  return Number(item._s?.N ?? 0);
}

/** The version of a stored document. */
export function versionOf(item: Item): number {
  return Number(item._v?.N ?? 0);
}

/** Tells whether a value can be written into a key. */
export function isKeyValue(value: unknown): value is KeyValue {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value) || value instanceof Date;
}

function isIncluded(index: Index, fields: Readonly<Fields>): boolean {
  return index.where.every((condition) =>
    matchesWhere(condition, valueAt(fields, condition.segments)),
  );
}

/** Tells whether an index takes in the documents that have this value where its `where` looks. */
export function matchesWhere({ $in, $notIn }: IndexCondition, value: unknown): boolean {
  const scalar = value as string;
  return ($in?.includes(scalar) ?? true) && !($notIn?.includes(scalar) ?? false);
}

function join(
  head: string,
  parts: readonly KeyPart[],
  fields: Readonly<Fields>,
): string | undefined {
  const values: KeyValue[] = [];
  for (const part of parts) {
    if (part.kind === 'literal') {
      values.push(part.value);
      continue;
    }
    const value = valueAt(fields, part.segments);
    if (isAbsent(value)) {
      if (part.optional) continue;
      return undefined;
    }
    values.push(assertKeyValue(value, part.path));
  }
  return encodeKey(head, values, nameOf(parts));
}

/** @throws {@link EntityError} `InvalidKey` for the empty string, and for what is no scalar. */
function assertKeyValue(value: unknown, path: string): KeyValue {
  const reason = value === '' ? 'is empty' : isKeyValue(value) ? undefined : 'is not a scalar';
  if (reason === undefined) return value as KeyValue;
  throw new EntityError('InvalidKey', `"${path}" cannot be part of a key: it ${reason}.`, {
    path,
    reason,
  });
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

const names = new WeakMap<readonly KeyPart[], string>();

/** The paths in a key, as errors name them; put together once. */
function nameOf(parts: readonly KeyPart[]): string {
  const known = names.get(parts);
  if (known !== undefined) return known;
  const name = parts.flatMap((part) => (part.kind === 'field' ? [part.path] : [])).join(', ');
  names.set(parts, name);
  return name;
}
