/** A value that no caller with types would give, made anew for each use. */
export interface HostileValue {
  readonly name: string;
  readonly make: () => unknown;
}

const MEGABYTE = 1024 * 1024;
/** Thrown by hostile getters and traps; a library must not let it through. */
export const CALLERS_OWN = 'thrown by a getter of the caller';

function refuse(): never {
  throw new Error(CALLERS_OWN);
}

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
}

function cyclic(): object {
  const circle: Record<string, unknown> = { name: 'x' };
  circle.self = circle;
  circle.list = [circle];
  return circle;
}

/** An object all of whose traps throw. */
export function throwingProxy(target: object = {}): object {
  const traps = ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf'];
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, refuse])));
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Strings, which a client can send as well. */
export const HOSTILE_STRINGS: readonly HostileValue[] = Object.entries({
  'an empty string': '',
  'white space': ' \t\n\u00a0',
  NUL: '\0',
  'a lone surrogate': 'a\ud800',
  'the other lone surrogate': '\udc00b',
  'an override of direction': 'ada\u202e\u2066',
  'combining letters': `e${'\u0301'.repeat(2000)}`,
  'letters that normalising multiplies': '\ufdfa'.repeat(1000),
  'full-width letters': '\uff41\uff20\uff42\uff0ecom',
  'an @ alone': '@',
  __proto__: '__proto__',
  constructor: 'constructor',
  toString: 'toString',
  'an operator': '$set',
  'a key of the table': 'account#01ARZ3NDEKTSV4RRFFQ69G5FAV',
  'an id that nobody has': '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  'an address': 'hostile@example.com',
  'a phone number': '+4930999999',
  'a path': '../../etc/passwd%00',
  'line breaks': 'a\r\nSet-Cookie: b=c',
  markup: '<script>alert(1)</script>${7*7}{{7*7}}',
  'a number in letters': '1e309',
  'a duration': '9'.repeat(30) + 'd',
  'a JWT of others': 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
  'a thousand letters': 'x'.repeat(1001),
}).map(([name, value]) => ({ name, make: () => value }));

/** Strings of a megabyte. */
export const HUGE_STRINGS: readonly HostileValue[] = (
  [
    ['of letters', 'x'],
    ['of emoji', '😀'],
    ['of @', '@'],
    ['of dots', 'a.'],
    ['of zeros', '0'],
    ['of white space', ' '],
    ['of combining letters', '\u0301'],
    ['of slashes and dots', '/.'],
  ] as const
).map(([name, unit]) => ({
  name: `a megabyte ${name}`,
  make: () => unit.repeat(MEGABYTE / unit.length),
}));

/** Values that survive JSON. */
export const HOSTILE_JSON: readonly HostileValue[] = Object.entries<() => unknown>({
  null: () => null,
  true: () => true,
  false: () => false,
  zero: () => 0,
  'a negative number': () => -1,
  'a large number': () => 1e308,
  'an unsafe integer': () => 2 ** 53 + 2,
  'an empty list': () => [],
  'an empty object': () => ({}),
  'a list of a list': () => [['x']],
  'an operator object': () => ({ $ne: '' }),
  '__proto__ as a key': () => JSON.parse('{"__proto__": {"isAdmin": true}}') as unknown,
  'constructor as a key': () => ({ constructor: { prototype: { isAdmin: true } } }),
  'a hundred thousand elements': () => new Array<string>(100_000).fill('x'),
  'an object of ten thousand keys': () =>
    Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, at])),
  'objects in a thousand levels': () => nested(1000, (inner) => ({ a: inner })),
  'lists in a thousand levels': () => nested(1000, (inner) => [inner]),
}).map(([name, make]) => ({ name, make }));

/** Values that only code can give. */
const HOSTILE_OBJECTS: readonly HostileValue[] = Object.entries<() => unknown>({
  undefined: () => undefined,
  NaN: () => Number.NaN,
  Infinity: () => Infinity,
  '-0': () => -0,
  'a bigint': () => 10n,
  'a symbol': () => Symbol('hostile'),
  'a function': () => () => 'x',
  'a class': () => URL,
  'a Date': () => new Date(0),
  'an invalid Date': () => new Date(Number.NaN),
  'a Map': () => new Map([['a', 1]]),
  'a Set': () => new Set(['a']),
  'a RegExp': () => /a/g,
  bytes: () => new Uint8Array(10),
  'a megabyte of bytes': () => Buffer.alloc(MEGABYTE),
  'a String object': () => new String('hostile@example.com'),
  'an object without prototype': () => Object.assign(Object.create(null) as object, { a: 1 }),
  'a sparse list': () => new Array<string>(2 ** 32 - 1),
  'like a list, and long': () => ({ length: 2 ** 40, 0: 'x' }),
  'objects in a hundred thousand levels': () => nested(100_000, (inner) => ({ a: inner })),
  'a circle': cyclic,
  'a getter that throws': () => Object.defineProperty({}, 'a', { enumerable: true, get: refuse }),
  'a Proxy that throws': () => throwingProxy(),
  'a list Proxy that throws': () => throwingProxy([]),
  'a revoked Proxy': revokedProxy,
  'toString that throws': () => ({ toString: refuse, valueOf: refuse, toJSON: refuse }),
  'toPrimitive that throws': () => ({ [Symbol.toPrimitive]: refuse }),
  'an iterator that throws': () => ({ [Symbol.iterator]: refuse }),
  'a thenable that throws': () => ({ then: refuse }),
  'a thenable that never ends': () => ({ then: () => undefined }),
  'a promise': () => Promise.resolve('x'),
  'a class instance with getters': () =>
    new (class Hostile {
      get a(): string {
        return refuse();
      }
    })(),
}).map(([name, make]) => ({ name, make }));

/** Everything, of which a fuzzer picks. */
export const HOSTILE_VALUES: readonly HostileValue[] = [
  ...HOSTILE_STRINGS,
  ...HUGE_STRINGS,
  ...HOSTILE_JSON,
  ...HOSTILE_OBJECTS,
];
