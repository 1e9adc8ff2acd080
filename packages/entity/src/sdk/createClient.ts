import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { loadSdk } from './loadSdk.js';
import { QUIET_LOGGER } from './quickClient.js';
import { settingsFor } from '../table/settingsFor.js';

/**
 * Creates an AWS SDK client for a {@link Table} that spends less time on each request than the
 * SDK's default. Two settings differ, and each can be overridden:
 *
 * - `cacheMiddleware: true`: the middleware stack is built once for each command instead of each
 *   request. Middleware must be added before the first request, all requests go to one endpoint,
 *   and this client cannot be wrapped in a `DynamoDBDocumentClient`.
 * - `logger`: discards the SDK's log records of every request.
 *
 * Without an `endpoint`, requests go to the URL in the environment variable `DYNAMODB_ENDPOINT`, if
 * set, such as the local DynamoDB of `latchkey local`. On the loopback address (`localhost`,
 * `127.0.0.1`, `[::1]`) the Region is then `local` with placeholder credentials, so no AWS
 * configuration is needed or used. For any other host, both come from the SDK's own configuration.
 *
 * @param config - configuration of the SDK's `DynamoDBClient`; it overrides all of the above.
 *
 * @example
 * ```ts
 * import { createClient, Table } from '@latchkey/entity';
 *
 * export const table = new Table({ name: 'my-application', client: createClient() });
 * ```
 */
export function createClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const { DYNAMODB_ENDPOINT: given } = process.env;
  const local = given && config.endpoint === undefined ? settingsFor(given) : {};
  const settings = { cacheMiddleware: true, logger: QUIET_LOGGER, ...local };
  // What is undefined is not set.
  const set = Object.entries(config).filter(([, value]) => value !== undefined);
  const { DynamoDBClient: Client } = loadSdk();
  return new Client({ ...settings, ...Object.fromEntries(set) });
}
