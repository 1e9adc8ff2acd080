import * as z from 'zod';
import { anObject, assertKinds, guardOptions, method, object, part } from '../guard/optionKinds.js';

const hasher = object({
  dummyHash: z.string('It must be a string.'),
  hash: method,
  verify: method,
  needsRehash: method.optional(),
  recognises: method.optional(),
});

/** One that only verifies need not hash. That it has `recognises` is checked where it is used. */
const extraHasher = object({ verify: method, recognises: method.optional() });

/** Of what kind each option is; see {@link guardOptions} for those that it shares with `Guard`. */
const accountsOptions = {
  ...guardOptions,
  passwords: object({
    hasher: hasher.optional(),
    extraHashers: z.array(extraHasher, 'It must be a list.').optional(),
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
  verifyElsewhere: part(
    'takeOver',
    'It must be verifyElsewhere(…) of @latchkey/accounts/elsewhere.',
  ).optional(),
  passkeys: part(
    'createPasskeys',
    'It must be passkeys(…) of @latchkey/accounts/passkeys.',
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
