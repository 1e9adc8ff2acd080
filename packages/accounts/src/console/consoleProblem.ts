import { AccountError } from '../errors/AccountError.js';
import { HttpError, problemOf, type Problem } from '../http/HttpError.js';
import { ConsoleError } from './ConsoleError.js';

/**
 * The problem details (RFC 9457) of an error. The operator is who configures the application: unlike a
 * visitor, they read what is wrong with it.
 */
export function consoleProblem(error: unknown): Problem {
  if (error instanceof ConsoleError) {
    const { code, status, message } = error;
    return { type: 'about:blank', title: 'Refused', status, detail: message, code };
  }
  if (AccountError.is(error)) {
    const { code, status, message, details } = error;
    const shown = { path: '', reason: '', ...details };
    const named = { path: shown.path, reason: shown.reason };
    return { type: 'about:blank', title: 'Refused', status, detail: message, code, details: named };
  }
  return problemOf(error instanceof HttpError ? error : new HttpError('InternalError'));
}
