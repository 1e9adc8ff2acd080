import { canonicalPath, joinPath, splitPath } from '@latchkey/schema';
import { assertAttributeSize } from '../attributes/assertItemSize.js';
import { ofEntity } from '../errors/ofEntity.js';
import { OPERATORS } from '../operators/operators.js';
import type { Operands, Operator, Step, Target } from '../operators/Operator.js';
import type { EntityModel, Fields } from './EntityModel.js';
import { invalidInput } from './parseInput.js';

/**
 * Validates an update against the schema, path by path.
 *
 * @throws {@link EntityError} `InvalidInput` for an unknown operator, a path that the schema does
 *   not have, a value that it forbids, or two operators on one field.
 */
export function parseUpdate(model: EntityModel, update: Readonly<Fields>): readonly Step[] {
  for (const name of Object.keys(update)) {
    if (!Object.hasOwn(OPERATORS, name)) {
      throw invalidInput(model.name, [{ path: name, message: 'not an update operator' }]);
    }
  }
  const steps: Step[] = [];
  for (const name in OPERATORS) {
    const operator = OPERATORS[name];
    if (!operator || update[name] === undefined) continue;
    for (const [path, given] of operandsOf(model, name, operator, update[name])) {
      steps.push(parseStep(model, operator, path, given));
    }
  }
  if (steps.length === 0) {
    throw invalidInput(model.name, [{ path: 'update', message: 'it contains no changes' }]);
  }
  assertApart(model, steps);
  for (const step of steps) assertChangeable(model, step);
  return steps;
}

/** The operands of one operator, by path. */
function operandsOf(
  model: EntityModel,
  name: string,
  { takesPaths }: Operator,
  operands: unknown,
): readonly (readonly [path: unknown, operand: unknown])[] {
  if (takesPaths) {
    if (Array.isArray(operands)) return operands.map((path: unknown) => [path, undefined]);
    throw invalidInput(model.name, [{ path: name, message: 'must be a list of paths' }]);
  }
  if (typeof operands === 'object' && operands !== null && !Array.isArray(operands)) {
    return Object.entries(operands);
  }
  throw invalidInput(model.name, [{ path: name, message: 'must be an object of values by path' }]);
}

function parseStep(model: EntityModel, operator: Operator, path: unknown, given: unknown): Step {
  const target = targetOf(model, path);
  const operands = parseOperand(target, operator, given);
  for (const operand of operands) {
    if (operand) assertAttributeSize(target.path, operand, model.name);
  }
  const { entity, path: name, field } = target;
  return { operator, given, operands, entity, path: name, field };
}

function parseOperand(target: Target, operator: Operator, given: unknown): Operands {
  try {
    return operator.parse(target, given);
  } catch (error) {
    throw ofEntity(error, target.entity);
  }
}

/** @throws {@link EntityError} `InvalidInput` for a path on which a prototype would be read. */
function targetOf(model: EntityModel, path: unknown): Target {
  const name = Array.isArray(path) ? joinPath(path.map(String)) : canonicalPath(String(path));
  if (name.includes('__proto__') && splitPath(name).includes('__proto__')) {
    throw invalidInput(model.name, [{ path: name, message: 'a reserved name' }]);
  }
  return { entity: model.name, path: name, field: model.field(name) };
}

/** Tells whether two paths are one, or one of them leads through the other. */
export function overlaps(a: string, b: string): boolean {
  return a === b || leadsThrough(a, b) || leadsThrough(b, a);
}

function leadsThrough(path: string, outer: string): boolean {
  return path.charAt(outer.length) === '.' && path.startsWith(outer);
}

function assertChangeable(model: EntityModel, { operator, path }: Step): void {
  const { readOnly, computed } = model.definition;
  if (model.isSystemField(path) || path === '_v') {
    throw invalidInput(model.name, [{ path, message: 'no such field' }]);
  }
  if (!operator.onInsertOnly && readOnly.some((fixed) => overlaps(fixed, path))) {
    throw invalidInput(model.name, [{ path, message: 'it is read-only' }]);
  }
  for (const field of computed.keys()) {
    if (!overlaps(field, path)) continue;
    throw invalidInput(model.name, [{ path, message: 'it is computed from other fields' }]);
  }
}

function assertApart(model: EntityModel, steps: readonly Step[]): void {
  for (const [at, step] of steps.entries()) {
    const other = steps.find(({ path }, later) => later > at && overlaps(path, step.path));
    if (!other) continue;
    // $setOnInsert speaks of new documents, the others of existing ones.
    if (step.operator.onInsertOnly || other.operator.onInsertOnly) continue;
    throw invalidInput(model.name, [{ path: other.path, message: 'two operators change it' }]);
  }
}
