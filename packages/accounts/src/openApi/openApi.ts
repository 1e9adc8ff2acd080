import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { once } from '../http/once.js';
import type { AnyRoute, DocumentContext, OfferedRoutes, OpenApiPart } from '../http/index.js';

/** Options of {@link openApi}. */
export interface OpenApiOptions {
  /** Title of the document (default: `Accounts`). */
  readonly title?: string;
  /** Version of the application's API (default: `1`). */
  readonly version?: string;
  /** URLs of the servers, without the base path (default: the one that serves the document). */
  readonly servers?: readonly string[];
}

const SECURITY = [{ cookie: [] }, { bearer: [] }];

/**
 * The OpenAPI 3.1 document of the routes that are offered, for the option `openApi` of
 * `createAccountsHandler`, which serves it at `/openapi.json` below its base path.
 *
 * @example
 * ```ts
 * import type { Accounts } from '@latchkey/accounts';
 * import { createAccountsHandler } from '@latchkey/accounts/http';
 * import { openApi } from '@latchkey/accounts/openapi';
 *
 * export const handlerOf = (accounts: Accounts) =>
 *   createAccountsHandler(accounts, { openApi: openApi({ title: 'Accounts of my application' }) });
 * ```
 */
export function openApi(options: OpenApiOptions = {}): OpenApiPart {
  const { title = 'Accounts', version = '1', servers = [] } = options;
  return {
    document: (offered, context) => {
      const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
      for (const [operationId, route] of inOrder(offered)) {
        const path = context.basePath + route.path;
        const method = route.method.toLowerCase();
        paths[path] = { ...paths[path], [method]: operationOf(operationId, route, context) };
      }
      return createDocument({
        openapi: '3.1.0',
        info: { title, version },
        ...(servers.length > 0 && { servers: servers.map((url) => ({ url })) }),
        paths: paths,
        components: {
          securitySchemes: {
            cookie: { type: 'apiKey', in: 'cookie', name: context.cookieName },
            bearer: { type: 'http', scheme: 'bearer' },
          },
        },
      });
    },
  };
}

/** Routes by path, so that those of one kind stand together. */
function inOrder(offered: OfferedRoutes): [string, AnyRoute][] {
  return Object.entries(offered).sort(([, one], [, other]) => (one.path < other.path ? -1 : 1));
}

function operationOf(
  operationId: string,
  route: AnyRoute,
  { accounts }: DocumentContext,
): ZodOpenApiOperationObject {
  const { summary, session, body, query } = route;
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const path = Object.fromEntries(names.map((name) => [name, z.string()]));
  return {
    operationId,
    summary,
    ...(session === 'required' && { security: SECURITY }),
    ...(session === 'optional' && { security: [...SECURITY, {}] }),
    ...((names.length > 0 || query) && {
      requestParams: {
        ...(names.length > 0 && { path: z.object(path) }),
        ...(query && { query: query() as z.ZodObject }),
      },
    }),
    ...(body && { requestBody: { required: true, content: jsonOf(body(accounts)) } }),
    responses: responsesOf(route),
  };
}

function responsesOf({ answer, status }: AnyRoute): ZodOpenApiResponsesObject {
  const succeeds = String(status ?? (answer ? 200 : 204)) as '200';
  return {
    [succeeds]: {
      description: answer ? 'It is done.' : 'It is done; there is nothing to answer with.',
      ...(answer && { content: jsonOf(answer()) }),
    },
    default: {
      description: 'It could not be done.',
      content: { 'application/problem+json': { schema: problem() } },
    },
  };
}

function jsonOf(schema: z.ZodType): { 'application/json': { schema: z.ZodType } } {
  return { 'application/json': { schema } };
}

/** Problem details of RFC 9457. */
const problem = once(() =>
  z
    .object({
      type: z.literal('about:blank'),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      code: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
      challenge: z.string().optional(),
    })
    .meta({ id: 'Problem' }),
);
