import fc from 'fast-check';
import { addDecimals, powerOfTen } from './decimal.js';

describe('powerOfTen', () => {
  it.each([
    ['0', undefined],
    ['-0', undefined],
    ['0.000', undefined],
    ['1', 0],
    ['-9.99', 0],
    ['10', 1],
    ['00120', 2],
    ['1e126', 126],
    ['0.1', -1],
    ['-0.00042', -4],
    ['1e-130', -130],
    ['12e-3', -2],
  ])('of %s is %s', (text, power) => {
    expect(powerOfTen(text)).toBe(power);
  });

  it('is what the first digit is worth, whatever the number', () => {
    const digits = fc.integer({ min: 1, max: 999_999 });
    fc.assert(
      fc.property(digits, fc.integer({ min: -140, max: 140 }), fc.boolean(), (number, by, less) => {
        const text = `${less ? '-' : ''}${String(number)}e${String(by)}`;
        const expected = String(number).length - 1 + by;
        expect(powerOfTen(text)).toBe(expected);
        expect(powerOfTen(addDecimals(text, '0'))).toBe(expected);
      }),
    );
  });
});
