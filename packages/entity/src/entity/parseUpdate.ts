import { joinPath, splitPath, type Index } from '@latchkey/schema';
import type { Field } from '../expressions/FieldScope.js';
import type { UpdateOperator, UpdateStep } from '../expressions/updateOperators.js';
import { meetsWhere, type EntityModel, type Fields } from './EntityModel.js';
import { invalidInput, parseValue } from './parseInput.js';
import { equalities } from './planQuery.js';

type Schema = Field['schemas'][number];

/** An update, validated. */
export interface ParsedUpdate {
  readonly steps: readonly UpdateStep[];
  /**
   * Whether the steps can be one update expression. If not, the document is read, changed here
   * and written back on condition that nobody changed it in between: because a key or a unique
   * item follows from the change, because only the whole field shows whether the schema allows it,
   * or because DynamoDB has no expression for it.
   */
  readonly isExpression: boolean;
}

const OPERATORS: readonly UpdateOperator[] = [
  '$set',
  '$setIfNull',
  '$setOnInsert',
  '$inc',
  '$append',
  '$prepend',
  '$pull',
  '$addToSet',
  '$remove',
];

/**
 * Validates an update against the schema, path by path.
 *
 * @throws {@link EntityError} `InvalidInput` for an unknown operator, a path that the schema does
 *   not have, a value that it forbids, or two operators on one field.
 */
export function parseUpdate(
  model: EntityModel,
  update: Readonly<Fields>,
  filter: Readonly<Fields>,
): ParsedUpdate {
  for (const operator of Object.keys(update)) {
    if (!(OPERATORS as readonly string[]).includes(operator)) {
      throw invalidInput(model.name, [{ path: operator, message: 'not an update operator' }]);
    }
  }
  const steps = OPERATORS.flatMap((operator) => stepsOf(model, operator, update[operator]));
  if (steps.length === 0) {
    throw invalidInput(model.name, [{ path: 'update', message: 'it changes nothing' }]);
  }
  assertApart(model, steps);
  assertChangeable(model, steps);
  const followed = followedPaths(model, filter);
  const isExpression = steps.every(
    (step) => !followed.some((path) => overlaps(path, step.path)) && canExpress(model, step),
  );
  return { steps, isExpression };
}

function stepsOf(model: EntityModel, operator: UpdateOperator, operand: unknown): UpdateStep[] {
  if (operand === undefined) return [];
  if (operator === '$remove') {
    if (!Array.isArray(operand)) {
      throw invalidInput(model.name, [{ path: operator, message: 'takes a list of paths' }]);
    }
    return operand.map((path: unknown) => parseRemove(model, ownPath(model, String(path))));
  }
  if (typeof operand !== 'object' || operand === null || Array.isArray(operand)) {
    throw invalidInput(model.name, [{ path: operator, message: 'takes values by path' }]);
  }
  return Object.entries(operand).map(([path, value]) => {
    const segments = splitPath(ownPath(model, path));
    return { operator, path, segments, value: parseOperand(model, operator, path, value) };
  });
}

/** Refuses a path on which an object's prototype would be read or written. */
function ownPath(model: EntityModel, path: string): string {
  if (!splitPath(path).includes('__proto__')) return path;
  throw invalidInput(model.name, [{ path, message: 'a reserved name' }]);
}

function parseOperand(
  model: EntityModel,
  operator: UpdateOperator,
  path: string,
  value: unknown,
): unknown {
  if (value === undefined) {
    throw invalidInput(model.name, [{ path, message: 'undefined: use $remove' }]);
  }
  switch (operator) {
    case '$inc':
      if (typeof value !== 'bigint' && !Number.isFinite(value)) {
        throw invalidInput(model.name, [{ path, message: '$inc takes a number' }]);
      }
      assertType(model, path, [typeof value]);
      return value;
    case '$append':
    case '$prepend':
    case '$pull':
    case '$addToSet': {
      const isList = operator === '$append' || operator === '$prepend';
      const type = assertType(model, path, isList ? ['array'] : ['array', 'set']);
      if (!Array.isArray(value)) {
        throw invalidInput(model.name, [{ path, message: `${operator} takes a list` }]);
      }
      const elements = value.map((element: unknown) => parseElement(model, path, type, element));
      return type._zod.def.type === 'set' ? new Set(elements) : elements;
    }
    default: {
      const parsed = parseValue(model.definition, path, value);
      // Of several schemas at one path, the stored document says which one is to normalise it.
      return model.field(path).schemas.length > 1 ? value : parsed;
    }
  }
}

function parseElement(model: EntityModel, path: string, type: Schema, element: unknown): unknown {
  const { element: ofList, valueType: ofSet } = type._zod.def as {
    element?: Schema;
    valueType?: Schema;
  };
  const result = (ofList ?? ofSet)?.safeParse(element);
  if (!result) throw invalidInput(model.name, [{ path, message: 'it has no elements' }]);
  if (result.success) return result.data;
  const message = result.error.issues[0]?.message ?? 'invalid element';
  throw invalidInput(model.name, [{ path, message }]);
}

function parseRemove(model: EntityModel, path: string): UpdateStep {
  const segments = splitPath(path);
  const { schemas } = model.field(path);
  for (const schema of schemas) {
    const result = schema.safeParse(undefined);
    if (!result.success) continue;
    // A field with a default never goes: it takes its default again.
    if (result.data === undefined) return { operator: '$remove', path, segments, value: undefined };
    return { operator: '$set', path, segments, value: result.data };
  }
  throw invalidInput(model.name, [{ path, message: 'it cannot be removed: it is required' }]);
}

/** The schema under the wrappers, if it is of one of the types. */
function assertType(model: EntityModel, path: string, types: readonly string[]): Schema {
  const found = model
    .field(path)
    .schemas.map(innermost)
    .find((schema) => types.includes(schema._zod.def.type));
  if (found) return found;
  throw invalidInput(model.name, [{ path, message: `no ${types.join(' or ')} field` }]);
}

function innermost(schema: Schema): Schema {
  let current = schema;
  for (;;) {
    const { innerType } = current._zod.def as { innerType?: Schema };
    if (!innerType) return current;
    current = innerType;
  }
}

/** Whether one update expression can do the step and the schema needs no more than its operand. */
function canExpress(model: EntityModel, { operator, path, segments }: UpdateStep): boolean {
  const [schema, ...more] = model.field(path).schemas;
  // Several schemas at one path: which one holds depends on the rest of the document.
  if (!schema || more.length > 0 || needsOuter(model, segments)) return false;
  if (['$set', '$setIfNull', '$setOnInsert', '$remove'].includes(operator)) return true;
  if (hasChecks(schema)) return false;
  const { type } = innermost(schema)._zod.def;
  // DynamoDB's ADD and DELETE take sets at the top of an item only.
  if (type === 'set') return segments.length === 1;
  return operator === '$inc' || operator === '$append' || operator === '$prepend';
}

/** Whether an object around the field must be whole to be judged: it has a refinement, or is a union. */
function needsOuter(model: EntityModel, segments: readonly string[]): boolean {
  return segments.some((_, depth) => {
    const outer =
      depth === 0
        ? [model.definition.schema]
        : model.field(joinPath(segments.slice(0, depth))).schemas;
    return outer.some(
      (schema) => hasChecks(schema) || ['union', 'pipe'].includes(innermost(schema)._zod.def.type),
    );
  });
}

/** Whether a schema, or a wrapper around it, looks at a value as a whole. */
export function hasChecks(schema: Schema): boolean {
  const def = schema._zod.def as { checks?: unknown[]; check?: string; innerType?: Schema };
  if (def.check !== undefined || (def.checks?.length ?? 0) > 0) return true;
  return def.innerType !== undefined && hasChecks(def.innerType);
}

/**
 * The fields whose change other attributes or items must follow. An index that the filter's own
 * values leave the document out of has nothing to follow.
 */
function followedPaths(model: EntityModel, filter: Readonly<Fields>): string[] {
  const equal = equalities(model, filter);
  const isOut = ({ where }: Index): boolean =>
    where.some((condition) => {
      const path = joinPath(condition.segments);
      return equal.has(path) && !meetsWhere(condition, equal.get(path));
    });
  const { indexes, computed } = model.definition;
  return [
    ...indexes.flatMap(({ where }) => where.map(({ segments }) => joinPath(segments))),
    ...indexes
      .filter((index) => !isOut(index))
      .flatMap(({ PK, SK }) => [...PK, ...SK])
      .flatMap((part) => (part.kind === 'field' ? [part.path] : [])),
    ...[...computed.values()].flatMap(({ from }) => from),
    ...ttlPaths(model),
  ];
}

/** The field that the TTL is made from, where unique items must follow it. */
function ttlPaths({ definition, uniqueIndexes }: EntityModel): string[] {
  const { expiresAt } = definition;
  return expiresAt === undefined || uniqueIndexes.length === 0 ? [] : [expiresAt];
}

function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

function assertChangeable(model: EntityModel, steps: readonly UpdateStep[]): void {
  const { readOnly, computed } = model.definition;
  for (const { operator, path } of steps) {
    const isInsert = operator === '$setOnInsert';
    if (!isInsert && readOnly.some((fixed) => overlaps(fixed, path))) {
      throw invalidInput(model.name, [{ path, message: 'it is read-only' }]);
    }
    if ([...computed.keys()].some((field) => overlaps(field, path))) {
      throw invalidInput(model.name, [{ path, message: 'it is computed from other fields' }]);
    }
  }
}

function assertApart(model: EntityModel, steps: readonly UpdateStep[]): void {
  for (const [at, step] of steps.entries()) {
    const other = steps.slice(at + 1).find(({ path }) => overlaps(path, step.path));
    if (!other) continue;
    // $setOnInsert speaks of new documents, the others of existing ones.
    if ([step, other].some(({ operator }) => operator === '$setOnInsert')) continue;
    throw invalidInput(model.name, [{ path: other.path, message: 'two operators change it' }]);
  }
}
