import { readObject } from '../errors/requireObject.js';
import { parseEmail } from '../identifiers/parseEmail.js';
import { AccessType } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import type { ContactData } from '../core/Account.js';
import { requirePhones, type MaybePhoneNumbers } from '../identifiers/PhoneParser.js';

/** A contact as it is given as input. */
export type ContactInput =
  | { readonly kind: 'email'; readonly value: string }
  | { readonly kind: 'phone'; readonly value: string; readonly country?: string }
  | {
      readonly kind: 'oauth';
      readonly provider: string;
      readonly value: string;
      readonly authToken?: string;
    }
  | {
      readonly kind: 'custom';
      readonly value: string;
      readonly meta?: Readonly<Record<string, unknown>>;
    };

/** For contacts of other kinds. */
export const NO_PHONES: MaybePhoneNumbers = { phones: undefined };

const MAX_SHOWN_PATH = 200;

/**
 * Checks a contact of any kind and gives it in the form in which it is stored.
 *
 * @param value - {@link ContactInput}, from callers without types.
 * @param path - the name that the error gives to the contact; empty for the whole input.
 * @throws AccountError `InvalidInput` with the path of the first fault below `path`, and reason
 *   `notAnObject`, `notAnEmailAddress`, `unknownField`, `notValid` or one of phone numbers;
 *   `InvalidConfiguration` for a phone number where the application has none.
 */
export function parseContact(
  value: unknown,
  path: string,
  options: MaybePhoneNumbers,
): ContactData {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AccountError('InvalidInput', { path, reason: 'notAnObject' });
  }
  const given = readObject(value, path) as Readonly<Record<string, unknown>>;
  const under = (name: string): string => (path === '' ? name : `${path}.${name}`);
  return parseData(normalised(given, under, options), under);
}

/** Validates the normalised value: another spelling of it could be refused, or accepted, wrongly. */
function parseData(given: unknown, under: (name: string) => string): ContactData {
  const { data, error } = AccessType.schema.shape.data.safeParse(given);
  if (data) return data;
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    throw invalid(under([...issue.path, issue.keys[0] ?? ''].join('.')), 'unknownField');
  }
  throw invalid(under(issue?.path.join('.') ?? ''), 'notValid');
}

function normalised(
  given: Readonly<Record<string, unknown>>,
  under: (name: string) => string,
  options: MaybePhoneNumbers,
): unknown {
  switch (given.kind) {
    case 'email':
      return { ...given, value: parseEmail(given.value, under('value')) };
    case 'phone': {
      const { country, ...data } = given;
      const { parse } = requirePhones(options.phones);
      return { ...data, value: parse(given.value, country, under('value')) };
    }
    case 'oauth':
      return wellFormed(given, ['provider', 'value', 'authToken'], under);
    case 'custom':
      return wellFormed({ ...given, meta: given.meta ?? {} }, ['value'], under);
    default:
      throw invalid(under('kind'), 'notValid');
  }
}

/** Refuses lone surrogates: all of them are stored as the same character, so two keys would become one. */
function wellFormed<T extends Readonly<Record<string, unknown>>>(
  given: T,
  fields: readonly string[],
  under: (name: string) => string,
): T {
  for (const field of fields) {
    const value = given[field];
    if (typeof value === 'string' && !value.isWellFormed()) {
      throw invalid(under(field), 'notWellFormed');
    }
  }
  return given;
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: path.slice(0, MAX_SHOWN_PATH), reason });
}
