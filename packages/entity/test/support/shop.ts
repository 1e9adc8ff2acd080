import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';

/** The root of a partition, with a unique value. */
export const Shop = defineEntity({
  name: 'Shop',
  schema: z.object({
    shopId: z.string().min(1),
    name: z.string().min(1),
    open: z.boolean().default(true),
    key: z.string().optional(),
    place: z.object({ city: z.string(), street: z.string().optional() }).optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.shopId'] },
    { name: '_id2', PK: ['.name'], unique: true, where: { open: { $in: [true] } } },
  ],
  secrets: ['key'],
});

/** In a shop's partition, with a unique value and a global secondary index. */
export const Sale = defineEntity({
  name: 'Sale',
  schema: z.object({
    shopId: z.string().min(1),
    number: z.number(),
    state: z.string().default('open'),
    weight: z.number().default(0),
    receipt: z.string().optional(),
    text: z.string().optional(),
    note: z.string().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.shopId'], SK: ['.number'], relatedTo: Shop },
    { name: '_id2', PK: ['.receipt'], unique: true },
    { name: '_id3', PK: ['.state'], SK: ['.weight'] },
  ],
});

/** In a shop's partition, too, without unique values. */
export const Guest = defineEntity({
  name: 'Guest',
  schema: z.object({
    shopId: z.string().min(1),
    seat: z.string().min(1),
    text: z.string().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.shopId'], SK: ['.seat'], relatedTo: Shop }],
});
