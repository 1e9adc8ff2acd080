import { EntityError, type Table } from '@latchkey/entity';
import { byPlace } from './Model.js';
import { Entry, Owner, Thing } from './definitions.js';
import type { Step } from './steps.js';

const SYSTEM = ['id', 'ulid', 'createdAt', 'updatedAt', 'createdBy', 'updatedBy'];
const DAY_MS = 24 * 60 * 60 * 1000;
const date = (day: number): Date => new Date(day * DAY_MS);

/** The entities themselves, in a form that can be compared with the model. */
export class Real {
  readonly owners;
  readonly things;
  readonly entries;

  constructor(private readonly table: Table) {
    this.owners = table
      .entity(Owner)
      .addIndexRelation('things', Thing)
      .addIndexRelation('entries', Entry);
    this.things = table.entity(Thing);
    this.entries = table.entity(Entry);
  }

  async run(step: Step): Promise<unknown> {
    try {
      return await this.#run(step);
    } catch (error) {
      if (!EntityError.is(error)) throw error;
      return error.code;
    }
  }

  async #run(step: Step): Promise<unknown> {
    const { owners, things, entries } = this;
    switch (step.do) {
      case 'createOwner': {
        const { do: _, ...item } = step;
        return plain((await owners.createOne({ item })).item);
      }
      case 'renameOwner': {
        const update =
          step.name === null ? { $remove: ['name' as const] } : { $set: { name: step.name } };
        return plain((await owners.updateOne({ filter: { ownerId: step.ownerId }, update })).item);
      }
      case 'visit': {
        const update = { $inc: { visits: step.by }, $append: { tags: [step.tag] } };
        return plain((await owners.updateOne({ filter: { ownerId: step.ownerId }, update })).item);
      }
      case 'deleteOwner': {
        const { ownerId, withRelated } = step;
        return (await owners.deleteOne({ filter: { ownerId }, withRelated })).deletedCount;
      }
      case 'findOwner':
        return plain((await owners.findOne({ filter: { name: step.name } })).item);
      case 'createThing': {
        const { do: _, ...item } = step;
        return plain((await things.createOne({ item })).item);
      }
      case 'changeThing': {
        const { ownerId, number, set } = step;
        const changed = await things.updateOne({
          filter: { ownerId, number },
          update: { $set: set },
        });
        return plain(changed.item);
      }
      case 'moveThing': {
        const { ownerId, number, to } = step;
        const update = { $set: { number: to } };
        return plain((await things.updateOne({ filter: { ownerId, number }, update })).item);
      }
      case 'label': {
        const { ownerId, number, add, label } = step;
        const update = add ? { $addToSet: { labels: [label] } } : { $pull: { labels: [label] } };
        return plain((await things.updateOne({ filter: { ownerId, number }, update })).item);
      }
      case 'upsertThing': {
        const { ownerId, number, size } = step;
        const { item } = await things.updateOne({
          filter: { ownerId, number },
          update: { $set: { size }, $setOnInsert: { state: 'new' } },
          upsert: true,
        });
        return plain(item);
      }
      case 'deleteThing': {
        const { ownerId, number } = step;
        return plain((await things.deleteOne({ filter: { ownerId, number } })).item);
      }
      case 'deleteThings': {
        const filter = { ownerId: step.ownerId, number: { $gt: step.above } };
        return (await things.deleteMany({ filter })).deletedCount;
      }
      case 'findThing':
        return plain((await things.findOne({ filter: { code: step.code } })).item);
      case 'listThings': {
        const { items } = await things.findMany({
          filter: { ownerId: step.ownerId, number: { $gte: step.from } },
          sort: step.descending ? 'descending' : 'ascending',
        });
        return items.map(plain);
      }
      case 'listState': {
        const filter = { state: step.state, size: { $lt: step.upTo } };
        const { items } = await things.findMany({ filter });
        const sizes = items.map(({ size }) => size);
        if (sizes.some((size, at) => size < (sizes[at - 1] ?? size))) return 'out of order';
        return items.map((item) => plain(item) as (typeof items)[number]).sort(byPlace);
      }
      case 'writeEntry': {
        const { do: _, day, ...rest } = step;
        return plain((await entries.createOne({ item: { ...rest, day: date(day) } })).item);
      }
      case 'listEntries': {
        const { ownerId, day } = step;
        const { items } = await entries.findMany({ filter: { ownerId, day: { $gt: date(day) } } });
        return items.map(plain);
      }
      case 'swapCodes':
        return this.#swapCodes(step.ownerId, step.a, step.b);
    }
  }

  async #swapCodes(ownerId: string, a: number, b: number): Promise<unknown> {
    const found = await this.table.batchGet(
      a === b
        ? [this.things.reference({ ownerId, number: a })]
        : [
            this.things.reference({ ownerId, number: a }),
            this.things.reference({ ownerId, number: b }),
          ],
      { consistent: true },
    );
    const [first, second] = found;
    if (!first || !second) return 'impossible';
    const both = first.code !== undefined && second.code !== undefined;
    const change = (number: number, by: number, code: string | undefined) =>
      this.things.updateOneOperation({
        filter: { ownerId, number },
        update: {
          $inc: { size: by },
          ...(both && code !== undefined && { $set: { code } }),
        },
      });
    if (both && first.code === second.code) return 'impossible';
    await this.table.transact([change(a, 1, second.code), change(b, -1, first.code)]);
    return 'done';
  }
}

/**
 * A document as the model has it: no system fields, dates as days, sets as sorted lists. Its fields
 * are in the order of their names, because an answer has them in any.
 */
export function plain(document: object | null): unknown {
  if (!document) return null;
  const fields = Object.entries(document).flatMap(([name, value]: [string, unknown]) => {
    if (SYSTEM.includes(name) || value === undefined) return [];
    if (value instanceof Date) return [[name, value.getTime() / DAY_MS] as const];
    if (value instanceof Set) return [[name, [...(value as Set<string>)].sort()] as const];
    return [[name, value] as const];
  });
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}
