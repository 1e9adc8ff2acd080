import { Secret } from 'otpauth';
import { createTotpSecret, isTotpSecret } from './createTotpSecret.js';

describe('createTotpSecret', () => {
  it('RFC 4226 §4 R6: gives 160 bits as base32 without padding', () => {
    const secret = createTotpSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(Secret.fromBase32(secret).bytes).toHaveLength(20);
    expect(isTotpSecret(secret)).toBe(true);
  });

  it('ASVS 6.5.3: repeats neither itself nor a bit, and does without Math.random', () => {
    const random = jest.spyOn(Math, 'random').mockImplementation(() => {
      throw new Error('not random enough');
    });
    const rounds = 2000;
    const secrets = new Set(Array.from({ length: rounds }, createTotpSecret));
    random.mockRestore();
    expect(secrets.size).toBe(rounds);

    const bytes = Array.from(secrets, (secret) => Secret.fromBase32(secret).bytes);
    const ones = Array.from(
      { length: 160 },
      (_, bit) => bytes.filter((own) => ((own[bit >> 3] ?? 0) >> (bit & 7)) & 1).length,
    );
    // 7 standard deviations: a fair bit strays that far once in 10^11.
    const limit = 7 * Math.sqrt(rounds / 4);
    for (const count of ones) expect(Math.abs(count - rounds / 2)).toBeLessThan(limit);
  });
});

describe('isTotpSecret', () => {
  it.each([
    ['125 bits', 'A'.repeat(25)],
    ['lower case', 'a'.repeat(32)],
    ['a digit outside base32', 'A'.repeat(31) + '1'],
    ['padding', 'A'.repeat(31) + '='],
    ['a line break at the end', 'A'.repeat(32) + '\n'],
    ['a megabyte', 'A'.repeat(1_000_000)],
    ['null', null],
    ['an array', ['A'.repeat(32)]],
  ])('refuses %s', (_name, value) => {
    expect(isTotpSecret(value)).toBe(false);
  });
});
