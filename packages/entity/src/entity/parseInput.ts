import type { AnyEntityDefinition } from '@latchkey/schema';
import {
  isStable,
  joinPath,
  pathBelow,
  schemasAt,
  storedIssues,
  type StoredIssue,
} from '@latchkey/schema';
import type { FieldSchema } from '../expressions/FieldScope.js';
import { EntityError, type InputIssue } from '../errors/EntityError.js';
import type { Fields } from './EntityModel.js';
import { isPlainObject } from './valueAt.js';

const MAX_DEPTH = 32;
/** A path may hold a name that the caller chose; errors show its beginning. */
const MAX_SHOWN_PATH = 200;

/**
 * Validates a new document against its schema.
 *
 * @param stored - the fields that are in their stored form, by name, whatever the input says.
 * @throws {@link EntityError} `InvalidInput`
 */
export function parseInput(
  definition: AnyEntityDefinition,
  input: unknown,
  stored?: ReadonlyMap<string, unknown>,
): Fields {
  assertOwnNames(definition.name, input, '');
  if (stored && stored.size > 0) return parseAround(definition, input as Fields, stored);
  let result = definition.schema.safeParse(input);
  if (!result.success && !isStable(definition.schema)) {
    result = definition.schema.safeParse(takenBack(definition.schema, input));
  }
  if (!result.success) throw invalidInput(definition.name, issuesOf(result.error));
  return result.data;
}

/** Input, in which what a codec has given is taken back: field by field, as an update does. */
function takenBack(schema: AnyEntityDefinition['schema'], input: unknown): unknown {
  if (!isPlainObject(input)) return input;
  const taken = { ...input };
  for (const [name, value] of Object.entries(input)) {
    const [field] = schemasAt(schema, [name]);
    if (!field || isStable(field) || field.safeParse(value).success) continue;
    taken[name] = encoded(field, value);
  }
  return taken;
}

/**
 * Returns the value from which a codec made the given one; the given value itself where the
 * original is not known.
 */
function encoded(schema: FieldSchema, value: unknown): unknown {
  try {
    const result = schema.safeEncode(value);
    return result.success ? result.data : value;
  } catch {
    // A transform cannot be undone.
    return value;
  }
}

/** Parses the input of some fields, and checks the others as they are stored. */
function parseAround(
  { name: entity, schema }: AnyEntityDefinition,
  input: Readonly<Fields>,
  stored: ReadonlyMap<string, unknown>,
): Fields {
  const fields: Fields = {};
  const names = new Set([...Object.keys(input), ...Object.keys(schema.shape)]);
  for (const name of names) {
    const [field] = schemasAt(schema, [name]);
    if (!field) throw invalidInput(entity, [{ path: shown(name), message: 'unknown field' }]);
    const value = stored.has(name)
      ? stored.get(name)
      : parseSchemas(entity, name, [field], input[name])[0];
    if (value !== undefined) fields[name] = value;
  }
  const issues = storedIssues(schema, fields);
  if (issues.length > 0) throw invalidInput(entity, inputIssues(issues));
  return fields;
}

/**
 * Validates a value that is given as input for a path, by each schema that the path may have.
 *
 * @returns what the schemas that take it make of it; at least one.
 * @throws {@link EntityError} `InvalidInput`
 */
export function parseSchemas(
  entity: string,
  path: string,
  schemas: readonly FieldSchema[],
  value: unknown,
): [unknown, ...unknown[]] {
  assertOwnNames(entity, value, path);
  const parsed: unknown[] = [];
  let issues: readonly InputIssue[] = [{ path, message: 'no such field' }];
  for (const schema of schemas) {
    const result = parseEither(schema, value);
    if (result.success) parsed.push(result.data);
    else issues = issuesOf(result.error, path);
  }
  if (parsed.length === 0) throw invalidInput(entity, issues);
  return parsed as [unknown, ...unknown[]];
}

/**
 * Validates a value that is given as it is stored and shown: nothing is transformed.
 *
 * @throws {@link EntityError} `InvalidInput`
 */
export function parseStored(
  entity: string,
  path: string,
  schema: FieldSchema,
  value: unknown,
): unknown {
  assertOwnNames(entity, value, path);
  if (isStable(schema)) return parseSchemas(entity, path, [schema], value)[0];
  const issues = storedIssues(schema, value);
  if (issues.length > 0) throw invalidInput(entity, inputIssues(issues, path));
  return value;
}

/** Parses input; what a codec gives is taken back, too, as `encode` says. */
function parseEither(schema: FieldSchema, value: unknown): ReturnType<FieldSchema['safeParse']> {
  const result = schema.safeParse(value);
  if (result.success || isStable(schema)) return result;
  const back = encoded(schema, value);
  const again = back === value ? result : schema.safeParse(back);
  return again.success ? again : result;
}

/** Issues of stored values, as input issues below a path. */
export function inputIssues(issues: readonly StoredIssue[], base = ''): InputIssue[] {
  return issues.map(({ path, message }) => ({
    path: shown(path.reduce<string>((below, part) => pathBelow(below, String(part)), base)),
    message,
  }));
}

export function invalidInput(
  entity: string,
  issues: readonly InputIssue[],
): EntityError<'InvalidInput'> {
  const path = issues[0]?.path ?? '';
  const message = `${entity}'s "${path}" is not valid: ${issues[0]?.message ?? 'invalid input'}.`;
  return new EntityError('InvalidInput', message, { entity, path, issues });
}

type ParseError = NonNullable<ReturnType<AnyEntityDefinition['schema']['safeParse']>['error']>;

function issuesOf({ issues }: Pick<ParseError, 'issues'>, base = ''): InputIssue[] {
  return issues.flatMap((issue) => {
    const below = joinPath(issue.path.map(String));
    const path = [base, below].filter((part) => part !== '').join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: shown(pathBelow(path, key)),
        message: 'unknown field',
      }));
    }
    // zod's messages name types, bounds and expected values, never what was given.
    return [{ path: shown(path), message: issue.message }];
  });
}

function shown(path: string): string {
  return path.length > MAX_SHOWN_PATH ? `${path.slice(0, MAX_SHOWN_PATH)}…` : path;
}

/**
 * Refuses the name `__proto__`, which zod's records would drop in silence.
 */
function assertOwnNames(entity: string, value: unknown, base: string): void {
  const names = namesToPrototype(value, 0);
  if (!names) return;
  const path = names.reduce(pathBelow, base);
  throw invalidInput(entity, [{ path: shown(path), message: 'a reserved name' }]);
}

/** The names that lead to a field `__proto__`; undefined where there is none. */
function namesToPrototype(value: unknown, depth: number): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    for (const item of value) {
      const below = namesToPrototype(item, depth + 1);
      if (below) return below;
    }
    return undefined;
  }
  for (const name of Object.keys(value)) {
    if (name === '__proto__') return [name];
    const below = namesToPrototype((value as Fields)[name], depth + 1);
    if (below) return [name, ...below];
  }
  return undefined;
}
