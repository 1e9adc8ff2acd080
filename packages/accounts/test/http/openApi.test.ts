import { prehashedPasswords } from '@latchkey/accounts/prehashed-passwords';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { github, identityProviders } from '@latchkey/accounts/oauth';
import { openApi } from '@latchkey/accounts/openapi';
import { passkeys } from '@latchkey/accounts/passkeys';
import { totp } from '@latchkey/accounts/two-factor';
import { routes } from '../../src/http/routes/routes.js';
import { createTestHandler, gotOf, ORIGIN, PASSWORD, type TestHandler } from './support.js';

const run = promisify(execFile);
const ROOT = path.join(__dirname, '../../../..');
const BIN = path.join(ROOT, 'node_modules/.bin');

/** A program of somebody who knows nothing but the document. */
const PROGRAM = (base: string): string => `
import createClient from 'openapi-fetch';
import type { paths } from './schema.js';

const client = createClient<paths>({ baseUrl: ${JSON.stringify(base)} });
const password = ${JSON.stringify(PASSWORD)};
const up = await client.POST('/auth/sign-up', { body: { username: 'ada', password, rememberMe: 'none' } });
if (up.error) throw new Error(up.error.code);
const signedIn = await client.POST('/auth/sign-in', { body: { username: 'ada', password, rememberMe: 'none' } });
if (signedIn.error) throw new Error(signedIn.error.code);
const name: string | undefined = signedIn.data.user.username;
const headers = { authorization: 'Bearer ' + signedIn.data.authToken };
const sessions = await client.GET('/auth/sessions', { headers, params: { query: { first: 1 } } });
const after: string | undefined = sessions.data?.after;
const wrong = await client.POST('/auth/sign-in', { body: { username: 'ada', password: 'wrong' } });
console.log(JSON.stringify([name, after !== undefined, wrong.error?.code]));
`;

let server: TestHandler;
let document: string;

beforeAll(async () => {
  server = await createTestHandler(
    {},
    {
      passkeys: passkeys({ rpId: 'example.com', rpName: 'Tests', origins: [ORIGIN] }),
      identityProviders: identityProviders({
        redirectUri: `${ORIGIN}/auth/identity-providers/{provider}/callback`,
        providers: [github({ clientId: 'tests', clientSecret: 'tests' })],
      }),
      twoFactor: totp({
        issuer: 'Tests',
        encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 7).toString('base64') }],
      }),
    },
  );
  const handler = createAccountsHandler(server.accounts, { openApi: openApi() });
  document = (await gotOf(await handler(new Request(`${ORIGIN}/auth/openapi.json`)))).text;
});

afterAll(() => server.drop());

describe('The OpenAPI document', () => {
  it('has every operation of the routes, with a problem for what cannot be done', async () => {
    // The salts of passwords are offered only where clients hash them.
    const hashing = await createTestHandler(
      {},
      {
        passwords: {
          prehashed: prehashedPasswords({ saltSecret: 'canary-salt-secret-0123456789-abcdef' }),
        },
      },
    );
    try {
      const handler = createAccountsHandler(hashing.accounts, { openApi: openApi() });
      const other = await gotOf(await handler(new Request(`${ORIGIN}/auth/openapi.json`)));
      const operations = [document, other.text].flatMap(operationsOf);
      const names = new Set(operations.map(({ operationId }) => operationId));
      expect([...names].toSorted()).toEqual(Object.keys(routes).toSorted());
      for (const { responses } of operations) expect(responses).toHaveProperty('default');
    } finally {
      await hashing.drop();
    }
  });

  it('is there only where the application asks for it', async () => {
    expect((await server.send('/auth/openapi.json', { method: 'GET' })).status).toBe(404);
  });

  it('is a route like the others', async () => {
    const handler = createAccountsHandler(server.accounts, { openApi: openApi() });
    const send = async (path: string, method: string) =>
      gotOf(await handler(new Request(ORIGIN + path, { method })));
    const allow = 'GET, HEAD, OPTIONS';
    for (const [method, status] of [
      ['OPTIONS', 204],
      ['POST', 405],
      ['DELETE', 405],
    ] as const) {
      const got = await send('/auth/openapi.json', method);
      expect([got.status, got.headers.get('allow')]).toEqual([status, allow]);
    }
    const head = await send('/auth/openapi.json', 'HEAD');
    expect([head.status, head.text]).toEqual([200, '']);
    expect((await send('/auth/openapi.json/', 'GET')).text).toBe(document);
    expect((await send('/auth/openapi-json', 'GET')).status).toBe(404);
  });

  it('passes a published validator, and a client made from it signs up and in', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-openapi-'));
    const handler = createAccountsHandler(server.accounts);
    const web = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const body = Buffer.concat(chunks);
        const answer = await handler(
          new Request(`http://localhost${request.url ?? ''}`, {
            method: request.method ?? 'GET',
            headers: request.headers as Record<string, string>,
            ...(body.length > 0 && { body }),
          }),
          { remoteAddress: '203.0.113.7' },
        );
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.end(await answer.text());
      })();
    });
    try {
      const file = path.join(folder, 'openapi.json');
      await writeFile(file, document);
      await run(path.join(BIN, 'validate-api'), [file]);
      await run(path.join(BIN, 'openapi-typescript'), [
        file,
        '-o',
        path.join(folder, 'schema.d.ts'),
      ]);
      await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
      const address = web.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
      await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
      await writeFile(path.join(folder, 'program.ts'), PROGRAM(`http://127.0.0.1:${String(port)}`));
      const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck'];
      await run(path.join(BIN, 'tsc'), [...options, '--types', 'node', 'program.ts'], {
        cwd: folder,
      });
      const { stdout } = await run(process.execPath, ['program.js'], { cwd: folder });
      expect(JSON.parse(stdout)).toEqual(['ada', true, 'UsernameOrPasswordMismatch']);
    } finally {
      web.close();
      await rm(folder, { recursive: true });
    }
  });
});

/** The operations of a document. */
function operationsOf(text: string): { operationId: string; responses: object }[] {
  const { paths } = JSON.parse(text) as {
    paths: Record<string, Record<string, { operationId: string; responses: object }>>;
  };
  return Object.values(paths).flatMap((methods) => Object.values(methods));
}
