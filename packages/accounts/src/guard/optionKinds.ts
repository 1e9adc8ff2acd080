import * as z from 'zod';
import { AccountError } from '../errors/AccountError.js';
import type { NoFields } from './OwnFields.js';

/** A function, of whatever parameters. */
export const method: z.ZodType = z.custom<() => unknown>(
  (value) => typeof value === 'function',
  'It must be a function.',
);

/** Options, of whatever class; others than these may stand beside them. */
export function object<S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S, z.core.$loose> {
  return z.looseObject(shape, 'It must be an object.');
}

/** Any object. */
export const anObject: z.ZodObject<NoFields, z.core.$loose> = object({});

/** A part of the package that has an entry of its own, told by a method. */
export function part(name: string, reason: string): z.ZodType {
  return z.custom(
    (value) => typeof (value as Record<string, unknown> | null)?.[name] === 'function',
    reason,
  );
}

/**
 * Of what kind each option of `Guard` is, which `Accounts` has as well. Of which values, its own part
 * of the package says: lengths of time, ranges and names are not looked at here.
 */
export const guardOptions: Readonly<
  Record<
    | 'accountFields'
    | 'appId'
    | 'events'
    | 'listing'
    | 'sessions'
    | 'table'
    | 'trustedProxies'
    | 'validFrom',
    z.ZodType
  >
> = {
  table: object({ entity: method, namespace: method, now: method, transact: method }),
  sessions: object({
    getTokenSecret: method,
    rotation: anObject.optional(),
    extend: anObject.optional(),
    impersonation: anObject.optional(),
    onConnectionChange: z
      .union([z.string(), anObject], 'It must be an action, or an object of actions.')
      .optional(),
    audience: z.string('It must be a string.').min(1, 'It must not be empty.').optional(),
  }),
  events: anObject.optional(),
  listing: part(
    'listAccounts',
    'It must be accountListing() of @latchkey/accounts/listing.',
  ).optional(),
  // Their own parts of the package look at these.
  accountFields: z.unknown().optional(),
  appId: z.unknown().optional(),
  trustedProxies: z.unknown().optional(),
  validFrom: z.unknown().optional(),
};

/**
 * Refuses options of the wrong kind, and names that no option has, from callers without types.
 *
 * @throws AccountError `InvalidConfiguration` with the path of the first such option.
 */
export function assertKinds(kinds: z.core.$ZodLooseShape, options: unknown): void {
  const issue = z.strictObject(kinds, 'It must be an object.').safeParse(options).error?.issues[0];
  if (!issue) return;
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown !== undefined) {
    const reason = 'There is no option of this name.';
    throw new AccountError('InvalidConfiguration', { path: unknown, reason });
  }
  const path = issue.path.map(String).join('.');
  throw new AccountError('InvalidConfiguration', {
    path: path === '' ? 'options' : path,
    reason: issue.message,
  });
}
