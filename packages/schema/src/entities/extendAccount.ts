import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';
import type { EntityDefinition } from '../definition/EntityDefinition.js';
import { SchemaError } from '../errors/SchemaError.js';
import { Account } from './Account.js';

/** An application's own fields of an account, by name. */
export type AccountFields = Readonly<Record<string, z.ZodType>>;

/** {@link Account} with an application's own fields. */
export type ExtendedAccount<F extends AccountFields> = EntityDefinition<
  typeof Account.name,
  z.ZodObject<typeof Account.schema.shape & F>,
  readonly [
    { readonly name: '_id'; readonly PK: readonly ['.accountId'] },
    { readonly name: '_id2'; readonly PK: readonly ['.username']; readonly unique: true },
    { readonly name: '_id4'; readonly PK: readonly ['.foreignId']; readonly unique: true },
  ],
  never
>;

/**
 * Defines the account with additional fields of an application. A table accepts one definition
 * named Account: this one, or `Account` itself.
 *
 * @throws {@link SchemaError} `ReservedField` for a field that every account already has.
 *
 * @example
 * ```ts
 * import { extendAccount, type Infer } from '@latchkey/schema';
 * import * as z from 'zod';
 *
 * const Customer = extendAccount({ plan: z.enum(['free', 'paid']).default('free') });
 * export const paysFor = (customer: Infer<typeof Customer>) => customer.plan === 'paid';
 * ```
 */
export function extendAccount<F extends AccountFields>(fields: F): ExtendedAccount<F> {
  const field = Object.keys(fields).find((name) => name in Account.schema.shape);
  if (field !== undefined) {
    throw new SchemaError('ReservedField', `Every account already has a field "${field}".`, {
      entity: Account.name,
      path: field,
    });
  }
  // The indexes name only fields that every account has.
  const schema = Account.schema.extend(fields) as unknown as typeof Account.schema;
  const definition: unknown = defineEntity({
    name: Account.name,
    schema,
    indexes: [
      { name: '_id', PK: ['.accountId'] },
      { name: '_id2', PK: ['.username'], unique: true },
      { name: '_id4', PK: ['.foreignId'], unique: true },
    ],
  });
  return definition as ExtendedAccount<F>;
}
