import { withEnvironment } from '../../test/support/withEnvironment.js';
import { localClient } from './localClient.js';
import { TestingError } from './TestingError.js';

test('A client takes the endpoint it is given before that of the environment', async () => {
  await withEnvironment({ DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' }, async () => {
    const endpoint = await localClient('http://127.0.0.1:2').config.endpoint?.();
    expect(endpoint).toMatchObject({ hostname: '127.0.0.1', port: 2 });
  });
});

test('A client takes DYNAMODB_ENDPOINT when it is given none', async () => {
  await withEnvironment({ DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' }, async () => {
    const { endpoint, region, credentials } = localClient().config;
    expect(await endpoint?.()).toMatchObject({ hostname: '127.0.0.1', port: 1 });
    expect(await region()).toBe('local');
    expect(await credentials()).toMatchObject({ accessKeyId: 'local' });
  });
});

test('Without an endpoint there is a sentence instead of a client of the real DynamoDB', async () => {
  await withEnvironment({ DYNAMODB_ENDPOINT: undefined }, () => {
    expect(() => localClient()).toThrow(TestingError);
    expect(() => localClient()).toThrow(
      expect.objectContaining({
        code: 'EndpointMissing',
        message: expect.stringContaining('set DYNAMODB_ENDPOINT') as string,
      }),
    );
  });
});
