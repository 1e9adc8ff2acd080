import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

type RetryStrategy = Awaited<ReturnType<DynamoDBClient['config']['retryStrategy']>>;

/** The SDK's three attempts, without its waits and without its budget of retries. */
export const QUICK_RETRIES = {
  acquireInitialRetryToken: () => Promise.resolve(tokenOf(0)),
  refreshRetryTokenForRetry: (
    token: { getRetryCount(): number },
    { errorType }: { errorType: string },
  ) => {
    const count = token.getRetryCount() + 1;
    if (errorType === 'CLIENT_ERROR' || count >= 3) return Promise.reject(new Error('no retry'));
    return Promise.resolve(tokenOf(count));
  },
  recordSuccess: () => undefined,
} as unknown as RetryStrategy;

function tokenOf(count: number): object {
  return { getRetryCount: () => count, getRetryDelay: () => 0 };
}
