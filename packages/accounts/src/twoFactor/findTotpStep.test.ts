import { HOTP, Secret, TOTP } from 'otpauth';
import * as fc from 'fast-check';
import { createTotpSecret } from './createTotpSecret.js';
import { findTotpStep } from './findTotpStep.js';

const STEP_MS = 30_000;
const secret = Secret.fromLatin1('12345678901234567890').base32;

/** What an authenticator app shows, as another part of the library computes it. */
function shown(of: string, atMs: number): string {
  return TOTP.generate({ secret: Secret.fromBase32(of), timestamp: atMs });
}

describe('findTotpStep', () => {
  // The last 6 digits of the 8 in the RFC's table.
  it.each([
    [59, '287082', 1],
    [1_111_111_109, '081804', 37_037_036],
    [1_111_111_111, '050471', 37_037_037],
    [1_234_567_890, '005924', 41_152_263],
    [2_000_000_000, '279037', 66_666_666],
    [20_000_000_000, '353130', 666_666_666],
  ])('RFC 6238 appendix B: accepts what is shown at second %d', (second, code, step) => {
    expect(findTotpStep({ secret, code, nowMs: second * 1000 })).toBe(step);
  });

  it('RFC 6238 §5.2, NIST 3.1.4: gives the step of the code, not that of the clock, and accepts one step to each side', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 1e9 }),
        fc.integer({ min: 0, max: STEP_MS - 1 }),
        fc.integer({ min: -4, max: 4 }),
        (step, intoStepMs, offset) => {
          const own = createTotpSecret();
          const code = shown(own, (step + offset) * STEP_MS);
          // Other steps show the same code once in a million.
          const others = [-1, 0, 1].filter((near) => near !== offset);
          fc.pre(!others.some((near) => shown(own, (step + near) * STEP_MS) === code));
          const found = findTotpStep({ secret: own, code, nowMs: step * STEP_MS + intoStepMs });
          expect(found).toBe(Math.abs(offset) <= 1 ? step + offset : null);
        },
      ),
    );
  });

  it('ASVS 6.5.5: lets a code work for 90 seconds to the millisecond', () => {
    const start = 1_000_000 * STEP_MS;
    const code = shown(secret, start);
    const at = (nowMs: number): number | null => findTotpStep({ secret, code, nowMs });
    expect(at(start - STEP_MS - 1)).toBeNull();
    expect(at(start - STEP_MS)).toBe(1_000_000);
    expect(at(start + 2 * STEP_MS - 1)).toBe(1_000_000);
    expect(at(start + 2 * STEP_MS)).toBeNull();
  });

  it('gives the latest of two steps that show the same code, so that it cannot be used again', () => {
    // The first such pair for this secret.
    const step = 910_737;
    const code = shown(secret, step * STEP_MS);
    expect(shown(secret, (step + 1) * STEP_MS)).toBe(code);
    for (const nowMs of [step * STEP_MS, (step + 1) * STEP_MS]) {
      expect(findTotpStep({ secret, code, nowMs })).toBe(step + 1);
    }
  });

  it('ASVS 6.6.2: refuses the code of another secret', () => {
    const nowMs = 59_000;
    const near = new Set([0, 1, 2].map((step) => shown(secret, step * STEP_MS)));
    let other = createTotpSecret();
    while (near.has(shown(other, nowMs))) other = createTotpSecret();
    expect(findTotpStep({ secret, code: shown(other, nowMs), nowMs })).toBeNull();
  });

  it.each([
    ['5 digits', '87082'],
    ['7 digits', '2870820'],
    ['8 digits', '94287082'],
    ['a space', '287 082'],
    ['a space at the end', '287082 '],
    ['a line break', '287082\n'],
    ['Arabic digits', '\u0662\u0668\u0667\u0660\u0668\u0662'],
    ['wide digits', '\uff12\uff18\uff17\uff10\uff18\uff12'],
    ['digits with the high bits of others', '\u0132\u0138\u0137\u0130\u0138\u0132'],
    ['letters', 'abcdef'],
    ['nothing', ''],
    ['a number', 287_082],
    ['an array', ['287082']],
    ['an object', { toString: () => '287082' }],
    ['null', null],
    ['undefined', undefined],
    ['a megabyte', '2'.repeat(1_000_000)],
  ])('refuses %s', (_name, code) => {
    expect(findTotpStep({ secret, code, nowMs: 59_000 })).toBeNull();
  });

  it.each([
    ['no time', NaN],
    ['an endless one', Infinity],
    ['one that no clock reaches', 1e300],
    ['one before 1970', -90_000],
  ])('ASVS 16.5.3: accepts nothing at %s', (_name, nowMs) => {
    for (const step of [0, 1]) {
      expect(findTotpStep({ secret, code: shown(secret, step * STEP_MS), nowMs })).toBeNull();
    }
  });

  it('knows no step before the first', () => {
    const code = HOTP.generate({ secret: Secret.fromBase32(secret), counter: -1 });
    expect(findTotpStep({ secret, code, nowMs: 0 })).toBeNull();
    expect(findTotpStep({ secret, code: shown(secret, 0), nowMs: 0 })).toBe(0);
  });

  it.each([
    ['RFC 4226 §4 R6: of 80 bits', 'GEZDGNBVGY3TQOJQ'],
    ['that is empty', ''],
    ['that is no base32', '!'.repeat(32)],
  ])('ASVS 11.2.5: accepts nothing for a secret %s', (_name, bad) => {
    const code = /^[A-Z2-7]*$/.test(bad) ? shown(bad, 59_000) : '000000';
    expect(findTotpStep({ secret: bad, code, nowMs: 59_000 })).toBeNull();
  });
});
