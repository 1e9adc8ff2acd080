import type { AnyEntityDefinition } from '@latchkey/schema';
import { joinPath, pathBelow, schemasAt, splitPath } from '@latchkey/schema';
import { EntityError, type InputIssue } from '../errors/EntityError.js';
import type { Fields } from './EntityModel.js';

const MAX_DEPTH = 32;
/** A path may hold a name that the caller chose; errors show its beginning. */
const MAX_SHOWN_PATH = 200;

/**
 * Validates a new document against its schema.
 *
 * @throws {@link EntityError} `InvalidInput`
 */
export function parseInput(definition: AnyEntityDefinition, input: unknown): Fields {
  assertOwnNames(definition.name, input, '', 0);
  const result = definition.schema.safeParse(input);
  if (!result.success) throw invalidInput(definition.name, issuesOf(result.error));
  return result.data;
}

/**
 * Validates, and so normalises, the value at one path of a document.
 *
 * @param siblings - what is known of the document, by dotted path; narrows unions.
 * @throws {@link EntityError} `InvalidInput`
 */
export function parseValue(
  definition: AnyEntityDefinition,
  path: string,
  value: unknown,
  siblings: Readonly<Record<string, unknown>> = {},
): unknown {
  assertOwnNames(definition.name, value, path, 0);
  const schemas = schemasAt(definition.schema, splitPath(path), siblings);
  let issues: readonly InputIssue[] = [{ path, message: 'no such field' }];
  for (const schema of schemas) {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    issues = issuesOf(result.error, path);
  }
  throw invalidInput(definition.name, issues);
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
function assertOwnNames(entity: string, value: unknown, path: string, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  if (Array.isArray(value)) {
    for (const item of value) assertOwnNames(entity, item, path, depth + 1);
    return;
  }
  for (const name of Object.keys(value)) {
    const below = pathBelow(path, name);
    if (name === '__proto__') {
      throw invalidInput(entity, [{ path: shown(below), message: 'a reserved name' }]);
    }
    assertOwnNames(entity, (value as Fields)[name], below, depth + 1);
  }
}
