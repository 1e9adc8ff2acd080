import * as z from 'zod';
import { ACTIONS } from './actions.js';
import type { ActionName, ConsoleState, ListBy } from './api.js';
import type { ConsoleContext, ConsoleRoute, SignedIn } from './ConsoleRoute.js';
import { findAccount, findSessions } from './findAccount.js';
import { canList, listAccounts } from './listAccounts.js';
import { confirmAction, previewAction } from './previewAction.js';

const accountId = (): z.ZodType<string> => z.ulid();
const cursor = (): z.ZodType<string> => z.string().min(1).max(4000);

/** A route with its body's type, among those of which it is not known. */
function route<B>(given: ConsoleRoute<B>): ConsoleRoute {
  return given as ConsoleRoute;
}

/** Every operation of the console. */
export const ROUTES: readonly ConsoleRoute[] = [
  route({
    method: 'POST',
    path: '/api/sign-in',
    isOpen: true,
    body: () => z.strictObject({ token: z.string().max(100) }),
    handle: ({ access }, { token }): Promise<SignedIn> =>
      Promise.resolve({ cookie: access.exchange(token) }),
  }),
  route({
    method: 'GET',
    path: '/api/state',
    handle: (context) => Promise.resolve(stateOf(context)),
  }),
  route({
    method: 'POST',
    path: '/api/find',
    body: () => z.strictObject({ identifier: z.string() }),
    handle: ({ core, meter }, { identifier }) => meter.measure(() => findAccount(core, identifier)),
  }),
  route({
    method: 'POST',
    path: '/api/sessions',
    body: () => z.strictObject({ accountId: accountId(), before: cursor() }),
    handle: ({ core, meter }, body) =>
      meter.measure(() => findSessions(core, body.accountId, body.before)),
  }),
  route({
    method: 'POST',
    path: '/api/list',
    body: () =>
      z.strictObject({
        by: z.enum(['username', 'email'] satisfies ListBy[]),
        prefix: z.string().max(1000),
        after: cursor().optional(),
      }),
    handle: (context, body) => context.meter.measure(() => listAccounts(context, body)),
  }),
  route({
    method: 'POST',
    path: '/api/preview',
    body: () =>
      z.strictObject({
        action: z.enum(Object.keys(ACTIONS) as ActionName[]),
        accountId: accountId(),
        sessionId: z.ulid().optional(),
      }),
    handle: (context, { action, ...target }) =>
      context.meter.measure(() => previewAction(context, { action, target })),
  }),
  route({
    method: 'POST',
    path: '/api/confirm',
    body: () => z.strictObject({ confirmation: z.string().max(100) }),
    handle: (context, { confirmation }) =>
      context.meter.measure(() => confirmAction(context, confirmation)),
  }),
];

function stateOf({ accounts, core, app, canWrite }: ConsoleContext): ConsoleState {
  const { appId } = accounts;
  return {
    app,
    table: core.table.name,
    ...(appId !== undefined && { appId }),
    canWrite,
    canList: canList(core),
    hasTwoFactor: ACTIONS.resetTwoFactor.isOffered?.(accounts) === true,
  };
}
