import { inspect } from 'node:util';
import { createRequire } from 'node:module';
import { codeOf, errorOf } from '../../test/support/errorOf.js';
import { checkNewPassword } from './checkNewPassword.js';
import { commonPasswords } from './common/commonPasswords.js';
import { BUILT_IN_COMMON_PASSWORDS } from './CommonPasswords.js';
import { definePasswordPolicy, type PasswordPolicyOptions } from './PasswordPolicy.js';

const GOOD = 'canary horse battery';

function check(
  value: unknown,
  policy?: PasswordPolicyOptions,
  contextWords: string[] = [],
  common = BUILT_IN_COMMON_PASSWORDS,
): Promise<string> {
  return checkNewPassword(value, {
    path: 'newPassword',
    policy: definePasswordPolicy(policy),
    common,
    contextWords,
  });
}

/** Every password of the ranking that the list was made from, the most common first. */
const RANKED =
  (
    createRequire(__filename)('@zxcvbn-ts/language-common') as {
      dictionary: Record<string, string[]>;
    }
  ).dictionary['passwords-common'] ?? [];

/** Of long ones, the ranking has fewer than 3000; the lists have them all. */
const FEWER = new Map([
  [10, 1557],
  [11, 615],
  [15, 41],
]);

describe('checkNewPassword', () => {
  it('gives the composed form of what it accepts', async () => {
    expect(await check('cafe\u0301 cre\u0300me')).toBe('caf\u00e9 cr\u00e8me');
  });

  it('refuses what parsePassword refuses, before it asks anybody', async () => {
    const isBreached = jest.fn(() => true);
    for (const [value, code] of [
      ['short', 'PasswordTooShort'],
      ['x'.repeat(1001), 'PasswordTooLong'],
      ['longenough\ud800', 'InvalidInput'],
      [12345678, 'InvalidInput'],
    ] as const) {
      expect(await codeOf(check(value, { isBreached }))).toBe(code);
    }
    expect(isBreached).not.toHaveBeenCalled();
  });

  it.each(['origin', { preset: 'origin', refuseCommon: undefined }] as const)(
    'takes what the origin took under policy %j, its own `1234567` too',
    async (options) => {
      expect(await check('1234567', options as PasswordPolicyOptions)).toBe('1234567');
      expect(await errorOf(check('123456', options as PasswordPolicyOptions))).toMatchObject({
        code: 'PasswordTooShort',
      });
    },
  );

  const longer = commonPasswords();
  it.each([
    ['nist', 8, BUILT_IN_COMMON_PASSWORDS],
    [{ minLength: 11 }, 11, BUILT_IN_COMMON_PASSWORDS],
    [{ minLength: 15 }, 15, BUILT_IN_COMMON_PASSWORDS],
    ['userbase', 6, longer],
    [{ preset: 'origin', refuseCommon: true }, 7, longer],
    ['nist', 8, longer],
    [{ minLength: 9 }, 9, longer],
    [{ minLength: 10 }, 10, longer],
    [{ minLength: 15 }, 15, longer],
  ] as const)(
    'ASVS 6.2.4: refuses the 3000 most common passwords that policy %j lets through',
    async (options, length, common) => {
      const top = RANKED.filter((word) => word.length >= length).slice(0, 3000);
      expect(top.length).toBe(FEWER.get(length) ?? 3000);
      for (const password of top) {
        const error = await errorOf(check(password, options, [], common));
        expect(error.toJSON()).toEqual({
          code: 'PasswordNotAllowed',
          status: 400,
          message: 'The password is too easily guessed.',
          details: { path: 'newPassword', reason: 'common' },
        });
      }
    },
  );

  it('refuses a common password in any case, and accepts what only contains one', async () => {
    for (const password of ['Password', 'PASSWORD', '\uff50assword', 'QwErTyUiOp']) {
      expect((await errorOf(check(password))).details).toMatchObject({ reason: 'common' });
    }
    expect(await check('password of the day')).toBe('password of the day');
    expect(await check('password', { refuseCommon: false })).toBe('password');
  });

  it.each([
    ['built in', BUILT_IN_COMMON_PASSWORDS],
    ['for every length', longer],
  ])('the list %s takes one good password in 16 384 for a common one', async (_name, list) => {
    let refused = 0;
    for (let at = 0; at < 100_000; at++) {
      if (await list.isCommon(`correct horse ${at}`)) refused++;
    }
    // 100 000 ÷ 16 384 is 6.1.
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(13);
  });

  it('ASVS 6.2.11: refuses words of the account and of the application', async () => {
    const words = ['ada.lovelace', 'countess@example.com'];
    const policy = { contextWords: ['Acme Bank'] };
    for (const password of ['AdaLovelace1', 'countess99', 'acmebank2026']) {
      expect((await errorOf(check(password, policy, words))).details).toEqual({
        path: 'newPassword',
        reason: 'context',
      });
      expect(await check(password)).toBe(password);
    }
  });

  it('ASVS 6.2.5: needs no letters, digits or signs of any kind', async () => {
    for (const password of ['mxqvhtrw', '58390174', '-+!?-=/;', 'ÄÖÜßäöüé', '漢字仮名交文例']) {
      expect(await check(password.padEnd(8, '。'))).toBe(password.padEnd(8, '。'));
    }
  });
});

describe('the breach check', () => {
  it('ASVS 6.2.12: is asked about the composed password, once, and decides', async () => {
    const isBreached = jest.fn((password: string) => password.startsWith('known'));
    expect((await errorOf(check('knowne\u0301 before', { isBreached }))).details).toEqual({
      path: 'newPassword',
      reason: 'breached',
    });
    expect(isBreached.mock.calls).toEqual([
      ['known\u00e9 before', { signal: expect.any(AbortSignal) }],
    ]);
    expect(await check(GOOD, { isBreached: () => Promise.resolve(false) })).toBe(GOOD);
    expect(await codeOf(check(GOOD, { isBreached: () => Promise.resolve(true) }))).toBe(
      'PasswordNotAllowed',
    );
  });

  const outages: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('out of order');
      },
    ],
    ['rejects', () => Promise.reject(new Error('out of order'))],
    ['gives no boolean', () => Promise.resolve('no')],
    ['gives undefined', () => undefined],
    ['never answers', () => new Promise(() => undefined)],
  ];
  it.each(outages)(
    'ASVS 6.2.12: is documented for a hook that %s: accept, or refuse',
    async (_name, hook) => {
      const policy = { isBreached: hook as () => boolean, breachCheckTimeoutMs: 20 };
      expect(await check(GOOD, policy)).toBe(GOOD);
      expect(await check(GOOD, { ...policy, onBreachCheckFailure: 'accept' })).toBe(GOOD);
      const error = await errorOf(check(GOOD, { ...policy, onBreachCheckFailure: 'refuse' }));
      expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
    },
  );

  it('tells the hook when nobody waits any longer, and leaves no timer behind', async () => {
    let signal: AbortSignal | undefined;
    const isBreached = (_: string, options: { signal: AbortSignal }): Promise<boolean> => {
      signal = options.signal;
      return new Promise(() => undefined);
    };
    await check(GOOD, { isBreached, breachCheckTimeoutMs: 1 });
    expect(signal?.aborted).toBe(true);
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    await check(GOOD, { isBreached: () => false, breachCheckTimeoutMs: 30_000 });
    expect(timers()).toBe(before);
  });

  it('does not ask about what is refused anyway', async () => {
    const isBreached = jest.fn(() => false);
    await errorOf(check('password', { isBreached }));
    await errorOf(check('lovelace1815', { isBreached }, ['lovelace']));
    expect(isBreached).not.toHaveBeenCalled();
  });
});
