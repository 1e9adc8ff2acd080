import { growList, listAppend } from './internal/listAppend.js';
import { parseInputElements } from './internal/parseElements.js';
import type { Operator } from './Operator.js';

/** Adds elements, given as input, to the end of a list; one that is not there counts as empty. */
export const $append: Operator = {
  parse: parseInputElements,
  expression: (target, operand) => listAppend(target, operand, (list, added) => [list, added]),
  apply: (target, current, operand, refuse) =>
    growList(target, current, refuse, (list) => [...list, ...(operand?.L ?? [])]),
};
