import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';

/** Owns documents; may have a name that nobody else has. All names are in one partition. */
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
    { name: '_id2', PK: ['#names'], SK: ['.name'], unique: true },
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
    until: z.date().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.ownerId'], SK: ['.number'], relatedTo: Owner },
    { name: '_id2', PK: ['.code'], unique: true },
    { name: '_id3', PK: ['.state'], SK: ['.size', '.number', '.ownerId'] },
  ],
  expiresAt: 'until',
});

/** An event by day. Nothing of it is unique, so that one expression changes it and batches write it. */
export const Entry = defineEntity({
  name: 'Entry',
  schema: z.object({
    ownerId: z.string().min(1),
    day: z.date(),
    text: z.string().optional(),
    times: z.int().default(0),
    until: z.date().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.ownerId'], SK: ['.day'], relatedTo: Owner }],
  expiresAt: 'until',
});

export const DEFINITIONS = [Owner, Thing, Entry];
