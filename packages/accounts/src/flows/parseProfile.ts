import { AccountError } from '../errors/AccountError.js';

/** Data that an application keeps about a person. */
export type Profile = Readonly<Record<string, unknown>>;

// DynamoDB's items hold 400 KB; the rest is for the account's other fields.
const MAX_PROFILE_BYTES = 300 * 1024;

/**
 * Checks a profile: a plain object, at most 300 KB as it is stored, keys and values as UTF-8. The
 * table checks what is in it: how deep it is, its values, and that nothing is called `__proto__`
 * (ASVS 15.3.6).
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

/** Tells whether a profile fits into its item. */
function isSmall(profile: Profile): boolean {
  try {
    return storedBytes(profile) <= MAX_PROFILE_BYTES;
  } catch {
    // Circles, bigints and what is too deep are no JSON: the table refuses them, and says where.
    return true;
  }
}

/**
 * About as DynamoDB counts, and never less:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
function storedBytes(profile: Profile): number {
  let bytes = 0;
  JSON.stringify(profile, function (this: unknown, name, value: unknown) {
    if (!Array.isArray(this)) bytes += Buffer.byteLength(name);
    bytes += 1 + sizeOf(value);
    return value;
  });
  return bytes;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return typeof value === 'object' && value !== null ? 3 : String(value).length + 1;
}

function invalid(reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: 'profile', reason });
}
