import { pathBelow, schemasAt, storedIssues, storedSchema } from '@latchkey/schema';
import { EntityError } from '../errors/EntityError.js';
import type { InputIssue } from '../errors/EntityError.js';
import type { Step } from '../operators/Operator.js';
import type { EntityModel, Fields, Item } from './EntityModel.js';
import { hasChecks } from './compileField.js';
import { isPlainObject } from './valueAt.js';
import { inputIssues } from './parseInput.js';
import { attributeAt, writeAttributes, type AttributeWrite } from './attributePaths.js';

/** A document after an update: its attributes, and its fields. */
export interface Applied {
  readonly attributes: Item;
  readonly fields: Fields;
}

/**
 * Applies an update to a document, and checks what comes of it: the fields that the steps touch,
 * and the refinements of the document as a whole. What they do not touch stays as it is stored.
 *
 * @param stored - the document's attributes in the present form, under their stored names.
 * @throws {@link EntityError} `UpdateRefused`
 */
export function applyUpdate(model: EntityModel, stored: Item, given: readonly Step[]): Applied {
  const steps = narrowed(model, stored, given);
  const choices = steps.map(() => 0);
  let best = applyChoices(model, stored, steps, choices);
  for (const [at, { operands }] of steps.entries()) {
    for (let choice = 1; choice < operands.length && best.issues.length > 0; choice++) {
      const other = choices.with(at, choice);
      const result = applyChoices(model, stored, steps, other);
      if (result.issues.length >= best.issues.length) continue;
      best = result;
      choices[at] = choice;
    }
  }
  if (best.issues.length > 0) throw updateRefused(model, best.issues);
  return best.applied();
}

/**
 * Steps on which the options of a union differ, as the option that the document has, or will have
 * by the other steps, takes them.
 */
function narrowed(model: EntityModel, stored: Item, steps: readonly Step[]): readonly Step[] {
  const open = steps.filter(({ operands }) => operands.length > 1);
  if (open.length === 0) return steps;
  const others = steps.filter((step) => !open.includes(step));
  const { fields } = applyChoices(model, stored, others, []);
  const siblings = valuesByPath(fields);
  return steps.map((step) => {
    if (!open.includes(step)) return step;
    const { field, operator, given } = step;
    const schemas = schemasAt(model.definition.schema, field.segments, siblings);
    const target = {
      ...step,
      field: { ...field, schemas, storedSchemas: schemas.map(storedSchema) },
    };
    return { ...step, operands: operator.parse(target, given) };
  });
}

function valuesByPath(fields: Readonly<Fields>, base = ''): Fields {
  const values: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    const path = pathBelow(base, name);
    values[path] = value;
    if (isPlainObject(value)) Object.assign(values, valuesByPath(value, path));
  }
  return values;
}

/** @throws {@link EntityError} `UpdateRefused` for a value that an operator cannot change. */
function applyChoices(
  model: EntityModel,
  stored: Item,
  steps: readonly Step[],
  choices: readonly number[],
): { fields: Fields; issues: readonly InputIssue[]; applied: () => Applied } {
  const faulty = new Set<string>();
  const writes = steps.flatMap((step, at): AttributeWrite[] => {
    const { operator, field, path, operands } = step;
    const current = attributeAt(stored, field.stored);
    const refuse = (reason: string): never => {
      throw updateRefused(model, [{ path, message: reason }]);
    };
    const value = operator.apply(step, current, operands[choices[at] ?? 0], refuse);
    if (operator.keepsFault?.(step, current, value)) faulty.add(path);
    return value === current ? [] : [{ path: field.stored, lists: field.lists, value }];
  });
  const attributes = writeAttributes(stored, writes);
  const fields = model.presentFields(attributes);
  const touched = new Set(steps.flatMap(({ field }) => field.segments.slice(0, 1)));
  const issues = [...touched]
    .flatMap((name) => fieldIssues(model, name, fields[name]))
    .filter((issue) => !faulty.has(issue.path));
  return {
    fields,
    issues: issues.length > 0 ? issues : wholeIssues(model, fields),
    applied: () => finished(model, attributes, fields),
  };
}

function finished(model: EntityModel, attributes: Item, fields: Fields): Applied {
  if (model.definition.computed.size === 0) return { attributes, fields };
  const computed = model.withComputed({ ...fields });
  return { attributes: model.withComputedAttributes(attributes, computed), fields: computed };
}

function fieldIssues(model: EntityModel, name: string, value: unknown): InputIssue[] {
  const { schemas, isEntry } = model.field(name);
  const [schema] = schemas;
  // A field that the schema does not declare, but takes, need not be there.
  if (!schema || (isEntry && value === undefined)) return [];
  return inputIssues(storedIssues(schema, value), name);
}

function wholeIssues(model: EntityModel, fields: Readonly<Fields>): InputIssue[] {
  const { schema } = model.definition;
  if (!hasChecks(schema)) return [];
  const own = Object.keys(schema.shape).flatMap((name) =>
    fields[name] === undefined ? [] : [[name, fields[name]] as const],
  );
  return inputIssues(storedIssues(schema, Object.fromEntries(own)));
}

/** The error for a change that, together with what is stored, would break the schema. */
export function updateRefused(
  model: EntityModel,
  issues: readonly InputIssue[],
): EntityError<'UpdateRefused'> {
  const { path = '', message = '' } = issues[0] ?? {};
  return new EntityError(
    'UpdateRefused',
    `The change to ${model.name} was refused: "${path}": ${message}.`,
    { entity: model.name, path, issues },
  );
}
