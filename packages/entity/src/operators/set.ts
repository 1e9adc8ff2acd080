import { assign } from './internal/assign.js';
import { parseInputValue } from './internal/parseInputValue.js';
import type { Operator } from './Operator.js';

/** Sets a field to a value, given as input. */
export const $set: Operator = {
  assigns: true,
  takesInput: true,
  parse: parseInputValue,
  expression: ({ field }, operand) => assign(field, operand),
  apply: (_target, _current, operand) => operand,
};
