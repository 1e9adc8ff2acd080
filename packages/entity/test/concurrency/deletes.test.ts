import { createTestTable, type TestTable, injectFaults } from '@latchkey/entity/testing';
import { Note, Order, User } from '../support/entities.js';
import { errorOf } from '../support/errorOf.js';
import { sweepUniques } from '../support/sweepUniques.js';

/** How many callers delete the same document at the same time. */
const CALLERS = 20;
const ROUNDS = 5;

let test: TestTable;

beforeAll(async () => {
  test = await createTestTable([User, Note, Order]);
});
afterAll(() => test.drop());

type Outcome = { readonly deletedCount: number };

/** How many of many deletes of one document say that they have deleted it. */
async function winners(remove: () => Promise<Outcome>): Promise<number> {
  const outcomes = await Promise.all(Array.from({ length: CALLERS }, remove));
  return outcomes.filter(({ deletedCount }) => deletedCount > 0).length;
}

describe('many deletes of one document at the same time', () => {
  it.each<[string, (title: string) => Promise<Outcome>]>([
    [
      'by its whole key',
      (title) => test.table.entity(Note).deleteOne({ filter: { owner: 'a', title } }),
    ],
    [
      'by its whole key, with a condition',
      (title) =>
        test.table.entity(Note).deleteOne({
          filter: { owner: 'a', title },
          condition: { flag: false },
        }),
    ],
    [
      'by its key and a field',
      (title) => test.table.entity(Note).deleteOne({ filter: { owner: 'a', title, flag: false } }),
    ],
    [
      'by a filter that finds many',
      (title) => test.table.entity(Note).deleteMany({ filter: { owner: 'a', title } }),
    ],
  ])('are told of it once, %s', async (_, remove) => {
    for (let round = 0; round < ROUNDS; round++) {
      const title = String(round);
      await test.table.entity(Note).createOne({ item: { owner: 'a', title } });
      expect(await winners(() => remove(title))).toBe(1);
    }
  });

  it('are told of it once, of an entity with unique values', async () => {
    const users = test.table.entity(User);
    for (let round = 0; round < ROUNDS; round++) {
      const userId = `user${round}`;
      await users.createOne({ item: { userId, email: userId, nick: userId } });
      expect(await winners(() => users.deleteOne({ filter: { userId } }))).toBe(1);
      await users.createOne({ item: { userId, email: userId } });
      expect(await winners(() => users.deleteOne({ filter: { email: userId } }))).toBe(1);
    }
    expect(await sweepUniques(test.client, test.table.name, [User])).toEqual([]);
  });

  it('find nothing where there was never a document', async () => {
    const notes = test.table.entity(Note);
    const filter = { owner: 'a', title: 'never' };
    expect(await winners(() => notes.deleteOne({ filter }))).toBe(0);
    expect(notes.deleteOneParams({ filter })).toMatchObject({
      Key: { PK: { S: 'note#a' }, SK: { S: 'note#never' } },
      ConditionExpression: expect.any(String),
    });
  });
});

describe('a delete whose answer was lost', () => {
  const filter = { owner: 'a', title: 'lost' };

  it.each([
    ['by its whole key', filter],
    ['by its key and a field', { ...filter, flag: false }],
  ])('says that the outcome is not known, and not that nothing was there, %s', async (_, by) => {
    const notes = test.table.entity(Note);
    await notes.createOne({ item: filter });
    const fault = injectFaults(test.client).on('DeleteItem', 'answerLost');
    const error = await errorOf(notes.deleteOne({ filter: by }));
    fault.remove();
    expect(error).toMatchObject({
      code: 'RequestFailed',
      details: { command: 'DeleteItem', retryable: false },
    });
    expect(fault.attempts).toBe(2);
    expect(await notes.deleteOne({ filter })).toEqual({ item: null, deletedCount: 0 });
  });
});
