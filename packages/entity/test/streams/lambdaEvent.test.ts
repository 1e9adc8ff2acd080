import { readImage, Table, type StreamImage } from '@latchkey/entity';
import { localClient } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

interface LambdaEvent {
  readonly Records: {
    readonly eventName: string;
    readonly dynamodb: { readonly NewImage?: StreamImage; readonly OldImage?: StreamImage };
    readonly userIdentity?: { readonly type: string; readonly principalId: string };
  }[];
}

const file = join(__dirname, 'fixtures/lambdaEvent.json');
const { Records } = JSON.parse(readFileSync(file, 'utf8')) as LambdaEvent;

const Parcel = defineEntity({
  name: 'Parcel',
  schema: z.object({
    accountId: z.ulid(),
    number: z.int(),
    state: z.enum(['packed', 'sent']),
    weight: z.number(),
    label: z.instanceof(Uint8Array),
    marks: z.set(z.instanceof(Uint8Array)),
    tags: z.set(z.string()),
    insured: z.boolean(),
    note: z.string().nullable(),
    stops: z.array(z.object({ at: z.date(), place: z.string() })),
    pin: z.string(),
    until: z.date(),
  }),
  indexes: [
    { name: '_id', PK: ['.accountId'], SK: ['.number'] },
    { name: '_id2', PK: ['.state'], SK: ['.accountId'] },
  ],
  expiresAt: 'until',
  secrets: ['pin'],
});

it('reads the event of a Lambda function', () => {
  const client = localClient();
  const table = new Table({ name: 'shop', client });
  const told = Records.map(({ eventName, dynamodb, userIdentity }) => ({
    eventName,
    before: readImage(table, dynamodb.OldImage, [Parcel])?.document ?? null,
    after: readImage(table, dynamodb.NewImage, [Parcel])?.document ?? null,
    expired: userIdentity?.principalId === 'dynamodb.amazonaws.com',
  }));
  const parcel = (number: number, state: string, updatedAt: string) => ({
    id: Buffer.from(
      `parcel#01J9Z3T5K8Q4W7E2R6Y1V0P3A5\0parcel#$n000000000000000${number}`,
    ).toString('base64url'),
    accountId: '01J9Z3T5K8Q4W7E2R6Y1V0P3A5',
    number,
    state,
    weight: 1.25,
    label: Buffer.from('iVBORw0KGgo=', 'base64'),
    marks: new Set([Buffer.from([0, 1]), Buffer.from([255])]),
    tags: new Set(['fragile', 'heavy']),
    insured: true,
    note: null,
    stops: [{ at: new Date('2026-01-15T08:00:00Z'), place: 'Wien' }],
    until: new Date('2026-03-01T00:00:00Z'),
    ulid: '01KEZ0V3B5M4D8H2S6C9X1N7QW',
    createdAt: new Date('2026-01-15T07:59:00Z'),
    updatedAt: new Date(updatedAt),
  });
  const packed = parcel(1, 'packed', '2026-01-15T08:01:00Z');
  const sent = parcel(1, 'sent', '2026-01-15T08:02:00Z');
  const other = parcel(2, 'packed', '2026-01-15T08:01:00Z');
  expect(told).toEqual([
    { eventName: 'INSERT', before: null, after: packed, expired: false },
    { eventName: 'INSERT', before: null, after: null, expired: false },
    { eventName: 'MODIFY', before: packed, after: sent, expired: false },
    { eventName: 'MODIFY', before: null, after: null, expired: false },
    { eventName: 'REMOVE', before: sent, after: null, expired: false },
    { eventName: 'REMOVE', before: other, after: null, expired: true },
    { eventName: 'REMOVE', before: null, after: null, expired: true },
  ]);
  client.destroy();
});
