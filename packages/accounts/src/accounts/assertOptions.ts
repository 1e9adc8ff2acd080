import * as z from 'zod';
import { anObject, assertKinds, guardOptions, method, object } from '../guard/optionKinds.js';

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

/** Of what kind each option is; see {@link guardOptions} for those that it shares with `Guard`. */
const accountsOptions = {
  ...guardOptions,
  passwords: object({
    hasher: hasher.optional(),
    extraHashers: z.array(hasher, 'It must be a list.').optional(),
    common: object({ isCommon: method }).optional(),
    prehashed: part(
      'saltOf',
      'It must be prehashedPasswords(…) of @latchkey/accounts/prehashed-passwords.',
    ).optional(),
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
  identityProviders: part(
    'create',
    'It must be identityProviders(…) of @latchkey/accounts/oauth.',
  ).optional(),
  signUpByLink: part(
    'create',
    'It must be signUpByLink(…) of @latchkey/accounts/passwordless.',
  ).optional(),
  phones: part(
    'createVerification',
    'It must be phoneNumbers() of @latchkey/accounts/phone-numbers.',
  ).optional(),
  delivery: object({
    send: method,
    linkTo: object({ paths: anObject.optional() }).optional(),
    locale: method.optional(),
    templates: anObject.catchall(anObject).optional(),
  }).optional(),
  // Their own parts of the package look at these.
  ...Object.fromEntries(
    [
      'environment',
      'plan',
      'recentLogin',
      'requireActivation',
      'unprovenClaim',
      'visitorFields',
    ].map((name) => [name, z.unknown().optional()]),
  ),
};

/**
 * Refuses options of the wrong kind, from callers without types.
 *
 * @throws AccountError `InvalidConfiguration` with the path of the first such option.
 */
export function assertOptions(options: unknown): void {
  assertKinds(accountsOptions, options);
}
