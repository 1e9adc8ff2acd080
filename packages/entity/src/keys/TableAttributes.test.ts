import { defineEntity } from '@latchkey/schema';
import fc from 'fast-check';
import * as z from 'zod';
import { errorFrom } from '../../test/support/errorOf.js';
import { DEFAULT_ATTRIBUTES, TableAttributes, type TableNames } from './TableAttributes.js';

function reasonOf(names: unknown): string {
  const error = errorFrom(() => new TableAttributes(names as TableNames));
  expect(error.code).toBe('InvalidTable');
  return (error.details as { reason: string }).reason;
}

describe('the names of a table', () => {
  it('are PK, SK, ttl and those that follow from an index, by default', () => {
    const { PK, SK, ttl } = DEFAULT_ATTRIBUTES;
    expect({ PK, SK, ttl }).toEqual({ PK: 'PK', SK: 'SK', ttl: 'ttl' });
    expect(DEFAULT_ATTRIBUTES.index('_id7')).toEqual({ name: '_id7', PK: '_id7PK', SK: '_id7SK' });
  });

  it('can be given one by one', () => {
    const names = new TableAttributes({
      attributes: { SK: 'sk' },
      indexes: { _id2: { name: 'gsi1' }, _id3: { PK: 'gsi2pk' } },
    });
    expect([names.PK, names.SK, names.ttl]).toEqual(['PK', 'sk', 'ttl']);
    expect(names.index('_id2')).toEqual({ name: 'gsi1', PK: '_id2PK', SK: '_id2SK' });
    expect(names.index('_id3')).toEqual({ name: '_id3', PK: 'gsi2pk', SK: '_id3SK' });
    expect(names.keyItem({ PK: 'a', SK: 'b' })).toEqual({ PK: { S: 'a' }, sk: { S: 'b' } });
    expect(names.keyOf({ PK: { S: 'a' }, sk: { S: 'b' }, SK: { S: 'c' } })).toEqual({
      PK: 'a',
      SK: 'b',
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['attributes that are not an object', { attributes: 'pk' }, /attributes is not an object/],
    ['null attributes', { attributes: null }, /attributes is not an object/],
    ['an unknown attribute', { attributes: { pk: 'pk' } }, /attributes must have PK, SK, ttl/],
    ['an empty name', { attributes: { PK: '' } }, /partition key is not a string/],
    ['a name of another type', { attributes: { ttl: 1 } }, /TTL attribute is not a string/],
    ['a lone surrogate', { attributes: { SK: '\ud800' } }, /sort key is not a string/],
    ['a name that is too long', { attributes: { PK: 'é'.repeat(128) } }, /more than 255 bytes/],
    ...['_e', '_v', '_op', '_s', 'ownerPK', 'ownerSK', 'ulid', 'createdAt', 'updatedBy'].map(
      (name): [string, unknown, RegExp] => [
        `the reserved name ${name}`,
        { attributes: { PK: name } },
        /which is reserved/,
      ],
    ),
    ['the attribute of an index', { attributes: { PK: '_id4PK' } }, /_id4PK, which is reserved/],
    ['one name for two keys', { attributes: { PK: 'k', SK: 'k' } }, /both be named k/],
    ['a name that is another one by default', { attributes: { ttl: 'SK' } }, /both be named SK/],
    [
      'a key attribute in an index',
      { attributes: { SK: 'sk' }, indexes: { _id2: { PK: 'sk' } } },
      /the sort key and the partition key of _id2 cannot both be named sk/,
    ],
    [
      'an attribute in two indexes',
      { indexes: { _id2: { SK: 'sort' }, _id3: { SK: 'sort' } } },
      /both be named sort/,
    ],
    ['indexes that are not an object', { indexes: 'gsi1' }, /indexes is not an object/],
    ['an index that cannot be', { indexes: { gsi1: { name: 'gsi1' } } }, /not named _id2, _id3/],
    ['the primary index', { indexes: { _id: { name: 'gsi1' } } }, /not named _id2, _id3/],
    ['no names of an index', { indexes: { _id2: 'gsi1' } }, /indexes._id2 is not an object/],
    ['an unknown name', { indexes: { _id2: { pk: 'a' } } }, /indexes._id2 must have name, PK, SK/],
    [
      'an index name with a space',
      { indexes: { _id2: { name: 'gsi 1' } } },
      /an index name must have/,
    ],
    ['a short index name', { indexes: { _id2: { name: 'g1' } } }, /an index name must have/],
    [
      'two indexes of one name',
      { indexes: { _id2: { name: 'gsi' }, _id3: { name: 'gsi' } } },
      /gsi/,
    ],
    ['the name of another index', { indexes: { _id2: { name: '_id3' } } }, /both be named _id3/],
  ])('are refused: %s', (_, names, reason) => {
    expect(reasonOf(names)).toMatch(reason);
  });

  it('are all different, whatever they are', () => {
    const name = fc.constantFrom(
      'PK',
      'SK',
      'ttl',
      'a',
      'b',
      '_id2PK',
      '_id3SK',
      '_x',
      'id',
      undefined,
    );
    const given = fc.record({
      attributes: fc.record({ PK: name, SK: name, ttl: name }),
      indexes: fc.record({ _id2: fc.record({ PK: name, SK: name }) }),
    });
    fc.assert(
      fc.property(given, (names) => {
        let attributes: TableAttributes;
        try {
          attributes = new TableAttributes(names as TableNames);
        } catch (error) {
          expect(
            errorFrom(() => {
              throw error;
            }).code,
          ).toBe('InvalidTable');
          return;
        }
        const { PK, SK, ttl } = attributes;
        const all = [
          PK,
          SK,
          ttl,
          ...['_id2', '_id3'].flatMap((index) => [
            attributes.index(index).PK,
            attributes.index(index).SK,
          ]),
        ];
        expect(new Set(all).size).toBe(all.length);
        for (const each of all) expect(attributes.isOwn(each)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a definition in a table of other names', () => {
  const definition = (aliases: Record<string, string>) =>
    defineEntity({
      name: 'Parcel',
      schema: z.object({ pk: z.string(), expires: z.string(), weight: z.number() }),
      indexes: [{ name: '_id', PK: ['.pk'] }],
      aliases,
    });

  it.each<[string, TableNames['attributes'], Record<string, string>, string]>([
    ['a field', { PK: 'pk' }, {}, 'the field pk of Parcel'],
    ['a field that expires', { ttl: 'expires' }, {}, 'the field expires of Parcel'],
    ['an alias', { SK: 'w' }, { weight: 'w' }, 'the field weight of Parcel'],
  ])('is refused where %s has the name of a key', (_, attributes = {}, aliases, reason) => {
    const names = new TableAttributes({ attributes });
    const error = errorFrom(() => names.assertFits(definition(aliases)));
    expect(error.code).toBe('InvalidTable');
    expect(error.message).toContain(reason);
  });

  it('fits where an alias gives way', () => {
    const names = new TableAttributes({ attributes: { PK: 'pk' } });
    expect(() => names.assertFits(definition({ pk: 'p' }))).not.toThrow();
  });
});
