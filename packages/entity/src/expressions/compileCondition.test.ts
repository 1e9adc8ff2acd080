import { inspect } from 'node:util';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { Note } from '../../test/support/entities.js';
import { tableItems } from '../../test/support/tableItems.js';
import { errorOf } from '../../test/support/errorOf.js';
import { EntityModel } from '../entity/EntityModel.js';
import type { Stored } from '../entity/inputs.js';
import type { Condition } from './Condition.js';
import { matcherOf } from './matcherOf.js';
import { parseCondition } from './parseCondition.js';

type NoteCondition = Condition<Stored<typeof Note>>;

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Note]);
  await test.table.entity(Note).createOne({ item });
});
afterAll(() => test.drop());

const key = { owner: 'ada', title: 'a' };
const item = {
  ...key,
  text: 'hello',
  count: 5,
  big: 2n ** 60n,
  tags: new Set(['x', 'y']),
  lines: ['a', 'b'],
  moments: [new Date(1)],
  place: { city: 'b', deep: { at: new Date(5) } },
  extra: { '#a': [1, { b: null }] },
  seenAt: new Date(1000),
};

const upTo = (end: number): number[] => Array.from({ length: end }, (_, at) => at);

/** Too much for one expression. */
const longConditions: [string, object][] = [
  ['more values than 4 KB can name', { count: { $in: upTo(900) } }],
  ['more operators than DynamoDB takes', { $or: upTo(200).map((count) => ({ count })) }],
];

describe('a condition', () => {
  it.each<[string, NoteCondition, boolean]>([
    ['a value asks for equality', { text: 'hello' }, true],
    ['another value does not hold', { text: 'Hello' }, false],
    ['a date asks for equality', { seenAt: new Date(1000) }, true],
    ['a set asks for equality', { tags: new Set(['y', 'x']) }, true],
    ['a list asks for equality', { lines: ['a', 'b'] }, true],
    ['a list in another order is another', { lines: ['b', 'a'] }, false],
    ['a nested value asks for equality', { 'place.city': 'b' }, true],
    ['an element of a list asks for equality', { 'lines.1': 'b' }, true],
    ['an open field is a path, too', { 'extra.#a': [1, { b: null }] }, true],
    ['$eq', { count: { $eq: 5 } }, true],
    ['$ne', { count: { $ne: 5 } }, false],
    ['$ne holds of what is not there', { whole: { $ne: 5 } }, true],
    ['$lt at its edge', { count: { $lt: 5 } }, false],
    ['$lte at its edge', { count: { $lte: 5 } }, true],
    ['$gt at its edge', { count: { $gt: 5 } }, false],
    ['$gte at its edge', { count: { $gte: 5 } }, true],
    ['$gt of bigints', { big: { $gt: 2n ** 60n - 1n } }, true],
    ['$gt of dates', { seenAt: { $gt: new Date(999) } }, true],
    ['$lt of a nested date', { 'place.deep.at': { $lt: new Date(5) } }, false],
    ['$between with both its ends', { count: { $between: [5, 5] } }, true],
    ['$between the wrong way round', { count: { $between: [6, 4] } }, false],
    ['$between outside', { count: { $between: [6, 9] } }, false],
    ['$in', { text: { $in: ['x', 'hello'] } }, true],
    ['$in without it', { text: { $in: ['x'] } }, false],
    ['$in of two', { text: { $in: ['x', 'y'] } }, false],
    ['$in of none', { text: { $in: [] } }, false],
    ['$in of more than 100', { count: { $in: upTo(250) } }, true],
    ['$in of more than 100 without it', { count: { $in: upTo(250).slice(6) } }, false],
    ['$notIn', { text: { $notIn: ['x', 'y'] } }, true],
    ['$notIn with it', { text: { $notIn: ['x', 'hello'] } }, false],
    ['$notIn of none', { text: { $notIn: [] } }, true],
    ['$notIn of what is not there', { whole: { $notIn: [1, 2] } }, true],
    ['$notIn of more than 100', { count: { $notIn: upTo(250) } }, false],
    ['$not of $in', { $not: { count: { $in: [1, 2] } } }, true],
    ['$not of $notIn', { $not: { count: { $notIn: [5, 6] } } }, true],
    ['$or of a long $in', { $or: [{ count: { $in: upTo(150) } }, { text: 'x' }] }, true],
    ['$or beside a long $in', { text: 'hello', count: { $in: upTo(150) } }, true],
    ['a date in $in', { seenAt: { $in: [new Date(1000), new Date(5)] } }, true],
    ['a bigint in $in', { big: { $in: [1n, 2n ** 60n] } }, true],
    ['a set in $in', { tags: { $in: [new Set(['y', 'x']), new Set(['z'])] } }, true],
    ['$exists', { text: { $exists: true } }, true],
    ['$exists of nothing', { whole: { $exists: true } }, false],
    ['$exists: false', { whole: { $exists: false } }, true],
    ['$type', { tags: { $type: 'SS' } }, true],
    ['$type of another', { tags: { $type: 'L' } }, false],
    ['$startsWith', { text: { $startsWith: 'hel' } }, true],
    ['$startsWith in the middle', { text: { $startsWith: 'ell' } }, false],
    ['$contains a part of a text', { text: { $contains: 'ell' } }, true],
    ['$contains an element of a list', { lines: { $contains: 'b' } }, true],
    ['$contains an element of a set', { tags: { $contains: 'z' } }, false],
    ['$contains a date', { moments: { $contains: new Date(1) } }, true],
    ['several comparisons of one field', { count: { $gt: 4, $lt: 6 } }, true],
    ['several comparisons of which one fails', { count: { $gt: 4, $lt: 5 } }, false],
    ['several fields', { count: 5, text: 'hello' }, true],
    ['several fields of which one fails', { count: 5, text: 'x' }, false],
    ['$and', { $and: [{ count: 5 }, { text: 'x' }] }, false],
    ['$or', { $or: [{ count: 6 }, { text: 'hello' }] }, true],
    ['$and of none', { $and: [] }, true],
    ['$or of no condition', { $or: [] }, false],
    ['$or of what asks for nothing', { $or: [{}, { count: 6 }] }, true],
    ['$not of what asks for nothing', { $not: {} }, false],
    ['$not of $or of no condition', { $not: { $or: [] } }, true],
    ['$and of $or of no condition', { $and: [{ count: 5 }, { $or: [] }] }, false],
    ['$or of what never holds', { $or: [{ count: { $in: [] } }, { count: 5 }] }, true],
    ['a map asks for equality', { place: { city: 'b', deep: { at: new Date(5) } } }, true],
    ['a map of other fields', { place: { city: 'b' } }, false],
    ['a list with null', { 'extra.#a': { $contains: { b: null } } }, true],
    ['a bigger number', { big: { $lt: 2n ** 60n } }, false],
    ['$or of none', { $or: [{ count: 6 }, { text: 'x' }] }, false],
    ['$not', { $not: { count: 6 } }, true],
    ['$not of all', { $not: { count: 5, text: 'x' } }, true],
    ['$not of a $between', { $not: { count: { $between: [1, 4] } } }, true],
    [
      'an $or of several fields binds them first',
      { $or: [{ count: 5, text: 'x' }, { flag: true }] },
      false,
    ],
    ['$or beside a field', { count: 6, $or: [{ text: 'hello' }, { flag: true }] }, false],
    ['$not beside $or', { $not: { text: 'x' }, $or: [{ count: 5 }] }, true],
    ['$and of one', { $and: [{ $and: [{ count: 5 }] }] }, true],
    ['$not of $not', { $not: { $not: { text: 'hello' } } }, true],
    ['$or of $not', { $or: [{ $not: { count: 5 } }, { $not: { count: 6 } }] }, true],
    ['$not of a function', { $not: { whole: { $exists: true } } }, true],
    [
      '$or of functions',
      { $or: [{ whole: { $exists: true } }, { text: { $startsWith: 'h' } }] },
      true,
    ],
    ['nesting', { $or: [{ $and: [{ $not: { $or: [{ count: 6 }] } }, { text: 'hello' }] }] }, true],
  ])('%s', async (_, condition, holds) => {
    const notes = test.table.entity(Note);
    const attempt = notes.updateOne({ filter: key, update: { $set: { flag: false } }, condition });
    if (holds) expect((await attempt).item).not.toBeNull();
    else expect((await errorOf(attempt)).code).toBe('ConditionFailed');
    // As a filter, and as the condition of a document that is read and written back, it says the same.
    const { items } = await notes.findMany({ filter: { ...key, ...condition } });
    expect(items).toHaveLength(holds ? 1 : 0);
    // An item that was read by key is judged in the same way.
    const [stored] = await tableItems(test.client, test.table.name);
    const model = new EntityModel(Note, '');
    const meets = matcherOf(parseCondition(condition, model));
    expect(meets(stored ?? {})).toBe(holds);
    // The update below makes the field `whole`.
    if (inspect(condition, { depth: 9 }).includes('whole')) return;
    const replaced = notes.updateOne({ filter: key, update: { $inc: { whole: 0 } }, condition });
    if (holds) expect((await replaced).item).not.toBeNull();
    else expect((await errorOf(replaced)).code).toBe('ConditionFailed');
    await notes.updateOne({ filter: key, update: { $remove: ['whole'] } });
  });

  it.each(longConditions)('of %s is refused before anything is sent', async (_, conditions) => {
    const notes = test.table.entity(Note);
    const condition = conditions as NoteCondition;
    const filter = { ...key, ...condition };
    for (const attempt of [
      notes.deleteOne({ filter: key, condition }),
      notes.updateOne({ filter: key, update: { $inc: { count: 1 } }, condition }),
      notes.findMany({ filter }),
      notes.count({ filter }),
      notes.scan({ condition }),
    ]) {
      const error = await errorOf(attempt);
      expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'count' } });
    }
  });

  it('is refused when it is none, before anything is sent', async () => {
    const notes = test.table.entity(Note);
    for (const condition of [
      { count: undefined },
      { count: { $near: 5 } },
      { $nor: [] },
      { $and: {} },
      { $or: {} },
      { $or: [5] },
      { $not: 5 },
      { $not: [{ count: 5 }] },
      { count: { $between: [1] } },
      { count: { $between: 5 } },
      { count: { $in: 5 } },
      { count: { $in: [undefined] } },
      { count: { $notIn: 5 } },
      { count: { $lt: null } },
      { flag: { $gt: false } },
      { count: { $between: [1, undefined] } },
      { count: { $type: 'X' } },
      { count: { $exists: 1 } },
      { count: { $type: 5 } },
      { text: { $startsWith: 5 } },
    ]) {
      const attempt = notes.deleteOne({ filter: key, condition: condition as NoteCondition });
      expect((await errorOf(attempt)).code).toBe('InvalidInput');
    }
  });
});

describe('deleteOne', () => {
  it('gives the document as it was, null for none, and keeps one that its condition does not meet', async () => {
    const notes = test.table.entity(Note);
    const filter = { owner: 'ada', title: 'delete' };
    const created = await notes.createOne({ item: filter });
    expect((await errorOf(notes.deleteOne({ filter, condition: { count: 5 } }))).code).toBe(
      'ConditionFailed',
    );
    expect((await notes.deleteOne({ filter: { ...filter, text: 'x' } })).item).toBeNull();
    expect((await notes.deleteOne({ filter, condition: { flag: false } })).item).toEqual(
      created.item,
    );
    expect(await notes.deleteOne({ filter })).toMatchObject({ item: null });
    expect(await notes.deleteOne({ filter, condition: { flag: false } })).toMatchObject({
      item: null,
    });
  });
});
