import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { once } from 'node:events';
import { createServer as createWebServer, type Server as WebServer } from 'node:http';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { localClient } from '../../src/testing/index.js';
import type { EntityErrorCode } from '../../src/index.js';
import { REQUEST_FAULTS } from '../../src/table/requestFaults.js';
import { withEnvironment } from './withEnvironment.js';

/** Words of an answer that name an account of AWS, and that belong in `cause` alone. */
export const ARN = 'arn:aws:iam::123456789012:user/ada';

/** Variables with which the SDK finds no AWS configuration on any machine. */
export const NO_AWS = {
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_PROFILE: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
  AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** The providers of credentials that the SDK's client itself uses; it exports none of them. */
function providersOfSdk(): {
  fromContainerMetadata(options: { timeout: number }): () => Promise<never>;
} {
  const client = createRequire(require.resolve('@aws-sdk/client-dynamodb'));
  const providers = createRequire(client.resolve('@aws-sdk/credential-provider-node'));
  return providers('@smithy/credential-provider-imds') as ReturnType<typeof providersOfSdk>;
}

/** A way in which a request fails, and what must be made of it. */
export interface RequestFaultCase {
  readonly title: string;
  readonly client: (at: FaultPlaces) => DynamoDBClient;
  readonly table: (at: FaultPlaces) => string;
  readonly code: EntityErrorCode;
  readonly details: object;
  /** Name of the SDK's error, as a pattern: Jest's classes of errors are not those that the SDK knows. */
  readonly sdkError: string;
}

/** Where the cases send their requests. */
export interface FaultPlaces {
  /** URL of a server that answers `/<status>/<name of an error>`, and worse. */
  readonly answers: string;
  /** Port of the loopback address where nothing listens. */
  readonly closedPort: number;
  /** A table whose keys have other names than `PK` and `SK`. */
  readonly otherKeys: string;
  close(): Promise<void>;
}

/** Starts the server of {@link FaultPlaces}. */
export async function openFaultPlaces(otherKeys: string): Promise<FaultPlaces> {
  const web: WebServer = createWebServer((request, response) => {
    const [, first = '', name = ''] = (request.url ?? '').split('/');
    if (first === 'silent') return;
    if (first === 'cut') return void request.socket.destroy();
    response.writeHead(Number(first), { 'content-type': 'application/x-amz-json-1.0' });
    if (name === 'html') response.end('<html>Nothing here</html>');
    else if (name === 'empty') response.end();
    else response.end(JSON.stringify({ __type: `com.amazon#${name}`, message: `${ARN} ${name}` }));
  }).listen(0, '127.0.0.1');
  const closed = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(web, 'listening'), once(closed, 'listening')]);
  const closedPort = (closed.address() as AddressInfo).port;
  closed.close();
  return {
    answers: `http://127.0.0.1:${(web.address() as AddressInfo).port}`,
    closedPort,
    otherKeys,
    close: async () => {
      web.closeAllConnections();
      await new Promise((resolve) => web.close(resolve));
    },
  };
}

function clientAt(endpoint: string, config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    ...config,
  });
}

function someCase(
  title: string,
  client: RequestFaultCase['client'],
  [code, details, sdkError]: readonly [EntityErrorCode, object, string],
  table: RequestFaultCase['table'] = () => 'table',
): RequestFaultCase {
  return { title, client, table, code, details, sdkError };
}

/** Answers to transactions, which are not errors of the request. */
const OF_TRANSACTIONS = ['TransactionCanceledException', 'TransactionInProgressException'];

/** One case for each name that the table of faults knows: a server that answers so. */
const NAMED = REQUEST_FAULTS.flatMap(({ code, details, names }) =>
  names
    .filter((name) => !OF_TRANSACTIONS.includes(name))
    .map((name) => {
      const status = /^(Internal|ServiceUnavailable)/.test(name) ? 500 : 400;
      return someCase(
        `the answer ${name}`,
        ({ answers }) => clientAt(`${answers}/${status}/${name}`),
        [code, details, name],
      );
    }),
);

const TEMPORARY = { reason: 'temporary' };
const NOT_DYNAMODB = { reason: 'notDynamoDB' };

/** The same where nobody has to make it up: a real client, server and engine. */
const REAL: readonly RequestFaultCase[] = [
  someCase(
    'a table that does not exist',
    () => localClient(),
    ['TableNotFound', { table: 'no-such-table' }, 'ResourceNotFoundException'],
    () => 'no-such-table',
  ),
  someCase(
    'a table whose keys have other names',
    () => localClient(),
    ['TableMismatch', { lacking: 'key' }, 'ValidationException'],
    ({ otherKeys }) => otherKeys,
  ),
  someCase(
    'a client without a Region',
    ({ answers }) => {
      const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
      return new DynamoDBClient({ endpoint: answers, credentials });
    },
    ['InvalidClient', { reason: 'region' }, 'Error'],
  ),
  someCase(
    'a client whose Region is not one',
    ({ answers }) => clientAt(answers, { region: 'no region' }),
    ['InvalidClient', { reason: 'region' }, 'Error'],
  ),
  someCase(
    'a client without credentials',
    ({ answers }) => new DynamoDBClient({ endpoint: answers, region: 'local' }),
    ['AccessDenied', { reason: 'credentials' }, 'CredentialsProviderError'],
  ),
  someCase(
    'a provider of credentials that gets no answer',
    ({ answers }) => {
      const provider = providersOfSdk().fromContainerMetadata({ timeout: 100 });
      const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${answers}/silent` };
      return clientAt(answers, { credentials: () => withEnvironment(variables, provider) });
    },
    ['RequestFailed', TEMPORARY, 'ProviderError'],
  ),
  someCase(
    'a provider of credentials that gets no connection',
    ({ answers }) => {
      // As the SDK's `fromHttp` throws it, which has nothing but the text of the error itself.
      const error = Object.assign(
        new Error('TimeoutError: the socket did not establish a connection within 1000 ms'),
        { name: 'CredentialsProviderError', tryNextLink: true },
      );
      return clientAt(answers, { credentials: () => Promise.reject(error) });
    },
    ['RequestFailed', TEMPORARY, 'CredentialsProviderError'],
  ),
  someCase('an endpoint that is not a URL', () => clientAt('nonsense'), [
    'InvalidClient',
    { reason: 'endpoint' },
    'TypeError',
  ]),
  someCase('a page of another server', ({ answers }) => clientAt(`${answers}/404/html`), [
    'Unreachable',
    NOT_DYNAMODB,
    'SyntaxError',
  ]),
  someCase('a refusal without a name', ({ answers }) => clientAt(`${answers}/404/empty`), [
    'Unreachable',
    NOT_DYNAMODB,
    'Unknown',
  ]),
  someCase('a server without TLS', ({ answers }) => clientAt(answers.replace('http:', 'https:')), [
    'Unreachable',
    NOT_DYNAMODB,
    'Error',
  ]),
  someCase('a name that nobody knows', ({ answers }) => clientAt(`${answers}/400/NewException`), [
    'RequestFailed',
    { reason: 'refused' },
    'NewException',
  ]),
  someCase(
    'a port where nothing listens',
    ({ closedPort }) => clientAt(`http://127.0.0.1:${closedPort}`),
    ['Unreachable', { reason: 'noConnection' }, 'Error'],
  ),
  someCase('a host that does not exist', () => clientAt('http://no-such-host.invalid:8000'), [
    'Unreachable',
    { reason: 'noConnection' },
    'Error',
  ]),
  someCase('an error page of a gateway', ({ answers }) => clientAt(`${answers}/502/html`), [
    'RequestFailed',
    TEMPORARY,
    'SyntaxError',
  ]),
  someCase('an outage without a word', ({ answers }) => clientAt(`${answers}/503/empty`), [
    'RequestFailed',
    TEMPORARY,
    'Unknown',
  ]),
  someCase('a connection that is cut', ({ answers }) => clientAt(`${answers}/cut`), [
    'RequestFailed',
    TEMPORARY,
    'Error|TimeoutError',
  ]),
  someCase(
    'an answer that does not come',
    ({ answers }) => {
      const requestHandler = { requestTimeout: 100, throwOnRequestTimeout: true };
      return clientAt(`${answers}/silent`, { requestHandler });
    },
    ['RequestFailed', TEMPORARY, 'Error|TimeoutError'],
  ),
];

/** Every way in which a request fails. */
export const REQUEST_FAULT_CASES: readonly RequestFaultCase[] = [...REAL, ...NAMED];
