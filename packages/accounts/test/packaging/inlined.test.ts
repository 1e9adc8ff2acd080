import fc from 'fast-check';
import { createRequire } from 'node:module';
import path from 'node:path';

// What the build takes in place of some packages of jsonwebtoken's, beside those packages.
const INLINED = path.join(__dirname, '../../../../scripts/inlined');
const jsonwebtoken = createRequire(createRequire(__filename).resolve('jsonwebtoken'));
const ours = createRequire(__filename)(path.join(INLINED, 'lodash.cjs')) as Record<string, Check>;
const semver = jsonwebtoken('semver') as Semver;
const ourSemver = createRequire(__filename)(path.join(INLINED, 'semver.cjs')) as Semver;

type Check = (value: unknown) => unknown;
interface Semver {
  satisfies(version: string, range: string): boolean;
}

class Own {
  readonly own = true;
}

const EDGES = [
  new Own(),
  Object.create(new Own()),
  Object.create(null),
  new Date(),
  Buffer.from('a'),
  Object('a'),
  Object(1),
  Object(true),
  () => 1,
  Symbol('a'),
  NaN,
  -0,
  Infinity,
  2 ** 60,
  1n,
  null,
  undefined,
];
const anything = fc.oneof(
  fc.constantFrom<unknown>(...EDGES),
  fc.anything({ withBoxedValues: true, withDate: true, withNullPrototype: true }),
);

it.each(['isboolean', 'isinteger', 'isnumber', 'isplainobject', 'isstring'])(
  '%s says of every value what that of lodash says',
  (name) => {
    const theirs = jsonwebtoken(`lodash.${name}`) as Check;
    fc.assert(fc.property(anything, (value) => ours[name]?.(value) === theirs(value)));
  },
);

it('includes finds in a list of algorithms what that of lodash finds', () => {
  const theirs = jsonwebtoken('lodash.includes') as (list: unknown[], value: unknown) => boolean;
  const includes = ours.includes as unknown as typeof theirs;
  const list = ['HS256', 'none', NaN];
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom<unknown>(...list), anything), (value) => {
      return includes(list, value) === theirs(list, value);
    }),
  );
});

it('once calls back one time, with what it was given first', () => {
  const once = ours.once as unknown as (run: (value: number) => number) => typeof run;
  const run = jest.fn((value: number) => value + 1);
  const called = once(run);
  expect([called(1), called(5)]).toEqual([2, 2]);
  expect(run.mock.calls).toEqual([[1]]);
});

it('the ranges of Node that jsonwebtoken asks for are fulfilled by the oldest Node that is supported', () => {
  const { engines } = createRequire(__filename)('../../package.json') as {
    engines: { node: string };
  };
  const oldest = engines.node.replace('>=', '');
  for (const range of ['^6.12.0 || >=8.0.0', '>=15.7.0', '>=16.9.0']) {
    expect(semver.satisfies(oldest, range)).toBe(true);
    expect(ourSemver.satisfies(oldest, range)).toBe(true);
  }
  expect(() => ourSemver.satisfies(oldest, '>=99')).toThrow('>=99');
});

it('safe-buffer is no more than the buffer of Node', () => {
  const jws = createRequire(jsonwebtoken.resolve('jws'));
  const safeBuffer: unknown = jws('safe-buffer');
  expect(createRequire(__filename)(path.join(INLINED, 'safe-buffer.cjs'))).toBe(safeBuffer);
});
