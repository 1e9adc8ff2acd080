import { invalidInput } from '../../entity/parseInput.js';
import type { EntityError } from '../../errors/EntityError.js';
import type { Target } from '../Operator.js';

/** The error for an operand that is wrong whatever the document holds. */
export function refuseOperand(target: Target, message: string): EntityError<'InvalidInput'> {
  return invalidInput(target.entity, [{ path: target.path, message }]);
}
