import type * as Middy from '@middy/core';
import {
  createLambdaHandler,
  requireAccount,
  type AuthenticatedEvent,
  type LambdaEvent,
} from '@latchkey/accounts/lambda';
import * as middyDoor from '@latchkey/accounts/middy';
import { OWN_COOKIE, type Application, type Serve } from './Application.js';
import { serveTrigger, type LambdaFunction } from './emulator.js';
import { requireOutside } from './requireOutside.js';
import type { Trigger } from './triggers.js';

/** Serves an application as a Lambda function behind an emulated trigger. */
export function serveLambda(trigger: Trigger): Serve {
  return (application) => serveRoutes(trigger, application, guardedFunction);
}

/** The same with Middy around the routes. */
export function serveMiddy(trigger: Trigger): Serve {
  return (application) => serveRoutes(trigger, application, guardedByMiddy);
}

function serveRoutes(
  trigger: Trigger,
  { handler, accounts, guarded }: Application,
  guard: (
    accounts: Application['accounts'],
    options: Application['guarded'][string],
  ) => LambdaFunction,
): ReturnType<Serve> {
  const auth = createLambdaHandler(handler);
  const routes = new Map<string, LambdaFunction>(
    Object.entries(guarded).map(([path, options]) => [path, guard(accounts, options)]),
  );
  return serveTrigger(trigger, (event: LambdaEvent, context) => {
    const path = 'rawPath' in event ? event.rawPath : 'path' in event ? event.path : undefined;
    const route = routes.get((path ?? '').replace(/^\/prod/, ''));
    return route ? route(event as never, context) : auth(event);
  });
}

function guardedFunction(
  accounts: Application['accounts'],
  options: Application['guarded'][string],
): LambdaFunction {
  return requireAccount(
    accounts,
    options,
  )((event: AuthenticatedEvent<LambdaEvent>) => answerOf(event, event.account.accountId));
}

function guardedByMiddy(
  accounts: Application['accounts'],
  options: Application['guarded'][string],
): LambdaFunction {
  const { default: middy } = requireOutside('@middy/core') as typeof Middy;
  // One handler for every kind of event is more than Middy's types know.
  const answer = (event: AuthenticatedEvent<LambdaEvent>): Promise<unknown> =>
    Promise.resolve(answerOf(event, event.account.accountId));
  const guard = middyDoor.requireAccount<LambdaEvent>(accounts, options);
  return middy(answer as () => Promise<unknown>).use(guard);
}

const answerOf = (event: LambdaEvent, accountId: string): unknown => {
  const body = JSON.stringify({ accountId });
  const type = 'application/json';
  if ('rawPath' in event) {
    return { statusCode: 200, headers: { 'content-type': type }, cookies: [OWN_COOKIE], body };
  }
  if ('multiValueHeaders' in event && event.requestContext && 'elb' in event.requestContext) {
    const multiValueHeaders = { 'content-type': [type], 'set-cookie': [OWN_COOKIE] };
    return { statusCode: 200, multiValueHeaders, body };
  }
  return { statusCode: 200, headers: { 'content-type': type, 'set-cookie': OWN_COOKIE }, body };
};
