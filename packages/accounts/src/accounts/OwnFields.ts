import type { Entity } from '@latchkey/entity';
import type {
  AccessType,
  AccountAttempts,
  AccountFields,
  AccountToken,
  ExtendedAccount,
} from '@latchkey/schema';
import type * as z from 'zod';
import type { AccountWith } from '../guard/OwnFields.js';
import type { CompletedLogin } from '../login/completeLogin.js';

/** Input with the values of an application's own fields. */
export type InputWith<T, F extends AccountFields> = [keyof F] extends [never]
  ? T
  : T & z.input<z.ZodObject<F>>;

/** A login of an account with an application's own fields. */
export type LoginResultWith<F extends AccountFields> = [keyof F] extends [never]
  ? CompletedLogin
  : CompletedLogin & { readonly account: AccountWith<F> };

/** The accounts, with an application's own fields and what can be read along with them. */
export type AccountEntityWith<F extends AccountFields> = Entity<
  ExtendedAccount<F>,
  {
    readonly accessTypes: typeof AccessType;
    readonly attempts: typeof AccountAttempts;
    readonly tokens: typeof AccountToken;
  }
>;

/**
 * The same entity by the type that it has for the application. Whether the one is the other by itself,
 * TypeScript tells differently from program to program.
 */
export function withOwnFields<F extends AccountFields>(accounts: unknown): AccountEntityWith<F> {
  return accounts as AccountEntityWith<F>;
}
