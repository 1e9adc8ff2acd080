import { github, identityProviders } from '@latchkey/accounts/oauth';
import { passkeys } from '@latchkey/accounts/passkeys';
import { openApi } from '@latchkey/accounts/openapi';
import {
  createTestHandler,
  ORIGIN,
  PASSWORD,
  type Browser,
  type Got,
  type TestHandler,
} from './support.js';

/** A field of a body in the document. */
interface Schema {
  readonly minLength?: number;
  readonly maxLength?: number;
}
interface Body {
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, Schema>>;
}

let server: TestHandler;
let browser: Browser;
let bodies: { readonly path: string; readonly method: string; readonly body: Body }[];
beforeAll(async () => {
  server = await createTestHandler(
    { openApi: openApi() },
    {
      passkeys: passkeys({ rpId: 'example.com', rpName: 'Tests', origins: [ORIGIN] }),
      identityProviders: identityProviders({
        redirectUri: `${ORIGIN}/auth/identity-providers/{provider}/callback`,
        providers: [github({ clientId: 'tests', clientSecret: 'tests' })],
      }),
      throttling: { address: false, messages: false },
    },
  );
  browser = server.browser();
  await browser.post('/auth/sign-up', { username: 'ada', password: PASSWORD });
  const { json } = await server.send('/auth/openapi.json', { method: 'GET' });
  const paths = json.paths as Record<string, Record<string, { requestBody?: unknown }>>;
  bodies = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const content = requestBody as { content: Record<string, { schema: Body }> } | undefined;
      const body = content?.content['application/json']?.schema;
      return body ? [{ path, method: method.toUpperCase(), body }] : [];
    }),
  );
});
afterAll(() => server.drop());

/** A value of a field that is of a length, and of the form that the field's parser asks for. */
function valueOf(name: string, length: number): string {
  if (name === 'returnTo') return `/${'x'.repeat(length - 1)}`;
  if (!/email/i.test(name)) return 'x'.repeat(length);
  const domain = `${'b'.repeat(60)}.${'c'.repeat(60)}.example`;
  return `${'a'.repeat(length - domain.length - 1)}@${domain}`;
}
const VALID: Readonly<Record<string, unknown>> = {
  email: 'grace@example.com',
  newEmail: 'hopper@example.com',
  phone: '+4930123456',
  newPhone: '+4930123457',
  code: '123456',
  password: PASSWORD,
  currentPassword: PASSWORD,
  newPassword: `${PASSWORD} anew`,
  token: 'a token that nobody has issued',
  challenge: 'a challenge',
  response: {},
};
const send = (path: string, method: string, body: object): Promise<Got> => {
  const at = path.replace('{provider}', 'github').replace(/\{\w+\}/g, '01ARZ3NDEKTSV4RRFFQ69G5FAV');
  // Whoever signs in or up is nobody yet.
  const client = /\/(sign|request|magic|forgot|reset|verify-email|phone-code)/.test(path)
    ? server.browser()
    : browser;
  return client.send(at, { method, body });
};
/** The content of an answer, without the values that tell one account from another. */
const outcomeOf = ({ status, json }: Got): string =>
  JSON.stringify([status, json.code, json.details]);

describe('The lengths in the OpenAPI document', () => {
  it('are those that the routes hold to: one more is refused, and not the length itself', async () => {
    const tried: string[] = [];
    const taken: string[] = [];
    const alike: string[] = [];
    for (const { path, method, body } of bodies) {
      const needed = Object.fromEntries((body.required ?? []).map((name) => [name, VALID[name]]));
      for (const [name, { maxLength }] of Object.entries(body.properties)) {
        if (maxLength === undefined) continue;
        // An address of 254 bytes cannot have a name of more than 64.
        const most = /email/i.test(name) ? 64 + 1 + 60 + 1 + 60 + 8 : maxLength;
        const beside = {
          ...(name === 'newPassword' && path.endsWith('/user') && { currentPassword: PASSWORD }),
          ...(name === 'password' && /sign-(in|up)$/.test(path) && { username: 'grace' }),
        };
        const at = (length: number): Promise<Got> =>
          send(path, method, { ...needed, ...beside, [name]: valueOf(name, length) });
        const over = await at(maxLength + 1);
        const label = `${method} ${path} ${name}`;
        if (over.status < 400 || over.status >= 500) taken.push(label);
        if (outcomeOf(await at(most)) === outcomeOf(over)) alike.push(label);
        tried.push(name);
      }
    }
    expect(taken).toEqual([]);
    // One answer to all that is wrong with a token or a name, and no look at a password before a token.
    expect(alike.sort()).toEqual([
      'POST /auth/reset-password newPassword',
      'POST /auth/reset-password token',
      'POST /auth/sign-in phone',
      'POST /auth/verify-email newPassword',
      'POST /auth/verify-email token',
    ]);
    expect([...new Set(tried)].sort()).toEqual(
      [
        'email',
        'name',
        'newEmail',
        'newPassword',
        'newPhone',
        'password',
        'phone',
        'returnTo',
        'token',
        'username',
      ].sort(),
    );
  });
});
