import type * as NestCommon from '@nestjs/common';
import type * as NestCore from '@nestjs/core';
import { toExpressHandler } from '@latchkey/accounts/express';
import { requireAccount } from '@latchkey/accounts/nest';
import { OWN_COOKIE, type Serve } from './Application.js';
import { servedBy } from './listen.js';
import { requireOutside } from './requireOutside.js';

/** A test of Nest needs `jest.mock('@nestjs/common', …)` with the real package from outside of Jest. */
export const serveNest: Serve = async ({ handler, accounts, guarded }) => {
  const { All, Controller, Module, Req, Res, UseGuards } = requireOutside(
    '@nestjs/common',
  ) as typeof NestCommon;
  const { NestFactory } = requireOutside('@nestjs/core') as typeof NestCore;
  const controllers = Object.entries(guarded).map(([path, options]) => {
    class GuardedController {
      answer(
        request: { readonly account: { readonly accountId: string } },
        response: { appendHeader(name: string, value: string): void },
      ): object {
        response.appendHeader('Set-Cookie', OWN_COOKIE);
        return { accountId: request.account.accountId };
      }
    }
    const { prototype } = GuardedController;
    const method = Object.getOwnPropertyDescriptor(prototype, 'answer') ?? {};
    Req()(prototype, 'answer', 0);
    Res({ passthrough: true })(prototype, 'answer', 1);
    All(path)(prototype, 'answer', method);
    UseGuards(requireAccount(accounts, options))(prototype, 'answer', method);
    Controller()(GuardedController);
    return GuardedController;
  });
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- that is how Nest has its modules
  class ApplicationModule {}
  Module({ controllers })(ApplicationModule);
  const app = await NestFactory.create(ApplicationModule);
  app.useLogger(false);
  app.use('/auth', toExpressHandler(handler));
  await app.listen(0, '127.0.0.1');
  const { port } = servedBy(app.getHttpServer() as Parameters<typeof servedBy>[0]);
  return { port, close: () => app.close() };
};
