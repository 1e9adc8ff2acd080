import { changeElements, changeSet, elementsOf, hasElement } from './internal/elements.js';
import { parseStoredElements } from './internal/parseElements.js';
import type { Operator } from './Operator.js';

/** Adds the elements, given as stored, that a list or set does not have yet. */
export const $addToSet: Operator = {
  parse: parseStoredElements,
  expression: (target, operand) => changeSet(target, operand, 'add'),
  apply: (target, current, operand, refuse) => {
    const added = elementsOf(operand);
    if (added.length === 0) return current;
    return changeElements(target, current, refuse, (elements) => [
      ...elements,
      ...added.filter(
        (element, at) => !hasElement(elements, element) && !hasElement(added.slice(0, at), element),
      ),
    ]);
  },
};
