import { assign } from './internal/assign.js';
import { initialAttribute } from './internal/defaultAttribute.js';
import { refuseOperand } from './internal/refuseOperand.js';
import type { Operator } from './Operator.js';

/** Removes a field, an entry of a record or an element of a list. A default takes its place. */
export const $remove: Operator = {
  takesPaths: true,
  assigns: true,
  parse(target) {
    const { field } = target;
    const isOptional = field.schemas.some((schema) => schema.safeParse(undefined).success);
    if (!field.isEntry && !isOptional) {
      throw refuseOperand(target, 'it cannot be removed: it is required');
    }
    return [field.isEntry ? undefined : initialAttribute(target)];
  },
  expression: ({ field }, operand) => assign(field, operand),
  apply: (_target, _current, operand) => operand,
};
