import fc from 'fast-check';
import { headerOf, toHeaders } from './toHeaders.js';

const name = fc.constantFrom(
  'Host',
  'host',
  'Cookie',
  'COOKIE',
  'X-Forwarded-For',
  'x-forwarded-for',
  ':path',
);
const value = fc.stringMatching(/^[!-~]{0,12}$/);

describe('headerOf', () => {
  it('finds what Headers would give, however often and however spelled it came', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (headers) => {
        const req = { rawHeaders: headers.flat() };
        for (const each of ['host', 'cookie', 'x-forwarded-for', 'origin']) {
          expect(headerOf(req, each)).toBe(toHeaders(req).get(each));
        }
      }),
    );
  });
});
