import { createSecretKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { signToken } from './signToken.js';

const key = createSecretKey(Buffer.alloc(32, 7));
const payload = { iss: 'latchkey', aud: 'Grüße/日本', sub: 'ada', iat: 0, exp: 1_764_000_000 };

describe('signToken', () => {
  it.each([
    ['a key without a name', undefined],
    ['a key with a name', '2026-11'],
  ])('signs with %s exactly what jsonwebtoken signs', (_, kid) => {
    const expected = jwt.sign(JSON.stringify(payload), key, {
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: 'test+jwt', ...(kid !== undefined && { kid }) },
    });
    expect(signToken(payload, 'test+jwt', { kid, key })).toBe(expected);
  });

  it('signs a token that jsonwebtoken verifies', () => {
    const token = signToken(payload, 'test+jwt', { kid: undefined, key });
    expect(jwt.verify(token, key, { algorithms: ['HS256'], ignoreExpiration: true })).toEqual(
      payload,
    );
  });
});
