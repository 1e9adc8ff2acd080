import { parsePassword } from './parsePassword.js';
import { definePasswordPolicy, type PasswordPolicyOptions } from './PasswordPolicy.js';

describe('the presets', () => {
  it.each([
    ['nist', 'ASVS 6.2.1, NIST SP 800-63B-4 §3.1.1.2', 8, 1000, {}],
    ['userbase', 'below ASVS 6.2.1 on purpose', 6, 1000, {}],
    ['origin', 'below ASVS 6.2.1 on purpose', 7, 200, { refuseCommon: false }],
  ] as const)(
    '%s accepts its lengths and not one more or less (%s)',
    (preset, _row, min, max, rules) => {
      for (const options of [preset, { preset }] as const) {
        const policy = definePasswordPolicy(options);
        expect(policy).toEqual({ minLength: min, maxLength: max, ...rules });
        for (const letter of ['a', '\u00e9', '😀']) {
          for (const length of [min, max]) {
            expect(parsePassword(letter.repeat(length), { policy })).toHaveLength(
              length * letter.length,
            );
          }
          expect(() => parsePassword(letter.repeat(min - 1), { policy })).toThrow('too short');
          expect(() => parsePassword(letter.repeat(max + 1), { policy })).toThrow('too long');
        }
      }
    },
  );

  it('is nist unless told otherwise', () => {
    expect(definePasswordPolicy()).toEqual(definePasswordPolicy('nist'));
    expect(definePasswordPolicy({})).toEqual(definePasswordPolicy('nist'));
  });

  it('takes what else is given, and freezes it', () => {
    const isBreached = (): boolean => false;
    const policy = definePasswordPolicy({ preset: 'userbase', minLength: 10, isBreached });
    expect(policy).toEqual({ minLength: 10, maxLength: 1000, isBreached });
    expect(Object.isFrozen(policy)).toBe(true);
  });

  const wrong: [unknown, string][] = [
    ['owasp', 'preset'],
    ['toString', 'preset'],
    [{ preset: '__proto__' }, 'preset'],
    [{ minLength: 7 }, 'minLength'],
    [{ preset: 'nist', minLength: 6 }, 'minLength'],
    [{ preset: 'userbase', minLength: 5 }, 'minLength'],
    [{ preset: 'origin', minLength: 6 }, 'minLength'],
    [{ preset: 'origin', minLength: 201 }, 'minLength'],
    [{ preset: 'origin', maxLength: 63 }, 'maxLength'],
    [{ refuseCommon: 'yes' }, 'refuseCommon'],
    [{ contextWords: 'acme' }, 'contextWords'],
    [{ contextWords: [1] }, 'contextWords'],
    [{ isBreached: true }, 'isBreached'],
    [{ onBreachCheckFailure: 'ignore' }, 'onBreachCheckFailure'],
    [{ breachCheckTimeoutMs: 0 }, 'breachCheckTimeoutMs'],
    [{ breachCheckTimeoutMs: 30_001 }, 'breachCheckTimeoutMs'],
    [{ breachCheckTimeoutMs: NaN }, 'breachCheckTimeoutMs'],
  ];
  it.each(wrong)('refuses %p', (options, path) => {
    expect(() => definePasswordPolicy(options as PasswordPolicyOptions)).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: { path, reason: expect.any(String) },
      }),
    );
  });

  it.each([
    [{ preset: 'userbase', minLength: 6 }],
    [{ preset: 'userbase', minLength: 7 }],
    [{ preset: 'origin', minLength: 7, maxLength: 64 }],
    [{ minLength: 8, maxLength: 4096 }],
    [{ breachCheckTimeoutMs: 30_000 }],
  ] as const)('accepts %p', (options: PasswordPolicyOptions & object) => {
    const { preset: _, ...rules } = options;
    expect(definePasswordPolicy(options)).toMatchObject(rules);
  });
});
