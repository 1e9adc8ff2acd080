export type State = 'new' | 'old';
export type Kind = 'owner' | 'thing' | 'entry';

/** Values for a thing; `until`, in days, is when it expires, and null takes it away. */
export interface ThingChange {
  code?: string;
  state?: State;
  size?: number;
  until?: number | null;
}
export interface NewThing {
  number: number;
  code?: string;
  state: State;
  size: number;
  until?: number;
}
export interface NewEntry {
  day: number;
  text?: string;
  until?: number;
}

/** A write of one document, which can be a part of a transaction. */
export type Write =
  | { do: 'createOwner'; ownerId: string; name?: string }
  | { do: 'renameOwner'; ownerId: string; name: string | null }
  | { do: 'visit'; ownerId: string; by: number; tag: string }
  | { do: 'claimName'; ownerId: string; name: string }
  | ({ do: 'createThing'; ownerId: string } & NewThing)
  | { do: 'changeThing'; ownerId: string; number: number; set: ThingChange; ifState?: State }
  | { do: 'moveThing'; ownerId: string; number: number; to: number }
  | { do: 'label'; ownerId: string; number: number; add: boolean; label: string }
  | ({ do: 'upsertThing'; ownerId: string; ifState?: State } & Omit<NewThing, 'state'>)
  | { do: 'deleteThing'; ownerId: string; number: number; ifState?: State }
  | ({ do: 'createEntry'; ownerId: string } & NewEntry)
  | ({ do: 'upsertEntry'; ownerId: string; by: number; ifBelow?: number } & NewEntry)
  | { do: 'dateEntry'; ownerId: string; day: number; until: number | null }
  | { do: 'deleteEntry'; ownerId: string; day: number };

export type Part = Write | { do: 'check'; ownerId: string; number: number; state?: State };

/** A document by its key; an owner's has no number. */
export interface Ref {
  kind: Kind;
  ownerId: string;
  number: number;
}

export type Read =
  | { do: 'findOwner'; name: string }
  | { do: 'findThing'; code: string }
  | { do: 'findFamily'; ownerId: string; limit?: number; descending: boolean }
  | { do: 'get'; refs: Ref[]; how: 'batchGet' | 'transactGet' }
  | { do: 'listThings'; ownerId: string; from: number; limit?: number; descending: boolean }
  | { do: 'listState'; state: State; upTo: number; descending: boolean }
  | { do: 'listEntries'; ownerId: string; after: number }
  | { do: 'countThings'; ownerId: string; upTo: number }
  | ({ do: 'pages'; pageSize: number; descending: boolean; backwards: boolean } & Listed)
  | { do: 'turnPage'; ownerId: string; pageSize: number; restart: boolean }
  | { do: 'stored'; ownerId: string };

/** A list that can be read page by page. */
export type Listed =
  | { of: 'names' }
  | { of: 'things'; ownerId: string; upTo?: number }
  | { of: 'state'; state: State }
  | { of: 'entries'; ownerId: string };

/** One step of a random program. */
export type Step =
  | Write
  | Read
  | { do: 'transact'; parts: Part[] }
  | { do: 'createFamily'; ownerId: string; name?: string; things: NewThing[]; entries: NewEntry[] }
  | { do: 'moveOwner'; ownerId: string; to: string; related: 'refuse' | 'move' | 'leave' }
  | { do: 'deleteOwner'; ownerId: string; withRelated: boolean }
  | {
      do: 'updateThings';
      ownerId: string;
      from: number;
      limit?: number;
      ifState?: State;
      set: Omit<ThingChange, 'code'>;
    }
  | { do: 'updateState'; state: State; limit?: number; set: Omit<ThingChange, 'code'> }
  | { do: 'deleteThings'; ownerId: string; above: number; limit?: number; ifState?: State }
  | { do: 'deleteEntries'; ownerId: string; above: number }
  | { do: 'batchWrite'; puts: ({ ownerId: string } & NewEntry)[]; deletes: Omit<Ref, 'kind'>[] }
  | { do: 'expire'; at: number };
