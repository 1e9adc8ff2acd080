import { AccountError } from '../errors/AccountError.js';
import type { CommandTools } from './Command.js';

/** The error by which a command ends: one sentence that says what to correct. */
export function toSentence(error: unknown, { UsageError }: CommandTools): unknown {
  if (!AccountError.is(error)) return error;
  if (error.code === 'InvalidInput') {
    return new UsageError(`${error.details.path}: ${error.details.reason}.`);
  }
  if (error.code === 'InvalidConfiguration') {
    return new Error(`${error.details.path}: ${error.details.reason}`, { cause: error });
  }
  return error;
}
