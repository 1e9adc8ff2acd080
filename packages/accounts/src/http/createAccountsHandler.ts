import type { AccountFields } from '@latchkey/schema';
import * as z from 'zod';
import type { Accounts } from '../accounts/Accounts.js';
import { flowsOf } from '../accounts/flowsOf.js';
import { AccountError } from '../errors/AccountError.js';
import { assertKinds, method, object } from '../guard/optionKinds.js';
import { invalidOption } from '../errors/invalidOption.js';
import { SelfService } from '../selfService/SelfService.js';
import type { OperationName } from './api.js';
import { assertTokenSecret } from './assertTokenSecret.js';
import { AuthCookies } from './AuthCookies.js';
import { corsHeaders, isPreflight, PREFLIGHT_HEADERS } from './crossOrigin.js';
import { Exchange } from './Exchange.js';
import { isServerFault, problemHeaders, problemOf, problemResponse } from './HttpError.js';
import { httpOptions, httpSettings, type HttpOptions, type HttpSettings } from './HttpOptions.js';
import {
  allowedMethods,
  chooseRoute,
  landingRoute,
  linkedRoute,
  RouteTable,
  type MatchedRoute,
} from './matchRoute.js';
import { once } from './once.js';
import { renderDonePage, renderLinkPage, renderProblemPage } from './pages.js';
import { mediaTypeOf, readParams, toParams, type BodyLimits } from './readBody.js';
import { reporter, type OnError } from './reporter.js';
import type { Connection } from './RequestHead.js';
import type { AnyRoute, LandingPage, LinkPage, OfferedAccounts, OfferedRoutes } from './Route.js';
import { routes } from './routes/routes.js';
import { bodyOf } from './schemas.js';
import { secondsLeft } from './secondsLeft.js';

/** Makes the OpenAPI document of the routes that are offered; see `openApi` of its entry. */
export interface OpenApiPart {
  document(offered: OfferedRoutes, context: DocumentContext): object;
}

/** Where the routes of an OpenAPI document are, and how their session travels. */
export interface DocumentContext {
  readonly accounts: Accounts;
  readonly basePath: string;
  readonly cookieName: string;
}

/** An operation that a link in a message leads to. */
export type LinkedOperation = (typeof PAGES)[number];

/** Options of {@link createAccountsHandler}. */
export interface AccountsHandlerOptions extends HttpOptions {
  /** Path that all routes begin with (default: `/auth`). */
  readonly basePath?: string;
  /** Names of the operations to offer (default: all that the options of the accounts allow). */
  readonly operations?: readonly OperationName[];
  /** Largest body, in bytes, 1024 to 1 048 576 (default: 65 536). Larger ones get 413. */
  readonly maxBodyBytes?: number;
  /** How long a body may take, in milliseconds, 100 to 60 000 (default: 10 000). Later ones get 408. */
  readonly bodyTimeoutMs?: number;
  /**
   * Pages of the application's own for the links in messages, by operation: an absolute URL, to which the
   * browser is redirected with `#token=…` (default: a minimal page of ours, whose button posts the
   * token). Following a link never uses the token up, since mail scanners do so, too. The page of
   * `completeIdentityFlow` is for failures, with `#error=…` and the error's code, and a `challenge` if
   * there is one.
   */
  readonly pages?: Readonly<Partial<Record<LinkedOperation, string>>>;
  /**
   * Where the minimal pages, and a sign-in with an identity provider, lead on to when they are done: a
   * path or URL (default: nowhere). With a URL, `returnTo` is a path of its origin.
   */
  readonly home?: string;
  /** The OpenAPI document at `/openapi.json`: `openApi(…)` of `@latchkey/accounts/openapi`. */
  readonly openApi?: OpenApiPart;
  /**
   * Told of errors that the client cannot be blamed for, and that it sees nothing of (default:
   * `console.error`).
   */
  readonly onError?: OnError;
}

/** Answers a request: `connection` is what the server knows of the other end. Never throws. */
export type AccountsHandler = (request: Request, connection?: Connection) => Promise<Response>;

/**
 * Serves an application's accounts over HTTP: one function from `Request` to `Response`, for any server.
 *
 * @param accounts - in a process for several applications, a function that finds the accounts of a
 *   request, for example by its `App-Id` header.
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used; `SecretTooShort` and
 *   `InvalidConfiguration` for a secret that a `getTokenSecret` without parameters returns at once.
 *
 * @example
 * ```ts
 * import type { Accounts } from '@latchkey/accounts';
 * import { createAccountsHandler } from '@latchkey/accounts/http';
 *
 * export const handlerOf = (accounts: Accounts) =>
 *   createAccountsHandler(accounts, { origins: ['https://www.example.com'] });
 *
 * // POST /auth/sign-in {"username":"ada","password":"…"} → 200, Set-Cookie: __Host-latchkey=…
 * ```
 */
export function createAccountsHandler<F extends AccountFields>(
  accounts: Accounts<F> | ((request: Request) => Accounts<F> | Promise<Accounts<F>>),
  options: AccountsHandlerOptions = {},
): AccountsHandler {
  const server = new AccountsServer(options);
  const find = typeof accounts === 'function' ? accounts : () => accounts;
  if (typeof accounts !== 'function') {
    server.siteOf(asAccounts(accounts));
    assertTokenSecret(accounts.sessions.getTokenSecret);
  }
  return (request, connection = {}) =>
    server.answer(request, connection, async () => asAccounts(await find(request)));
}

/** The fields of an application's own make no difference to the routes. */
function asAccounts(accounts: unknown): Accounts {
  return accounts as Accounts;
}

/** The body of a form, as far as its page shows it again. */
interface PageBody {
  readonly token?: string;
  readonly challenge?: string;
}

/** One application's accounts, with what is offered of them. */
interface Site {
  readonly accounts: OfferedAccounts;
  readonly selfService: SelfService;
  /** Each application has cookies of its own. */
  readonly cookies: AuthCookies;
  readonly offered: OfferedRoutes;
  readonly table: RouteTable;
  /** Schemas of bodies, answers and queries that have been needed so far. */
  readonly schemas: Map<() => unknown, z.ZodType>;
}

const between = (min: number, max: number): z.ZodType =>
  z
    .int('It must be a whole number.')
    .min(min, `It must be at least ${String(min)}.`)
    .max(max, `It must be at most ${String(max)}.`)
    .optional();

const KIB = 1024;
/** Longer than any code and state. */
const MAX_QUERY = 8 * KIB;

const pageUrl = z
  .url({ protocol: /^https?$/, error: 'It must be an http or https URL.' })
  .optional();

/** The operations that a link in a message, or an identity provider, leads to. */
const PAGES = [
  'activate',
  'resetPassword',
  'signInWithMagicLink',
  'restoreContact',
  'completeIdentityFlow',
] as const;

/** Of what kind each option is. */
const handlerOptions: Readonly<Record<keyof AccountsHandlerOptions, z.ZodType>> = {
  ...httpOptions,
  basePath: z
    .string('It must be a string.')
    .regex(
      /^\/$|^(\/[\w-]+)+\/?$/,
      'It must be a path such as /auth, of letters, digits, "_" and "-".',
    )
    .optional(),
  operations: z.array(z.string(), 'It must be a list of names.').optional(),
  maxBodyBytes: between(KIB, KIB * KIB),
  bodyTimeoutMs: between(100, 60_000),
  pages: z
    .strictObject(Object.fromEntries(PAGES.map((name) => [name, pageUrl])), 'It must be an object.')
    .optional(),
  home: z
    .string('It must be a string.')
    .regex(/^(https?:\/\/|\/(?!\/))/, 'It must be a path, or an http or https URL.')
    .optional(),
  openApi: object({ document: method }).optional(),
  onError: method.optional(),
};

/** Where browsers ask which other origins may use the passkeys of a domain (WebAuthn §5.11). */
const RELATED_ORIGINS = '/.well-known/webauthn';

const JSON_HEADERS = { 'Content-Type': 'application/json' };
const ALWAYS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
class AccountsServer {
  readonly #options: AccountsHandlerOptions;
  readonly #settings: HttpSettings;
  readonly #limits: BodyLimits;
  readonly #basePath: string;
  readonly #report: (error: unknown) => void;
  readonly #sites = new WeakMap<Accounts, Site>();

  constructor(options: AccountsHandlerOptions) {
    const { maxBodyBytes = 64 * KIB, bodyTimeoutMs = 10_000, basePath = '/auth' } = options;
    this.#options = options;
    this.#report = reporter(options.onError);
    assertKinds(handlerOptions, options);
    this.#settings = httpSettings(options);
    this.#limits = { maxBodyBytes, bodyTimeoutMs };
    this.#basePath = basePath.replace(/\/$/, '');
  }

  async answer(
    request: Request,
    connection: Connection,
    find: () => Promise<Accounts>,
  ): Promise<Response> {
    const cors = corsHeaders(request, this.#settings.origins);
    const response = await this.#route(request, connection, find).catch((error: unknown) =>
      this.#refuse(error),
    );
    for (const [name, value] of Object.entries({ ...ALWAYS, ...cors })) {
      response.headers.set(name, value);
    }
    if (request.method !== 'HEAD') return response;
    await response.body?.cancel();
    return new Response(null, response);
  }

  async #route(
    request: Request,
    connection: Connection,
    find: () => Promise<Accounts>,
  ): Promise<Response> {
    if (isPreflight(request)) {
      return new Response(null, { status: 204, headers: PREFLIGHT_HEADERS });
    }
    const url = new URL(request.url);
    const site = this.siteOf(await find());
    const isGet = ['GET', 'HEAD'].includes(request.method);
    const { passkeys } = site.accounts as Accounts;
    if (isGet && passkeys && url.pathname === RELATED_ORIGINS) {
      return new Response(JSON.stringify(passkeys.relatedOrigins()), { headers: JSON_HEADERS });
    }
    const found = site.table.at(url.pathname);
    if (request.method === 'OPTIONS' && found.length > 0) {
      return new Response(null, { status: 204, headers: { Allow: allowedMethods(found) } });
    }
    const linked = linkedRoute(found);
    if (isGet && linked?.page) return this.#showPage(request, site, linked, linked.page);
    const landed = isGet ? landingRoute(found) : undefined;
    const matched = landed ?? chooseRoute(found, request.method);
    return this.#call(request, connection, site, matched, url);
  }

  async #call(
    request: Request,
    connection: Connection,
    site: Site,
    { route, params }: MatchedRoute,
    url: URL,
  ): Promise<Response> {
    const { page, landing } = route;
    const exchange = new Exchange(
      request,
      connection,
      this.#settings,
      site.cookies,
      landing !== undefined,
    );
    const lands = landing !== undefined && (request.method !== 'POST' || isFormPost(request));
    const isForm = page !== undefined && isFormPost(request);
    let body: PageBody = {};
    const lifetime = (): number =>
      secondsLeft(site.accounts.sessions.verifiedSessionOf(exchange.request));
    try {
      if (route.session) await resume(site.accounts, exchange, route.session);
      body = await this.#bodyOf(request, route, site, url);
      if (lands && needsOwnCookies(request, exchange)) return goOnByLink(url, landing, body);
      const query = route.query && this.#parse(site, route.query, toParams(url.searchParams));
      const { accounts, selfService } = site;
      const call = { accounts, selfService, exchange, body, query, params };
      const answer = await route.handle(call);
      const response = lands
        ? this.#goOn(landing, answer as Landed)
        : isForm
          ? renderDonePage(page, this.#options.home)
          : answerOf(route, answer && this.#schema(site, route.answer)?.parse(answer));
      return withHeaders(response, exchange.sessionHeaders(lifetime));
    } catch (error) {
      const refusal = lands
        ? this.#refusedLanding(request, site, landing, error)
        : isForm && !isServerFault(error)
          ? this.#refusedPage(request, site, page, body, error)
          : this.#refuse(error);
      if (route.tellsSession && refusal.status === 401) exchange.forgetSession();
      return withHeaders(refusal, exchange.sessionHeaders(lifetime, true));
    }
  }

  async #bodyOf(request: Request, route: AnyRoute, site: Site, url: URL): Promise<object> {
    const { page, landing } = route;
    if (route.method === 'GET' || route.method === 'DELETE') return {};
    if (landing && request.method !== 'POST') {
      return pick(toParams(url.searchParams), landing.parameters);
    }
    const accepted =
      page || landing
        ? (['application/json', 'application/x-www-form-urlencoded'] as const)
        : (['application/json'] as const);
    const { type, params } = await readParams(request, accepted, this.#limits);
    if (landing && type !== 'application/json') return pick(params as object, landing.parameters);
    return this.#parse(site, route.body ?? NO_BODY, params) as object;
  }

  /** @throws AccountError `InvalidInput` with the path of the first thing that is wrong. */
  #parse(
    site: Site,
    schemaOf: ((accounts: Accounts) => z.ZodType) | undefined,
    value: unknown,
  ): unknown {
    const schema = this.#schema(site, schemaOf);
    if (!schema) return {};
    const { success, data, error } = schema.safeParse(value);
    if (success) return data;
    const [issue] = error.issues;
    const keys = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const path = [...(issue?.path ?? []), ...keys].join('.').slice(0, 200);
    const reason = keys.length > 0 ? 'unrecognized' : path === '' ? 'notAnObject' : 'notValid';
    throw new AccountError('InvalidInput', { path, reason });
  }

  /** A schema, made when it is first needed. */
  #schema(
    site: Site,
    schemaOf: ((accounts: Accounts) => z.ZodType) | undefined,
  ): z.ZodType | undefined {
    if (!schemaOf) return undefined;
    const known = site.schemas.get(schemaOf as () => unknown);
    const schema = known ?? schemaOf(site.accounts);
    site.schemas.set(schemaOf as () => unknown, schema);
    return schema;
  }

  #showPage(request: Request, site: Site, route: AnyRoute, page: LinkPage): Response {
    const token = new URL(request.url).searchParams.get('token') ?? '';
    const name = (Object.keys(site.offered) as OperationName[]).find(
      (each) => site.offered[each] === route,
    );
    const own = name && this.#options.pages?.[name as LinkedOperation];
    if (own === undefined) {
      return renderLinkPage(page, { secret: token, isKnown: this.#isKnown(request, site) });
    }
    // In the fragment, it reaches neither a log nor another site's Referer header.
    const Location = `${own}#token=${encodeURIComponent(token)}`;
    return new Response(null, {
      status: 303,
      headers: { Location, 'Referrer-Policy': 'no-referrer' },
    });
  }

  /** Tells whether a browser has a session, or the handle of a sign-up. */
  #isKnown(request: Request, { cookies }: Site): boolean {
    const { authToken, handle } = cookies.read(request.headers.get('cookie'));
    return authToken !== undefined || handle !== undefined;
  }

  /** Sends a browser that has landed on to where it was going. */
  #goOn(landing: LandingPage, { returnTo }: Landed): Response {
    const { home } = this.#options;
    const isElsewhere = home !== undefined && !home.startsWith('/');
    const target =
      returnTo !== undefined && isElsewhere ? new URL(returnTo, home).href : (returnTo ?? home);
    return target === undefined ? renderDonePage(landing, undefined) : redirectTo(target);
  }

  /** The application's own page with the error's code, or one of ours; or that of the second factor. */
  #refusedLanding(request: Request, site: Site, landing: LandingPage, error: unknown): Response {
    const problem = problemOf(error);
    const own = this.#options.pages?.completeIdentityFlow;
    if (own !== undefined) {
      this.#report(error);
      const { code, challenge } = problem;
      const fragment = new URLSearchParams({
        error: code,
        ...(challenge !== undefined && { challenge }),
      });
      return redirectTo(`${own}#${fragment.toString()}`);
    }
    const { signInWithSecondFactor: next } = site.offered;
    if (problem.code === 'TwoFactorRequired' && next?.page) {
      return this.#refusedPage(request, site, next.page, {}, error);
    }
    this.#report(error);
    const shown = renderProblemPage(landing, problem, this.#options.home);
    return withHeaders(shown, problemHeaders(error, problem.status));
  }

  /** The page again, with what has gone wrong; or the one that asks for the second factor. */
  #refusedPage(
    request: Request,
    site: Site,
    page: LinkPage,
    body: PageBody,
    error: unknown,
  ): Response {
    this.#report(error);
    const problem = problemOf(error);
    const { signInWithSecondFactor: next } = site.offered;
    const state =
      problem.code === 'TwoFactorRequired' && problem.challenge !== undefined && next?.page
        ? { page: next.page, secret: problem.challenge, action: this.#basePath + next.path }
        : { page, secret: body[page.secret ?? 'token'] ?? '', problem };
    const shown = renderLinkPage(state.page, { ...state, isKnown: this.#isKnown(request, site) });
    return withHeaders(shown, problemHeaders(error, problem.status));
  }

  #refuse(error: unknown): Response {
    this.#report(error);
    const { body, ...init } = problemResponse(error);
    return new Response(body, init);
  }

  /** Without a page whose button would use a link up for a session that no page can keep. */
  #withUsablePage(name: OperationName, route: AnyRoute): AnyRoute {
    const isUsable =
      this.#settings.transport === 'cookie' || this.#options.pages?.[name as LinkedOperation];
    if (isUsable || !route.page?.signsIn) return route;
    const { page: _, ...others } = route;
    return others;
  }

  /** The route of the OpenAPI document, if there is to be one: it is made when it is first asked for. */
  #documentRoutes(accounts: Accounts, offered: OfferedRoutes): readonly AnyRoute[] {
    const { openApi } = this.#options;
    if (!openApi) return [];
    const { sessionName: cookieName } = new AuthCookies(this.#settings.cookies, accounts.appId);
    const context = { accounts, basePath: this.#basePath, cookieName };
    const document = once(() => openApi.document(offered, context));
    return [{ ...DOCUMENT_ROUTE, handle: () => Promise.resolve(document()) }];
  }

  /** @throws AccountError `InvalidConfiguration` for anything but an `Accounts`, and unknown operations. */
  siteOf(accounts: Accounts): Site {
    const known = this.#sites.get(accounts);
    if (known) return known;
    flowsOf(accounts);
    const offered = this.#offeredOf(accounts);
    const site: Site = {
      accounts: accounts as unknown as OfferedAccounts,
      selfService: new SelfService(accounts),
      cookies: new AuthCookies(this.#settings.cookies, accounts.appId),
      offered,
      table: new RouteTable(
        this.#basePath,
        [...Object.values(offered), ...this.#documentRoutes(accounts, offered)],
        Object.values(routes),
      ),
      schemas: new Map(),
    };
    this.#sites.set(accounts, site);
    return site;
  }

  #offeredOf(accounts: Accounts): OfferedRoutes {
    const all: Readonly<Record<string, AnyRoute>> = routes;
    const names = this.#options.operations ?? Object.keys(all);
    const chosen = names.map((name, at) => {
      const route = Object.hasOwn(all, name) ? all[name] : undefined;
      if (route) return [name, this.#withUsablePage(name as OperationName, route)] as const;
      throw invalidOption(`operations.${String(at)}`, 'It must be the name of an operation.');
    });
    return Object.fromEntries(chosen.filter(([, { isOffered }]) => isOffered?.(accounts) ?? true));
  }
}

const DOCUMENT_ROUTE = {
  method: 'GET',
  path: '/openapi.json',
  summary: 'The OpenAPI document.',
  answer: () => z.record(z.string(), z.unknown()),
} as const;

const NO_BODY = (): z.ZodType => bodyOf({ required: {}, optional: {} });

/** Puts the session of a request on it. */
async function resume(
  accounts: OfferedAccounts,
  exchange: Exchange,
  session: 'required' | 'optional',
): Promise<void> {
  const { request } = exchange;
  try {
    await accounts.handleRequest(request);
  } catch (error) {
    const isNone = AccountError.is(error) && error.status === 401;
    if (session === 'required' || !isNone) throw error;
  }
  if (session === 'optional') return;
  exchange.requireToken();
  if (!request.user) throw new AccountError('InvalidSession', {});
}

function answerOf(route: AnyRoute, answer: unknown): Response {
  const status = route.status ?? (answer === undefined ? 204 : 200);
  if (answer === undefined) return new Response(null, { status });
  return new Response(JSON.stringify(answer), { status, headers: JSON_HEADERS });
}

function withHeaders(response: Response, headers: readonly [string, string][]): Response {
  for (const [name, value] of headers) response.headers.append(name, value);
  return response;
}

/** Answer to a browser that has landed, as far as it decides where to go on. */
interface Landed {
  readonly returnTo?: string;
}

/**
 * Tells whether a form came from another site without the cookie of its flow: those with `SameSite=Lax`
 * come along with a link only.
 */
function needsOwnCookies({ method }: Request, { cookies }: Exchange): boolean {
  return method === 'POST' && cookies.crossSiteFlow === undefined;
}

/** Has the browser come again by a link, which brings its cookies along. */
function goOnByLink({ pathname }: URL, { inUrl }: LandingPage, body: object): Response {
  const parameters = new URLSearchParams(pick(body, inUrl) as Record<string, string>);
  return redirectTo(`${pathname}?${parameters.toString().slice(0, MAX_QUERY)}`);
}

function redirectTo(location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { Location: location, 'Referrer-Policy': 'no-referrer' },
  });
}

function pick(given: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
}

function isFormPost(request: Request): boolean {
  return mediaTypeOf(request) === 'application/x-www-form-urlencoded';
}
