import { EntityError } from '@latchkey/entity';
import { AccountError } from './AccountError.js';

/**
 * Reads a page after a cursor that a caller has given.
 *
 * @throws AccountError `InvalidInput` with the path `after` for a cursor that is not one of this list.
 */
export async function cursorChecked<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!EntityError.is(error) || error.code !== 'InvalidCursor') throw error;
    throw new AccountError('InvalidInput', { path: 'after', reason: 'notACursor' });
  }
}
