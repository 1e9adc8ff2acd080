import { ConsoleProblem } from './api.js';
import { texts } from './texts.js';

/** A sentence for the operator of what was refused. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ConsoleProblem)) throw error;
  const { code, reason, message } = error;
  if (code === 'UserNotFound') return texts.find.notFound;
  const known = code === 'InvalidInput' ? texts.reasons[reason ?? ''] : undefined;
  return known ?? (texts.problems[code]?.text || message);
}
