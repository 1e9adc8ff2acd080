import { AccountError } from '../errors/AccountError.js';
import { HttpError } from '../http/HttpError.js';
import { readParams } from '../http/readBody.js';
import type { ConsoleAssets } from './ConsoleAssets.js';
import { ConsoleError } from './ConsoleError.js';
import { consoleProblem } from './consoleProblem.js';
import type { ConsoleContext, ConsoleRoute, SignedIn } from './ConsoleRoute.js';
import { isOwnRequest } from './isOwnRequest.js';
import { ROUTES } from './routes.js';

const BODY_LIMITS = { maxBodyBytes: 16 * 1024, bodyTimeoutMs: 5_000 } as const;

/** Headers of every response: the page runs its own script and style sheet, and nothing else. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** A console that answers requests. */
export interface ConsoleHandlerOptions {
  readonly context: ConsoleContext;
  readonly assets: ConsoleAssets;
  /** The console's own origin, such as `http://127.0.0.1:4321`. */
  readonly origin: string;
  /** Told of faults that are the console's own. */
  readonly onFault: (error: unknown) => void;
}

/** Answers the requests of the console's page; it never throws. */
export function createConsoleHandler(
  options: ConsoleHandlerOptions,
): (request: Request) => Promise<Response> {
  const { context, assets, origin, onFault } = options;
  const cookieName = `latchkey-console-${new URL(origin).port}`;
  return async (request) => {
    try {
      if (!isOwnRequest(request, origin)) throw new ConsoleError('ForeignRequest');
      const { pathname } = new URL(request.url);
      const asset = request.method === 'GET' ? assets.get(pathname) : undefined;
      if (asset) return respond(200, asset.body, { 'Content-Type': asset.type });
      const route = chooseRoute(pathname, request.method);
      const values = cookiesOf(request, cookieName);
      if (route.isOpen !== true && !context.access.isSignedIn(values)) {
        throw new ConsoleError('SignedOut');
      }
      const answer = await route.handle(context, (await bodyOf(route, request)) as never);
      if (isSignedIn(answer)) {
        const cookie = `${cookieName}=${answer.cookie}; HttpOnly; SameSite=Strict; Path=/`;
        return respond(204, null, { 'Set-Cookie': cookie });
      }
      return respond(200, JSON.stringify(answer), { 'Content-Type': 'application/json' });
    } catch (error) {
      const problem = consoleProblem(error);
      if (problem.code === 'InternalError') onFault(error);
      const headers = error instanceof HttpError ? error.headers : {};
      const type = { 'Content-Type': 'application/problem+json' };
      return respond(problem.status, JSON.stringify(problem), { ...headers, ...type });
    }
  };
}

function respond(
  status: number,
  body: string | null,
  headers: Readonly<Record<string, string>>,
): Response {
  return new Response(body, { status, headers: { ...SECURITY_HEADERS, ...headers } });
}

/** @throws HttpError `RouteNotFound`, `MethodNotAllowed` */
function chooseRoute(pathname: string, method: string): ConsoleRoute {
  const found = ROUTES.filter(({ path }) => path === pathname);
  const route = found.find((each) => each.method === method);
  if (route) return route;
  if (found.length === 0) throw new HttpError('RouteNotFound');
  throw new HttpError('MethodNotAllowed', { Allow: found.map((each) => each.method).join(', ') });
}

/**
 * Reads and checks the body of a request.
 *
 * @throws HttpError `MalformedBody` and others; AccountError `InvalidInput` with the path of the field.
 */
async function bodyOf(route: ConsoleRoute, request: Request): Promise<unknown> {
  if (!route.body) return undefined;
  const { params } = await readParams(request, ['application/json'], BODY_LIMITS);
  const parsed = route.body().safeParse(params);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new AccountError('InvalidInput', { path, reason: 'notValid' });
}

/** Every value of a cookie: a server on another port may have set one with the same name. */
function cookiesOf({ headers }: Request, name: string): string[] {
  return (headers.get('cookie') ?? '').split(';').flatMap((pair) => {
    const [key, value = ''] = pair.trim().split('=', 2);
    return key === name ? [value] : [];
  });
}

function isSignedIn(answer: object): answer is SignedIn {
  return 'cookie' in answer;
}
