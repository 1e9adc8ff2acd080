import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { QUIET_LOGGER } from './leanClient.js';
import { settingsFor } from './settingsFor.js';

/**
 * A client of the AWS SDK that spends less time on each request than the SDK's default, for a
 * {@link Table}. Two settings differ, and each can be overridden:
 *
 * - `cacheMiddleware: true`: the functions that a request runs through are put together once for
 *   each command, not for each request. Middleware must be added before the first request, all
 *   requests go to one endpoint, and no `DynamoDBDocumentClient` can be made from this client.
 * - `logger`: does not take the records that the SDK makes of every request.
 *
 * Without an `endpoint`, requests go to the URL in the environment's `DYNAMODB_ENDPOINT`, if there is
 * one: the local DynamoDB of `latchkey local`, say. On the loopback address (`localhost`,
 * `127.0.0.1`, `[::1]`) the Region is then `local` and the credentials are made up, so that no AWS
 * configuration is needed and none is used. For any other host, both stay those of the SDK's own
 * configuration.
 *
 * @param config - what the SDK's `DynamoDBClient` takes; whatever it sets comes before all of this.
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
  return new DynamoDBClient({ ...settings, ...Object.fromEntries(set) });
}
