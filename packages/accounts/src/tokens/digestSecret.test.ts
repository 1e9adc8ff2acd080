import { digestMatches, digestSecret } from './digestSecret.js';

describe('digestSecret', () => {
  it('is SHA-256 as base64url', () => {
    // FIPS 180-2, appendix B.1: "abc"
    const expected = Buffer.from(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      'hex',
    );
    expect(digestSecret('abc')).toBe(expected.toString('base64url'));
  });
});

describe('digestMatches', () => {
  it('recognises the secret of a digest and no other', () => {
    const digest = digestSecret('secret');
    expect(digestMatches('secret', digest)).toBe(true);
    expect(digestMatches('Secret', digest)).toBe(false);
    expect(digestMatches('', digest)).toBe(false);
  });

  it.each([undefined, null, '', 'secret', 7, [], `${digestSecret('secret')}=`])(
    'ASVS 16.5.3: gives false, and does not throw, for the stored value %p',
    (digest) => {
      expect(digestMatches('secret', digest)).toBe(false);
    },
  );

  it('ASVS 11.2.4: compares in constant time', () => {
    expect(digestMatches.toString()).toContain('timingSafeEqual');
  });
});
