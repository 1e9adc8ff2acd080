import { EntityError } from '../errors/EntityError.js';

/**
 * Reads the answer to a write that is done. What cannot be read must not look like a refusal: whoever
 * tries again would write twice.
 *
 * @throws {@link EntityError} `UnreadableItem` with `written`.
 */
export async function afterWrite<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!EntityError.is(error) || error.code !== 'UnreadableItem') throw error;
    const { entity, path, reason } = error.details;
    const what = path === '' ? 'it' : `"${path}"`;
    throw new EntityError(
      'UnreadableItem',
      `The ${entity} was written, but cannot be returned: ${what} ${reason}.`,
      { ...error.details, written: true },
      error.cause === undefined ? {} : { cause: error.cause },
    );
  }
}
