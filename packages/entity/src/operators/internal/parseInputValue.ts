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
  const first = toStored(parsed[0], field.shape, path);
  // Only a path through a union has several schemas.
  if (parsed.length === 1) return [first];
  const operands: [Stored, ...Stored[]] = [first];
  for (const value of parsed.slice(1)) {
    const stored = toStored(value, field.shape, path);
    if (!operands.some((other) => isSame(other, stored))) operands.push(stored);
  }
  return operands;
}
