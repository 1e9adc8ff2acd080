import type { Table, TransactOperation } from '@latchkey/entity';
import { Entry, Owner, Thing } from './definitions.js';
import { date } from './plain.js';
import type { Part, ThingChange, Write } from './steps.js';

/** A write of one document: by itself, or as a part of a transaction. */
interface RealWrite {
  run(): Promise<unknown>;
  operation(): TransactOperation<unknown>;
}

type Bound = ReturnType<typeof bind>;

/** The entities of a table, with the relations of an owner. */
export function bind(table: Table) {
  return {
    owners: table
      .entity(Owner)
      .addIndexRelation('things', Thing)
      .addIndexRelation('entries', Entry),
    things: table.entity(Thing),
    entries: table.entity(Entry),
  };
}

/** The calls that a write stands for. */
export function realWrite({ owners, things, entries }: Bound, write: Write): RealWrite {
  const updateOwner = (input: Parameters<typeof owners.updateOne>[0]): RealWrite => ({
    run: async () => (await owners.updateOne(input)).item,
    operation: () => owners.updateOneOperation(input),
  });
  const updateThing = (input: Parameters<typeof things.updateOne>[0]): RealWrite => ({
    run: async () => (await things.updateOne(input)).item,
    operation: () => things.updateOneOperation(input),
  });
  switch (write.do) {
    case 'createOwner': {
      const { do: _, ...item } = write;
      return {
        run: async () => (await owners.createOne({ item })).item,
        operation: () => owners.createOneOperation({ item }),
      };
    }
    case 'renameOwner': {
      const { ownerId, name } = write;
      const update = name === null ? { $remove: ['name' as const] } : { $set: { name } };
      return updateOwner({ filter: { ownerId }, update });
    }
    case 'visit': {
      const { ownerId, by, tag } = write;
      return updateOwner({
        filter: { ownerId },
        update: { $inc: { visits: by }, $append: { tags: [tag] } },
      });
    }
    case 'claimName': {
      const { ownerId, name } = write;
      const update = { $inc: { visits: 1 }, $setOnInsert: { ownerId } };
      return updateOwner({ filter: { name }, update, upsert: true });
    }
    case 'createThing': {
      const { do: _, ...thing } = write;
      const item = dated(thing);
      return {
        run: async () => (await things.createOne({ item })).item,
        operation: () => things.createOneOperation({ item }),
      };
    }
    case 'changeThing': {
      const { ownerId, number, set, ifState } = write;
      return updateThing({
        filter: { ownerId, number },
        update: changeOf(set),
        ...(ifState && { condition: { state: ifState } }),
      });
    }
    case 'moveThing': {
      const { ownerId, number, to } = write;
      return updateThing({ filter: { ownerId, number }, update: { $set: { number: to } } });
    }
    case 'label': {
      const { ownerId, number, add, label } = write;
      const update = add ? { $addToSet: { labels: [label] } } : { $pull: { labels: [label] } };
      return updateThing({ filter: { ownerId, number }, update });
    }
    case 'upsertThing': {
      const { ownerId, number, size, code, until, ifState } = write;
      return updateThing({
        filter: { ownerId, number },
        update: {
          $set: { size, ...(code !== undefined && { code }) },
          $setOnInsert: { state: 'new', ...(until !== undefined && { until: date(until) }) },
        },
        ...(ifState && { condition: { state: ifState } }),
        upsert: true,
      });
    }
    case 'deleteThing': {
      const { ownerId, number, ifState } = write;
      const input = {
        filter: { ownerId, number },
        ...(ifState && { condition: { state: ifState } }),
      };
      return {
        run: async () => (await things.deleteOne(input)).item,
        operation: () => things.deleteOneOperation(input),
      };
    }
    case 'createEntry': {
      const { do: _, day, ...entry } = write;
      const item = dated({ ...entry, day: date(day) });
      return {
        run: async () => (await entries.createOne({ item })).item,
        operation: () => entries.createOneOperation({ item }),
      };
    }
    case 'upsertEntry': {
      const { ownerId, day, text, until, by, ifBelow } = write;
      const input = {
        filter: { ownerId, day: date(day) },
        update: {
          $inc: { times: by },
          ...(text !== undefined && { $set: { text } }),
          ...(until !== undefined && { $setOnInsert: { until: date(until) } }),
        },
        ...(ifBelow !== undefined && { condition: { times: { $lt: ifBelow } } }),
        upsert: true,
      };
      return {
        run: async () => (await entries.updateOne(input)).item,
        operation: () => entries.updateOneOperation(input),
      };
    }
    case 'dateEntry': {
      const { ownerId, day, until } = write;
      const update =
        until === null ? { $remove: ['until' as const] } : { $set: { until: date(until) } };
      const input = { filter: { ownerId, day: date(day) }, update };
      return {
        run: async () => (await entries.updateOne(input)).item,
        operation: () => entries.updateOneOperation(input),
      };
    }
    case 'deleteEntry': {
      const filter = { ownerId: write.ownerId, day: date(write.day) };
      return {
        run: async () => (await entries.deleteOne({ filter })).item,
        operation: () => entries.deleteOneOperation({ filter }),
      };
    }
  }
}

/** A part of a transaction. */
export function realOperation(bound: Bound, part: Part): TransactOperation<unknown> {
  if (part.do !== 'check') return realWrite(bound, part).operation();
  const { ownerId, number, state } = part;
  const filter = { ownerId, number };
  return bound.things.checkOperation({ filter, ...(state && { condition: { state } }) });
}

/** The operators for a change of a thing. */
export function changeOf({ until, ...values }: ThingChange) {
  const $set = until === undefined || until === null ? values : { ...values, until: date(until) };
  return {
    ...(Object.keys($set).length > 0 && { $set }),
    ...(until === null && { $remove: ['until' as const] }),
  };
}

/** Input with its day of expiry as a date. */
export function dated<T extends { until?: number }>({ until, ...rest }: T) {
  return { ...rest, ...(until !== undefined && { until: date(until) }) };
}
