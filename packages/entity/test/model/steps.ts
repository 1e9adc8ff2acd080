import fc from 'fast-check';

/** One step of a random program. */
export type Step =
  | { do: 'createOwner'; ownerId: string; name?: string }
  | { do: 'renameOwner'; ownerId: string; name: string | null }
  | { do: 'visit'; ownerId: string; by: number; tag: string }
  | { do: 'deleteOwner'; ownerId: string; withRelated: boolean }
  | { do: 'findOwner'; name: string }
  | {
      do: 'createThing';
      ownerId: string;
      number: number;
      code?: string;
      state: State;
      size: number;
    }
  | { do: 'changeThing'; ownerId: string; number: number; set: ThingChange }
  | { do: 'moveThing'; ownerId: string; number: number; to: number }
  | { do: 'label'; ownerId: string; number: number; add: boolean; label: string }
  | { do: 'upsertThing'; ownerId: string; number: number; size: number }
  | { do: 'deleteThing'; ownerId: string; number: number }
  | { do: 'deleteThings'; ownerId: string; above: number }
  | { do: 'findThing'; code: string }
  | { do: 'listThings'; ownerId: string; from: number; descending: boolean }
  | { do: 'listState'; state: State; upTo: number }
  | { do: 'writeEntry'; ownerId: string; day: number; text?: string }
  | { do: 'listEntries'; ownerId: string; day: number }
  | { do: 'swapCodes'; ownerId: string; a: number; b: number };

export type State = 'new' | 'old';
export type ThingChange = { code?: string; state?: State; size?: number };

// Few values, so that steps meet; among them some that are hostile to keys.
const ownerId = fc.constantFrom('o', 'o#1', 'O');
const name = fc.constantFrom('ada', 'ada#', '$ada');
const code = fc.constantFrom('c', 'c 1', 'c#1');
const number = fc.constantFrom(-2, 1, 10);
const state = fc.constantFrom<State>('new', 'old');
const size = fc.constantFrom(-1.5, 0, 2, 10);
const day = fc.constantFrom(1, 2, 9);

const step = <T extends Step['do']>(kind: T) => fc.constant(kind);

/** Any step. Creates come more often than what needs something to be there. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record(
      { do: step('createOwner'), ownerId, name },
      { requiredKeys: ['do', 'ownerId'] },
    ),
  },
  fc.record({ do: step('renameOwner'), ownerId, name: fc.option(name) }),
  fc.record({ do: step('visit'), ownerId, by: fc.integer({ min: -3, max: 3 }), tag: name }),
  fc.record({ do: step('deleteOwner'), ownerId, withRelated: fc.boolean() }),
  fc.record({ do: step('findOwner'), name }),
  {
    weight: 4,
    arbitrary: fc.record(
      { do: step('createThing'), ownerId, number, code, state, size },
      { requiredKeys: ['do', 'ownerId', 'number', 'state', 'size'] },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: step('changeThing'),
      ownerId,
      number,
      set: fc
        .record({ code, state, size }, { requiredKeys: [] })
        .filter((set) => Object.keys(set).length > 0),
    }),
  },
  fc.record({ do: step('moveThing'), ownerId, number, to: number }),
  fc.record({ do: step('label'), ownerId, number, add: fc.boolean(), label: code }),
  fc.record({ do: step('upsertThing'), ownerId, number, size }),
  fc.record({ do: step('deleteThing'), ownerId, number }),
  fc.record({ do: step('deleteThings'), ownerId, above: number }),
  fc.record({ do: step('findThing'), code }),
  fc.record({ do: step('listThings'), ownerId, from: number, descending: fc.boolean() }),
  fc.record({ do: step('listState'), state, upTo: size }),
  fc.record(
    { do: step('writeEntry'), ownerId, day, text: name },
    { requiredKeys: ['do', 'ownerId', 'day'] },
  ),
  fc.record({ do: step('listEntries'), ownerId, day }),
  fc.record({ do: step('swapCodes'), ownerId, a: number, b: number }),
);
