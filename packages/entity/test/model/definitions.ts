import { defineEntity } from '@latchkey/schema';
import { z } from 'zod';

/** Owns items; may have a name that nobody else has. */
export const Owner = defineEntity({
  name: 'Owner',
  schema: z.object({
    ownerId: z.string().min(1),
    name: z.string().min(1).optional(),
    visits: z.int().default(0),
    tags: z.array(z.string()).default([]),
  }),
  indexes: [
    { name: '_id', PK: ['.ownerId'] },
    { name: '_id2', PK: ['.name'], unique: true },
  ],
});

/** Belongs to an owner; found by code, and by state in the order of its size. */
export const Thing = defineEntity({
  name: 'Thing',
  schema: z.object({
    ownerId: z.string().min(1),
    number: z.int(),
    code: z.string().min(1).optional(),
    state: z.enum(['new', 'old']),
    size: z.number(),
    labels: z.set(z.string()).optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.ownerId'], SK: ['.number'], relatedTo: Owner },
    { name: '_id2', PK: ['.code'], unique: true },
    { name: '_id3', PK: ['.state'], SK: ['.size', '.number'] },
  ],
});

/** What happened, by day. */
export const Entry = defineEntity({
  name: 'Entry',
  schema: z.object({ ownerId: z.string().min(1), day: z.date(), text: z.string().optional() }),
  indexes: [{ name: '_id', PK: ['.ownerId'], SK: ['.day'], relatedTo: Owner }],
});
