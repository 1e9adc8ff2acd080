import { Account, defineEntity } from '@latchkey/schema';
import * as z from 'zod';

/** An order of an account, in its partition, and deleted together with it. */
export const Order = defineEntity({
  name: 'Order',
  schema: z.object({
    accountId: z.ulid(),
    article: z.string().min(1).max(100),
    quantity: z.int().min(1),
  }),
  indexes: [{ name: '_id', PK: ['.accountId'], SK: ['.ulid'], relatedTo: Account }],
});

/** Body of a request for an order: the account is that of the session. */
export const newOrder = Order.schema.omit({ accountId: true });
