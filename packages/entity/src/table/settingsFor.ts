import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Region and made-up credentials of every local client: a local DynamoDB takes any. */
export const LOCAL = {
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
} as const;

const LOOPBACK = /^(?:localhost|(?:[^.]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Settings of a client for the DynamoDB at an endpoint.
 *
 * Only on this machine's loopback address are Region and credentials made up: DynamoDB Local keeps a
 * database for each pair of them, and so every program sees the same tables, whatever else is
 * configured. Anywhere else they stay those of the SDK. A real DynamoDB would refuse made-up ones,
 * and any server in the network that lets them in would be sent what the table is to hold.
 *
 * @param endpoint - URL of the DynamoDB.
 */
export function settingsFor(endpoint: string): DynamoDBClientConfig {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  return LOOPBACK.test(host) ? { endpoint, ...LOCAL } : { endpoint };
}
