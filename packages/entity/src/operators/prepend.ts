import { growList, listAppend } from './internal/listAppend.js';
import { parseInputElements } from './internal/parseElements.js';
import type { Operator } from './Operator.js';

/** Adds elements, given as input, to the beginning of a list, in their order. */
export const $prepend: Operator = {
  parse: parseInputElements,
  expression: (target, operand) => listAppend(target, operand, (list, added) => [added, list]),
  apply: (target, current, operand, refuse) =>
    growList(target, current, refuse, (list) => [...(operand?.L ?? []), ...list]),
};
