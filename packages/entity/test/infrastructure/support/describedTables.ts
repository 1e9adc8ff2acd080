import { AccessType, Account, AccountToken, defineEntity, Session } from '@latchkey/schema';
import * as z from 'zod';
import type { DescribedTable } from '../../../src/infrastructure/index.js';

/** The table of an application that has accounts and nothing else. */
export const ACCOUNTS: DescribedTable = {
  tableName: 'accounts',
  definitions: [Account, AccessType, AccountToken, Session],
};

/** An entity of every kind of index and field. */
export const Order = defineEntity({
  name: 'Order',
  schema: z.object({
    accountId: z.ulid(),
    number: z.int().min(1000),
    state: z.enum(['open', 'paid', 'sent']),
    placedAt: z.date(),
    voucher: z.string().min(4).max(12).optional(),
    weight: z.bigint().optional(),
    tags: z.set(z.string()).optional(),
    lines: z.array(z.object({ sku: z.string(), count: z.int().positive() })),
    anything: z.unknown(),
    cardNumber: z
      .string()
      .regex(/^\d{16}$/)
      .optional(),
    gone: z.date().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.accountId'], SK: ['.number'], relatedTo: Account },
    { name: '_id2', PK: ['.state'], SK: ['.placedAt'] },
    { name: '_id3', PK: ['#orders'], SK: ['.number'] },
    { name: '_id4', PK: ['.voucher'], unique: true },
  ],
  expiresAt: 'gone',
  secrets: ['cardNumber'],
});

/** The table of an application that has entities of its own beside the accounts. */
export const SHOP: DescribedTable = {
  tableName: 'shop-2.test_table',
  definitions: [...ACCOUNTS.definitions, Order],
};

/** Names that no table can have, and that would mean something in one of the outputs. */
export const HOSTILE_NAMES: readonly string[] = [
  '',
  'ab',
  'a'.repeat(256),
  'my table',
  'table/other',
  'table*',
  'tab?e',
  '${aws:username}',
  '${var.name}',
  '%{ if true }',
  'a:b:c',
  'a"b',
  "a'b",
  'a\nb',
  'a\0b',
  'tablé',
  '{{resolve:ssm:x}}',
  '<script>',
];

/** The ARN of a table with a name. */
export function arnOf(tableName: string): string {
  return `arn:aws:dynamodb:eu-central-1:123456789012:table/${tableName}`;
}
