import { placeOf, type Row, type Rows, type ThingRow, type Verdict } from './Rows.js';
import type { Part, State, ThingChange } from './steps.js';

/** What a write of one document should do: `NotFound` where there is none to change. */
export function judgeWrite(rows: Rows, write: Part): Verdict {
  switch (write.do) {
    case 'createOwner': {
      const { ownerId, name } = write;
      const named = name === undefined ? {} : { name };
      return rows.replace(undefined, { kind: 'owner', ownerId, ...named, visits: 0, tags: [] });
    }
    case 'renameOwner':
      return changed(
        rows,
        placeOf('owner', write.ownerId),
        rows.owner(write.ownerId),
        ({ name: _, ...row }) => (write.name === null ? row : { ...row, name: write.name }),
      );
    case 'visit':
      return changed(rows, placeOf('owner', write.ownerId), rows.owner(write.ownerId), (row) => ({
        ...row,
        visits: row.visits + write.by,
        tags: [...row.tags, write.tag],
      }));
    case 'claimName': {
      const { ownerId, name } = write;
      const owner = rows.owners().find((row) => row.name === name);
      if (owner) return rows.replace(owner, { ...owner, visits: owner.visits + 1 });
      return rows.replace(undefined, { kind: 'owner', ownerId, name, visits: 1, tags: [] });
    }
    case 'createThing': {
      const { do: _, ...thing } = write;
      return rows.replace(undefined, { kind: 'thing', ...thing });
    }
    case 'changeThing': {
      const row = rows.thing(write.ownerId, write.number);
      const place = placeOf('thing', write.ownerId, write.number);
      return changed(rows, place, row, (thing) => withChange(thing, write.set), hasState(write));
    }
    case 'moveThing': {
      const row = rows.thing(write.ownerId, write.number);
      const place = placeOf('thing', write.ownerId, write.number);
      return changed(rows, place, row, (thing) => ({ ...thing, number: write.to }));
    }
    case 'label': {
      const row = rows.thing(write.ownerId, write.number);
      const place = placeOf('thing', write.ownerId, write.number);
      return changed(rows, place, row, ({ labels = [], ...thing }) => {
        const rest = labels.filter((label) => label !== write.label);
        const all = write.add ? [...rest, write.label].sort() : rest;
        return all.length > 0 ? { ...thing, labels: all } : thing;
      });
    }
    case 'upsertThing': {
      const { do: _, ifState, until, ...thing } = write;
      const row = rows.thing(write.ownerId, write.number);
      if (row) return onlyIf(rows.replace(row, { ...row, ...thing }), hasState({ ifState })(row));
      const dated = until === undefined ? {} : { until };
      return rows.replace(undefined, { kind: 'thing', state: 'new', ...thing, ...dated });
    }
    case 'deleteThing': {
      const row = rows.thing(write.ownerId, write.number);
      // Nothing is there that could meet a condition.
      if (!row && write.ifState) {
        const place = placeOf('thing', write.ownerId, write.number);
        return { ...nothing(), touches: [place], fails: 'NotFound' };
      }
      if (!row) return nothing();
      return onlyIf(rows.replace(row, undefined), hasState(write)(row));
    }
    case 'createEntry': {
      const { do: _, ...entry } = write;
      return rows.replace(undefined, { kind: 'entry', times: 0, ...entry });
    }
    case 'upsertEntry': {
      const { do: _, by, ifBelow = Infinity, until, ...entry } = write;
      const row = rows.entry(write.ownerId, write.day);
      if (row) {
        const added = { ...row, ...entry, times: row.times + by };
        return onlyIf(rows.replace(row, added), row.times < ifBelow);
      }
      const dated = until === undefined ? {} : { until };
      return rows.replace(undefined, { kind: 'entry', ...entry, ...dated, times: by });
    }
    case 'dateEntry': {
      const row = rows.entry(write.ownerId, write.day);
      const place = placeOf('entry', write.ownerId, write.day);
      return changed(rows, place, row, ({ until: _, ...entry }) =>
        write.until === null ? entry : { ...entry, until: write.until },
      );
    }
    case 'deleteEntry': {
      const row = rows.entry(write.ownerId, write.day);
      return row ? rows.replace(row, undefined) : nothing();
    }
    case 'check': {
      const row = rows.thing(write.ownerId, write.number);
      const place = placeOf('thing', write.ownerId, write.number);
      return changed(rows, place, row, (thing) => thing, hasState({ ifState: write.state }));
    }
  }
}

/** A thing with some other values. */
export function withChange(row: ThingRow, { until, ...values }: ThingChange): ThingRow {
  const { until: old, ...thing } = { ...row, ...values };
  const date = until === undefined ? old : until;
  return date === null || date === undefined ? thing : { ...thing, until: date };
}

/** Whether a thing is in the state that a write asks for, if it does. */
export function hasState({ ifState }: { ifState?: State | undefined }): (row: ThingRow) => boolean {
  return ({ state }) => ifState === undefined || state === ifState;
}

function changed<R extends Row>(
  rows: Rows,
  place: string,
  row: R | undefined,
  change: (row: R) => Row,
  condition: (row: R) => boolean = () => true,
): Verdict {
  if (!row) return { ...nothing(), touches: [place], fails: 'NotFound' };
  return onlyIf(rows.replace(row, change(row)), condition(row));
}

function onlyIf(verdict: Verdict, isMet: boolean): Verdict {
  return isMet ? verdict : { ...verdict, fails: 'ConditionFailed' };
}

function nothing(): Verdict {
  return { touches: [], result: undefined, make: () => undefined };
}
