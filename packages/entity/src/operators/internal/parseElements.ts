import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { toAttributeValue } from '../../attributes/toAttributeValue.js';
import type { FieldSchema } from '../../expressions/FieldScope.js';
import { parseSchemas, parseStored } from '../../entity/parseInput.js';
import { PLAIN_DATA } from '@latchkey/schema';
import type { Stored, Target } from '../Operator.js';
import { setOf } from './elements.js';
import { refuseOperand } from './refuseOperand.js';

/** A list of new elements for a list, given as input. */
export function parseInputElements(target: Target, operand: unknown): readonly [Stored] {
  const element = elementSchema(target, ['array']);
  const parse = (given: unknown): unknown =>
    parseSchemas(target.entity, target.path, [element], given)[0];
  return [{ L: elements(target, operand, parse) }];
}

/** A list of elements of a list or set, given as they are stored. */
export function parseStoredElements(target: Target, operand: unknown): readonly [Stored] {
  const element = elementSchema(target, ['array', 'set']);
  const list = elements(target, operand, (given) =>
    parseStored(target.entity, target.path, element, given),
  );
  const isSet = target.field.storedSchemas.some((schema) => schema._zod.def.type === 'set');
  return [isSet ? setOf(list) : { L: list }];
}

function elements(
  target: Target,
  operand: unknown,
  parse: (given: unknown) => unknown,
): AttributeValue[] {
  const { field, path } = target;
  if (!Array.isArray(operand)) throw refuseOperand(target, 'it must be a list of elements');
  const shape = field.shape.element ?? PLAIN_DATA;
  return operand.map((given: unknown) => toAttributeValue(parse(given), shape, path));
}

function elementSchema(target: Target, types: readonly string[]): FieldSchema {
  for (const schema of target.field.storedSchemas) {
    const def = schema._zod.def as {
      type: string;
      element?: FieldSchema;
      valueType?: FieldSchema;
    };
    const element = def.element ?? def.valueType;
    if (types.includes(def.type) && element) return element;
  }
  throw refuseOperand(target, `not a ${types.join(' or ')} field`);
}
