import { Account, extendAccount, SchemaError, type AccountFields } from '@latchkey/schema';
import { invalidOption } from '../errors/invalidOption.js';

/**
 * The account, with the application's own fields if there are any.
 *
 * @throws AccountError `InvalidConfiguration` for fields that an account cannot have, with the
 *   `SchemaError` as its cause where the schema says so.
 */
export function defineAccount(accountFields: AccountFields | undefined): typeof Account {
  if (accountFields === undefined) return Account;
  const given: unknown = accountFields;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidOption('accountFields', 'It must be an object of zod schemas.');
  }
  const noSchema = Object.entries<unknown>({ ...given }).find(([, field]) => !isSchema(field));
  if (noSchema) throw invalidOption(`accountFields.${noSchema[0]}`, 'It must be a zod schema.');
  try {
    // An account with more fields is an account: the flows know only what each has.
    return extendAccount(accountFields);
  } catch (cause) {
    if (!SchemaError.is(cause)) throw cause;
    const path = 'path' in cause.details ? `.${cause.details.path}` : '';
    throw invalidOption(`accountFields${path}`, cause.message, { cause });
  }
}

/** By what every schema of zod 4 has: an application may well have a copy of its own. */
function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value;
}
