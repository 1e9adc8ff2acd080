import { changeElements, changeSet, elementsOf, hasElement } from './internal/elements.js';
import { parseStoredElements } from './internal/parseElements.js';
import type { Operator } from './Operator.js';

/** Adds the elements, given as stored, that a list or set does not have yet. */
export const $addToSet: Operator = {
  parse: parseStoredElements,
  expression: (target, operand) => changeSet(target, operand, 'add'),
  apply: (target, current, operand, refuse) =>
    changeElements(target, current, refuse, (elements) => {
      const result = [...elements];
      for (const element of elementsOf(operand)) {
        if (!hasElement(result, element)) result.push(element);
      }
      return result;
    }),
};
