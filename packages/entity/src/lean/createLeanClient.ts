import { invalidArgument, optionIssue } from '../options/assertOptions.js';
import type { InputIssue } from '../errors/EntityError.js';
import type { Credentials, CredentialsProvider } from './Credentials.js';
import { refusedSetting } from './endpointOf.js';
import { LeanClient, type LeanClientSettings } from './LeanClient.js';

/** Input of {@link createLeanClient}. */
export interface LeanClientOptions {
  /** AWS Region, such as `eu-central-1` (default: the environment's `AWS_REGION`). */
  readonly region?: string;
  /**
   * URL of DynamoDB, `https:` or `http:` (default: the environment's `DYNAMODB_ENDPOINT`,
   * `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL`, or else the Region's).
   */
  readonly endpoint?: string;
  /**
   * Credentials, or a provider of them, such as one of the SDK's (default: those of the environment, or
   * of the container endpoint that it names).
   */
  readonly credentials?: Credentials | CredentialsProvider;
  /**
   * The most attempts of one request, the first included, 1 to 10 (default: the environment's
   * `AWS_MAX_ATTEMPTS`, or else 4).
   */
  readonly maxAttempts?: number;
  /** Time to make a connection, 1 to 60 000 milliseconds (default: 3 000). */
  readonly connectionTimeoutMs?: number;
  /** Time from a connection to the whole answer, 1 to 600 000 milliseconds (default: 10 000). */
  readonly requestTimeoutMs?: number;
  /** Time after which an idle connection is closed, 1 to 600 000 milliseconds (default: 20 000). */
  readonly idleTimeoutMs?: number;
  /** The largest answer, 1 000 to 1 000 000 000 bytes (default: 64 MiB). */
  readonly maxResponseBytes?: number;
}

const KNOWN: { readonly [Name in keyof LeanClientOptions]-?: true } = {
  region: true,
  endpoint: true,
  credentials: true,
  maxAttempts: true,
  connectionTimeoutMs: true,
  requestTimeoutMs: true,
  idleTimeoutMs: true,
  maxResponseBytes: true,
};
const RANGES: readonly [
  keyof LeanClientSettings,
  least: number,
  most: number,
  otherwise: number,
][] = [
  ['maxAttempts', 1, 10, 4],
  ['connectionTimeoutMs', 1, 60_000, 3000],
  ['requestTimeoutMs', 1, 600_000, 10_000],
  ['idleTimeoutMs', 1, 600_000, 20_000],
  ['maxResponseBytes', 1000, 1_000_000_000, 64 * 1024 * 1024],
];
const ATTEMPTS = 'AWS_MAX_ATTEMPTS';
/** Options of the SDK's client that this one does not have, and why nobody should miss the error. */
const KINDS = /^(?:useFipsEndpoint|useDualstackEndpoint|accountIdEndpointMode)$/;

/**
 * Creates a client for a table without the AWS SDK: for a function that should start fast and be small.
 * It sends only the operations of this package, over HTTP connections that stay open, signed by
 * Signature Version 4. Failed attempts are repeated as by the SDK in its standard mode.
 *
 * It does without profiles, SSO, `credential_process`, FIPS, dual-stack and account-based endpoints,
 * proxies and middleware: take `createClient` for these. Region and endpoint are looked for when the
 * first request is sent.
 *
 * @throws {@link EntityError} `InvalidInput` for an option that does not exist or is out of its range,
 *   where the environment asks for FIPS, dual-stack or account-based endpoints, or for the retry mode
 *   `adaptive`, and where its `AWS_MAX_ATTEMPTS` is not a whole number from 1 to 10.
 *
 * @example
 * ```ts
 * import { createLeanClient, Table } from '@latchkey/entity/lean';
 *
 * export const table = new Table({ name: 'my-application', client: createLeanClient() });
 * ```
 */
export function createLeanClient(options: LeanClientOptions = {}): LeanClient {
  const refused =
    Object.keys(options).find((name) => KINDS.test(name)) ?? refusedSetting(process.env);
  if (refused !== undefined) {
    throw invalid({
      path: refused,
      message: 'is not supported by the lean client: use createClient of @latchkey/entity',
    });
  }
  const attempts = options.maxAttempts === undefined ? attemptsIn(process.env) : undefined;
  const given = attempts === undefined ? options : { ...options, maxAttempts: attempts };
  const issue = optionIssue(KNOWN, options) ?? issueOf(given);
  if (issue) {
    const isOption = attempts === undefined || issue.path !== 'maxAttempts';
    throw invalid(isOption ? issue : { ...issue, path: ATTEMPTS });
  }
  const numbers = RANGES.map(([name, , , otherwise]) => [name, given[name] ?? otherwise]);
  const { region, endpoint, credentials } = options;
  return new LeanClient({
    region,
    endpoint,
    credentials,
    ...(Object.fromEntries(numbers) as Omit<LeanClientSettings, 'region' | 'endpoint'>),
  });
}

function issueOf(options: LeanClientOptions): InputIssue | undefined {
  for (const name of ['region', 'endpoint'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'string') {
      return { path: name, message: 'must be a string' };
    }
  }
  const { credentials } = options;
  const isProvider = typeof credentials === 'function';
  if (credentials !== undefined && !isProvider && typeof credentials.accessKeyId !== 'string') {
    return { path: 'credentials', message: 'must be credentials, or a function that returns them' };
  }
  for (const [name, least, most] of RANGES) {
    const value: unknown = options[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      const message = `must be an integer from ${String(least)} to ${String(most)}`;
      return { path: name, message };
    }
  }
  return undefined;
}

/** NaN for text that is not a whole number, of which the SDK takes the digits that it begins with. */
function attemptsIn(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const text = env[ATTEMPTS]?.trim() ?? '';
  if (text === '') return undefined;
  const attempts = Number.parseInt(text, 10);
  return String(attempts) === text ? attempts : NaN;
}

function invalid(issue: InputIssue): Error {
  return invalidArgument('createLeanClient', '', issue);
}
