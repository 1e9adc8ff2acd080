import { createTestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';

const Slot = defineEntity({
  name: 'Slot',
  schema: z.object({ slotId: z.string(), text: z.string() }),
  indexes: [{ name: '_id', PK: ['.slotId'] }],
  hooks: {
    // The first operation is ready last.
    preParse: [
      async (item) => {
        if (item.slotId === 'slow') await sleep(50);
        return item;
      },
    ],
  },
});

it('names the first operation of a transaction that cannot be done, not the one that failed first', async () => {
  const test = await createTestTable([Slot]);
  const slots = test.table.entity(Slot);
  const broken = (slotId: string) =>
    slots.createOneOperation({ item: { slotId, text: 1 as unknown as string } });
  const error = await errorOf(test.table.transact([broken('slow'), broken('fast')]));
  expect(error).toMatchObject({ code: 'InvalidInput', operation: 0 });
  await test.drop();
});
