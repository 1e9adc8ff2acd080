import { toExpressHandler } from '@latchkey/accounts/express';
import { toFastifyPlugin } from '@latchkey/accounts/fastify';
import { toHonoHandler } from '@latchkey/accounts/hono';
import { createLambdaHandler } from '@latchkey/accounts/lambda';
import { toNodeListener } from '@latchkey/accounts/node';

describe('A door', () => {
  it.each([toNodeListener, toExpressHandler, toFastifyPlugin, toHonoHandler, createLambdaHandler])(
    'refuses anything but a handler: %p',
    (door) => {
      for (const value of [{}, null, undefined, 'handler']) {
        expect(() => door(value as never)).toThrow(TypeError);
      }
    },
  );
});
