import { EntityError, type AnyEntityError } from '../../src/errors/EntityError.js';

/** The `EntityError` that an action ends with; anything else that it throws goes on. */
export async function errorOf(action: Promise<unknown>): Promise<AnyEntityError> {
  let value: unknown;
  try {
    value = await action;
  } catch (error) {
    if (EntityError.is(error)) return error;
    throw error;
  }
  throw new Error(`expected a refusal, but got ${JSON.stringify(value)}`);
}

/** The `EntityError` that a function throws. */
export function errorFrom(run: () => unknown): AnyEntityError {
  try {
    run();
  } catch (error) {
    if (EntityError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}
