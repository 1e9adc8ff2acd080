import { defaultAttribute } from './internal/defaultAttribute.js';
import { parseInputValue } from './internal/parseInputValue.js';
import type { Operator } from './Operator.js';

/** Sets a field that is not there. A stored null is there, and so is a default. */
export const $setIfNull: Operator = {
  takesInput: true,
  parse: parseInputValue,
  expression(target, operand) {
    const value = defaultAttribute(target) ?? operand;
    return (expression) => {
      if (!value) return {};
      const name = expression.field(target.field);
      return { set: `${name} = if_not_exists(${name}, ${expression.value(value)})` };
    };
  },
  apply: (target, current, operand) => current ?? defaultAttribute(target) ?? operand,
};
