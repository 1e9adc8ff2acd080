import fc from 'fast-check';
import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';

// What the build takes in place of some packages of jsonwebtoken's, beside those packages.
const INLINED = path.join(__dirname, '../../../../scripts/inlined');
const jsonwebtoken = createRequire(createRequire(__filename).resolve('jsonwebtoken'));
const inlined = (file: string): unknown => createRequire(__filename)(path.join(INLINED, file));
const ours = inlined('lodash.cjs') as Record<string, Check>;

type Check = (value: unknown) => unknown;
interface Jws {
  sign(options: object): string;
  verify(token: string, algorithm: string, secret: unknown): boolean;
  decode(token: string, options?: { readonly json?: boolean }): unknown;
  createSign(options: object): unknown;
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

describe('jws', () => {
  const theirs = jsonwebtoken('jws') as Jws;
  const own = inlined('jws.cjs') as Jws;
  const secret = createSecretKey(Buffer.alloc(32, 1));
  const other = createSecretKey(Buffer.alloc(32, 2));
  const headers = fc.record(
    {
      alg: fc.constant('HS256'),
      typ: fc.constantFrom('JWT', 'a+jwt', ''),
      kid: fc.string({ unit: 'binary' }),
    },
    { requiredKeys: ['alg'] },
  );
  const payloads = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.object());
  const tokens = fc
    .tuple(headers, payloads)
    .map(([header, payload]) => theirs.sign({ header, payload, secret, encoding: 'utf8' }));
  /** Tokens with a piece replaced, and parts that are no tokens at all. */
  const anyText = fc.oneof(
    tokens,
    fc.tuple(tokens, fc.nat(), fc.string({ maxLength: 3 })).map(([token, at, piece]) => {
      const from = at % token.length;
      return token.slice(0, from) + piece + token.slice(from + piece.length);
    }),
    fc.array(fc.base64String(), { minLength: 2, maxLength: 4 }).map((parts) => parts.join('.')),
    fc.string(),
  );

  it('signs the token that the package signs', () => {
    fc.assert(
      fc.property(headers, payloads, (header, payload) => {
        const options = { header, payload, secret, encoding: 'utf8' };
        expect(own.sign(options)).toBe(theirs.sign(options));
      }),
    );
  });

  it('verifies what the package verifies, and refuses what it refuses', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(secret, other), (text, key) => {
        fc.pre(text.split('.').length === 3);
        expect(own.verify(text, 'HS256', key)).toBe(theirs.verify(text, 'HS256', key));
      }),
      { numRuns: 1000 },
    );
  });

  it('verifies a token with its own key only', () => {
    fc.assert(
      fc.property(tokens, (token) => {
        expect([secret, other].map((key) => own.verify(token, 'HS256', key))).toEqual([
          true,
          false,
        ]);
        expect(own.verify(token.slice(0, -1), 'HS256', secret)).toBe(false);
        expect(own.verify(`${token}A`, 'HS256', secret)).toBe(false);
      }),
    );
  });

  it('reads what the package reads in a token, whatever it is', () => {
    const outcome = (read: () => unknown): unknown => {
      try {
        return read();
      } catch {
        return 'throws';
      }
    };
    fc.assert(
      fc.property(anyText, fc.constantFrom({}, { json: true }, undefined), (text, options) => {
        expect(outcome(() => own.decode(text, options))).toEqual(
          outcome(() => theirs.decode(text, options)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['none', 'HS384', 'HS512', 'RS256', 'PS256', 'ES256', 'hs256', ''])(
    'refuses the algorithm %j, which no token of ours has',
    (alg) => {
      const options = { header: { alg }, payload: '{}', secret };
      expect(() => own.sign(options)).toThrow('HS256');
      const input = Buffer.from(JSON.stringify({ alg })).toString('base64url');
      expect(() => own.verify(`${input}.e30.`, alg, secret)).toThrow('HS256');
    },
  );

  it('refuses a public key in place of a secret', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const token = theirs.sign({ header: { alg: 'HS256' }, payload: '{}', secret });
    expect(() => own.verify(token, 'HS256', publicKey)).toThrow('expected secret');
  });

  it('refuses to sign with a callback', () => {
    expect(() => own.createSign({})).toThrow('callback');
  });
});

describe('files of jsonwebtoken', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

  it('validateAsymmetricKey accepts a secret key, as that of the package, and refuses all others', () => {
    const theirs = jsonwebtoken('./lib/validateAsymmetricKey') as (...all: unknown[]) => unknown;
    const own = inlined('jsonwebtoken/validateAsymmetricKey.cjs') as typeof theirs;
    const secret = createSecretKey(Buffer.alloc(32, 1));
    expect([own('HS256', secret), theirs('HS256', secret)]).toEqual([undefined, undefined]);
    expect(() => own('HS256', publicKey)).toThrow('secret key');
    expect(() => theirs('HS256', publicKey)).toThrow();
  });

  it('timespan refuses to be used', () => {
    const own = inlined('jsonwebtoken/timespan.cjs') as Check;
    expect(() => own('1d')).toThrow('seconds');
  });

  it('psSupported says that no algorithm of RSA-PSS is offered', () => {
    expect(inlined('jsonwebtoken/psSupported.cjs')).toBe(false);
  });
});
