import { isStable, withDefaults } from '@latchkey/schema';
import { fromAttributeValue } from '../attributes/fromAttributeValue.js';
import type { Step } from '../operators/Operator.js';
import { contradictionIn, filterFacts, type FilterFacts } from '../planning/FilterFacts.js';
import { updateRefused } from './applyUpdate.js';
import { attributeAt, writeAttributes } from './attributePaths.js';
import type { OperationContext } from './EntityContext.js';
import type { EntityModel, Fields } from './EntityModel.js';
import { nestFields, writeField } from './valueAt.js';
import { invalidInput } from './parseInput.js';

/** A document to be made, of which some fields are given as they are stored. */
export interface MissingDocument {
  readonly item: Readonly<Fields>;
  /** The fields that are not input, by name: their values are not parsed again. */
  readonly stored: ReadonlyMap<string, unknown>;
  readonly context?: OperationContext;
}

/**
 * The document that an upsert makes where there is none: from the values that its filter asks for,
 * which are stored ones, and from its steps, of which some take input.
 *
 * @param facts - the filter, taken apart.
 * @throws {@link EntityError} `UpdateRefused`; `InvalidInput` for a filter that contradicts itself:
 *   no document is what it asks for.
 */
export function missingDocument(
  model: EntityModel,
  update: {
    readonly filter: Readonly<Fields>;
    readonly steps: readonly Step[];
    readonly context?: OperationContext;
  },
  facts: FilterFacts = filterFacts(model, update.filter),
): MissingDocument {
  const contradicted = contradictionIn(model, update.filter, facts);
  if (contradicted !== undefined) {
    const message = 'the filter contradicts itself, so an upsert has nothing to create';
    throw invalidInput(model.name, [{ path: contradicted, message }]);
  }
  const item = nestFields(Object.fromEntries(facts.equal));
  let attributes = model.toAttributes(item);
  const fromInput = new Set<string>();
  for (const step of update.steps) {
    const { operator, path, field, operands } = step;
    const refuse = (reason: string): never => {
      throw updateRefused(model, [{ path, message: reason }]);
    };
    const current = attributeAt(attributes, field.stored);
    const value = operator.onInsertOnly
      ? operands[0]
      : operator.apply(step, current, operands[0], refuse);
    if (value !== current) {
      attributes = writeAttributes(attributes, [{ path: field.stored, lists: field.lists, value }]);
    }
    const isInput = operator.takesInput === true && value === operands[0];
    writeField(
      item,
      field.segments,
      isInput ? step.given : value && fromAttributeValue(value, field.shape),
    );
    if (isInput && field.segments.length === 1) fromInput.add(path);
  }
  const stored = new Map<string, unknown>();
  let fields: Fields | undefined;
  for (const name of Object.keys(item)) {
    const [schema] = model.field(name).schemas;
    if (!schema || fromInput.has(name) || isStable(schema)) continue;
    // Few schemas need what is stored to be read.
    fields ??= model.fieldsOf(attributes);
    stored.set(name, withDefaults(schema, fields[name]));
  }
  const { context } = update;
  return { item, stored, ...(context && { context }) };
}
