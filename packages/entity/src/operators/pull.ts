import { changeElements, changeSet, elementsOf, hasElement } from './internal/elements.js';
import { parseStoredElements } from './internal/parseElements.js';
import type { Operator } from './Operator.js';

/** Takes every equal element, given as stored, out of a list or set. */
export const $pull: Operator = {
  parse: parseStoredElements,
  expression: (target, operand) => changeSet(target, operand, 'delete'),
  apply: (target, current, operand, refuse) => {
    const taken = elementsOf(operand);
    if (taken.length === 0) return current;
    return changeElements(target, current, refuse, (elements) =>
      elements.filter((element) => !hasElement(taken, element)),
    );
  },
};
