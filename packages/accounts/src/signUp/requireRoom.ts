import { AccountError } from '../errors/AccountError.js';
import { storedBytes } from '../flows/storedBytes.js';

// Of an item's 400 KB, the profile may take 300. What is left is for the library's own fields, or an
// account could no longer be changed, ended or deleted.
const MAX_OWN_FIELDS_BYTES = 80 * 1024;

/**
 * Refuses the application's own fields if they would leave no room in the account's item.
 *
 * @throws AccountError `InvalidInput` with the reason `tooLarge` and the name of the largest field.
 */
export function requireRoom(ownFields: Readonly<Record<string, unknown>>): void {
  if (storedBytes(ownFields) <= MAX_OWN_FIELDS_BYTES) return;
  const sizes = Object.entries(ownFields).map(([name, value]) => ({
    name,
    bytes: storedBytes({ [name]: value }),
  }));
  const [largest] = sizes.sort((a, b) => b.bytes - a.bytes);
  throw new AccountError('InvalidInput', { path: largest?.name ?? '', reason: 'tooLarge' });
}
