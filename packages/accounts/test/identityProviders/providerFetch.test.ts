import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { providerFetch } from '../../src/identityProviders/providerFetch.js';

const KIB = 1024;

describe('requests to a provider', () => {
  let server: Server;
  let base: string;
  const paths: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? '';
      paths.push(path);
      if (path === '/redirect') response.writeHead(302, { location: '/target' }).end();
      else if (path === '/large') response.end(Buffer.alloc(512 * KIB + 1));
      else if (path === '/fits') response.end(Buffer.alloc(512 * KIB));
      else if (path === '/none') response.writeHead(204).end();
      else if (path === '/half') response.write('x');
      else if (path !== '/never') response.end(request.method);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  beforeEach(() => {
    paths.length = 0;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const send = (path: string, options: Parameters<typeof providerFetch>[0] = {}) =>
    providerFetch({ insecureLoopback: true, ...options })(base + path, { method: 'POST' });

  it('follow no redirect', async () => {
    const { status, headers } = await send('/redirect');
    expect([status, headers.get('location')]).toEqual([302, '/target']);
    expect(paths).toEqual(['/redirect']);
  });

  it('read no more than 512 KiB', async () => {
    expect((await (await send('/fits')).arrayBuffer()).byteLength).toBe(512 * KIB);
    await expect(send('/large')).rejects.toThrow('too large');
    expect(await (await send('/none')).text()).toBe('');
  });

  it.each(['/never', '/half'])('end at the time limit, at %s', async (path) => {
    await expect(send(path, { timeoutMs: 100 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('go over https only, unless loopback is allowed', async () => {
    await expect(send('/x', { insecureLoopback: false })).rejects.toThrow('https only');
    const loopback = providerFetch({
      insecureLoopback: true,
      fetch: () => Promise.reject(new Error('sent')),
    });
    for (const url of ['http://example.com', 'http://127.0.0.1.example.com', 'ftp://127.0.0.1']) {
      await expect(loopback(url, {})).rejects.toThrow('https only');
    }
    for (const url of [
      'http://127.0.0.1',
      'http://localhost:1',
      'http://[::1]',
      'https://a.example',
    ]) {
      await expect(loopback(url, {})).rejects.toThrow('sent');
    }
    expect(paths).toEqual([]);
  });
});
