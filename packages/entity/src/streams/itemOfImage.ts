import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { joinPath } from '@latchkey/schema';
import type { Item } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';

type Read = (value: unknown, path: readonly string[]) => AttributeValue | undefined;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** DynamoDB's limit on nesting is 32. */
const MAX_DEPTH = 32;

/**
 * Readers of the value that an attribute of each type holds; undefined for a value that the type
 * cannot hold.
 */
const READ: Readonly<Record<string, Read>> = {
  S: (S) => (typeof S === 'string' ? { S } : undefined),
  N: (N) => (isNumber(N) ? { N } : undefined),
  B: (value) => {
    const B = bytesOf(value);
    return B && { B };
  },
  SS: (SS) => (isListOf(SS, (text) => typeof text === 'string') ? { SS } : undefined),
  NS: (NS) => (isListOf(NS, isNumber) ? { NS } : undefined),
  BS: (value) => {
    const BS = Array.isArray(value) ? value.map(bytesOf) : [undefined];
    return BS.every((bytes) => bytes !== undefined) ? { BS } : undefined;
  },
  BOOL: (BOOL) => (typeof BOOL === 'boolean' ? { BOOL } : undefined),
  NULL: (NULL) => (NULL === true ? { NULL } : undefined),
  M: (M, path) => (isObject(M) ? { M: readMap(M, path) } : undefined),
  L: (L, path) =>
    Array.isArray(L)
      ? { L: L.map((element, at) => readAttribute(element, [...path, String(at)])) }
      : undefined,
};

/**
 * The item that an image shows.
 *
 * @throws {@link EntityError} `InvalidImage` for what is not a map of attributes.
 */
export function itemOfImage(image: unknown): Item {
  if (isObject(image)) return readMap(image, []);
  throw invalidImage([]);
}

function readMap(map: object, path: readonly string[]): Item {
  const item: Item = {};
  for (const [name, attribute] of Object.entries(map)) {
    // No item of this package has such a name, and it must not become a prototype.
    if (name !== '__proto__') item[name] = readAttribute(attribute, [...path, name]);
  }
  return item;
}

function readAttribute(attribute: unknown, path: readonly string[]): AttributeValue {
  if (!isObject(attribute) || path.length > MAX_DEPTH) throw invalidImage(path);
  const given = Object.entries(attribute).filter(([, value]) => value !== undefined);
  const [[type, value] = ['', undefined], ...more] = given;
  const read = Object.hasOwn(READ, type) && more.length === 0 ? READ[type] : undefined;
  const attributeValue = read?.(value, path);
  if (!attributeValue) throw invalidImage(path);
  return attributeValue;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && Number.isFinite(Number(value));
}

function isListOf<T>(value: unknown, is: (element: unknown) => element is T): value is T[];
function isListOf(value: unknown, is: (element: unknown) => boolean): value is string[];
function isListOf(value: unknown, is: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

/** Bytes, from the base64 text of a Lambda event or as the SDK gives them. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string')
    return BASE64.test(value) ? Buffer.from(value, 'base64') : undefined;
  return ArrayBuffer.isView(value) ? (value as Uint8Array) : undefined;
}

function invalidImage(path: readonly string[]): EntityError<'InvalidImage'> {
  const at = joinPath(path);
  const what = at === '' ? 'It' : `Its attribute "${at}"`;
  const message = `This is not an image of a stream record. ${what} does not have DynamoDB's form: { S: 'text' }, { N: '1' }….`;
  return new EntityError('InvalidImage', message, { path: at });
}
