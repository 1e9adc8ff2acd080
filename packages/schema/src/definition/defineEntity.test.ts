import * as z from 'zod';
import { AccessType } from '../entities/AccessType.js';
import { Account } from '../entities/Account.js';
import { AccountToken } from '../entities/AccountToken.js';
import { Session } from '../entities/Session.js';
import { SchemaError, type AnySchemaError } from '../errors/SchemaError.js';
import { defineEntity } from './defineEntity.js';

/** What JavaScript, without types, may call with. */
const define = defineEntity as unknown as (input: object) => unknown;

const schema = z.object({
  key: z.string(),
  count: z.number(),
  when: z.date().optional(),
  tags: z.array(z.string()),
  open: z.unknown(),
  mixed: z.union([z.string(), z.array(z.string())]),
  inner: z.object({ name: z.string().optional(), at: z.date() }),
});
const _id = { name: '_id', PK: ['.key'] };

function refusal(input: object): AnySchemaError {
  try {
    define({ name: 'Thing', schema, indexes: [_id], ...input });
  } catch (error) {
    if (SchemaError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('defineEntity', () => {
  it.each<[string, object, string, object]>([
    ['an empty name', { name: '' }, 'InvalidEntityName', { name: '' }],
    ['a name with a space', { name: 'two words' }, 'InvalidEntityName', { name: 'two words' }],
    ['a name with the delimiter', { name: 'a#b' }, 'InvalidEntityName', { name: 'a#b' }],
    ['a name with a dot', { name: 'a._id2' }, 'InvalidEntityName', { name: 'a._id2' }],
    ['a name that begins with a digit', { name: '1a' }, 'InvalidEntityName', { name: '1a' }],
    ['a name with a line break', { name: 'a\n' }, 'InvalidEntityName', { name: 'a\n' }],
    [
      'an unknown path',
      { indexes: [{ name: '_id', PK: ['.nothing'] }] },
      'UnknownPath',
      { path: 'nothing' },
    ],
    [
      'an unknown nested path',
      { indexes: [{ ..._id, SK: ['.inner.x'] }] },
      'UnknownPath',
      { path: 'inner.x' },
    ],
    [
      'a path below a scalar',
      { indexes: [{ ..._id, SK: ['.key.x'] }] },
      'UnknownPath',
      { path: 'key.x' },
    ],
    [
      'an inherited name',
      { indexes: [{ ..._id, SK: ['.constructor'] }] },
      'UnknownPath',
      { path: 'constructor' },
    ],
    ['an empty path', { indexes: [{ ..._id, SK: ['.'] }] }, 'UnknownPath', { path: '' }],
    [
      'a path of a field that changes',
      { indexes: [{ ..._id, SK: ['.updatedAt'] }] },
      'UnknownPath',
      { path: 'updatedAt' },
    ],
    ['an unknown secret', { secrets: ['nothing'] }, 'UnknownPath', { path: 'nothing' }],
    ['a secret in the key', { secrets: ['key'] }, 'SecretInKey', { path: 'key' }],
    [
      'a secret in one element of a list',
      { schema: schema.extend({ list: z.array(z.string()) }), secrets: ['list.0'] },
      'UnknownPath',
      { path: 'list.0' },
    ],
    [
      'an unknown path in where',
      { indexes: [_id, { name: '_id2', PK: ['.key'], where: { x: { $in: ['a'] } } }] },
      'UnknownPath',
      { path: 'x' },
    ],
    ['an unknown expiry', { expiresAt: 'nothing' }, 'UnknownPath', { path: 'nothing' }],
    ['an inherited expiry', { expiresAt: 'toString' }, 'UnknownPath', { path: 'toString' }],
    [
      'an object in a key',
      { indexes: [{ ..._id, SK: ['.inner'] }] },
      'PathNotScalar',
      { path: 'inner' },
    ],
    [
      'a list in a key',
      { indexes: [{ ..._id, SK: ['.tags'] }] },
      'PathNotScalar',
      { path: 'tags' },
    ],
    [
      'open data in a key',
      { indexes: [{ ..._id, SK: ['.open'] }] },
      'PathNotScalar',
      { path: 'open' },
    ],
    [
      'below open data in a key',
      { indexes: [{ ..._id, SK: ['.open.a'] }] },
      'PathNotScalar',
      { path: 'open.a' },
    ],
    [
      'a mixed type in a key',
      { indexes: [{ ..._id, SK: ['.mixed'] }] },
      'PathNotScalar',
      { path: 'mixed' },
    ],
    [
      'a part without sign',
      { indexes: [{ name: '_id', PK: ['key'] }] },
      'InvalidIndexPart',
      { part: 'key', index: '_id' },
    ],
    ['an empty part', { indexes: [{ name: '_id', PK: [''] }] }, 'InvalidIndexPart', { part: '' }],
    [
      'an optional part of _id',
      { indexes: [{ name: '_id', PK: ['.key?'] }] },
      'InvalidIndexPart',
      { part: '.key?' },
    ],
    [
      'an optional part of a SK',
      { indexes: [_id, { name: '_id2', PK: ['.key'], SK: ['.count?'], unique: true }] },
      'InvalidIndexPart',
      { part: '.count?' },
    ],
    [
      'an optional part that is not the last',
      { indexes: [_id, { name: '_id2', PK: ['.key?', '.count'], unique: true }] },
      'InvalidIndexPart',
      { part: '.key?' },
    ],
    [
      'an optional part of an index that is not unique',
      { indexes: [_id, { name: '_id2', PK: ['.key?'] }] },
      'InvalidIndexPart',
      { part: '.key?' },
    ],
    ['no index', { indexes: [] }, 'InvalidIndexName', { index: '' }],
    [
      'a first index that is not _id',
      { indexes: [{ name: '_id2', PK: ['.key'] }] },
      'InvalidIndexName',
      { index: '_id2' },
    ],
    [
      'a further index that is no _idN',
      { indexes: [_id, { name: 'byName', PK: ['.key'] }] },
      'InvalidIndexName',
      { index: 'byName' },
    ],
    [
      '_id1',
      { indexes: [_id, { name: '_id1', PK: ['.key'] }] },
      'InvalidIndexName',
      { index: '_id1' },
    ],
    [
      '_id02',
      { indexes: [_id, { name: '_id02', PK: ['.key'] }] },
      'InvalidIndexName',
      { index: '_id02' },
    ],
    ['a unique _id', { indexes: [{ ..._id, unique: true }] }, 'InvalidIndexName', { index: '_id' }],
    [
      'two indexes of one name',
      { indexes: [_id, { name: '_id2', PK: ['.key'] }, { name: '_id2', PK: ['.count'] }] },
      'DuplicateIndexName',
      { index: '_id2' },
    ],
    ['two first indexes', { indexes: [_id, _id] }, 'DuplicateIndexName', { index: '_id' }],
    ['an expiry that is text', { expiresAt: 'key' }, 'ExpiryNotDate', { path: 'key' }],
    ['an expiry that is a number', { expiresAt: 'count' }, 'ExpiryNotDate', { path: 'count' }],
    [
      'a field that every document has',
      { schema: schema.extend({ createdAt: z.date() }) },
      'ReservedField',
      { path: 'createdAt' },
    ],
    [
      'a field named id',
      { schema: schema.extend({ id: z.string() }) },
      'ReservedField',
      { path: 'id' },
    ],
    [
      'a field named PK',
      { schema: schema.extend({ PK: z.string() }) },
      'ReservedField',
      { path: 'PK' },
    ],
    [
      'a field named ttl',
      { schema: schema.extend({ ttl: z.number() }) },
      'ReservedField',
      { path: 'ttl' },
    ],
    [
      'a field that begins with _',
      { schema: schema.extend({ _v: z.number() }) },
      'ReservedField',
      { path: '_v' },
    ],
    [
      'a field with a dot',
      { schema: schema.extend({ 'a.b': z.number() }) },
      'ReservedField',
      { path: 'a.b' },
    ],
    [
      'dates and text in one place',
      { schema: schema.extend({ x: z.union([z.date(), z.string()]) }) },
      'AmbiguousType',
      { path: 'x' },
    ],
    [
      'bigints and numbers in one place',
      { schema: schema.extend({ x: z.array(z.union([z.bigint(), z.number()])) }) },
      'AmbiguousType',
      { path: 'x.*' },
    ],
    [
      'dates and open data in one place',
      { schema: schema.extend({ x: z.union([z.date(), z.unknown()]) }) },
      'AmbiguousType',
      { path: 'x' },
    ],
    [
      'dates and text in one place of a union',
      {
        schema: schema.extend({
          x: z.union([z.object({ a: z.date() }), z.object({ a: z.string() })]),
        }),
      },
      'AmbiguousType',
      { path: 'x.a' },
    ],
    [
      'a date of an object and the text of a record in one place',
      {
        schema: schema.extend({
          x: z.union([z.object({ a: z.date() }), z.record(z.string(), z.string())]),
        }),
      },
      'AmbiguousType',
      { path: 'x.a' },
    ],
    [
      'another number of parts than the parent',
      { indexes: [{ name: '_id', PK: ['.key', '.count'], relatedTo: Account }] },
      'RelatedKeyMismatch',
      { index: '_id', parent: 'Account' },
    ],
    [
      'another type than the parent',
      { indexes: [{ name: '_id', PK: ['.count'], relatedTo: Account }] },
      'RelatedKeyMismatch',
      { parent: 'Account' },
    ],
    [
      'fixed text where the parent has a field',
      { indexes: [{ name: '_id', PK: ['#a'], relatedTo: Account }] },
      'RelatedKeyMismatch',
      { parent: 'Account' },
    ],
    [
      'a parent whose name can be none',
      { indexes: [{ ..._id, relatedTo: 'account._id2' }] },
      'InvalidEntityName',
      { name: 'account._id2' },
    ],
  ])('refuses %s when the definition is made', (_, input, code, details) => {
    const error = refusal(input);
    expect({ code: error.code, details: error.details }).toMatchObject({ code, details });
    expect(error.message).toMatch(/\.$/);
    expect(error).toBeInstanceOf(Error);
  });

  it('takes a parent by definition or by name, and lives in the partition at the root', () => {
    const make = (relatedTo: unknown) =>
      define({
        name: 'Thing',
        schema,
        indexes: [{ ..._id, SK: ['.count'], relatedTo }],
      }) as typeof Session;
    const byDefinition = make(Account).indexes[0];
    expect(byDefinition).toMatchObject({ relatedTo: 'Account', partition: 'Account' });
    expect(make('Account').indexes[0]).toEqual(byDefinition);
    const child = make(Account);
    const grandchild = define({
      name: 'Grandchild',
      schema,
      indexes: [{ ..._id, SK: ['.count', '.ulid'], relatedTo: child }],
    }) as typeof Session;
    expect(grandchild.indexes[0]).toMatchObject({ relatedTo: 'Thing', partition: 'Account' });
  });

  it('takes indexes apart into their parts', () => {
    const thing = defineEntity({
      name: 'Thing',
      schema,
      indexes: [
        { name: '_id', PK: ['.key', '#fixed?'], SK: ['.inner.at', '.createdAt', '.createdBy'] },
        {
          name: '_id2',
          PK: ['.inner.name', '.when?'],
          unique: true,
          where: { key: { $in: ['a'] } },
        },
        { name: '_id10', PK: ['#all'], SK: ['.count'] },
      ],
      expiresAt: 'when',
      secrets: ['inner.name'],
    });
    const field = (path: string, optional = false) => ({
      kind: 'field',
      path,
      segments: path.split('.'),
      optional,
    });
    expect(thing.indexes).toEqual([
      {
        name: '_id',
        PK: [field('key'), { kind: 'literal', value: 'fixed?' }],
        SK: [field('inner.at'), field('createdAt'), field('createdBy')],
        unique: false,
        partition: 'Thing',
        where: [],
      },
      {
        name: '_id2',
        PK: [field('inner.name'), field('when', true)],
        SK: [],
        unique: true,
        partition: 'Thing',
        where: [{ segments: ['key'], $in: ['a'] }],
      },
      {
        name: '_id10',
        PK: [{ kind: 'literal', value: 'all' }],
        SK: [field('count')],
        unique: false,
        partition: 'Thing',
        where: [],
      },
    ]);
    expect(thing).toMatchObject({ expiresAt: 'when', secrets: ['inner.name'] });
    for (const part of [
      thing,
      thing.indexes,
      thing.indexes[0],
      thing.indexes[0].PK,
      thing.secrets,
      thing.hooks,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('takes a field behind any wrapper for what it wraps', () => {
    const wrapped = z.object({
      a: z.string().optional(),
      b: z.number().nullable().default(5),
      c: z.enum(['x', 'y']).readonly(),
      d: z.literal([1, 2]),
      e: z.union([z.string(), z.literal('x')]).nullish(),
      f: z.boolean().catch(false),
      g: z.preprocess((value) => value, z.date()),
    });
    const PK = ['.a', '.b', '.c', '.d', '.e', '.f', '.g'];
    expect(() =>
      define({ name: 'Thing', schema: wrapped, indexes: [{ name: '_id', PK }] }),
    ).not.toThrow();
    expect(() =>
      define({
        name: 'Thing',
        schema: wrapped,
        indexes: [{ name: '_id', PK: ['.g'] }],
        expiresAt: 'g',
      }),
    ).not.toThrow();
  });

  it('takes a schema that holds itself', () => {
    interface Tree {
      name: string;
      children: Tree[];
    }
    const byGetter = z.object({
      name: z.string(),
      get children() {
        return z.array(byGetter);
      },
    });
    const byLazy: z.ZodType<Tree> = z.object({
      name: z.string(),
      children: z.lazy(() => z.array(byLazy)),
    });
    const anew = (): z.ZodType => z.object({ inner: z.lazy(anew).optional() });
    for (const tree of [byGetter, byLazy, anew()]) {
      const thing = define({
        name: 'Thing',
        schema: z.object({ key: z.string(), tree }),
        indexes: [_id],
      });
      expect(thing).toHaveProperty('shape');
    }
  });

  it('refuses fields that the schema does not name, unless the schema takes them itself', () => {
    const shape = { key: z.string() };
    for (const [open, takes] of [
      [z.object(shape), false],
      [z.strictObject(shape), false],
      [z.looseObject(shape), true],
      [z.object(shape).catchall(z.number()), true],
      [z.object(shape).catchall(z.string()), false],
    ] as const) {
      const thing = define({ name: 'Thing', schema: open, indexes: [_id] }) as {
        schema: z.ZodObject;
      };
      expect(thing.schema.safeParse({ key: 'a', other: 1 }).success).toBe(takes);
    }
  });

  it.each(['PK', '_e', 'ulid.x', 'ttl', 'id'])(
    'refuses the reserved name %s in a schema that takes any name',
    (path) => {
      const open = z.object({ key: z.string() }).catchall(z.string());
      const indexes = [{ ..._id, SK: [`.${path}`] }];
      expect(refusal({ schema: open, indexes })).toMatchObject({
        code: 'UnknownPath',
        details: { path },
      });
    },
  );
});

describe('SchemaError', () => {
  it('is recognised across copies of the package, and nothing else is', () => {
    const error = refusal({ name: '' });
    const copy = Object.defineProperty(new Error('x'), Symbol.for('@latchkey/schema/SchemaError'), {
      value: true,
    });
    expect([SchemaError.is(error), SchemaError.is(copy)]).toEqual([true, true]);
    for (const value of [null, undefined, 5, 'a', new Error('x'), {}]) {
      expect(SchemaError.is(value)).toBe(false);
    }
    expect(error.name).toBe('SchemaError');
  });
});

describe('the account entities', () => {
  it('have the fields of DESIGN.md §3, and those that sessions need', () => {
    expect(Object.keys(Account.schema.shape).sort()).toEqual([
      'accountId',
      'contactsVoidBefore',
      'customTokenCount',
      'deactivated',
      'deleting',
      'emailVerificationCount',
      'foreignId',
      'hasPlace',
      'passwordRecoveryCount',
      'pendingVoidBefore',
      'permissions',
      'profile',
      'sessionGeneration',
      'sessionsFrom',
      'sessionsTo',
      'tokensVoidBefore',
      'username',
    ]);
    expect(Object.keys(AccessType.schema.shape).sort()).toEqual([
      'accountId',
      'backedUp',
      'data',
      'handle',
      'lastUsedAt',
      'meta',
      'name',
      'pendingUntil',
      'replaces',
      'signCount',
      'verified',
    ]);
    expect(Object.keys(AccountToken.schema.shape).sort()).toEqual([
      'accountId',
      'createdFor',
      'expiresAt',
      'kind',
      'lastUsedStep',
      'location',
      'meta',
      'reason',
      'usageLocations',
      'used',
      'value',
    ]);
    expect(Object.keys(Session.schema.shape).sort()).toEqual([
      'accountId',
      'authTime',
      'connectionInfo',
      'expiresAt',
      'fixedEnd',
      'generation',
      'impersonatedBy',
      'impersonatorSessionId',
      'kid',
      'lastSeenAt',
      'previousToken',
      'remembered',
      'rotatedAt',
      'rotation',
      'token',
      'valid',
    ]);
  });

  it('have the indexes, secrets and expiries of DESIGN.md §3', () => {
    const text = (
      entity: typeof Account | typeof AccessType | typeof AccountToken | typeof Session,
    ) =>
      entity.indexes.map(({ name, PK, SK, unique, relatedTo, where }) => {
        const parts = [PK, SK].map((side) =>
          side
            .map((part) =>
              part.kind === 'field' ? `.${part.path}${part.optional ? '?' : ''}` : part.value,
            )
            .join(' '),
        );
        return [
          name,
          ...parts,
          unique ? 'unique' : '',
          relatedTo ?? '',
          where.length > 0 ? JSON.stringify(where) : '',
        ]
          .filter((word) => word !== '')
          .join(' · ');
      });
    expect(text(Account)).toEqual([
      '_id · .accountId',
      '_id2 · .username · unique',
      '_id4 · .foreignId · unique',
    ]);
    expect(text(AccessType)).toEqual([
      '_id · .accountId · .data.kind .ulid · Account',
      '_id2 · .data.kind .data.value .data.provider? · unique',
    ]);
    expect(text(AccountToken)).toEqual([
      '_id · .accountId · .kind .createdFor .ulid · Account',
      '_id2 · .value · unique · [{"$notIn":["password"],"segments":["kind"]}]',
    ]);
    expect(text(Session)).toEqual(['_id · .accountId · .ulid · Account']);
    expect([Account.secrets, AccessType.secrets, AccountToken.secrets, Session.secrets]).toEqual([
      [],
      ['data.authToken', 'handle'],
      ['value'],
      ['token', 'previousToken'],
    ]);
    expect([AccountToken.expiresAt, Session.expiresAt]).toEqual(['expiresAt', 'expiresAt']);
  });

  const accountId = '01J8ZQ4Z3M0000000000000000';

  it('take what DESIGN.md says a token may be, up to both edges', () => {
    const token = { accountId, kind: 'custom', createdFor: 'xx', value: 'abcd' } as const;
    const accepts = (fields: object) =>
      AccountToken.schema.safeParse({ ...token, ...fields }).success;
    for (const kind of [
      'password',
      'email_verification',
      'phone_verification',
      'password_recovery',
      'magick_link',
      'login_code',
      'twoFactorAuth',
      'custom',
    ]) {
      expect(accepts({ kind })).toBe(true);
    }
    expect([
      accepts({ kind: 'other' }),
      accepts({ createdFor: 'x' }),
      accepts({ value: 'abc' }),
    ]).toEqual([false, false, false]);
    expect([accepts({ value: 'a'.repeat(1000) }), accepts({ value: 'a'.repeat(1001) })]).toEqual([
      true,
      false,
    ]);
    expect(accepts({ location: { ip: '::1', device: 'x', meta: { a: 1 } } })).toBe(true);
    expect(accepts({ location: { other: 1 } })).toBe(false);
    expect(accepts({ usageLocations: [{ ip: '::1' }, { other: 1 }] })).toBe(false);
  });

  it('take the four kinds of access, each with its own fields only', () => {
    const accepts = (data: object) => AccessType.schema.safeParse({ accountId, data }).success;
    expect(accepts({ kind: 'email', value: 'a@example.com' })).toBe(true);
    expect(accepts({ kind: 'phone', value: '+4930123456' })).toBe(true);
    expect(accepts({ kind: 'oauth', provider: 'x', value: 'y', authToken: 'z' })).toBe(true);
    expect(accepts({ kind: 'custom', value: 'y', meta: {} })).toBe(true);
    expect(accepts({ kind: 'oauth', value: 'y' })).toBe(false);
    expect(accepts({ kind: 'email', value: 'a@example.com', provider: 'x' })).toBe(false);
    expect(accepts({ kind: 'phone', value: 'a@example.com' })).toBe(false);
    expect(accepts({ kind: 'custom', value: 'y' })).toBe(false);
    expect(accepts({ kind: 'other', value: 'y' })).toBe(false);
  });

  it('give an account its defaults, and even out its username', () => {
    expect(Account.schema.parse({ accountId, username: 'Ada' })).toEqual({
      accountId,
      username: 'ada',
      permissions: [],
      deactivated: false,
      sessionGeneration: '0',
    });
  });
});
