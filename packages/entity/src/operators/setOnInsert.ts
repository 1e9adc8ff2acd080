import { parseInputValue } from './internal/parseInputValue.js';
import type { Operator } from './Operator.js';

/** Sets a field of a new document that an upsert makes, and changes nothing else. */
export const $setOnInsert: Operator = {
  onInsertOnly: true,
  takesInput: true,
  parse: parseInputValue,
  expression: () => () => ({}),
  apply: (_target, current) => current,
};
