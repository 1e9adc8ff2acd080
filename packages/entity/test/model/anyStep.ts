import fc from 'fast-check';
import type { Kind, Listed, NewEntry, NewThing, Part, State, Step, Write } from './steps.js';

// Few values, so that steps meet; among them some that are hostile to keys.
export const OWNER_IDS = ['o', 'o#1', 'O'];
export const CODES = ['c', 'c 1', 'c#1'];

const ownerId = fc.constantFrom(...OWNER_IDS);
const name = fc.constantFrom('ada', 'ada#', '$ada');
const code = fc.constantFrom(...CODES);
const number = fc.constantFrom(-2, 1, 10);
const state = fc.constantFrom<State>('new', 'old');
const size = fc.constantFrom(-1.5, 0, 2, 10);
const day = fc.constantFrom(1, 2, 9);
const until = fc.constantFrom(3, 5, 20.5);
const limit = fc.constantFrom(1, 2);
const descending = fc.boolean();

const kind = <T extends (Step | Part)['do']>(name: T) => fc.constant(name);

/** A record of which some fields may be missing. */
function partial<R extends object, O extends object>(
  required: { [K in keyof R]: fc.Arbitrary<R[K]> },
  optional: { [K in keyof O]: fc.Arbitrary<O[K]> },
): fc.Arbitrary<R & Partial<O>> {
  const all = { ...required, ...optional };
  const requiredKeys = Object.keys(required);
  return fc.record(all, { requiredKeys } as never) as fc.Arbitrary<R & Partial<O>>;
}

const thingChange = partial({}, { state, size, until: fc.option(until) }).filter(isNotEmpty);
const newThing: fc.Arbitrary<NewThing> = partial({ number, state, size }, { code, until });
const newEntry: fc.Arbitrary<NewEntry> = partial({ day }, { text: name, until });

const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  often(3, partial({ do: kind('createOwner'), ownerId }, { name })),
  fc.record({ do: kind('renameOwner'), ownerId, name: fc.option(name) }),
  fc.record({ do: kind('visit'), ownerId, by: fc.integer({ min: -3, max: 3 }), tag: name }),
  fc.record({ do: kind('claimName'), ownerId, name }),
  often(4, partial({ do: kind('createThing'), ownerId, number, state, size }, { code, until })),
  often(
    3,
    partial(
      {
        do: kind('changeThing'),
        ownerId,
        number,
        set: partial({}, { code, state, size, until: fc.option(until) }).filter(isNotEmpty),
      },
      { ifState: state },
    ),
  ),
  fc.record({ do: kind('moveThing'), ownerId, number, to: number }),
  fc.record({ do: kind('label'), ownerId, number, add: fc.boolean(), label: code }),
  often(
    2,
    partial({ do: kind('upsertThing'), ownerId, number, size }, { code, until, ifState: state }),
  ),
  partial({ do: kind('deleteThing'), ownerId, number }, { ifState: state }),
  partial({ do: kind('createEntry'), ownerId, day }, { text: name, until }),
  often(
    2,
    partial(
      { do: kind('upsertEntry'), ownerId, day, by: fc.integer({ min: 1, max: 2 }) },
      { text: name, until, ifBelow: fc.constantFrom(1, 3) },
    ),
  ),
  often(2, fc.record({ do: kind('dateEntry'), ownerId, day, until: fc.option(until) })),
  fc.record({ do: kind('deleteEntry'), ownerId, day }),
);

const anyPart: fc.Arbitrary<Part> = fc.oneof(
  often(6, anyWrite),
  partial({ do: kind('check'), ownerId, number }, { state }),
);

const ref = fc.oneof(
  fc.record({ kind: fc.constantFrom<Kind>('owner', 'thing'), ownerId, number }),
  fc.record({ kind: fc.constant<Kind>('entry'), ownerId, number: day }),
);

const listed: fc.Arbitrary<Listed> = fc.oneof(
  fc.record({ of: fc.constant('names' as const) }),
  partial({ of: fc.constant('things' as const), ownerId }, { upTo: size }),
  fc.record({ of: fc.constant('state' as const), state }),
  fc.record({ of: fc.constant('entries' as const), ownerId }),
);
const pages = fc
  .record({
    do: kind('pages'),
    pageSize: fc.integer({ min: 1, max: 3 }),
    descending,
    backwards: fc.boolean(),
  })
  .chain((how) => listed.map((what) => ({ ...how, ...what })));

const anyRead = fc.oneof(
  fc.record({ do: kind('findOwner'), name }),
  fc.record({ do: kind('findThing'), code }),
  partial({ do: kind('findFamily'), ownerId, descending }, { limit }),
  fc.record({
    do: kind('get'),
    refs: fc.array(ref, { minLength: 1, maxLength: 5 }),
    how: fc.constantFrom('batchGet' as const, 'transactGet' as const),
  }),
  partial({ do: kind('listThings'), ownerId, from: number, descending }, { limit }),
  fc.record({ do: kind('listState'), state, upTo: size, descending }),
  fc.record({ do: kind('listEntries'), ownerId, after: day }),
  fc.record({ do: kind('countThings'), ownerId, upTo: size }),
  often(3, pages),
  often(
    2,
    fc.record({
      do: kind('turnPage'),
      ownerId,
      pageSize: fc.constantFrom(1, 2),
      restart: fc.boolean(),
    }),
  ),
);

const manyThings = partial(
  { do: kind('updateThings'), ownerId, from: number, set: thingChange },
  {
    limit,
    ifState: state,
  },
);

/** A step that can be taken beside others. Writes come more often than reads. */
export const anyRacingStep: fc.Arbitrary<Step> = fc.oneof(
  often(12, anyWrite),
  often(6, anyRead),
  often(
    4,
    fc.record({
      do: kind('transact'),
      parts: fc.array(anyPart, { minLength: 1, maxLength: 4 }),
    }),
  ),
  partial(
    {
      do: kind('createFamily'),
      ownerId,
      things: fc.array(newThing, { maxLength: 2 }),
      entries: fc.array(newEntry, { maxLength: 2 }),
    },
    { name },
  ),
  fc.record({
    do: kind('moveOwner'),
    ownerId,
    to: ownerId,
    related: fc.constantFrom('refuse' as const, 'move' as const, 'leave' as const),
  }),
  fc.record({ do: kind('deleteOwner'), ownerId, withRelated: fc.boolean() }),
  manyThings,
  partial({ do: kind('updateState'), state, set: thingChange }, { limit }),
  partial({ do: kind('deleteThings'), ownerId, above: number }, { limit, ifState: state }),
  fc.record({ do: kind('deleteEntries'), ownerId, above: day }),
  fc.record({
    do: kind('batchWrite'),
    puts: fc.array(partial({ ownerId, day }, { text: name, until }), {
      minLength: 1,
      maxLength: 3,
    }),
    deletes: fc.array(fc.record({ ownerId, number: day }), { maxLength: 1 }),
  }),
);

/** Any step. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  often(16, anyRacingStep),
  fc.record({ do: kind('expire'), at: fc.constantFrom(2, 4, 5, 30) }),
);

function often<T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> {
  return { weight, arbitrary };
}

function isNotEmpty(change: object): boolean {
  return Object.keys(change).length > 0;
}
