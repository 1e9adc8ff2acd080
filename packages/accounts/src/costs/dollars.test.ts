import fc from 'fast-check';
import { dollarsOf, dollarsPerMillion, formatDollars } from './dollars.js';
import { PRICE_LIST } from './priceList.js';

describe('The price of request units', () => {
  it('is that of on-demand capacity in us-east-1', () => {
    expect(dollarsOf({ writeUnits: 1_000_000, readUnits: 0 })).toBeCloseTo(0.625, 12);
    expect(dollarsOf({ writeUnits: 0, readUnits: 1_000_000 })).toBeCloseTo(0.125, 12);
    expect(dollarsOf({ writeUnits: 16, readUnits: 1 })).toBeCloseTo(0.000010125, 15);
    expect(dollarsOf({ writeUnits: 0, readUnits: 0 })).toBe(0);
  });

  it('is that of another Region where its prices are given', () => {
    const frankfurt = PRICE_LIST.dynamoDB.regions['eu-central-1'];
    expect(dollarsPerMillion({ writeUnits: 2, readUnits: 4 }, frankfurt)).toBeCloseTo(2.135, 12);
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
