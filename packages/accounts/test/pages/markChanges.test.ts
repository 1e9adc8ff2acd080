import fc from 'fast-check';
import { markChanges } from '../../pages/components/markChanges.js';

const state = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('1', '2'))
  .map((items) => Object.entries(items).map(([key, version]) => ({ key, version })));

describe('Two states of a list', () => {
  it('give every item of both once, in the order of their keys, each with its mark', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const marked = markChanges(before, after);
        const keys = marked.map(({ item }) => item.key);
        const all = new Set([...before, ...after].map(({ key }) => key));
        expect(keys).toEqual([...all].sort());
        for (const { item, mark } of marked) {
          const old = before.find(({ key }) => key === item.key);
          const now = after.find(({ key }) => key === item.key);
          expect(item).toBe(now ?? old);
          const expected = !now
            ? 'removed'
            : !old
              ? 'added'
              : old.version === now.version
                ? undefined
                : 'changed';
          expect(mark).toBe(expected);
        }
      }),
    );
  });
});
