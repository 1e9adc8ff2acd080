import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';

/** An entity with two unique indexes, one of them on an optional field. */
export const User = defineEntity({
  name: 'User',
  schema: z.object({
    userId: z.string().min(1),
    email: z.string().min(1).max(2000).toLowerCase(),
    nick: z.string().min(1).max(2000).optional(),
    age: z.number().default(0),
    password: z.string().optional(),
    vault: z.object({ pin: z.string(), hint: z.string() }).optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.userId'] },
    { name: '_id2', PK: ['.email'], unique: true },
    { name: '_id3', PK: ['.nick'], unique: true },
  ],
  secrets: ['password', 'vault.pin'],
});

/** An entity without unique values in its parent's partition, with a global secondary index. */
export const Order = defineEntity({
  name: 'Order',
  schema: z.object({
    userId: z.string().min(1),
    number: z.number(),
    state: z.enum(['open', 'paid', 'sent']).default('open'),
    placedAt: z.date().optional(),
    note: z.string().optional(),
    cardNumber: z.string().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.userId'], SK: ['.number'], relatedTo: User },
    { name: '_id2', PK: ['.state'], SK: ['.placedAt'] },
  ],
  secrets: ['cardNumber'],
});

/** A plain entity with a field of every kind that updates speak of. */
export const Note = defineEntity({
  name: 'Note',
  schema: z.object({
    owner: z.string().min(1),
    title: z.string().min(1),
    text: z.string().optional(),
    count: z.number().optional(),
    whole: z.int().optional(),
    big: z.bigint().optional(),
    tags: z.set(z.string()).optional(),
    fewTags: z.set(z.string()).max(2).optional(),
    lines: z.array(z.string()).optional(),
    fewLines: z.array(z.string()).max(2).optional(),
    moments: z.array(z.date()).optional(),
    place: z
      .object({
        city: z.string().optional(),
        visits: z.number().optional(),
        labels: z.set(z.string()).optional(),
        deep: z.object({ at: z.date().optional() }).optional(),
      })
      .optional(),
    span: z
      .object({ low: z.number(), high: z.number() })
      .refine(({ low, high }) => low <= high, 'low is above high')
      .optional(),
    extra: z.record(z.string(), z.unknown()).optional(),
    boxes: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.string()))).optional(),
    seenAt: z.date().optional(),
    flag: z.boolean().default(false),
    until: z.date().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.owner'], SK: ['.title'] }],
  expiresAt: 'until',
});

/** An entity whose key and unique value are written by the same caller, and which expires. */
export const Ticket = defineEntity({
  name: 'Ticket',
  schema: z.object({
    holder: z.string().min(1),
    kind: z.enum(['day', 'night', 'secret']),
    code: z.string().min(1),
    seat: z.string().min(1),
    used: z.boolean().default(false),
    until: z.date().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.holder'], SK: ['.kind', '.ulid'] },
    {
      name: '_id2',
      PK: ['.code'],
      SK: ['.seat', '.kind'],
      unique: true,
      where: { kind: { $notIn: ['secret'] } },
    },
  ],
  expiresAt: 'until',
});
