import { errorFrom } from '../../test/support/errorOf.js';
import { assertAttributeSize, assertItemSize, MAX_ITEM_BYTES } from './assertItemSize.js';

describe('the size of an item', () => {
  it.each([
    ['ASCII', 'x', 1],
    ['letters of two bytes', 'ü', 2],
    ['letters of three bytes', '語', 3],
    ['letters of four bytes', '😀', 4],
  ])('may be 400 KB, and not a letter more, in %s', (_, letter, bytes) => {
    const letters = Math.floor((MAX_ITEM_BYTES - 'text'.length) / bytes);
    const fits = { S: letter.repeat(letters) };
    const isTooLarge = { S: letter.repeat(letters + 1) };
    expect(() => {
      assertItemSize({ text: fits }, 'Note');
      assertAttributeSize('text', fits, 'Note');
    }).not.toThrow();
    const refusal = { code: 'UnsupportedValue', details: { path: 'text' } };
    const more = { a: { S: letter }, text: isTooLarge, z: { BOOL: true } };
    expect(errorFrom(() => assertItemSize(more, 'Note'))).toMatchObject(refusal);
    expect(errorFrom(() => assertAttributeSize('text', isTooLarge, 'Note'))).toMatchObject(refusal);
  });

  it('counts what lists and maps take for themselves and for their elements', () => {
    // 3 for the map, 1 and a name for its field, 3 for the list, 1 for each of its elements.
    const overhead = 'map'.length + 3 + 1 + 'list'.length + 3 + 2;
    const item = (letters: number) => ({
      map: { M: { list: { L: [{ BOOL: true }, { S: 'x'.repeat(letters - 1) }] } } },
    });
    const letters = MAX_ITEM_BYTES - overhead;
    expect(() => {
      assertItemSize(item(letters), 'Note');
    }).not.toThrow();
    expect(errorFrom(() => assertItemSize(item(letters + 1), 'Note'))).toMatchObject({
      details: { path: 'map' },
    });
  });
});
