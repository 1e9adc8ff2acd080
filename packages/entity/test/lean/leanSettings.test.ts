import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialsCache } from '../../src/lean/CredentialsCache.js';
import { createLeanClient, type LeanClientOptions } from '../../src/lean/createLeanClient.js';
import { endpointOf } from '../../src/lean/endpointOf.js';
import { Table } from '../../src/lean/index.js';
import { createClient } from '../../src/sdk/createClient.js';
import { Order } from '../support/entities.js';
import { errorOf } from '../support/errorOf.js';
import { withEnvironment } from '../support/withEnvironment.js';
import { startHostile, tableOf, thrownBy, type Hostile } from './support.js';

const NOTHING = Object.fromEntries(
  [
    'AWS_ACCESS_KEY_ID',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_ENDPOINT_URL',
    'AWS_ENDPOINT_URL_DYNAMODB',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'DYNAMODB_ENDPOINT',
  ].map((name) => [name, undefined]),
);
const KEYS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'an example' };

function failureOf(
  variables: Record<string, string | undefined>,
  options: LeanClientOptions = {},
): Promise<Error> {
  return withEnvironment({ ...NOTHING, ...variables }, () => {
    const orders = new Table({ name: 'orders', client: createLeanClient(options) }).entity(Order);
    return errorOf(orders.findOne({ filter: { userId: 'a', number: 1 } }));
  });
}

it.each([
  ['a Region', KEYS, {}, 'InvalidClient', 'region', /neither the option region nor AWS_REGION/],
  [
    'a Region that is one',
    KEYS,
    { region: 'no region' },
    'InvalidClient',
    'region',
    /not accepted/,
  ],
  [
    'an endpoint',
    KEYS,
    { region: 'local' },
    'InvalidClient',
    'endpoint',
    /AWS_ENDPOINT_URL_DYNAMODB/,
  ],
  [
    'an endpoint that is a URL',
    { ...KEYS, AWS_ENDPOINT_URL: 'nonsense' },
    { region: 'eu-west-1' },
    'InvalidClient',
    'endpoint',
    /Invalid URL/,
  ],
  [
    'credentials',
    {},
    { region: 'eu-west-1', endpoint: 'http://127.0.0.1:9' },
    'AccessDenied',
    'credentials',
    /AWS_ACCESS_KEY_ID.*AWS_CONTAINER_CREDENTIALS_FULL_URI/,
  ],
  [
    'a container endpoint of this machine',
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://198.51.100.7/' },
    { region: 'eu-west-1', endpoint: 'http://127.0.0.1:9' },
    'AccessDenied',
    'credentials',
    /AWS_CONTAINER_CREDENTIALS_FULL_URI must be an https: URL/,
  ],
])(
  'A client without %s says what is missing and where it was looked for',
  async (_, variables, options, code, reason, said) => {
    const error = await failureOf(variables, options);
    expect(error).toMatchObject({ code, details: { reason } });
    expect((error.cause as Error).message).toMatch(said);
  },
);

it.each([
  [{ useFipsEndpoint: true }, {}, 'useFipsEndpoint'],
  [{ useDualstackEndpoint: true }, {}, 'useDualstackEndpoint'],
  [{ accountIdEndpointMode: 'required' }, {}, 'accountIdEndpointMode'],
  [{}, { AWS_USE_FIPS_ENDPOINT: 'true' }, 'AWS_USE_FIPS_ENDPOINT'],
  [{}, { AWS_USE_DUALSTACK_ENDPOINT: 'TRUE' }, 'AWS_USE_DUALSTACK_ENDPOINT'],
  [{}, { AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required' }, 'AWS_ACCOUNT_ID_ENDPOINT_MODE'],
  [{}, { AWS_RETRY_MODE: 'adaptive' }, 'AWS_RETRY_MODE'],
  [{}, { AWS_MAX_ATTEMPTS: '0' }, 'AWS_MAX_ATTEMPTS'],
  [{}, { AWS_MAX_ATTEMPTS: '11' }, 'AWS_MAX_ATTEMPTS'],
  [{}, { AWS_MAX_ATTEMPTS: '-1' }, 'AWS_MAX_ATTEMPTS'],
  [{}, { AWS_MAX_ATTEMPTS: '2.5' }, 'AWS_MAX_ATTEMPTS'],
  [{}, { AWS_MAX_ATTEMPTS: '3 times' }, 'AWS_MAX_ATTEMPTS'],
  [{}, { AWS_MAX_ATTEMPTS: 'many' }, 'AWS_MAX_ATTEMPTS'],
  [{ maxAttempts: 0 }, {}, 'maxAttempts'],
  [{ requestTimeoutMs: 1.5 }, {}, 'requestTimeoutMs'],
  [{ credentials: 'AKID' }, {}, 'credentials'],
  [{ region: 7 }, {}, 'region'],
  [{ timeout: 7 }, {}, 'timeout'],
])('%j with %j is refused by name', async (options, variables, path) => {
  const error = await withEnvironment(variables, () =>
    errorOf(Promise.resolve().then(() => createLeanClient(options as LeanClientOptions))),
  );
  expect(error).toMatchObject({ code: 'InvalidInput', details: { path } });
});

describe('Attempts', () => {
  let server: Hostile;
  beforeAll(async () => {
    server = await startHostile();
  });
  afterAll(() => server.close());
  const connection = {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'an example of a secret' },
  };
  const CREATE = {
    SDK: (options: object) =>
      createClient({ ...connection, ...options, endpoint: server.endpoint }),
    lean: (options: object) =>
      createLeanClient({ ...connection, ...options, endpoint: server.endpoint }),
  };

  it.each(
    [
      [{}, {}, 4],
      [{}, { AWS_MAX_ATTEMPTS: '' }, 4],
      [{}, { AWS_MAX_ATTEMPTS: '1' }, 1],
      [{}, { AWS_MAX_ATTEMPTS: '2' }, 2],
      [{ maxAttempts: 3 }, { AWS_MAX_ATTEMPTS: '2' }, 3],
      [{ maxAttempts: 3 }, { AWS_MAX_ATTEMPTS: 'many' }, 3],
      [{}, { AWS_MAX_ATTEMPTS: '2', AWS_RETRY_MODE: 'standard' }, 2],
      [{}, { AWS_MAX_ATTEMPTS: '2', AWS_RETRY_MODE: 'legacy' }, 2],
    ].flatMap(([options, variables, attempts]) =>
      (['SDK', 'lean'] as const).map((client) => [client, options, variables, attempts] as const),
    ),
  )('of a request by the client %s with %j and %j are %i', async (kind, options, env, attempts) => {
    server.answerBy((response) => void response.writeHead(500).end('{}'));
    const variables = { AWS_MAX_ATTEMPTS: undefined, AWS_RETRY_MODE: undefined };
    await withEnvironment({ ...variables, ...(env as object) }, async () => {
      const client = CREATE[kind](options as object);
      await thrownBy(
        tableOf(client)
          .entity(Order)
          .findOne({ filter: { userId: 'a', number: 1 } }),
      );
      client.destroy();
    });
    expect(server.requests).toHaveLength(attempts as number);
  });
});

it.each([
  ['eu-west-1', 'https://dynamodb.eu-west-1.amazonaws.com/'],
  ['cn-north-1', 'https://dynamodb.cn-north-1.amazonaws.com.cn/'],
  ['us-gov-west-1', 'https://dynamodb.us-gov-west-1.amazonaws.com/'],
  ['us-iso-east-1', 'https://dynamodb.us-iso-east-1.c2s.ic.gov/'],
  ['us-isob-east-1', 'https://dynamodb.us-isob-east-1.sc2s.sgov.gov/'],
  ['eusc-de-east-1', 'https://dynamodb.eusc-de-east-1.amazonaws.eu/'],
])("The endpoint of %s is the SDK's", async (region, url) => {
  const { config } = createClient({ region, endpoint: undefined as never });
  const found = await withEnvironment(NOTHING, () => Promise.resolve(endpointOf({ region })));
  expect(found.url.href).toBe(url);
  const { url: sdk } = config.endpointProvider({
    Region: region,
    UseFIPS: false,
    UseDualStack: false,
  });
  expect(sdk.href).toBe(url);
});

it('The Table of the lean entry refuses a client of the SDK, and says what to import', () => {
  const client = createClient({ region: 'eu-west-1' });
  expect(() => new Table({ name: 'orders', client: client as never })).toThrow(
    /import Table from @latchkey\/entity/,
  );
});

describe('The container endpoint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-lean-'));
  const tokens: (string | undefined)[] = [];
  let lifeMs = 3_600_000;
  let status = 200;
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    const Expiration = new Date(Date.now() + lifeMs).toISOString();
    const found = {
      AccessKeyId: `K${String(tokens.length)}`,
      SecretAccessKey: 'x',
      Token: 't',
      Expiration,
    };
    response.writeHead(status).end(JSON.stringify(found));
  });
  const variables = { ...NOTHING } as Record<string, string | undefined>;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    variables.AWS_CONTAINER_CREDENTIALS_FULL_URI = `http://127.0.0.1:${String(port)}/credentials`;
  });
  beforeEach(() => {
    tokens.length = 0;
    lifeMs = 3_600_000;
    status = 200;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const within = <T>(more: Record<string, string>, work: () => Promise<T>): Promise<T> =>
    withEnvironment({ ...variables, ...more }, work);

  it('is asked once for all requests, and not again while the credentials are good', async () => {
    await within({ AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Bearer 1' }, async () => {
      const cache = new CredentialsCache();
      const found = await Promise.all([cache.fetch(), cache.fetch(), cache.fetch()]);
      expect(found.map(({ accessKeyId }) => accessKeyId)).toEqual(['K1', 'K1', 'K1']);
      expect(cache.fresh).toMatchObject({ accessKeyId: 'K1', sessionToken: 't' });
      expect(tokens).toEqual(['Bearer 1']);
    });
  });

  it('is asked before credentials expire, with the token that the file has then', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'first\n');
    await within({ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file }, async () => {
      const cache = new CredentialsCache();
      // Good for two minutes: nobody waits, but others are fetched.
      lifeMs = 120_000;
      await cache.fetch();
      expect(cache.fresh).toBeUndefined();
      writeFileSync(file, 'second\n');
      lifeMs = 3_600_000;
      expect(await cache.fetch()).toMatchObject({ accessKeyId: 'K1' });
      while (!cache.fresh) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(cache.fresh).toMatchObject({ accessKeyId: 'K2' });
      expect(tokens).toEqual(['first', 'second']);
    });
  });

  it('is waited for once credentials are about to expire', async () => {
    await within({}, async () => {
      const cache = new CredentialsCache();
      lifeMs = 10_000;
      await cache.fetch();
      expect(await cache.fetch()).toMatchObject({ accessKeyId: 'K2' });
    });
  });

  it('is tried again, and its refusal is an error without the token', async () => {
    status = 500;
    await within({ AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Bearer secret' }, async () => {
      const error = await thrownBy(new CredentialsCache().fetch());
      expect(error).toMatchObject({
        name: 'CredentialsProviderError',
        message: expect.stringMatching(/status: 500/) as string,
      });
      expect(tokens).toHaveLength(4);
      expect(JSON.stringify(Object.entries(error)) + String(error.stack)).not.toContain('Bearer');
    });
  });
});

it('Credentials that DynamoDB refuses are fetched again, and a provider may be one of the SDK', async () => {
  let calls = 0;
  const provider = (): Promise<{ accessKeyId: string; secretAccessKey: string }> =>
    Promise.resolve({ accessKeyId: `K${String(++calls)}`, secretAccessKey: 'x' });
  const cache = new CredentialsCache(provider);
  const first = await cache.fetch();
  cache.forget(first);
  expect(cache.fresh).toBeUndefined();
  expect(await cache.fetch()).toMatchObject({ accessKeyId: 'K2' });
});
