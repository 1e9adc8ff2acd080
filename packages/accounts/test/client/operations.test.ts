import * as clientEntry from '@latchkey/accounts/client';
import { init, type AccountsClient, type OperationName } from '@latchkey/accounts/client';
import { routes } from '../../src/http/routes/routes.js';

/** Exports of the entry besides the operations. */
const HELPERS = [
  'AccountsClientError',
  'authFetch',
  'currentSession',
  'init',
  'onSessionChange',
  'prehashMigratingPassword',
  'prehashPassword',
];

/** Operations that a browser does in two calls, with a passkey in between. */
const CEREMONIES: readonly string[] = [
  'reauthenticateWithPasskey',
  'registerPasskey',
  'signInWithPasskey',
];

const names = Object.keys(routes) as OperationName[];
const operations = clientEntry as unknown as Readonly<
  Record<OperationName, (client: AccountsClient, input: object) => Promise<unknown>>
>;

/** Calls an operation, and gives what it has sent; parameters are their own names. */
async function sentBy(name: OperationName): Promise<{ route: string; body: unknown }> {
  const sent: { route: string; body: unknown }[] = [];
  const client = init({
    baseUrl: 'https://api.example.com/auth/',
    fetch: (url, { method = '', body }) => {
      sent.push({ route: `${method} ${url}`, body });
      const isBegun = CEREMONIES.includes(name) && url.endsWith('/options');
      return Promise.resolve(
        isBegun ? Response.json({ options: {} }) : new Response(null, { status: 204 }),
      );
    },
  });
  const params = Object.fromEntries(
    Array.from(routes[name].path.matchAll(/\{(\w+)\}/g), ([, param = '']) => [param, param]),
  );
  await operations[name](client, { ...params, field: 1 }).catch(() => undefined);
  expect(sent).toHaveLength(CEREMONIES.includes(name) ? 2 : 1);
  return sent.at(-1) as { route: string; body: unknown };
}

/** Gives Node a browser's passkeys: whatever is asked for, is done. */
function offerPasskeys(): () => void {
  const before = ['navigator', 'PublicKeyCredential'].map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  const credential = () => Promise.resolve({ toJSON: () => ({ id: 'id' }) });
  const parse = (options: object): object => options;
  const offered = {
    navigator: { credentials: { create: credential, get: credential } },
    PublicKeyCredential: {
      parseCreationOptionsFromJSON: parse,
      parseRequestOptionsFromJSON: parse,
    },
  };
  for (const [name, value] of Object.entries(offered)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      Reflect.deleteProperty(globalThis, name);
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    }
  };
}

describe('The client', () => {
  let takeBack: () => void;
  beforeAll(() => {
    takeBack = offerPasskeys();
  });
  afterAll(() => takeBack());

  it('has a function for every operation, and nothing else but what belongs to the client', () => {
    expect(Object.keys(clientEntry).sort()).toEqual([...names, ...HELPERS].sort());
  });

  it.each(names)('calls %s by the method and path that the server has for it', async (name) => {
    const { method, path } = routes[name];
    const { route } = await sentBy(name);
    expect(route).toBe(`${method} https://api.example.com/auth${path.replaceAll(/[{}]/g, '')}`);
  });

  it.each(names)(
    'sends a body with %s where the server takes one, and none elsewhere',
    async (name) => {
      const { body } = await sentBy(name);
      expect(body !== undefined).toBe(routes[name].body !== undefined);
    },
  );

  it('escapes what goes into a path or a query', async () => {
    const urls: string[] = [];
    const client = init({
      fetch: (url) => {
        urls.push(url);
        return Promise.resolve(new Response('{}'));
      },
    });
    await clientEntry.revokeSession(client, { sessionId: '../a?b' });
    await clientEntry.removeContact(client, { contactId: 'a/b' });
    await clientEntry.listSessions(client, { first: 2, after: 'a&b' });
    await clientEntry.listSessions(client);
    expect(urls).toEqual([
      '/auth/sessions/..%2Fa%3Fb',
      '/auth/contacts/a%2Fb',
      '/auth/sessions?first=2&after=a%26b',
      '/auth/sessions',
    ]);
  });
});
