import * as z from 'zod';
import { SchemaError } from '../errors/SchemaError.js';
import { defineEntity } from './defineEntity.js';

/** What JavaScript, without types, may call with. */
const define = defineEntity as unknown as (input: object) => unknown;
const valid = {
  name: 'Lamp',
  schema: z.object({ k: z.string(), s: z.enum(['on', 'off']), at: z.date().optional() }),
};
const _id = { name: '_id', PK: ['.k'] };
const _id2 = { name: '_id2', PK: ['.s'] };

function refusal(input: object): [string, unknown, string] {
  try {
    define({ ...valid, indexes: [_id], ...input });
  } catch (error) {
    if (!SchemaError.is(error)) throw error;
    const { path } = error.details as { path?: string };
    return [error.code, path, error.message];
  }
  throw new Error('expected a refusal');
}

describe('A definition from JavaScript', () => {
  it.each<[unknown, string]>([
    ['s', ''],
    [['s'], ''],
    [null, ''],
    [5, ''],
    [{ s: 'on' }, '.s'],
    [{ s: 5 }, '.s'],
    [{ s: null }, '.s'],
    [{ s: {} }, '.s'],
    [{ s: ['on'] }, '.s'],
    [{ s: { $eq: 'on' } }, '.s.$eq'],
    [{ s: { $exists: true } }, '.s.$exists'],
    [{ s: { $in: 'on' } }, '.s.$in'],
    [{ s: { $in: [null] } }, '.s.$in.0'],
    [{ s: { $in: ['on'], $notin: ['off'] } }, '.s.$notin'],
    [{ s: { $notIn: ['on', {}] } }, '.s.$notIn.1'],
  ])('is refused for the where %j, by its path', (where, below) => {
    const [code, path] = refusal({ indexes: [_id, { ..._id2, where }] });
    expect([code, path]).toEqual(['InvalidDefinition', `indexes.1.where${below}`]);
  });

  it.each<[object, string]>([
    [{ PK: '.s' }, 'indexes.1.PK'],
    [{ PK: undefined }, 'indexes.1.PK'],
    [{ PK: [5] }, 'indexes.1.PK.0'],
    [{ SK: '.s' }, 'indexes.1.SK'],
    [{ SK: [null] }, 'indexes.1.SK.0'],
    [{ unique: 'yes' }, 'indexes.1.unique'],
    [{ unique: 1 }, 'indexes.1.unique'],
    [{ relatedTo: 5 }, 'indexes.1.relatedTo'],
    [{ relatedTo: {} }, 'indexes.1.relatedTo'],
    [{ wat: 1 }, 'indexes.1.wat'],
  ])('is refused for the index option %j', (option, at) => {
    const [code, path] = refusal({ indexes: [_id, { ..._id2, ...option }] });
    expect([code, path]).toEqual(['InvalidDefinition', at]);
  });

  it.each<[object, string]>([
    [{ indexes: {} }, 'indexes'],
    [{ indexes: undefined }, 'indexes'],
    [{ indexes: ['_id'] }, 'indexes.0'],
    [{ schema: { k: z.string() } }, 'schema'],
    [{ schema: z.string() }, 'schema'],
    [{ secrets: 'k' }, 'secrets'],
    [{ readOnly: [5] }, 'readOnly.0'],
    [{ migrations: [{}] }, 'migrations.0'],
    [{ migrations: () => ({}) }, 'migrations'],
    [{ expiresAt: ['at'] }, 'expiresAt'],
    [{ aliases: ['k'] }, 'aliases'],
    [{ computed: 's' }, 'computed'],
    [{ hooks: [] }, 'hooks'],
  ])('is refused for the option %j', (option, at) => {
    expect(refusal(option).slice(0, 2)).toEqual(['InvalidDefinition', at]);
  });

  it.each([
    ['secret', 'secrets'],
    ['readonly', 'readOnly'],
    ['index', 'indexes'],
    ['migration', 'migrations'],
    ['expireAt', 'expiresAt'],
  ])('is told that "%s" was meant to be "%s"', (option, meant) => {
    const [code, path, message] = refusal({ [option]: [] });
    expect([code, path]).toEqual(['InvalidDefinition', option]);
    expect(message).toContain(`Did you mean "${meant}"?`);
  });

  it('lists the options if none is similar', () => {
    expect(refusal({ wat: 1 })[2]).toContain('Options: name, schema, indexes');
  });
});
