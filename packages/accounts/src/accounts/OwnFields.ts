import type { Entity } from '@latchkey/entity';
import type {
  AccessType,
  AccountAttempts,
  AccountFields,
  AccountToken,
  ExtendedAccount,
} from '@latchkey/schema';
import type * as z from 'zod';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import type { CompletedLogin } from '../login/completeLogin.js';

/** No fields of an application's own. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is what is meant
export type NoFields = {};

/** Input with the values of an application's own fields. */
export type InputWith<T, F extends AccountFields> = [keyof F] extends [never]
  ? T
  : T & z.input<z.ZodObject<F>>;

/** An account with an application's own fields. */
export type AccountWith<F extends AccountFields> = [keyof F] extends [never]
  ? AccountDocument
  : AccountDocument & z.output<z.ZodObject<F>>;

/** A login of such an account. */
export type LoginResultWith<F extends AccountFields> = [keyof F] extends [never]
  ? CompletedLogin
  : CompletedLogin & { readonly account: AccountWith<F> };

/** A request of such an account. */
export type RequestWith<R extends SessionRequest, F extends AccountFields> = [keyof F] extends [
  never,
]
  ? R & SessionRequest
  : R & SessionRequest & { user?: AccountWith<F> };

/** The accounts, with an application's own fields and what can be read along with them. */
export type AccountEntityWith<F extends AccountFields> = Entity<
  ExtendedAccount<F>,
  {
    readonly accessTypes: typeof AccessType;
    readonly attempts: typeof AccountAttempts;
    readonly tokens: typeof AccountToken;
  }
>;
