import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import ts from 'typescript';
import { SchemaError } from '@latchkey/schema';
import { errorOf } from '../support/errorOf.js';
import { Adapter, define, type Model } from './Adapter.js';

const MODELS: readonly Model[] = [
  {
    name: 'User',
    fields: {
      email: { type: 'string', required: true, unique: true },
      image: { type: 'string' },
      age: { type: 'number' },
      verified: { type: 'boolean', required: true },
      roles: { type: 'strings' },
      settings: { type: 'json' },
      password: { type: 'string', secret: true },
    },
  },
  {
    name: 'Session',
    fields: {
      user: { type: 'string', required: true, index: true },
      token: { type: 'string', required: true, unique: true },
      until: { type: 'date', expires: true },
    },
  },
];

const definitions = MODELS.map(define);
let test: TestTable;
let adapter: Adapter;
beforeAll(async () => {
  test = await createTestTable(definitions);
  adapter = new Adapter(test.table, definitions);
});
afterAll(() => test.drop());

const email = (value: string) => [{ field: 'email', value }];

describe('An adapter whose definitions are made when the program runs', () => {
  it('holds no cast', () => {
    const path = join(__dirname, 'Adapter.ts');
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
    const casts: string[] = [];
    const visit = (node: ts.Node): void => {
      const isCast = ts.isAsExpression(node) || ts.isTypeAssertionExpression(node);
      if (isCast || ts.isNonNullExpression(node)) casts.push(node.getText(source));
      ts.forEachChild(node, visit);
    };
    visit(source);
    expect(casts).toEqual([]);
  });

  it('creates, finds, changes and deletes', async () => {
    const made = await adapter.create('User', {
      email: 'ada@example.com',
      verified: false,
      image: null,
      settings: { theme: 'dark' },
      password: 'secret',
    });
    expect(made).toMatchObject({ email: 'ada@example.com', image: null });
    expect(made).not.toHaveProperty('password');
    const found = await adapter.findOne('User', email('ada@example.com'));
    expect(found).toMatchObject({ ...made, password: 'secret' });
    expect(await adapter.findOne('User', email('ada@example.com'), ['verified'])).toEqual({
      id: made.id,
      verified: false,
    });
    const changed = await adapter.update('User', email('ada@example.com'), {
      image: 'a.png',
      'settings.size': 5,
      password: undefined,
    });
    expect(changed).toMatchObject({ image: 'a.png', settings: { theme: 'dark', size: 5 } });
    expect(await adapter.add('User', email('ada@example.com'), { age: 2 })).toBe(1);
    await adapter.append('User', String(made.key), 'roles', 'admin');
    const where = [
      ...email('ada@example.com'),
      { field: 'age', operator: 'gte', value: 2 } as const,
    ];
    expect(await adapter.findMany('User', where)).toMatchObject([{ age: 2, roles: ['admin'] }]);
    expect(await adapter.getAll('User', [{ key: made.key }, { key: 'none' }])).toMatchObject([
      { email: 'ada@example.com' },
      null,
    ]);
    expect(await adapter.delete('User', email('ada@example.com'))).toBe(1);
    expect(await adapter.count('User', email('ada@example.com'))).toBe(0);
  });

  it('finds by null, by one of several values, and by an index', async () => {
    const user = 'finder';
    await adapter.createAll(
      ['a', 'b', 'c'].map((token) => [
        'Session',
        { key: token, user, token, until: token === 'a' ? null : new Date(Date.UTC(2100, 0)) },
      ]),
    );
    const of = (where: Parameters<Adapter['count']>[1]) =>
      adapter.count('Session', [{ field: 'user', value: user }, ...where]);
    expect(await of([])).toBe(3);
    expect(await of([{ field: 'until', value: null }])).toBe(1);
    expect(await of([{ field: 'until', operator: 'ne', value: null }])).toBe(2);
    expect(await of([{ field: 'token', operator: 'in', value: ['a', 'c', 'x'] }])).toBe(2);
    expect(await of([{ field: 'token', operator: 'starts_with', value: 'b' }])).toBe(1);
    expect(await of([{ field: 'until', operator: 'lt', value: new Date() }])).toBe(0);
  });

  it('is told what is wrong when it runs: of values, of fields and of definitions', async () => {
    const user = { email: 'x@example.com', verified: true };
    for (const [data, path] of [
      [{ ...user, age: 'five' }, 'age'],
      [{ ...user, other: 1 }, 'other'],
      [{ email: 'x@example.com' }, 'verified'],
    ] as const) {
      const error = await errorOf(adapter.create('User', data));
      expect(error).toMatchObject({ code: 'InvalidInput', details: { path } });
    }
    await adapter.create('User', user);
    const update = adapter.update('User', email(user.email), { verifyed: false });
    expect(await errorOf(update)).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'verifyed' },
    });
    expect((await errorOf(adapter.count('User', [{ field: 'age', value: 5 }]))).code).toBe(
      'NoIndexFits',
    );
    const taken = adapter.create('User', user);
    expect((await errorOf(taken)).code).toBe('UniqueViolation');
    const json = { type: 'json', required: true, index: true } as const;
    expect(() => define({ name: 'Bad', fields: { data: json } })).toThrow(
      expect.objectContaining({ code: 'PathNotScalar' }),
    );
    const expires = { type: 'string', expires: true } as const;
    expect(() => define({ name: 'Bad', fields: { until: expires } })).toThrow(SchemaError);
  });
});
