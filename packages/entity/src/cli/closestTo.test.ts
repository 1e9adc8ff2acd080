import { closestTo } from './closestTo.js';

const NAMES = ['console', 'cost', 'import', 'local', 'table', 'cloudformation', 'cdk'];

describe('The closest name', () => {
  it.each([
    ['tables', 'table'],
    ['tabel', 'table'],
    ['talbe', 'table'],
    ['consol', 'console'],
    ['cots', 'cost'],
    ['cloudfromatoin', 'cloudformation'],
    ['cloud-formation', 'cloudformation'],
    ['cdc', 'cdk'],
    ['Table', 'table'],
    ['table', 'table'],
  ])('to %s is %s', (word, name) => {
    expect(closestTo(word, NAMES)).toBe(name);
  });

  it.each(['', 'x', 'pulumi', 'toString', 'stable-diffusion', 'cloud', 't'.repeat(100_000)])(
    'to %s is none',
    (word) => {
      expect(closestTo(word, NAMES)).toBeUndefined();
    },
  );

  it('is the first of several that are as near', () => {
    expect(closestTo('ab', ['ac', 'ad'])).toBe('ac');
    expect(closestTo('a', ['b'])).toBeUndefined();
  });
});
