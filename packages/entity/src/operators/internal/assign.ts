import type { Field } from '../../expressions/FieldScope.js';
import type { Stored, WriteClause } from '../Operator.js';

/** The expression that sets a field, or, with no value, removes it. */
export function assign(field: Field, value: Stored): WriteClause {
  return (expression) => {
    const name = expression.field(field);
    return value ? { set: `${name} = ${expression.value(value)}` } : { remove: name };
  };
}
