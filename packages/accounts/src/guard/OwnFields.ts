import type { AccountFields } from '@latchkey/schema';
import type * as z from 'zod';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';

/** No fields of an application's own. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is what is meant
export type NoFields = {};

/** An account with an application's own fields. */
export type AccountWith<F extends AccountFields> = [keyof F] extends [never]
  ? AccountDocument
  : AccountDocument & z.output<z.ZodObject<F>>;

/** A request of such an account. */
export type RequestWith<R extends SessionRequest, F extends AccountFields> = [keyof F] extends [
  never,
]
  ? R & SessionRequest
  : R & SessionRequest & { user?: AccountWith<F> };
