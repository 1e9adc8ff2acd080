import { SchemaError } from '../errors/SchemaError.js';
import { pathBelow } from '../paths/fieldPath.js';
import { unknownOption } from './unknownOption.js';

/** Makes the error for a place of a definition. */
type Fault = (path: string, reason: string) => SchemaError<'InvalidDefinition'>;

const OPTIONS = [
  'name',
  'schema',
  'indexes',
  'expiresAt',
  'secrets',
  'readOnly',
  'computed',
  'aliases',
  'migrations',
  'hooks',
];
const INDEX_OPTIONS = ['name', 'PK', 'SK', 'unique', 'relatedTo', 'where'];
const WHERE_OPTIONS = ['$in', '$notIn'];

/**
 * Refuses what the types of `defineEntity` refuse, for programs without types: options that do not
 * exist, and values of another kind than theirs.
 *
 * @throws {@link SchemaError} `InvalidDefinition`
 */
export function assertDefinition(input: object): void {
  const { name } = input as { name?: unknown };
  const entity = typeof name === 'string' ? name : '';
  const fault: Fault = (path, reason) =>
    new SchemaError(
      'InvalidDefinition',
      `The definition of ${entity === '' ? 'an entity' : entity} is not valid: "${path}" ${reason}.`,
      { entity, path, reason },
    );
  assertOptions(input, '', OPTIONS, fault);
  const given = input as Readonly<Record<string, unknown>>;
  if (!isZodObject(given.schema)) throw fault('schema', 'is not a z.object()');
  for (const list of ['secrets', 'readOnly']) {
    if (given[list] !== undefined) assertTexts(given[list], list, fault);
  }
  if (given.migrations !== undefined) {
    assertEach(given.migrations, 'migrations', fault, (each) =>
      typeof each === 'function' ? undefined : 'is not a function',
    );
  }
  if (given.expiresAt !== undefined && typeof given.expiresAt !== 'string') {
    throw fault('expiresAt', 'is not a string');
  }
  for (const record of ['computed', 'aliases', 'hooks']) {
    if (given[record] !== undefined) assertObject(given[record], record, fault);
  }
  assertEach(given.indexes, 'indexes', fault, (index, path) => {
    assertObject(index, path, fault);
    assertIndex(index, path, fault);
    return undefined;
  });
}

function assertIndex(index: object, path: string, fault: Fault): void {
  assertOptions(index, path, INDEX_OPTIONS, fault);
  const { PK, SK, unique, where, relatedTo } = index as Readonly<Record<string, unknown>>;
  assertTexts(PK, `${path}.PK`, fault);
  if (SK !== undefined) assertTexts(SK, `${path}.SK`, fault);
  if (unique !== undefined && typeof unique !== 'boolean') {
    throw fault(`${path}.unique`, 'is not a boolean');
  }
  if (relatedTo !== undefined && typeof relatedTo !== 'string') {
    assertObject(relatedTo, `${path}.relatedTo`, fault);
    if (!Object.hasOwn(relatedTo, 'indexes')) {
      throw fault(`${path}.relatedTo`, 'is neither the name of an entity nor a definition');
    }
  }
  if (where === undefined) return;
  assertObject(where, `${path}.where`, fault);
  for (const [field, condition] of Object.entries(where)) {
    if (condition !== undefined) {
      assertCondition(condition, pathBelow(`${path}.where`, field), fault);
    }
  }
}

function assertCondition(condition: unknown, path: string, fault: Fault): void {
  const isCondition = typeof condition === 'object' && condition !== null;
  if (!isCondition || Object.keys(condition).length === 0) {
    throw fault(path, 'must be { $in: […] } or { $notIn: […] }');
  }
  assertOptions(condition, path, WHERE_OPTIONS, fault);
  for (const [operator, values] of Object.entries(condition)) {
    assertEach(values, `${path}.${operator}`, fault, (value) =>
      ['string', 'number', 'boolean'].includes(typeof value)
        ? undefined
        : 'is not a string, number or boolean',
    );
  }
}

function assertOptions(given: object, path: string, names: readonly string[], fault: Fault): void {
  assertObject(given, path, fault);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    throw fault(pathBelow(path, name), unknownOption(name, names));
  }
}

function assertTexts(value: unknown, path: string, fault: Fault): void {
  assertEach(value, path, fault, (each) =>
    typeof each === 'string' ? undefined : 'is not a string',
  );
}

function assertEach(
  value: unknown,
  path: string,
  fault: Fault,
  faultOf: (each: unknown, path: string) => string | undefined,
): void {
  if (!Array.isArray(value)) throw fault(path, 'is not an array');
  for (const [at, each] of value.entries()) {
    const reason = faultOf(each, `${path}.${at}`);
    if (reason !== undefined) throw fault(`${path}.${at}`, reason);
  }
}

function assertObject(value: unknown, path: string, fault: Fault): asserts value is object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw fault(path, 'is not an object');
}

function isZodObject(value: unknown): boolean {
  const { _zod } = (value ?? {}) as { _zod?: { def?: { type?: unknown } } };
  return _zod?.def?.type === 'object';
}
