import fc from 'fast-check';
import { toDate, UnreadableValue } from './UnreadableValue.js';

const MOMENTS = fc.date({ noInvalidDate: true });

const digits = (count: number): fc.Arbitrary<string> =>
  fc.nat({ max: 10 ** count - 1 }).map((number) => String(number).padStart(count, '0'));
const small = (max: number): fc.Arbitrary<string> =>
  fc.nat({ max }).map((number) => String(number).padStart(2, '0'));

/** Texts like those of `toISOString`, of which some are of no calendar or clock. */
const LIKE_MOMENTS = fc
  .tuple(digits(4), small(13), small(32), small(24), small(60), small(60), digits(3))
  .map(([year, month, day, hour, minute, second, ms]) => {
    return `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
  });

describe('a stored date', () => {
  it('is what was written, of any year', () => {
    fc.assert(
      fc.property(MOMENTS, (moment) => {
        expect(toDate(moment.toISOString())).toEqual(moment);
      }),
    );
  });

  it('is a text that toISOString writes, and no other', () => {
    fc.assert(
      fc.property(LIKE_MOMENTS, (text) => {
        const date = new Date(text);
        const isWritten = !Number.isNaN(date.getTime()) && date.toISOString() === text;
        if (isWritten) expect(toDate(text)).toEqual(date);
        else expect(() => toDate(text)).toThrow(UnreadableValue);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '2026-02-29T00:00:00.000Z',
    '2026-02-30T00:00:00.000Z',
    '2026-00-10T00:00:00.000Z',
    '2026-13-10T00:00:00.000Z',
    '2026-01-00T00:00:00.000Z',
    '2026-01-31T24:00:00.000Z',
    '2026-01-31T23:60:00.000Z',
    '2026-01-31T23:59:60.000Z',
    '2026-01-31T23:59:59.000',
    '2026-01-31T23:59:59.000Z\n',
    '26-01-31T23:59:59.000Z',
    '+002026-01-31T23:59:59.000Z',
  ])('is not %j', (text) => {
    expect(() => toDate(text)).toThrow(UnreadableValue);
  });

  it.each(['0000-01-01T00:00:00.000Z', '0099-12-31T23:59:59.999Z', '2024-02-29T00:00:00.000Z'])(
    'may be %s',
    (text) => {
      expect(toDate(text).toISOString()).toBe(text);
    },
  );
});
