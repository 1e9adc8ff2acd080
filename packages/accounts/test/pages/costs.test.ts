import fc from 'fast-check';
import {
  addCosts,
  dollarsOf,
  formatDollars,
  formatUnits,
  NO_COST,
} from '../../pages/components/costs.js';

describe('The price of a call', () => {
  it('is that of on-demand capacity', () => {
    expect(dollarsOf({ writeUnits: 1_000_000, readUnits: 0 })).toBeCloseTo(0.625, 12);
    expect(dollarsOf({ writeUnits: 0, readUnits: 1_000_000 })).toBeCloseTo(0.125, 12);
    expect(dollarsOf({ writeUnits: 16, readUnits: 1 })).toBeCloseTo(0.000010125, 15);
    expect(dollarsOf(NO_COST)).toBe(0);
  });

  it('of two calls is the sum of theirs', () => {
    const one = { requests: 1, writeUnits: 16, readUnits: 0 };
    const other = { requests: 3, writeUnits: 2, readUnits: 1.5 };
    expect(addCosts(one, other)).toEqual({ requests: 4, writeUnits: 18, readUnits: 1.5 });
  });
});

describe('An amount in dollars', () => {
  it.each([
    [0, '$0'],
    [0.0000101, '$0.0000101'],
    [0.000010125, '$0.0000101'],
    [0.00001, '$0.00001'],
    [0.000000125, '$0.000000125'],
    [0.0000000625, '$0.0000000625'],
    [0.5, '$0.5'],
    [12.345, '$12.35'],
    [1234, '$1234.00'],
  ])('%d is written %s', (dollars, text) => {
    expect(formatDollars(dollars)).toBe(text);
  });

  it('has no exponent, and is within half a per cent of what it stands for', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 0.9, noNaN: true }), (dollars) => {
        const text = formatDollars(dollars);
        expect(text).toMatch(/^\$\d+(\.\d+)?$/);
        expect(Math.abs(Number(text.slice(1)) / dollars - 1)).toBeLessThanOrEqual(0.0051);
      }),
    );
  });
});

describe('A number of units', () => {
  it.each([
    [0, '0'],
    [0.5, '0.5'],
    [1, '1'],
    [16, '16'],
  ])('%d is written %s', (units, text) => {
    expect(formatUnits(units)).toBe(text);
  });
});
