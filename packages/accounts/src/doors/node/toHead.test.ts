import { toHead, type NodeRequest } from './toHead.js';

const pathOf = (url: string): string => {
  const req = {
    method: 'GET',
    url,
    headers: { host: 'app.example.com' },
    rawHeaders: [],
    socket: {},
  };
  return new URL(toHead(req as unknown as NodeRequest).url).pathname;
};

describe('The path of a request', () => {
  it.each(['/auth/session', '/auth/sessions/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/auth/', '/auth/a%20b'])(
    'is taken as it came: %s',
    (path) => {
      expect(pathOf(path)).toBe(path);
      expect(pathOf(`${path}?to=/../x`)).toBe(path);
    },
  );

  it.each([
    '/auth/x/../session',
    '/auth/./session',
    '/auth/x/%2e%2e/session',
    '/auth/x/.%2E/session',
    '/auth\\session',
    '//evil.example/auth/session',
    '//auth/session',
  ])('leads nowhere if a URL would make another of it: %s', (path) => {
    expect(pathOf(path)).toBe('/');
  });
});
