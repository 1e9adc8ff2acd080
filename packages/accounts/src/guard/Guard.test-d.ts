import { expectTypeOf } from 'expect-type';
import type * as z from 'zod';
import type { AccountsOptions } from '../accounts/Accounts.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import type { GuardOptions } from './createRequestSetup.js';
import type { Guard } from './Guard.js';

declare const guard: Guard;
declare const typed: Guard<{ plan: z.ZodString }>;
interface HttpRequest extends SessionRequest {
  readonly path: string;
}
declare const request: HttpRequest;

// A request keeps what its own type adds.
const handled = guard.handleRequest(request);
expectTypeOf(handled).resolves.toHaveProperty('path').toEqualTypeOf<string>();
expectTypeOf(handled).resolves.toHaveProperty('user').toEqualTypeOf<AccountDocument | undefined>();

// The application's own fields are on the account.
const own = await typed.handleRequest(request);
expectTypeOf(own.user?.plan).toEqualTypeOf<string | undefined>();

// Options of Accounts that concern sessions are options of Guard, and no others.
expectTypeOf<AccountsOptions>().toExtend<GuardOptions>();
expectTypeOf<GuardOptions>().not.toHaveProperty('passwords');
expectTypeOf<Guard>().not.toHaveProperty('userByPasswordLogin');
expectTypeOf<Guard>().not.toHaveProperty('logout');
