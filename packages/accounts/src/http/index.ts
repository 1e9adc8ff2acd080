export {
  createAccountsHandler,
  type AccountsHandler,
  type AccountsHandlerOptions,
  type DocumentContext,
  type LinkedOperation,
  type OpenApiPart,
} from './createAccountsHandler.js';
export type { CookieOptions, HttpOptions } from './HttpOptions.js';
export type { Connection, RequestHead } from './RequestHead.js';
export type { HttpErrorCode, Problem } from './HttpError.js';
export type {
  AccountsApi,
  ActivateBody,
  BegunIdentityAnswer,
  IdentityCallbackAnswer,
  IdentityCallbackBody,
  AnswerOf,
  BodyOf,
  ContactAnswer,
  ExportAnswer,
  ListedSessionAnswer,
  MagicLinkBody,
  NoInput,
  Operation,
  OperationName,
  ParamsOf,
  PasswordSaltBody,
  PhoneBody,
  QueryOf,
  RequestAccountBody,
  SecondFactorBody,
  SecondStepBody,
  SessionAnswer,
  SessionChoice,
  SessionsAnswer,
  SignedInAnswer,
  SignInBody,
  SignUpBody,
  UpdateUserBody,
  UserAnswer,
} from './api.js';
export type {
  AnyRoute,
  LandingPage,
  LinkPage,
  OfferedRoutes,
  PageField,
  RouteMethod,
} from './Route.js';
export type { OnError } from './reporter.js';
export {
  createAccountGuard,
  type AccountGuard,
  type AccountGuardOptions,
  type AccountRequirements,
  type AuthenticatedRequest,
  type GuardResult,
  type HeaderList,
  type RefusedRequest,
} from './createAccountGuard.js';
