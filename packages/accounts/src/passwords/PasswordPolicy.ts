import { invalidOption } from '../errors/invalidOption.js';

/**
 * Tells whether a password is known from a breach. It may ask a service; the signal says when
 * nobody waits for the answer any longer.
 */
export type BreachCheck = (
  password: string,
  options: { readonly signal: AbortSignal },
) => boolean | Promise<boolean>;

/** Requirements for a new password. */
export interface PasswordPolicy {
  /** In Unicode code points after NFC. */
  readonly minLength: number;
  /** In Unicode code points after NFC. */
  readonly maxLength: number;
  /**
   * Tells whether the most common passwords are refused (ASVS 6.2.4), by the list of
   * `passwords.common`. Default true.
   */
  readonly refuseCommon?: boolean;
  /**
   * Words that must not make up half of a password or more, such as the name of the application
   * (ASVS 6.1.2, 6.2.11). The account's own username and addresses are added by themselves.
   */
  readonly contextWords?: readonly string[];
  /** Tells whether a password is known from a breach (ASVS 6.2.12). Default: nobody is asked. */
  readonly isBreached?: BreachCheck;
  /**
   * Action to take when `isBreached` throws, does not return a boolean or takes too long: the
   * password is accepted, because the other checks have passed and people must be able to sign up
   * while a service is down, or refused with `ServiceUnavailable`. Default `accept`.
   */
  readonly onBreachCheckFailure?: 'accept' | 'refuse';
  /** How long `isBreached` may take in milliseconds, 1 to 30 000. Default 3000. */
  readonly breachCheckTimeoutMs?: number;
}

/** The preset that a policy starts from. */
export type PasswordPolicyPreset = 'nist' | 'userbase' | 'origin';

/** A preset, or a policy whose missing parts come from a preset (default: `nist`). */
export type PasswordPolicyOptions =
  PasswordPolicyPreset | (Partial<PasswordPolicy> & { readonly preset?: PasswordPolicyPreset });

const LOWEST_MIN = 8; // ASVS 6.2.1
const LOWEST_MAX = 64; // ASVS 6.2.9
const HIGHEST_MAX = 4096; // bounds the work of normalising and of the keyed digest (ASVS 15.1.3)
const HIGHEST_TIMEOUT_MS = 30_000;

type Preset = Pick<PasswordPolicy, 'maxLength' | 'minLength' | 'refuseCommon'>;

const PRESETS: Readonly<Record<PasswordPolicyPreset, Preset>> = Object.freeze({
  // NIST SP 800-63B-4 §3.1.1.2: 8 beside a second factor; 15 where the password is all there is.
  nist: Object.freeze({ minLength: LOWEST_MIN, maxLength: 1000 }),
  userbase: Object.freeze({ minLength: 6, maxLength: 1000 }),
  origin: Object.freeze({ minLength: 7, maxLength: 200, refuseCommon: false }),
});

/** 8 to 1000 code points. */
export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = PRESETS.nist;

/**
 * Checks the policy that an application configured and fills in what is missing.
 *
 * The presets are `nist` (default, 8 to 1000 code points; set `minLength: 15` where most accounts
 * have no second factor), `userbase` (6 to 1000) and `origin` (7 to 200), for applications that come
 * from there. Common passwords are refused, but not under `origin`, which took them all: its own
 * tests use `1234567`. `{ preset: 'origin', refuseCommon: true }` refuses them.
 *
 * @param options - A preset, or an object. `preset`: default `nist`. `minLength`: code points, from
 *   8, or from the preset's own if that is lower, to `maxLength`. `maxLength`: code points, 64 to
 *   4096. For the other fields, see {@link PasswordPolicy}.
 * @throws AccountError `InvalidConfiguration` for values outside these ranges.
 */
export function definePasswordPolicy(options: PasswordPolicyOptions = {}): PasswordPolicy {
  const given = typeof options === 'string' ? { preset: options } : options;
  const { preset = 'nist', ...own } = given;
  if (!Object.hasOwn(PRESETS, preset)) throw invalidOption('preset', 'There is no such preset.');
  const defaults = PRESETS[preset];
  const rules = { ...defaults, ...withoutUndefined(own) };
  const { minLength, maxLength } = rules;
  if (!Number.isInteger(maxLength) || maxLength < LOWEST_MAX || maxLength > HIGHEST_MAX) {
    throw invalidOption(
      'maxLength',
      `The longest password must be allowed ${LOWEST_MAX} to ${HIGHEST_MAX} code points.`,
    );
  }
  const lowestMin = defaults.minLength;
  if (!Number.isInteger(minLength) || minLength < lowestMin || minLength > maxLength) {
    throw invalidOption(
      'minLength',
      `The shortest password must be ${lowestMin} code points to maxLength.`,
    );
  }
  checkRules(rules);
  return Object.freeze(rules);
}

/** The options that were given: an option that is undefined is not given. */
function withoutUndefined(rules: Partial<PasswordPolicy>): Partial<PasswordPolicy> {
  return Object.fromEntries(
    Object.entries<unknown>(rules).filter(([, value]) => value !== undefined),
  );
}

function checkRules(rules: Partial<PasswordPolicy>): void {
  const { refuseCommon = true, contextWords = [], isBreached } = rules;
  const { onBreachCheckFailure = 'accept', breachCheckTimeoutMs = 1 } = rules;
  if (typeof refuseCommon !== 'boolean')
    throw invalidOption('refuseCommon', 'It must be a boolean.');
  if (!Array.isArray(contextWords) || !contextWords.every((word) => typeof word === 'string')) {
    throw invalidOption('contextWords', 'It must be an array of strings.');
  }
  if (isBreached !== undefined && typeof isBreached !== 'function') {
    throw invalidOption('isBreached', 'It must be a function.');
  }
  if (!['accept', 'refuse'].includes(onBreachCheckFailure)) {
    throw invalidOption('onBreachCheckFailure', 'It must be accept or refuse.');
  }
  const isInRange =
    typeof breachCheckTimeoutMs === 'number' &&
    breachCheckTimeoutMs >= 1 &&
    breachCheckTimeoutMs <= HIGHEST_TIMEOUT_MS;
  if (!isInRange) {
    throw invalidOption(
      'breachCheckTimeoutMs',
      `It must be 1 to ${HIGHEST_TIMEOUT_MS} milliseconds.`,
    );
  }
}
