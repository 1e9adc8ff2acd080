import type { Context } from 'hono';
import type { Connection } from '../../http/RequestHead.js';

/** Tells what a runtime knows of a connection. */
export interface ConnectionOptions {
  /**
   * `getConnInfo` of the adapter for the runtime, such as that of `hono/bun` or `hono/aws-lambda`
   * (default: the connection of `@hono/node-server`).
   */
  readonly getConnInfo?: (context: Context) => { readonly remote: { readonly address?: string } };
}

/** The connection of a request, as far as it is known. */
export function connectionOf(context: Context, { getConnInfo }: ConnectionOptions): Connection {
  if (getConnInfo) return { remoteAddress: getConnInfo(context).remote.address };
  const { incoming } = (context.env ?? {}) as {
    readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  };
  return { remoteAddress: incoming?.socket?.remoteAddress };
}
