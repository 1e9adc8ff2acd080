import { AccountError } from '../../errors/AccountError.js';
import type { Message, MessageKind } from '../Delivery.js';
import { LinkBuilder, type LinkOptions } from './LinkBuilder.js';

const BASE = 'https://example.com';

const message = (kind: MessageKind, token?: string): Message => ({
  kind,
  to: { kind: 'email', value: 'ada@example.com' },
  account: {} as Message['account'],
  ...(token !== undefined && { token }),
});

const refusalOf = (options: LinkOptions): unknown => {
  try {
    new LinkBuilder(options);
    return 'none';
  } catch (error) {
    return AccountError.is(error) ? [error.code, 'path' in error.details && error.details.path] : 0;
  }
};

describe('links', () => {
  test.each([
    [BASE, 'https://example.com/verify-email?token=abc'],
    [`${BASE}/`, 'https://example.com/verify-email?token=abc'],
    [`${BASE}:8443/app/`, 'https://example.com:8443/app/verify-email?token=abc'],
    ['https://bücher.example', 'https://xn--bcher-kva.example/verify-email?token=abc'],
    ['http://localhost:3000', 'http://localhost:3000/verify-email?token=abc'],
    ['http://127.0.0.1', 'http://127.0.0.1/verify-email?token=abc'],
    ['http://[::1]:80', 'http://[::1]/verify-email?token=abc'],
  ])('begin with the base address: %s', (baseUrl, expected) => {
    expect(new LinkBuilder({ baseUrl }).linkOf(message('EmailVerification', 'abc'))).toBe(expected);
  });

  test.each([
    'http://example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'javascript:alert(1)',
    'JavaScript://example.com/%0aalert(1)',
    'data:text/html,x',
    'ftp://example.com',
    '//example.com',
    'example.com',
    '',
    'https://user@example.com',
    'https://:secret@example.com',
    'https://example.com/?next=',
    'https://example.com/?',
    'https://example.com/#',
    'https://example.com/#/app',
    undefined,
    null,
    ['https://example.com'],
  ])('ASVS 1.2.2: have no other base address than https, or this machine: %p', (baseUrl) => {
    expect(refusalOf({ baseUrl: baseUrl as string })).toEqual(['InvalidConfiguration', 'baseUrl']);
  });

  test.each([
    '',
    'login',
    '//evil.example',
    '/\\evil.example',
    '/../login',
    '/a/%2e%2e/login',
    '/login?next=1',
    '/login#x',
    '/lo gin',
    '/log\nin',
    'https://evil.example/login',
    '@evil.example',
    '.evil.example/login',
    7,
  ])('ASVS 1.2.2: lead to a page below the base address only, not to %p', (path) => {
    expect(refusalOf({ baseUrl: BASE, paths: { MagicLink: path as string } })).toEqual([
      'InvalidConfiguration',
      'paths.MagicLink',
    ]);
  });

  it('lead to pages of the application’s own choice', () => {
    const links = new LinkBuilder({
      baseUrl: `${BASE}/app`,
      paths: { EmailVerification: '/best%C3%A4tigen', PasswordChanged: '/security' },
    });
    expect(links.linkOf(message('EmailVerification', 'abc'))).toBe(
      'https://example.com/app/best%C3%A4tigen?token=abc',
    );
    expect(links.linkOf(message('PasswordChanged'))).toBe('https://example.com/app/security');
    expect(links.linkOf(message('MagicLink', 'abc'))).toBe(
      'https://example.com/app/magic-link?token=abc',
    );
  });

  test.each([
    ['a&b=c#d', 'a%26b%3Dc%23d'],
    ['../x?y', '..%2Fx%3Fy'],
    ['@evil.example/', '%40evil.example%2F'],
    ['"><script>', '%22%3E%3Cscript%3E'],
    ['ü \r\n', '%C3%BC%20%0D%0A'],
  ])('ASVS 1.2.2: hold a token encoded: %p', (token, encoded) => {
    for (const [tokenIn, separator] of [
      ['query', '?'],
      ['fragment', '#'],
    ] as const) {
      const links = new LinkBuilder({ baseUrl: BASE, tokenIn });
      const link = links.linkOf(message('PasswordReset', token)) ?? '';
      expect(link).toBe(`${BASE}/reset-password${separator}token=${encoded}`);
      const { hash, search, origin, pathname } = new URL(link);
      expect([origin, pathname]).toEqual([BASE, '/reset-password']);
      const given = new URLSearchParams(tokenIn === 'query' ? search : hash.slice(1));
      expect([...given]).toEqual([['token', token]]);
    }
  });

  test.each(['EmailVerification', 'PasswordReset', 'MagicLink'] as const)(
    '%s has none without a token that can be used',
    (kind) => {
      const links = new LinkBuilder({ baseUrl: BASE });
      for (const token of [undefined, '', '\ud800']) {
        expect(() => links.linkOf(message(kind, token))).toThrow(
          expect.objectContaining({
            code: 'InvalidInput',
            details: { path: 'token', reason: 'notValid' },
          }),
        );
      }
    },
  );

  it('never hold the code that is sent to a phone', () => {
    const links = new LinkBuilder({ baseUrl: BASE, paths: { PhoneVerification: '/phone' } });
    expect(links.linkOf(message('PhoneVerification', '123456'))).toBe(`${BASE}/phone`);
  });

  it('need a place for the token that there is', () => {
    expect(refusalOf({ baseUrl: BASE, tokenIn: 'path' as 'query' })).toEqual([
      'InvalidConfiguration',
      'tokenIn',
    ]);
  });
});
