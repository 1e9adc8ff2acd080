import type { SelfServiceCode } from './selfServiceCodes.js';
import type { Person, World, WorldOptions } from './World.js';

/** One side of a boundary: what is called. */
export type Side = (world: World, person: Person) => unknown;

/** A name, and what is called at both sides of its boundary. */
export interface Row {
  readonly name: SelfServiceCode;
  /** Which call, and which of its conditions. */
  readonly about: string;
  /** What is there before; the person is given to the sides. */
  readonly setUp?: (world: World) => Promise<Person>;
  /** Just inside: the name does not come. */
  readonly inside: Side;
  /** What comes in its place (default: none). */
  readonly insideCode?: SelfServiceCode;
  /** Just outside: the name comes. */
  readonly outside: Side;
  /** Default: none. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Default: 400. */
  readonly status?: number;
  /** Whether the refusal leaves something behind: a count of attempts. */
  readonly leavesCount?: true;
  /** Tells whether the client's network is counted first, as at every sign-up that can be read (story 18). */
  readonly countsNetwork?: true;
  /** For what depends on how the accounts are set up: they get a table of their own. */
  readonly options?: WorldOptions;
}

type Calls = 'signUp' | 'signIn' | 'forgotPassword';

/** A row whose sides are one call, with some of its parameters replaced. */
export function rowOf(
  call: Calls,
  name: SelfServiceCode,
  {
    inside,
    outside,
    about = '',
    ...more
  }: { readonly inside: unknown; readonly outside: unknown; readonly about?: string } & Partial<
    Omit<Row, 'name' | 'inside' | 'outside'>
  >,
): Row {
  return {
    ...more,
    name,
    about: `${call} ${about}`.trim(),
    inside: (world) => world[call](inside),
    outside: (world) => world[call](outside),
  };
}

const MAX_CODE_POINTS = 1000;
const LONGEST = 'q7 %'.repeat(MAX_CODE_POINTS / 4);
// Four UTF-16 units each, which are one code point once they are composed.
const LONGEST_DECOMPOSED = '\u1f82'.normalize('NFD').repeat(MAX_CODE_POINTS);
const LONGEST_OF_PAIRS = '\u{1f511}'.repeat(MAX_CODE_POINTS);

/** The longest passwords that there may be, in several forms; one character more is too long. */
export const LONGEST_PASSWORDS: readonly (readonly [about: string, password: string])[] = [
  ['in ASCII', LONGEST],
  ['in surrogate pairs', LONGEST_OF_PAIRS],
  ['decomposed', LONGEST_DECOMPOSED],
];

/** The details of a password that is too long. */
export const tooLong = (path: string): Readonly<Record<string, unknown>> => ({
  path,
  maxLength: MAX_CODE_POINTS,
  maxLen: MAX_CODE_POINTS,
});
