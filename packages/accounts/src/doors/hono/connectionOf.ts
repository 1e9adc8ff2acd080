import type { Connection } from '../../http/RequestHead.js';
import type { HonoContext } from './HonoContext.js';

/** Tells what a runtime knows of a connection. */
export interface ConnectionOptions {
  /**
   * `getConnInfo` of the adapter for the runtime, such as that of `hono/bun` or `hono/aws-lambda`
   * (default: the connection of `@hono/node-server`).
   */
  readonly getConnInfo?: (context: never) => { readonly remote: { readonly address?: string } };
}

/** The connection of a request, as far as it is known. */
export function connectionOf(context: HonoContext, { getConnInfo }: ConnectionOptions): Connection {
  if (getConnInfo) return { remoteAddress: getConnInfo(context as never).remote.address };
  const { incoming } = (context.env ?? {}) as {
    readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  };
  return { remoteAddress: incoming?.socket?.remoteAddress };
}
