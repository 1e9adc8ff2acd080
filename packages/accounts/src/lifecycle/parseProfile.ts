import { AccountError } from '../errors/AccountError.js';

/** What an application knows of a person. */
export type Profile = Readonly<Record<string, unknown>>;

// DynamoDB's items hold 400 KB; the rest is for the account's other fields.
const MAX_PROFILE_BYTES = 300 * 1024;

/**
 * Checks a profile: a plain object, at most 300 KB as JSON, without a `__proto__` of its own, which
 * some reader of it would take for a prototype (ASVS 15.3.6). The table checks the values.
 *
 * @throws AccountError `InvalidInput` with the path `profile` and reason `notAnObject`,
 *   `reservedName` or `tooLarge`.
 */
export function parseProfile(value: unknown): Profile {
  if (!isPlainObject(value)) throw invalid('notAnObject');
  if (hasPrototypeKey(value, new Set())) throw invalid('reservedName');
  if (!isSmall(value)) throw invalid('tooLarge');
  return value;
}

function isPlainObject(value: unknown): value is Profile {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function hasPrototypeKey(value: unknown, seen: Set<object>): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  seen.add(value);
  if (Object.hasOwn(value, '__proto__')) return true;
  return Object.values(value).some((each) => hasPrototypeKey(each, seen));
}

/** Whether a profile fits into its item, as its JSON says. */
function isSmall(profile: Profile): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(profile)) <= MAX_PROFILE_BYTES;
  } catch {
    return true; // Circles and bigints are no JSON: the table refuses them, and says where.
  }
}

function invalid(reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: 'profile', reason });
}
