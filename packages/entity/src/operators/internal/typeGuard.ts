import type { Expression } from '../../expressions/Expression.js';

/** The condition that a nullable field holds a type, or is not there. */
export function typeGuard(expression: Expression, name: string, type: string): string {
  const holds = `attribute_type(${name}, ${expression.value({ S: type })})`;
  return `(attribute_not_exists(${name}) OR ${holds})`;
}
