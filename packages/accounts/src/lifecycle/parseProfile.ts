import { AccountError } from '../errors/AccountError.js';

/** What an application knows of a person. */
export type Profile = Readonly<Record<string, unknown>>;

// DynamoDB's items hold 400 KB; the rest is for the account's other fields.
const MAX_PROFILE_BYTES = 300 * 1024;

/**
 * Checks a profile: a plain object, at most 300 KB as JSON. The table checks what is in it: how deep
 * it is, its values, and that nothing is called `__proto__` (ASVS 15.3.6).
 *
 * @throws AccountError `InvalidInput` with the path `profile` and reason `notAnObject` or `tooLarge`.
 */
export function parseProfile(value: unknown): Profile {
  if (!isPlainObject(value)) throw invalid('notAnObject');
  if (!isSmall(value)) throw invalid('tooLarge');
  return value;
}

function isPlainObject(value: unknown): value is Profile {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a profile fits into its item, as its JSON says. */
function isSmall(profile: Profile): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(profile)) <= MAX_PROFILE_BYTES;
  } catch {
    // Circles, bigints and what is too deep are no JSON: the table refuses them, and says where.
    return true;
  }
}

function invalid(reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: 'profile', reason });
}
