import {
  authFetch,
  changePassword,
  currentSession,
  deleteUser,
  init,
  listSessions,
  onSessionChange,
  refresh,
  resetPassword,
  revokeAllSessions,
  session,
  signIn,
  signOut,
  signUp,
  updateUser,
  type SessionAnswer,
} from '@latchkey/accounts/client';
import { inspect } from 'node:util';
import { createTestHandler, PASSWORD, type TestHandler } from '../http/support.js';
import { SECRET } from '../support/testAccounts.js';
import { gate, newPage, openPage, untilTold, type TestPage } from './support.js';

const HOUR = 60 * 60 * 1000;

let server: TestHandler;
let users = 0;

beforeAll(async () => {
  server = await createTestHandler(
    {},
    { sessions: { getTokenSecret: () => SECRET, rotation: { after: '1h' } } },
  );
});

afterAll(() => server.drop());

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A new user, signed in on a page of a browser of their own. */
async function signedUp(
  rememberMe: 'local' | 'session' | 'none' = 'session',
): Promise<TestPage & { username: string; browser: ReturnType<TestHandler['browser']> }> {
  const browser = server.browser();
  const page = openPage(browser);
  const username = `user${++users}`;
  await signUp(page.client, { username, password: PASSWORD, rememberMe });
  page.takeSent();
  return { ...page, username, browser };
}

/** Notifications to listeners. */
function record(page: TestPage): (string | null)[] {
  const told: (string | null)[] = [];
  stops.push(onSessionChange(page.client, (found) => told.push(found?.user.username ?? null)));
  return told;
}

describe('A session of the client', () => {
  it('is unknown at first, and asked for without one found', async () => {
    const { client, takeSent } = newPage(server);
    expect(currentSession(client)).toBeUndefined();
    expect(takeSent()).toEqual([]);
    expect(await session(client)).toBeNull();
    expect(currentSession(client)).toBeNull();
  });

  it('begins with a sign-up, is found by the next page, and ends with the sign-out', async () => {
    const browser = server.browser();
    const { client } = openPage(browser);
    const { user, expiresAt } = await signUp(client, { username: 'ada', password: PASSWORD });
    expect(user.username).toBe('ada');
    expect(currentSession(client)).toEqual({ user, expiresAt });
    const next = openPage(browser);
    expect(await session(next.client)).toEqual({ user, expiresAt });
    await signOut(next.client);
    expect(currentSession(next.client)).toBeNull();
    expect(await session(client)).toBeNull();
  });

  it('is in a lasting cookie for local, and in a passing one for session', async () => {
    const local = await signedUp('local');
    expect(local.browser.setCookies.at(-1)).toMatch(/^__Host-latchkey=.*; Max-Age=\d+;/);
    const passing = await signedUp('session');
    expect(passing.browser.setCookies.at(-1)).toMatch(/^__Host-latchkey=(?!.*Max-Age)/);
  });

  it('tells its listeners of each change, until they have had enough', async () => {
    const page = newPage(server);
    const told: (string | null)[] = [];
    const stop = onSessionChange(page.client, (found) => told.push(found?.user.username ?? null));
    await signUp(page.client, { username: 'grace', password: PASSWORD });
    await session(page.client);
    await updateUser(page.client, { profile: { city: 'Arlington' } });
    await signOut(page.client);
    await untilTold(() => told.length >= 3);
    expect(told).toEqual(['grace', 'grace', null]);
    stop();
    await signIn(page.client, { username: 'grace', password: PASSWORD });
    await session(page.client);
    expect(told).toHaveLength(3);
  });

  it('is not told to a listener that another has just stopped', async () => {
    const { client } = await signedUp();
    const told: string[] = [];
    const stopFirst = onSessionChange(client, () => {
      told.push('first');
      stopSecond();
    });
    const stopSecond = onSessionChange(client, () => told.push('second'));
    await signOut(client);
    await new Promise((resolve) => setTimeout(resolve, 50));
    stopFirst();
    expect(told).toEqual(['first']);
  });

  it('is as the server says after a change of the user', async () => {
    const { client } = await signedUp();
    await updateUser(client, { profile: { city: 'London' } });
    expect(currentSession(client)?.user.profile).toEqual({ city: 'London' });
    expect(await session(client)).toEqual(currentSession(client));
  });

  it.each([
    ['the deletion of the user', deleteUser],
    ['the end of all sessions', revokeAllSessions],
  ])('is over after %s', async (_name, end) => {
    const { client } = await signedUp();
    await end(client);
    expect(currentSession(client)).toBeNull();
    expect(await session(client)).toBeNull();
  });

  it('goes on after a change of the password', async () => {
    const { client, username } = await signedUp();
    await changePassword(client, { currentPassword: PASSWORD, newPassword: `${PASSWORD} 2` });
    expect((await session(client))?.user.username).toBe(username);
  });

  it('keeps a second one from beginning, before anything is sent', async () => {
    const { client, username, takeSent } = await signedUp();
    for (const begin of [signIn, signUp]) {
      await expect(begin(client, { username, password: PASSWORD })).rejects.toMatchObject({
        code: 'UserAlreadySignedIn',
        status: 409,
        details: { username },
      });
    }
    expect(takeSent()).toEqual([]);
  });

  it('does not keep a new one from beginning when its time is over', async () => {
    const { browser, username } = await signedUp('none');
    const answers: SessionAnswer[] = [];
    const { client } = openPage(browser, {
      fetch: () => Promise.resolve(Response.json(answers.shift())),
    });
    const user = { userId: '1', username, creationDate: '', paymentsMode: 'test' };
    answers.push({ user, expiresAt: '2020-01-01T00:00:00.000Z' });
    await session(client);
    answers.push({ user, expiresAt: '2120-01-01T00:00:00.000Z' });
    await signIn(client, { username, password: PASSWORD });
    expect(currentSession(client)?.expiresAt).toBe('2120-01-01T00:00:00.000Z');
  });

  it('ends when a call shows that it has ended on the server', async () => {
    const page = await signedUp();
    const told = record(page);
    await server.accounts.sessions.revokeAllSessions({
      accountId: currentSession(page.client)?.user.userId ?? '',
    });
    await expect(listSessions(page.client)).rejects.toMatchObject({
      code: 'InvalidSession',
      status: 401,
    });
    expect(currentSession(page.client)).toBeNull();
    await untilTold(() => told.length > 0);
    expect(told).toEqual([null]);
    await signIn(page.client, { username: page.username, password: PASSWORD });
    expect(currentSession(page.client)?.user.username).toBe(page.username);
  });

  it('ends with its time', async () => {
    const { client } = await signedUp();
    server.clock.advance(25 * HOUR);
    await expect(updateUser(client, { profile: { a: 'b' } })).rejects.toMatchObject({
      status: 401,
    });
    expect(currentSession(client)).toBeNull();
  });

  it('does not end by an error that is about something else', async () => {
    const { client, takeSent } = await signedUp();
    const wrong = changePassword(client, {
      currentPassword: 'wrong',
      newPassword: `${PASSWORD} 2`,
    });
    await expect(wrong).rejects.toMatchObject({ status: 401 });
    const token = resetPassword(client, { token: 'not-a-token', newPassword: PASSWORD });
    await expect(token).rejects.toMatchObject({ code: 'ResetTokenNotValid' });
    expect(takeSent()).toHaveLength(2);
    expect(currentSession(client)).not.toBeNull();
  });

  it('is not brought back by an answer from before it ended', async () => {
    const { browser } = await signedUp();
    const [received, slow] = [gate(), gate()];
    const { client } = openPage(browser, {
      fetch: async (url, { method = '' }) => {
        const got = await browser.send(url, { method });
        if (method === 'GET') {
          received.open();
          await slow.opened;
        }
        return new Response(got.text === '' ? null : got.text, got);
      },
    });
    const asked = session(client);
    await received.opened;
    await signOut(client);
    slow.open();
    expect(await asked).toBeNull();
    expect(currentSession(client)).toBeNull();
  });
});

describe('A session in memory', () => {
  it('is in no cookie, in no answer, and in nothing that shows the client', async () => {
    const browser = server.browser();
    const page = openPage(browser);
    const answer = await signUp(page.client, {
      username: 'mary',
      password: PASSWORD,
      rememberMe: 'none',
    });
    expect([...browser.cookies.keys()]).toEqual([]);
    expect(answer).not.toHaveProperty('authToken');
    expect((await session(page.client))?.user.username).toBe('mary');
    const token = page.sent.at(-1)?.headers.get('authorization')?.replace('Bearer ', '') ?? '';
    expect(token).toMatch(/^ey/);
    const shown =
      inspect(page.client, { showHidden: true, depth: 9 }) + JSON.stringify(page.client);
    expect(shown).toContain('latchkey');
    expect(shown).not.toContain(token);
  });

  it('is gone with the page', async () => {
    const { browser } = await signedUp('none');
    expect(await session(openPage(browser).client)).toBeNull();
  });

  it('sends no token any more after the sign-out', async () => {
    const { client, sent } = await signedUp('none');
    await signOut(client);
    expect(sent.at(-1)?.headers.has('authorization')).toBe(true);
    expect(await session(client)).toBeNull();
    expect(sent.at(-1)?.headers.has('authorization')).toBe(false);
  });

  it('goes on with the token that the server has put in place of the one before', async () => {
    const { client, username, sent } = await signedUp('none');
    const tokens = new Set<string | null | undefined>();
    for (let hour = 0; hour < 4; hour++) {
      const [first, second] = await Promise.all([session(client), session(client)]);
      expect([first?.user.username, second?.user.username]).toEqual([username, username]);
      tokens.add(sent.at(-1)?.headers.get('authorization'));
      server.clock.advance(1.5 * HOUR);
    }
    // Those presented: of the last one, nobody has heard yet.
    expect(tokens.size).toBe(3);
  });

  it('does not go back to an older token that a slow response brings', async () => {
    const presented: (string | null)[] = [];
    const slow = gate();
    const headersOf = (url: string, count: number): Record<string, string> =>
      url.endsWith('/sign-in') ? { 'Auth-Token': 't0' } : { 'Auth-Token': `t${count}` };
    const client = init({
      fetch: async (url, sent) => {
        presented.push(new Headers(sent.headers).get('authorization'));
        const headers = headersOf(url, presented.length - 1);
        if (headers['Auth-Token'] === 't1') await slow.opened;
        return new Response('{}', { headers });
      },
    });
    await signIn(client, { username: 'ada', password: PASSWORD });
    const late = listSessions(client);
    await listSessions(client);
    slow.open();
    await late;
    await listSessions(client);
    expect(presented).toEqual([null, 'Bearer t0', 'Bearer t0', 'Bearer t2']);
  });
});

describe('refresh', () => {
  it.each(['session', 'none'] as const)(
    'replaces the token of a session kept by %s, once for all who ask at the same time',
    async (rememberMe) => {
      const page = await signedUp(rememberMe);
      const [first, second] = await Promise.all([refresh(page.client), refresh(page.client)]);
      expect(page.takeSent()).toEqual(['POST /auth/session/refresh']);
      expect(first).toEqual(second);
      expect(first.user.username).toBe(page.username);
      await refresh(page.client);
      server.clock.advance(HOUR / 2);
      expect((await session(page.client))?.user.username).toBe(page.username);
    },
  );

  it('keeps two pages signed in that do it at once, where there are no locks', async () => {
    const { browser, username } = await signedUp();
    const [one, two] = [openPage(browser), openPage(browser)];
    await Promise.all([refresh(one.client), refresh(two.client)]);
    server.clock.advance(HOUR / 2);
    expect((await session(one.client))?.user.username).toBe(username);
    expect((await session(two.client))?.user.username).toBe(username);
  });
});

describe('Two pages of a browser', () => {
  it('find out about each other’s sign-in and sign-out', async () => {
    const { browser, username, ...one } = await signedUp();
    const two = openPage(browser);
    const told = record(two);
    await updateUser(one.client, { profile: { city: 'Paris' } });
    await untilTold(() => told.length === 1);
    await signOut(one.client);
    await untilTold(() => told.length === 2);
    await signIn(one.client, { username, password: PASSWORD });
    await untilTold(() => told.length === 3);
    expect(told).toEqual([username, null, username]);
    expect(new Set(two.takeSent())).toEqual(new Set(['GET /auth/session']));
  });

  it('tell each other nothing but that there is something to ask for', async () => {
    const messages: unknown[] = [];
    const channel = new BroadcastChannel('latchkey /auth ');
    channel.onmessage = ({ data }: { readonly data: unknown }) => messages.push(data);
    const { client } = await signedUp();
    await signOut(client);
    await untilTold(() => messages.length >= 2);
    channel.close();
    expect(messages).toEqual(['session', 'session']);
  });

  it('leave a session in memory to the page that has it', async () => {
    const messages: unknown[] = [];
    const channel = new BroadcastChannel('latchkey /auth ');
    channel.onmessage = ({ data }: { readonly data: unknown }) => messages.push(data);
    const one = await signedUp('none');
    const own = record(one);
    const two = openPage(one.browser);
    const told = record(two);
    await session(two.client);
    await signIn(two.client, { username: one.username, password: PASSWORD });
    await untilTold(() => told.length === 2 && messages.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(one.takeSent()).toEqual([]);
    await signOut(one.client);
    await untilTold(() => own.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    channel.close();
    expect(messages).toEqual(['session']);
    expect(told).toEqual([null, one.username]);
    expect(own).toEqual([null]);
    expect(currentSession(two.client)?.user.username).toBe(one.username);
  });
});

describe('authFetch', () => {
  const base = { baseUrl: 'https://app.example.com/auth' };

  it('sends the session to the application’s own routes, and takes up the new token', async () => {
    const presented: (string | null)[] = [];
    const client = init({
      ...base,
      appId: 'shop',
      fetch: (url, sent) => {
        const headers = new Headers(sent.headers);
        presented.push(`${url} ${headers.get('authorization')} ${headers.get('app-id')}`);
        const answer = new Response('{}', { headers: { 'Auth-Token': `t${presented.length}` } });
        return Promise.resolve(answer);
      },
    });
    await signIn(client, { username: 'ada', password: PASSWORD });
    await authFetch(client, '/orders', { method: 'POST', body: '{}' });
    await authFetch(client, new URL('https://app.example.com/carts'));
    expect(presented).toEqual([
      'https://app.example.com/auth/sign-in null shop',
      'https://app.example.com/orders Bearer t1 shop',
      'https://app.example.com/carts Bearer t2 shop',
    ]);
  });

  it('sends nothing to another origin', async () => {
    let sent = 0;
    const client = init({ ...base, fetch: () => Promise.resolve(new Response(`${++sent}`)) });
    await expect(authFetch(client, 'https://elsewhere.example.com/')).rejects.toThrow(TypeError);
    await expect(authFetch(client, '//elsewhere.example.com/')).rejects.toThrow(TypeError);
    expect(sent).toBe(0);
  });

  it('asks for the session when a route of the application refuses it', async () => {
    const browser = server.browser();
    const page = openPage(browser, base);
    await signUp(page.client, { username: `user${++users}`, password: PASSWORD });
    const { client } = page;
    await server.accounts.sessions.revokeAllSessions({
      accountId: currentSession(client)?.user.userId ?? '',
    });
    const { status } = await authFetch(client, '/auth/contacts');
    expect(status).toBe(401);
    expect(currentSession(client)).toBeNull();
  });
});
