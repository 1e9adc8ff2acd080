export { createLambdaHandler, type LambdaHandler } from './createLambdaHandler.js';
export { requireAccount, type AuthenticatedEvent, type LambdaGuard } from './requireAccount.js';
export {
  createAuthorizer,
  type Authorizer,
  type AuthorizerAnswer,
  type AuthorizerContext,
  type AuthorizerEvent,
  type AuthorizerOptions,
  type HttpApiAuthorizerEvent,
  type IamAuthorizerResult,
  type RequestAuthorizerEvent,
  type SimpleAuthorizerResult,
  type TextAuthorizerContext,
  type TokenAuthorizerEvent,
} from './createAuthorizer.js';
export type {
  AlbEvent,
  HttpApiEvent,
  LambdaEvent,
  ManyValues,
  OneValue,
  RestApiEvent,
} from './events.js';
export type { AlbResult, HttpApiResult, LambdaResultOf, RestApiResult } from './results.js';
