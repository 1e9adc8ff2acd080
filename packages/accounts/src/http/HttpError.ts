import { AccountError, type AnyAccountError } from '../errors/AccountError.js';

/** Status and sentence of every fault that only a request over HTTP can have. */
const HTTP_ERRORS = {
  MalformedBody: [400, 'The body could not be read.'],
  CrossOrigin: [403, 'Requests from this origin are not accepted.'],
  RouteNotFound: [404, 'There is no such route.'],
  MethodNotAllowed: [405, 'The route does not have this method.'],
  BodyTimeout: [408, 'The body did not arrive in time.'],
  BodyTooLarge: [413, 'The body is too large.'],
  UnsupportedMediaType: [415, 'The body must be sent as application/json.'],
  InternalError: [500, 'Something went wrong.'],
} as const;

/** The code of a fault that only a request over HTTP can have. */
export type HttpErrorCode = keyof typeof HTTP_ERRORS;

/** A request that no route can answer: no {@link AccountError}, since no call was made. */
export class HttpError extends Error {
  override readonly name: string = 'HttpError';
  readonly code: HttpErrorCode;
  readonly status: number;
  /** Headers for the response, such as `Allow`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: HttpErrorCode, headers: Readonly<Record<string, string>> = {}) {
    const [status, message] = HTTP_ERRORS[code];
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

/** Body of an error response: problem details of RFC 9457, with the error's code. */
export interface Problem {
  /** Always `about:blank`: `code` tells problems apart. */
  readonly type: 'about:blank';
  /** The phrase of the status, such as `Bad Request`. */
  readonly title: string;
  readonly status: number;
  /** One sentence for people. */
  readonly detail: string;
  /** A code of docs/errors.md. */
  readonly code: string;
  /** The details that belong to the code. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** With `TwoFactorRequired` and `TwoFactorEnrolmentRequired`: continues the login. */
  readonly challenge?: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Seconds after which a client may try again what failed for want of a dependency. */
const UNAVAILABLE_SECONDS = 5;

/** Tells whether an error is the server's own, so that its operator should hear of it. */
export function isServerFault(error: unknown): boolean {
  const isKnown = AccountError.is(error) || error instanceof HttpError;
  return !isKnown || error.status === 500;
}

/** The problem that an error is to a client. Nothing of a fault of the server shows in it. */
export function problemOf(error: unknown): Problem {
  const shown =
    isServerFault(error) || !(AccountError.is(error) || error instanceof HttpError)
      ? new HttpError('InternalError')
      : error;
  const { status, code, message } = shown;
  const title = TITLES[status] ?? 'Error';
  const base = { type: 'about:blank', title, status, detail: message, code } as const;
  return AccountError.is(shown) ? { ...base, ...ofAccountError(shown) } : base;
}

/** The response that tells a client of an error. */
export function problemResponse(error: unknown): {
  readonly status: number;
  readonly body: string;
  readonly headers: [name: string, value: string][];
} {
  const problem = problemOf(error);
  const { status } = problem;
  const headers: [string, string][] = [
    ['Content-Type', 'application/problem+json'],
    ['Cache-Control', 'no-store'],
    ...problemHeaders(error, status),
  ];
  return { status, body: JSON.stringify(problem), headers };
}

/** The headers that belong to an error, in whatever form its response is. */
export function problemHeaders(error: unknown, status: number): [name: string, value: string][] {
  const retryAfter = retryAfterSeconds(error, status);
  return Object.entries({
    ...(error instanceof HttpError && error.headers),
    // RFC 9110 §15.5.2: a 401 names a scheme; this one makes no browser ask for a password.
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
  });
}

function ofAccountError({
  details,
  challenge,
}: AnyAccountError): Pick<Problem, 'challenge' | 'details'> {
  return {
    ...(Object.keys(details).length > 0 && { details: { ...details } }),
    ...(challenge !== undefined && { challenge }),
  };
}

function retryAfterSeconds(error: unknown, status: number): number | undefined {
  if (status === 503) return UNAVAILABLE_SECONDS;
  if (status !== 429 || !AccountError.is(error)) return undefined;
  const { retryAfterSeconds: seconds } = error.details as { readonly retryAfterSeconds?: number };
  return seconds === undefined ? undefined : Math.max(1, Math.ceil(seconds));
}
