import { coreOf, type AccountsClient } from './AccountsClient.js';
import { page } from './browser.js';

/**
 * Sends a request with the session to a route of the application's own, as `fetch` does. A session in
 * memory is not in any cookie, and its token changes: only the client has it.
 *
 * @param url - of the same origin as `baseUrl`; no other gets the token.
 * @throws TypeError for another origin; whatever `fetch` throws.
 *
 * @example
 * ```ts
 * import { authFetch, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export const orders = async (client: AccountsClient) =>
 *   (await authFetch(client, '/orders')).json() as Promise<unknown>;
 * ```
 */
export async function authFetch(
  client: AccountsClient,
  url: string | URL,
  init: RequestInit = {},
): Promise<Response> {
  const core = coreOf(client);
  const base = new URL(core.baseUrl, page().location?.href);
  const target = new URL(url, base);
  if (target.origin !== base.origin) {
    throw new TypeError(`Only ${base.origin} may get the session.`);
  }
  const response = await core.fetch(target.href, init);
  if (response.status === 401 && core.session) await core.ask().catch(() => undefined);
  return response;
}
