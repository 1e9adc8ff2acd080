import { fieldPath, joinPath, splitPath } from '@latchkey/schema';
import fc from 'fast-check';

const segments = fc.array(
  fc.oneof(fc.string({ unit: fc.constantFrom('a', '.', '\\', '😀') }), fc.string()),
  { minLength: 1 },
);

it('A path gives back the segments that it was made from', () => {
  fc.assert(fc.property(segments, (given) => expect(splitPath(joinPath(given))).toEqual(given)));
});

it('Two different lists of segments never make one path', () => {
  const made = new Map<string, string>();
  for (const given of fc.sample(segments, { numRuns: 5000 })) {
    const list = JSON.stringify(given);
    expect(made.get(joinPath(given)) ?? list).toBe(list);
    made.set(joinPath(given), list);
  }
});

it('A path without a backslash is split at its dots', () => {
  expect(splitPath('address.home.0')).toEqual(['address', 'home', '0']);
});

it('A backslash before any other character stands for itself', () => {
  expect(splitPath(String.raw`files.C:\temp`)).toEqual(['files', String.raw`C:\temp`]);
});

it('A path made from names is typed as those names joined by dots', () => {
  const path: 'hosts.n' = fieldPath('hosts', 'n');
  expect(path).toBe('hosts.n');
  expect(fieldPath('lines', 0, 'qty')).toBe('lines.0.qty');
  expect(fieldPath('hosts', 'open.example.com')).toBe(String.raw`hosts.open\.example\.com`);
});
