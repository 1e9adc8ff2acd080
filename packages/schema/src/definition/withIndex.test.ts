import { AccessType } from '../entities/AccessType.js';
import { Account } from '../entities/Account.js';
import { extendAccount } from '../entities/extendAccount.js';
import * as z from 'zod';
import { withIndex } from './withIndex.js';

describe('withIndex', () => {
  const added = { name: '_id3', PK: ['#all'], SK: ['.username'] };

  it('adds an index to a copy, and leaves the definition as it was', () => {
    const copy = withIndex(Account, added);
    expect(copy.indexes.map(({ name }) => name)).toEqual(['_id', '_id2', '_id4', '_id3']);
    expect(Account.indexes.map(({ name }) => name)).toEqual(['_id', '_id2', '_id4']);
    expect({ ...copy, indexes: null }).toEqual({ ...Account, indexes: null });
    expect(Object.isFrozen(copy)).toBe(true);
    expect(Object.isFrozen(copy.indexes)).toBe(true);
  });

  it('keeps the fields and secrets of a definition', () => {
    const Customer = extendAccount({ plan: z.string() });
    expect(withIndex(Customer, added).schema).toBe(Customer.schema);
    const contacts = withIndex(AccessType, { name: '_id3', PK: ['.data.kind'] });
    expect(contacts.secrets).toEqual(AccessType.secrets);
  });

  it.each([
    ['DuplicateIndexName', { ...added, name: '_id2' }],
    ['DuplicateIndexName', { ...added, name: '_id' }],
    ['InvalidIndexName', { ...added, name: 'byName' }],
    ['UnknownPath', { ...added, SK: ['.nickname'] }],
    ['UnknownPath', { ...added, where: { nickname: { $in: ['a'] } } }],
    ['PathNotScalar', { ...added, SK: ['.permissions'] }],
    ['InvalidIndexPart', { ...added, PK: ['username'] }],
  ])('refuses, with %s, %j', (code, index) => {
    expect(() => withIndex(Account, index)).toThrow(expect.objectContaining({ code }));
  });
});
