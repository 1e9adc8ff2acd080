import { Buffer } from 'node:buffer';

/** Puts a `requestHandler` of the AWS SDK in the place of a lean client's network. */
export function stubLean(client, handler) {
  client.intercept(() => async ({ headers, body }) => {
    const { response } = await handler.handle({ headers, body: Buffer.from(body) });
    return response;
  });
  return client;
}
