import { ACTIONS } from '../../src/console/actions.js';
import type { ActionName } from '../../src/console/api.js';
import type { ConsoleRoute } from '../../src/console/ConsoleRoute.js';
import { ROUTES } from '../../src/console/routes.js';
import {
  cookieOf,
  startTestConsole,
  tokenOf,
  type Answer,
  type Sent,
  type TestConsole,
} from './support.js';

const NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const MINUTE = 60_000;

/** A body that each route accepts. */
const BODIES: Readonly<Record<string, object>> = {
  '/api/sign-in': { token: 'token' },
  '/api/find': { identifier: 'ada' },
  '/api/sessions': { accountId: NOBODY, before: 'cursor' },
  '/api/list': { by: 'username', prefix: '' },
  '/api/preview': { action: 'export', accountId: NOBODY },
  '/api/confirm': { confirmation: 'id' },
};

let console_: TestConsole;
let readOnly: TestConsole;
let cookie: string;
let host: string;

beforeAll(async () => {
  console_ = await startTestConsole();
  readOnly = await startTestConsole({ canWrite: false });
  cookie = await console_.signIn();
  await readOnly.signIn();
  host = new URL(console_.running.origin).host;
});
afterAll(async () => {
  expect([...console_.faults, ...readOnly.faults]).toEqual([]);
  await console_.close();
  await readOnly.close();
});

const isCode = (code: string): Matcher => [expect.any(Number), code];
type Matcher = readonly unknown[];
const told = ({ status, json }: Answer): Matcher => [status, json.code];

/** Sends a request, of which nothing may reach the table. */
async function sendInVain(sent: Sent): Promise<Answer> {
  let answer: Answer | undefined;
  const { commands } = await console_.test.log.costOf(async () => {
    answer = await console_.send(sent);
  });
  expect(commands).toEqual([]);
  if (!answer) throw new Error('There is no answer.');
  return answer;
}

const requestOf = ({ method, path }: Pick<ConsoleRoute, 'method' | 'path'>): Sent => ({
  method,
  path,
  ...(method === 'POST' && { body: BODIES[path] }),
});

/** Everything that is served: the operations, and a file of the page. */
const SERVED = [
  ...ROUTES.map((route) => ({ ...requestOf(route), isOpen: route.isOpen === true })),
  { method: 'GET', path: '/', isOpen: true },
];
const each = SERVED.map((served) => [`${served.method ?? ''} ${served.path}`, served] as const);

it('every route with a body has one here', () => {
  const paths = ROUTES.filter(({ body }) => body).map(({ path }) => path);
  expect(Object.keys(BODIES).sort()).toEqual(paths.sort());
});

describe.each(each)('%s', (_name, { isOpen, ...sent }) => {
  it.each([
    ['another name for this machine', () => ({ host: host.replace('127.0.0.1', 'localhost') })],
    ['a name that somebody has pointed here', () => ({ host: `attacker.example:${portOf(host)}` })],
    ['no port', () => ({ host: '127.0.0.1' })],
    ['another port', () => ({ host: '127.0.0.1:1' })],
    ['IPv6', () => ({ host: `[::1]:${portOf(host)}` })],
    ['user information', () => ({ host: `x@${host}` })],
  ])('refuses a Host with %s', async (_case, headers) => {
    const answer = await sendInVain({ ...sent, headers: { cookie, ...headers() } });
    expect(told(answer)).toEqual([403, 'ForeignRequest']);
  });

  it.each([
    ['of another site', { origin: 'https://attacker.example' }],
    ['of another port', { origin: 'http://127.0.0.1:1' }],
    ['of an opaque origin', { origin: 'null' }],
    ['by Fetch Metadata from another site', { 'sec-fetch-site': 'cross-site' }],
    ['by Fetch Metadata from another port', { 'sec-fetch-site': 'same-site' }],
  ])('refuses a page %s', async (_case, headers) => {
    const answer = await sendInVain({ ...sent, headers: { cookie, ...headers } });
    expect(told(answer)).toEqual([403, 'ForeignRequest']);
  });

  it.each([
    ['no cookie', () => ({})],
    ['an empty cookie', () => ({ cookie: `${cookieName()}=` })],
    ['a forged cookie', () => ({ cookie: `${cookieName()}=${'a'.repeat(43)}` })],
    ['the token as cookie', () => ({ cookie: `${cookieName()}=${tokenOf(console_.running)}` })],
    ['the cookie under another name', () => ({ cookie: cookie.replace('latchkey', 'x') })],
  ])('refuses a browser with %s, unless it is open', async (_case, headers) => {
    const answer = await sendInVain({ ...sent, headers: headers() });
    if (isOpen) expect(answer.json.code).not.toBe('SignedOut');
    else expect(told(answer)).toEqual([401, 'SignedOut']);
  });

  it('answers with headers by which no page elsewhere can use it, refused or not', async () => {
    for (const headers of [{ cookie }, { cookie, origin: 'https://attacker.example' }]) {
      const answer = await console_.send({ ...sent, headers });
      expect(answer.headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
          "img-src 'self' data:; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      });
      expect(Object.keys(answer.headers).join()).not.toContain('access-control');
    }
  });

  it('has no other method', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'].filter(
      (other) => other !== sent.method,
    )) {
      const answer = await sendInVain({ path: sent.path, method, headers: { cookie } });
      const isFile = sent.path === '/';
      expect(told(answer)).toEqual(isFile ? [404, 'RouteNotFound'] : [405, 'MethodNotAllowed']);
    }
  });
});

describe.each(ROUTES.filter(({ body }) => body).map((route) => [route.path, route] as const))(
  'POST %s',
  (path, route) => {
    const [name = ''] = Object.keys(BODIES[path] ?? {});
    it.each<[string, unknown, Record<string, string>, Matcher]>([
      ['broken JSON', '{', {}, [400, 'MalformedBody']],
      ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, [400, 'MalformedBody']],
      ['a list', [], {}, [400, 'InvalidInput']],
      ['a text', '"text"', {}, [400, 'InvalidInput']],
      ['null', 'null', {}, [400, 'InvalidInput']],
      ['nothing', {}, {}, [400, 'InvalidInput']],
      ['one more field', { ...BODIES[path], more: 1 }, {}, [400, 'InvalidInput']],
      ['a number', { ...BODIES[path], [name]: 1 }, {}, [400, 'InvalidInput']],
      ['an object', { ...BODIES[path], [name]: { $ne: '' } }, {}, [400, 'InvalidInput']],
      ['too much', { [name]: 'x'.repeat(20_000) }, {}, [413, 'BodyTooLarge']],
      ['a form', 'a=1', { 'content-type': 'text/plain' }, [415, 'UnsupportedMediaType']],
    ])('refuses %s', async (_case, body, headers, expected) => {
      const { method } = route;
      const answer = await sendInVain({ method, path, body, headers: { cookie, ...headers } });
      expect(told(answer)).toEqual(expected);
    });
  },
);

describe('The link', () => {
  const signIn = (own: TestConsole, token: string): Promise<Answer> =>
    own.send({ method: 'POST', path: '/api/sign-in', body: { token } });

  it('works once, and gives a cookie that no script reads and no other site sends', async () => {
    const own = await startTestConsole();
    const token = tokenOf(own.running);
    expect(token).toMatch(/^[\w-]{43}$/);
    const [one, other] = await Promise.all([signIn(own, token), signIn(own, token)]);
    const statuses = [one.status, other.status].sort();
    expect(statuses).toEqual([204, 401]);
    const { headers } = one.status === 204 ? one : other;
    expect([headers['set-cookie']].flat()).toEqual([
      expect.stringMatching(/^latchkey-console-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/),
    ]);
    expect(cookieOf(headers)).not.toContain(token);
    expect(told(await signIn(own, token))).toEqual([401, 'TokenRefused']);
    await own.close();
  });

  it.each(['', 'token', 'a'.repeat(43)])('does not work with the token %j', async (token) => {
    const own = await startTestConsole();
    expect(told(await signIn(own, token))).toEqual([401, 'TokenRefused']);
    await own.close();
  });

  it('works within ten minutes only', async () => {
    const own = await startTestConsole();
    own.advance(10 * MINUTE);
    expect(told(await signIn(own, tokenOf(own.running)))).toEqual([401, 'TokenRefused']);
    await own.close();
  });

  it('gives access for twelve hours', async () => {
    const own = await startTestConsole();
    await own.signIn();
    own.advance(12 * 60 * MINUTE - 1);
    expect((await own.call('/api/state')).status).toBe(200);
    own.advance(1);
    expect(told(await own.call('/api/state'))).toEqual([401, 'SignedOut']);
    await own.close();
  });

  it('gives access beside a cookie of the same name that another server has set', async () => {
    const name = cookieName();
    const headers = { cookie: `${name}=other; theme=dark; ${cookie}` };
    expect((await console_.send({ path: '/api/state', headers })).status).toBe(200);
  });
});

describe('Without --write', () => {
  const actions = Object.keys(ACTIONS) as ActionName[];

  it.each(actions)('%s is refused if it changes something', async (action) => {
    const { accountId } = await readOnly.test.signUp();
    const { status, json } = await readOnly.call('/api/preview', { action, accountId });
    if (ACTIONS[action].changes) expect([status, json.code]).toEqual([403, 'ReadOnly']);
    else expect(status).toBe(200);
  });

  it('every action but the export changes something', () => {
    expect(actions.filter((action) => !ACTIONS[action].changes)).toEqual(['export']);
  });

  it('the page learns of it', async () => {
    const { json } = await readOnly.call('/api/state');
    expect(json).toEqual({
      app: './accounts.js',
      table: readOnly.test.table.name,
      canWrite: false,
      canList: false,
      hasTwoFactor: true,
    });
  });
});

describe('An account that is not there', () => {
  it.each(Object.keys(ACTIONS) as ActionName[])(
    'is refused by the preview of %s',
    async (action) => {
      const body = { action, accountId: NOBODY, sessionId: NOBODY };
      expect(told(await console_.call('/api/preview', body))).toEqual([404, 'UserNotFound']);
    },
  );

  it.each(['nobody', 'nobody@example.com', '+49 30 999999', NOBODY])(
    'is not found by %s',
    async (identifier) => {
      const answer = await console_.call('/api/find', { identifier });
      expect(told(answer)).toEqual([404, 'UserNotFound']);
    },
  );

  it('has no sessions', async () => {
    const body = { accountId: NOBODY, before: 'cursor' };
    expect(told(await console_.call('/api/sessions', body))).toEqual([404, 'UserNotFound']);
  });
});

describe('A confirmation', () => {
  it('is refused when it is made up, used, or older than two minutes', async () => {
    const { accountId } = await console_.test.signUp();
    const confirm = (confirmation: string): Promise<Answer> =>
      console_.call('/api/confirm', { confirmation });
    expect(told(await confirm('made up'))).toEqual([409, 'ConfirmationRefused']);
    const { result } = await console_.preview('deactivate', { accountId });
    const answers = await Promise.all([confirm(result.confirmation), confirm(result.confirmation)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { result: late } = await console_.preview('reactivate', { accountId });
    console_.advance(2 * MINUTE);
    expect(told(await confirm(late.confirmation))).toEqual([409, 'ConfirmationRefused']);
  });

  it('belongs to the oldest of 101 previews no longer', async () => {
    const { accountId } = await console_.test.signUp();
    const first = await console_.preview('export', { accountId });
    const second = await console_.preview('export', { accountId });
    for (let more = 0; more < 99; more++) await console_.preview('export', { accountId });
    const { confirmation } = first.result;
    const refused = await console_.call('/api/confirm', { confirmation });
    expect(told(refused)).toEqual(isCode('ConfirmationRefused'));
    const kept = await console_.call('/api/confirm', second.result);
    expect(told(kept)).toEqual(isCode('InvalidInput'));
    const { status } = await console_.call('/api/confirm', {
      confirmation: second.result.confirmation,
    });
    expect(status).toBe(200);
  });
});

function cookieName(): string {
  return cookie.split('=', 1)[0] ?? '';
}

function portOf(authority: string): string {
  return authority.split(':')[1] ?? '';
}
