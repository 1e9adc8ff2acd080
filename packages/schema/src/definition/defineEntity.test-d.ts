import { expectTypeOf } from 'expect-type';
import * as z from 'zod';
import { AccessType } from '../entities/AccessType.js';
import { Account } from '../entities/Account.js';
import { AccountToken } from '../entities/AccountToken.js';
import { Session } from '../entities/Session.js';
import type { AnySchemaError } from '../errors/SchemaError.js';
import { defineEntity } from './defineEntity.js';
import type {
  AnyEntityDefinition,
  Infer,
  InferInput,
  InferKey,
  InferWithSecrets,
  SystemFields,
} from './EntityDefinition.js';

const schema = z.object({
  key: z.string(),
  count: z.number().default(0),
  when: z.date().optional(),
  maybe: z.date().nullish(),
  text: z.string().optional(),
  tags: z.array(z.string()),
  inner: z.object({ pin: z.string(), at: z.date() }),
  open: z.unknown(),
});

const Thing = defineEntity({
  name: 'Thing',
  schema,
  indexes: [
    { name: '_id', PK: ['.key', '#fixed'], SK: ['.inner.at', '.ulid'] },
    { name: '_id2', PK: ['.count', '.text?'], unique: true, where: { text: { $in: ['a'] } } },
  ],
  expiresAt: 'when',
  secrets: ['inner.pin', 'text'],
});

expectTypeOf(Thing).toExtend<AnyEntityDefinition>();
expectTypeOf(Thing.name).toEqualTypeOf<'Thing'>();

// A document has its own and the system fields, without its secrets, at every depth.
expectTypeOf<Infer<typeof Thing>>().toEqualTypeOf<
  {
    key: string;
    count: number;
    when?: Date | undefined;
    maybe?: Date | null | undefined;
    tags: string[];
    inner: { at: Date };
    open: unknown;
  } & SystemFields extends infer T
    ? { [K in keyof T]: T[K] }
    : never
>();
expectTypeOf<InferWithSecrets<typeof Thing>['inner']>().toEqualTypeOf<{ pin: string; at: Date }>();
expectTypeOf<InferWithSecrets<typeof Thing>['text']>().toEqualTypeOf<string | undefined>();
expectTypeOf<'text' extends keyof Infer<typeof Thing> ? true : false>().toEqualTypeOf<false>();

// What creates a document may leave out defaults.
expectTypeOf<InferInput<typeof Thing>['count']>().toEqualTypeOf<number | undefined>();
expectTypeOf<keyof InferInput<typeof Thing>>().toEqualTypeOf<keyof z.input<typeof schema>>();

// The key is made of the fields of `_id`, by dotted path.
expectTypeOf<InferKey<typeof Thing>>().toEqualTypeOf<{
  key: string;
  'inner.at': Date;
  ulid: string;
}>();
expectTypeOf<InferKey<typeof Account>>().toEqualTypeOf<{ accountId: string }>();
expectTypeOf<InferKey<typeof Session>>().toEqualTypeOf<{ accountId: string; ulid: string }>();
expectTypeOf<keyof InferKey<typeof AccessType>>().toEqualTypeOf<
  'accountId' | 'data.kind' | 'ulid'
>();
expectTypeOf<InferKey<typeof AccessType>['data.kind']>().toEqualTypeOf<
  'email' | 'phone' | 'oauth' | 'custom' | 'passkey'
>();
expectTypeOf<keyof InferKey<typeof AccountToken>>().toEqualTypeOf<
  'accountId' | 'kind' | 'createdFor' | 'ulid'
>();

// The account entities.
expectTypeOf<Infer<typeof Account>['username']>().toEqualTypeOf<string | undefined>();
expectTypeOf<Infer<typeof Account>['permissions']>().toEqualTypeOf<string[]>();
expectTypeOf<InferInput<typeof Account>['permissions']>().toEqualTypeOf<string[] | undefined>();
expectTypeOf<
  'value' extends keyof Infer<typeof AccountToken> ? true : false
>().toEqualTypeOf<false>();
expectTypeOf<'token' extends keyof Infer<typeof Session> ? true : false>().toEqualTypeOf<false>();
expectTypeOf<
  'previousToken' extends keyof Infer<typeof Session> ? true : false
>().toEqualTypeOf<false>();
expectTypeOf<InferWithSecrets<typeof AccountToken>['value']>().toEqualTypeOf<string>();
type OauthData = Extract<Infer<typeof AccessType>['data'], { kind: 'oauth' }>;
expectTypeOf<keyof OauthData>().toEqualTypeOf<'kind' | 'provider' | 'value'>();

const id = { name: '_id', PK: ['.key'] } as const;

// @ts-expect-error: the schema has no such path.
defineEntity({ name: 'A', schema, indexes: [{ name: '_id', PK: ['.nothing'] }] });
// @ts-expect-error: nor such a nested one.
defineEntity({ name: 'A', schema, indexes: [{ ...id, SK: ['.inner.nothing'] }] });
// @ts-expect-error: an object is no part of a key.
defineEntity({ name: 'A', schema, indexes: [{ ...id, SK: ['.inner'] }] });
// @ts-expect-error: a list is no part of a key.
defineEntity({ name: 'A', schema, indexes: [{ ...id, SK: ['.tags'] }] });
// @ts-expect-error: open data is no part of a key.
defineEntity({ name: 'A', schema, indexes: [{ ...id, SK: ['.open'] }] });
// @ts-expect-error: a field that changes with every write is no part of a key.
defineEntity({ name: 'A', schema, indexes: [{ ...id, SK: ['.updatedAt'] }] });
// @ts-expect-error: a part is `.path` or `#literal`.
defineEntity({ name: 'A', schema, indexes: [{ name: '_id', PK: ['key'] }] });
// @ts-expect-error: an index is named `_id`, `_id2`, ….
defineEntity({ name: 'A', schema, indexes: [{ name: 'first', PK: ['.key'] }] });
// @ts-expect-error: an expiry is a date.
defineEntity({ name: 'A', schema, indexes: [id], expiresAt: 'text' });
// @ts-expect-error: an expiry is a field.
defineEntity({ name: 'A', schema, indexes: [id], expiresAt: 'nothing' });
// @ts-expect-error: a secret is a field.
defineEntity({ name: 'A', schema, indexes: [id], secrets: ['nothing'] });
defineEntity({
  name: 'A',
  schema,
  indexes: [
    id,
    {
      name: '_id2',
      PK: ['.key'],
      // @ts-expect-error: `where` looks at a field.
      where: { nothing: {} },
    },
  ],
});
defineEntity({ name: 'A', schema, indexes: [id], expiresAt: 'maybe' });

// The code of an error narrows its details.
declare const error: AnySchemaError;
if (error.code === 'UnknownPath') {
  expectTypeOf(error.details).toEqualTypeOf<{ entity: string; path: string }>();
}
