import { AccountError, type AnyAccountError } from '../../src/errors/AccountError.js';

/** The `AccountError` that an action ends with; anything else that it throws goes on. */
export async function errorOf(action: Promise<unknown>): Promise<AnyAccountError> {
  let value: unknown;
  try {
    value = await action;
  } catch (error) {
    if (AccountError.is(error)) return error;
    throw error;
  }
  throw new Error(`expected a refusal, but got ${JSON.stringify(value) || 'nothing'}`);
}

/** The code that an action ends with, or `none`. */
export async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return 'none';
  } catch (error) {
    if (AccountError.is(error)) return error.code;
    throw error;
  }
}
