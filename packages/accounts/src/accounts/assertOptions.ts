import * as z from 'zod';
import { AccountError } from '../errors/AccountError.js';

const method = z.custom<() => unknown>(
  (value) => typeof value === 'function',
  'It must be a function.',
);

/** Options, of whatever class; others than these may stand beside them. */
function object<S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S, z.core.$loose> {
  return z.looseObject(shape, 'It must be an object.');
}

const anObject = object({});

/** A part of the package that has an entry of its own, told by a method. */
function part(name: string, reason: string): z.ZodType {
  return z.custom(
    (value) => typeof (value as Record<string, unknown> | null)?.[name] === 'function',
    reason,
  );
}

const hasher = object({
  dummyHash: z.string('It must be a string.'),
  hash: method,
  verify: method,
  needsRehash: method.optional(),
  recognises: method.optional(),
});

/**
 * Of what kind each option is. Of which values, its own part of the package says: lengths of time,
 * ranges and names are not looked at here.
 */
const accountsOptions = z.strictObject(
  {
    table: object({ entity: method, namespace: method, now: method, transact: method }),
    sessions: object({
      getTokenSecret: method,
      rotation: anObject.optional(),
      impersonation: anObject.optional(),
      onConnectionChange: z
        .union([z.string(), anObject], 'It must be an action, or an object of actions.')
        .optional(),
      audience: z.string('It must be a string.').min(1, 'It must not be empty.').optional(),
    }),
    passwords: object({
      hasher: hasher.optional(),
      extraHashers: z.array(hasher, 'It must be a list.').optional(),
      policy: z
        .union([z.string(), anObject], 'It must be the name of a preset, or an object.')
        .optional(),
    }).optional(),
    tokens: anObject.optional(),
    throttling: object({
      password: anObject.optional(),
      code: anObject.optional(),
      address: z.union([z.literal(false), anObject], 'It must be an object or false.').optional(),
      messages: z.union([z.literal(false), anObject], 'It must be an object or false.').optional(),
    }).optional(),
    twoFactor: part('create', 'It must be totp(…) of @latchkey/accounts/two-factor.').optional(),
    phones: part(
      'parse',
      'It must be phoneNumbers() of @latchkey/accounts/phone-numbers.',
    ).optional(),
    delivery: object({
      send: method,
      linkTo: object({ paths: anObject.optional() }).optional(),
      locale: method.optional(),
      templates: anObject.catchall(anObject).optional(),
    }).optional(),
    events: anObject.optional(),
    // Their own parts of the package look at these.
    ...Object.fromEntries(
      [
        'accountFields',
        'appId',
        'environment',
        'plan',
        'recentLogin',
        'requireActivation',
        'trustedProxies',
        'unprovenClaim',
        'visitorFields',
      ].map((name) => [name, z.unknown().optional()]),
    ),
  },
  'It must be an object.',
);

/**
 * Refuses options of the wrong kind, from callers without types.
 *
 * @throws AccountError `InvalidConfiguration` with the path of the first such option.
 */
export function assertOptions(options: unknown): void {
  const issue = accountsOptions.safeParse(options).error?.issues[0];
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
