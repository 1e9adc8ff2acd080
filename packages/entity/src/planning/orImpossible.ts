import { EntityError } from '../errors/EntityError.js';

/** Returns a function's result; undefined where the function finds that no key can hold a value. */
export function orImpossible<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (EntityError.is(error) && error.code === 'InvalidKey') return undefined;
    throw error;
  }
}
