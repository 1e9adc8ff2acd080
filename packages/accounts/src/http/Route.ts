import type * as z from 'zod';
import type { Accounts, AccountsWith } from '../accounts/Accounts.js';
import type { SelfService } from '../selfService/SelfService.js';
import type { AnswerOf, BodyOf, OperationName, ParamsOf, QueryOf } from './api.js';
import type { Exchange } from './Exchange.js';

/** Methods of routes. */
export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Accounts, where a route has made sure that it is offered only with their options. */
export type OfferedAccounts = AccountsWith<'identityProviders' | 'phones' | 'twoFactor'>;

/** One call of a route. */
export interface Call<N extends OperationName> {
  readonly accounts: OfferedAccounts;
  readonly selfService: SelfService;
  readonly exchange: Exchange;
  readonly body: BodyOf<N>;
  readonly query: QueryOf<N>;
  readonly params: Readonly<Record<ParamsOf<N>, string>>;
}

/** The page that a link in a message leads to: its button posts the token, since scanners follow links. */
export interface LinkPage {
  readonly title: string;
  /** Label of the button. */
  readonly button: string;
  /** Shown once it is done. */
  readonly done: string;
  /** Tells that its button begins a session, which only a cookie can keep from one page to the next. */
  readonly signsIn?: true;
  /** Fields that the page asks for from the start. */
  readonly fields?: readonly PageField[];
  /**
   * Fields for a browser without a session and without the handle of a sign-up, and the label of a button
   * for whoever has nothing to enter.
   */
  readonly stranger?: { readonly fields: readonly PageField[]; readonly without: string };
  /** Name of what the page passes on (default: `token`). */
  readonly secret?: 'challenge';
  /** Tells that it only follows another page: no link leads to it. */
  readonly follows?: true;
}

/**
 * The page that a browser lands on, coming from another site by a link or a form of that site: it goes on
 * from there, or shows what has gone wrong.
 */
export interface LandingPage {
  readonly title: string;
  /** Shown where there is nowhere to go on to. */
  readonly done: string;
  /** Names of the parameters that are read; others are ignored (RFC 6749 §4.1.2). */
  readonly parameters: readonly string[];
  /** Those of them that may stand in a URL. */
  readonly inUrl: readonly string[];
}

/** An input of a page. */
export interface PageField {
  readonly name: string;
  readonly label: string;
  readonly type: 'password' | 'text';
  readonly autocomplete: string;
}

/** Properties of every route, whatever its operation. */
interface RouteBase {
  readonly method: RouteMethod;
  /** Below the base path; `{name}` is a parameter. */
  readonly path: `/${string}`;
  readonly summary: string;
  /** Session that the request must have, or may have; undefined if none is looked at. */
  readonly session?: 'required' | 'optional';
  /** Tells that a client learns from it whether it has a session: if not, its cookie goes. */
  readonly tellsSession?: true;
  /** Status of the response (default: 200, or 204 without an answer). */
  readonly status?: 201 | 202;
  /** Tells whether the options of the accounts offer it (default: they do). */
  readonly isOffered?: (accounts: Accounts) => boolean;
  readonly page?: LinkPage;
  /** Tells that browsers come to it from other sites, by GET as well. */
  readonly landing?: LandingPage;
}

/**
 * One operation that a client may call. Routing, validation, the OpenAPI document and the pages come from
 * it; its schemas are made when they are first needed.
 */
export interface Route<N extends OperationName> extends RouteBase {
  readonly body?: (accounts: Accounts) => z.ZodType<BodyOf<N>>;
  readonly query?: () => z.ZodType<QueryOf<N>>;
  /** The answer's fields: nothing else is sent. */
  readonly answer?: () => z.ZodType<AnswerOf<N>>;
  readonly handle: (call: Call<N>) => Promise<AnswerOf<N>>;
}

/** A route whose operation is not known. */
export interface AnyRoute extends RouteBase {
  readonly body?: (accounts: Accounts) => z.ZodType;
  readonly query?: () => z.ZodType;
  readonly answer?: () => z.ZodType;
  /** A method, so that every {@link Route} is one. */
  handle(
    call: Omit<Call<OperationName>, 'body' | 'params' | 'query'> & UnknownInput,
  ): Promise<unknown>;
}

interface UnknownInput {
  readonly body: unknown;
  readonly query: unknown;
  readonly params: unknown;
}

/** The routes that are offered, by the names of their operations. */
export type OfferedRoutes = Readonly<Partial<Record<OperationName, AnyRoute>>>;
