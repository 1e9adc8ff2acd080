import type { AccountError } from '../../errors/AccountError.js';
import { invalidOption } from '../../errors/invalidOption.js';

/** The error of a body that something else has read, so that nobody can read it any more. */
export function bodyAlreadyRead(): AccountError<'InvalidConfiguration'> {
  return invalidOption(
    'handler',
    'The body was read before the request came here. Mount this handler before anything that reads bodies.',
  );
}
