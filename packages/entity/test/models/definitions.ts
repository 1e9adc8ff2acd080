import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';

// The definitions of docs/guide/models.md: a test compares.

export const Order = defineEntity({
  name: 'Order',
  schema: z.object({ customerId: z.string(), total: z.number() }),
  indexes: [
    { name: '_id', PK: ['.customerId'], SK: ['.ulid'] },
    { name: '_id2', PK: ['.customerId'], SK: ['.total', '.ulid'] },
  ],
});

export const Shipment = defineEntity({
  name: 'Shipment',
  schema: z.object({
    customerId: z.string(),
    number: z.int(),
    state: z.enum(['placed', 'packed', 'shipped']).default('placed'),
    shippedAt: z.date().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.customerId'], SK: ['.number'] },
    { name: '_id2', PK: ['.customerId'], SK: ['.state', '.shippedAt'] },
    { name: '_id3', PK: ['.customerId'], SK: ['.state', '.number'] },
  ],
});

export const Thread = defineEntity({
  name: 'Thread',
  schema: z.object({
    forum: z.string(),
    slug: z.string(),
    postCount: z.int().nonnegative().default(0),
    lastPostAt: z.date(),
  }),
  indexes: [
    { name: '_id', PK: ['.forum', '.slug'] },
    { name: '_id2', PK: ['.forum'], SK: ['.lastPostAt', '.slug'] },
  ],
});

export const Post = defineEntity({
  name: 'Post',
  schema: z.object({ forum: z.string(), slug: z.string(), text: z.string() }),
  indexes: [{ name: '_id', PK: ['.forum', '.slug'], SK: ['.ulid'], relatedTo: Thread }],
});

export const Repository = defineEntity({
  name: 'Repository',
  schema: z.object({ owner: z.string(), repository: z.string(), issueCount: z.int().default(0) }),
  indexes: [{ name: '_id', PK: ['.owner', '.repository'] }],
});

export const Issue = defineEntity({
  name: 'Issue',
  schema: z.object({
    owner: z.string(),
    repository: z.string(),
    number: z.int(),
    state: z.enum(['open', 'closed']).default('open'),
    title: z.string(),
  }),
  indexes: [
    { name: '_id', PK: ['.owner', '.repository'], SK: ['.number'], relatedTo: Repository },
    { name: '_id2', PK: ['.owner', '.repository'], SK: ['.state', '.number'] },
  ],
});

export const Score = defineEntity({
  name: 'Score',
  schema: z.object({ game: z.string(), player: z.string(), points: z.int().nonnegative() }),
  indexes: [
    { name: '_id', PK: ['.game', '.player'] },
    { name: '_id2', PK: ['.game'], SK: ['.points', '.player'] },
  ],
});

export const Product = defineEntity({
  name: 'Product',
  schema: z.object({
    sku: z.string(),
    title: z.string(),
    price: z.number().nonnegative(),
    data: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('book'), isbn: z.string(), author: z.string() }),
      z.object({ kind: z.literal('shirt'), size: z.enum(['S', 'M', 'L']) }),
      z.object({ kind: z.literal('voucher') }),
    ]),
  }),
  indexes: [
    { name: '_id', PK: ['.sku'] },
    { name: '_id2', PK: ['.data.isbn'], unique: true },
    { name: '_id3', PK: ['.data.kind'], SK: ['.price', '.sku'] },
    { name: '_id4', PK: ['.data.author'], SK: ['.title', '.sku'] },
  ],
});

export const Course = defineEntity({
  name: 'Course',
  schema: z.object({ courseId: z.string(), free: z.int().min(0).max(500) }),
  indexes: [{ name: '_id', PK: ['.courseId'] }],
});

export const Enrolment = defineEntity({
  name: 'Enrolment',
  schema: z.object({
    courseId: z.string(),
    studentId: z.string(),
    left: z.boolean().default(false),
  }),
  indexes: [
    { name: '_id', PK: ['.courseId'], SK: ['.studentId'], relatedTo: Course },
    { name: '_id2', PK: ['.studentId'], SK: ['.courseId'] },
  ],
});

export const Location = defineEntity({
  name: 'Location',
  schema: z.object({
    country: z.string(),
    area: z.string(),
    name: z.string(),
    geohash: z.string().min(5),
    cell: z.string().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.country'], SK: ['.area', '.name'] },
    { name: '_id2', PK: ['.cell'], SK: ['.geohash', '.name'] },
  ],
  computed: { cell: { from: ['geohash'], compute: ({ geohash }) => geohash.slice(0, 3) } },
});

export const Reading = defineEntity({
  name: 'Reading',
  schema: z.object({
    sensor: z.string(),
    day: z.string(),
    at: z.date(),
    value: z.number(),
    keepUntil: z.date().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.sensor', '.day'], SK: ['.at'] }],
  expiresAt: 'keepUntil',
});
