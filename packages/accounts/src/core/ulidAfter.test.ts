import { ulidAfter } from './ulidAfter.js';

describe('ulidAfter', () => {
  const EARLY = '01HZZZZZZZ0123456789ABCDEF';

  it.each([
    ['there is none before', undefined],
    ['it is later already', '01HZZZZZZY0123456789ABCDEF'],
    ['it is later in the same millisecond', '01HZZZZZZZ0000000000000000'],
  ])('gives the new one where %s', (_name, before) => {
    expect(ulidAfter(before, EARLY)).toBe(EARLY);
  });

  it.each([
    ['a later time', '01J00000000123456789ABCDE0', '01J0000001'],
    ['the same millisecond', '01HZZZZZZZZZZZZZZZZZZZZZZZ', '01J0000000'],
    ['the same', EARLY, '01J0000000'],
    ['digits that carry over', '02ZZZZZZZZZZZZZZZZZZZZZZZZ', '0300000000'],
    ['the digits without I, L, O and U', '02000000TH000000000000000', '02000000TJ'],
    ['… and their gaps', '020000000H0000000000000000', '020000000J'],
    ['… and their gaps', '020000000T0000000000000000', '020000000V'],
  ])('comes after %s, by one millisecond', (_name, before, time) => {
    const after = ulidAfter(before, EARLY);
    expect(after).toBe(time + EARLY.slice(10));
    expect(after > before).toBe(true);
  });
});
