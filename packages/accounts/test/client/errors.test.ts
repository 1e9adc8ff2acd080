import {
  AccountsClientError,
  confirmTwoFactor,
  currentSession,
  enrolTwoFactor,
  init,
  session,
  signIn,
  signInWithSecondFactor,
  signOut,
  signUp,
} from '@latchkey/accounts/client';
import { totp } from '@latchkey/accounts/two-factor';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { TOTP } from 'otpauth';
import { createTestHandler, PASSWORD, type TestHandler } from '../http/support.js';
import { errorOf, newPage } from './support.js';

/** A client whose requests are answered so. */
const answered = (answer: () => Promise<Response>) => init({ fetch: answer });

let server: TestHandler;

beforeAll(async () => {
  const encryptionKeys = [{ kid: '1', key: Buffer.alloc(32, 7) }];
  server = await createTestHandler({}, { twoFactor: totp({ issuer: 'Tests', encryptionKeys }) });
});

afterAll(() => server.drop());

describe('init', () => {
  it('refuses an empty application id, before anything is sent', async () => {
    for (const appId of ['', undefined, null]) {
      const error = await errorOf(() => init({ appId } as never));
      expect(error).toBeInstanceOf(AccountsClientError);
      expect(error).toMatchObject({ code: 'AppIdNotSet', status: 400 });
    }
  });

  it('refuses an id that no application can have', async () => {
    for (const appId of [7, ' ', 'a\r\nb', '-a', 'é', 'a'.repeat(65)]) {
      expect(await errorOf(() => init({ appId } as never))).toMatchObject({
        code: 'AppIdNotValid',
      });
    }
  });

  it('makes a client that sends the id, or none', async () => {
    const shop = newPage(server, { appId: 'shop' });
    const only = newPage(server);
    await Promise.all([session(shop.client), session(only.client)]);
    expect(shop.sent[0]?.headers.get('app-id')).toBe('shop');
    expect(only.sent[0]?.headers.has('app-id')).toBe(false);
  });

  it('is where every client comes from', () => {
    expect(() => signOut({ baseUrl: '/auth', appId: undefined })).toThrow(TypeError);
  });
});

describe('An error of the client', () => {
  it('has the code, status and details that the server sent', async () => {
    const { client } = newPage(server);
    const short = await errorOf(() => signUp(client, { username: 'ada', password: 'short' }));
    expect(short).toBeInstanceOf(AccountsClientError);
    expect(short).toMatchObject({
      name: 'AccountsClientError',
      code: 'PasswordTooShort',
      status: 400,
      details: { path: 'password' },
      message: expect.stringMatching(/^The password /),
    });
    const unknown = signIn(client, { username: 'nobody', password: PASSWORD });
    await expect(unknown).rejects.toMatchObject({
      code: 'UsernameOrPasswordMismatch',
      status: 401,
      details: {},
    });
    expect(currentSession(client)).toBeUndefined();
  });

  it('has the challenge that continues a sign-in, which nothing shows', async () => {
    const { client } = newPage(server);
    const ada = { username: 'ada', password: PASSWORD };
    await signUp(client, ada);
    const { secret } = await enrolTwoFactor(client, {});
    const authenticator = new TOTP({ secret });
    const at = (): number => server.clock.now().getTime();
    await confirmTwoFactor(client, { code: authenticator.generate({ timestamp: at() }) });
    await signOut(client);
    server.clock.advance(60_000);
    const error = (await errorOf(() => signIn(client, ada))) as AccountsClientError;
    expect(error).toMatchObject({
      code: 'TwoFactorRequired',
      details: { methods: ['totp', 'recoveryCode'] },
    });
    const { challenge = '' } = error;
    expect(challenge.length).toBeGreaterThan(20);
    const shown = inspect(error, { showHidden: true, depth: 9 }) + JSON.stringify(error);
    expect(shown).toContain('TwoFactorRequired');
    expect(shown).not.toContain(challenge);
    const code = authenticator.generate({ timestamp: at() });
    await signInWithSecondFactor(client, { challenge, code, rememberMe: 'none' });
    expect(currentSession(client)?.user.username).toBe('ada');
    expect((await session(client))?.user.username).toBe('ada');
  });

  it('is a NetworkError where no response comes, and the session stays as it is known', async () => {
    let isOffline = false;
    const cause = new TypeError('Failed to fetch');
    const user = { userId: '1', creationDate: '', paymentsMode: 'test' };
    const client = answered(() =>
      isOffline
        ? Promise.reject(cause)
        : Promise.resolve(Response.json({ user, expiresAt: '2120-01-01T00:00:00.000Z' })),
    );
    await session(client);
    isOffline = true;
    for (const call of [session, signOut]) {
      const error = await errorOf(() => call(client));
      expect(error).toMatchObject({ code: 'NetworkError', status: 0, cause });
    }
    expect(currentSession(client)?.user).toEqual(user);
  });

  it('is a NetworkError where a response breaks off', async () => {
    const body = new ReadableStream({
      start: (controller) => controller.error(new TypeError('terminated')),
    });
    const client = answered(() => Promise.resolve(new Response(body)));
    await expect(session(client)).rejects.toMatchObject({ code: 'NetworkError' });
  });

  it('is a NetworkError after a timeout, and the reason given after an end by hand', async () => {
    const client = init({
      fetch: (_url, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    await expect(session(client, { signal: AbortSignal.timeout(1) })).rejects.toMatchObject({
      code: 'NetworkError',
      cause: { name: 'TimeoutError' },
    });
    const byHand = new AbortController();
    const ended = session(client, { signal: byHand.signal });
    const reason = new Error('Another page was opened.');
    byHand.abort(reason);
    await expect(ended).rejects.toBe(reason);
  });

  it.each([
    ['a proxy’s page of an error', '<html>Bad Gateway</html>', 502],
    ['a page instead of an answer', '<!doctype html>', 200],
    ['an error of another form', '{"message":"Forbidden"}', 403],
    ['an error that is no object', 'null', 500],
    ['an error without a body', '', 504],
  ])('is an UnexpectedResponse for %s', async (_name, body, status) => {
    const client = answered(() => Promise.resolve(new Response(body, { status })));
    const error = await errorOf(() => session(client));
    expect(error).toMatchObject({ code: 'UnexpectedResponse', status });
    expect(currentSession(client)).toBeUndefined();
  });

  it('has a code of its own only where docs/errors.md has it for the client', () => {
    const root = path.join(__dirname, '../../src/client');
    const own = ['AccountsClient.ts', 'init.ts']
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
      .flatMap((text) => [...text.matchAll(/new AccountsClientError\(\s*'(\w+)'/g)])
      .map(([, code]) => code);
    expect([...new Set(own)].sort()).toEqual([
      'AppIdNotSet',
      'AppIdNotValid',
      'NetworkError',
      'UnexpectedResponse',
      'UserAlreadySignedIn',
    ]);
  });
});
