import { addCosts, formatUnits } from '../../pages/components/costs.js';

describe('The cost', () => {
  it('of two calls is the sum of theirs', () => {
    const one = { requests: 1, writeUnits: 16, readUnits: 0 };
    const other = { requests: 3, writeUnits: 2, readUnits: 1.5 };
    expect(addCosts(one, other)).toEqual({ requests: 4, writeUnits: 18, readUnits: 1.5 });
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
