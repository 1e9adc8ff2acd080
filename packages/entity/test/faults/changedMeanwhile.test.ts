import { Table } from '@latchkey/entity';
import { createTestTable, localClient } from '@latchkey/entity/testing';
import { Note } from '../support/entities.js';
import { errorOf } from '../support/errorOf.js';
import { beforeAnswer, timeout } from '../support/faults.js';

it('a create whose answer is lost, and whose document somebody changes before it is sent again, is not told as a conflict', async () => {
  const client = localClient();
  const other = localClient();
  const test = await createTestTable([Note], { client });
  const elsewhere = new Table({ name: test.table.name, client: other }).entity(Note);
  const key = { owner: 'a', title: 'changed meanwhile' };
  const fault = beforeAnswer(client, 'PutItem', async () => {
    await elsewhere.updateOne({ filter: key, update: { $set: { text: 'by somebody else' } } });
    throw timeout();
  });
  const error = await errorOf(test.table.entity(Note).createOne({ item: key }));
  // It was made, which the mark of the other's write no longer shows: nobody is told that it was not.
  expect(error).toMatchObject({ code: 'RequestFailed', details: { retryable: false } });
  expect(fault.attempts).toBe(2);
  expect((await elsewhere.findOne({ filter: key })).item).toMatchObject({
    text: 'by somebody else',
  });
  fault.remove();
  await test.drop();
  for (const each of [client, other]) each.destroy();
});
