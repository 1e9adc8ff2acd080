import { toStored } from '../../attributes/toStored.js';
import { parseSchemas } from '../../entity/parseInput.js';
import { isSame } from './isSame.js';
import type { Operands, Stored, Target } from '../Operator.js';
import { refuseOperand } from './refuseOperand.js';

/** An operand that is a field's new value, given as input. */
export function parseInputValue(target: Target, operand: unknown): Operands {
  if (operand === undefined) throw refuseOperand(target, 'it is undefined: use $remove');
  const { entity, path, field } = target;
  const parsed = parseSchemas(entity, path, field.schemas, operand);
  const stored = parsed.map((value) => toStored(value, field.shape, path));
  // The first stays in any case.
  return stored.filter((value, at) => stored.findIndex((other) => isSame(other, value)) === at) as [
    Stored,
    ...Stored[],
  ];
}
