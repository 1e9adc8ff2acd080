import { ClientCore, type AccountsClient, type ClientOptions } from './AccountsClient.js';
import { AccountsClientError } from './AccountsClientError.js';

/** The same as on the server. */
const APP_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Makes a client of a server's accounts. No request is sent: `session` asks who is signed in.
 *
 * The client is a value that every function takes first, so that a bundler leaves out what a page
 * does not call.
 *
 * @throws AccountsClientError `AppIdNotSet` for an `appId` that is there but empty, such as that of an
 *   environment variable that is not set; `AppIdNotValid` for one that no application can have.
 *
 * @example
 * ```ts
 * import { init, session, signIn, signOut } from '@latchkey/accounts/client';
 *
 * const client = init({ baseUrl: 'https://api.example.com/auth' });
 *
 * export async function start(username: string, password: string) {
 *   const found = await session(client);
 *   if (found) return found.user;
 *   const { user } = await signIn(client, { username, password, rememberMe: 'local' });
 *   return user;
 * }
 *
 * export const leave = () => signOut(client);
 * ```
 */
export function init(options: ClientOptions = {}): AccountsClient {
  if ('appId' in options) requireAppId(options.appId);
  return new ClientCore(options);
}

function requireAppId(appId: unknown): void {
  if (appId === undefined || appId === null || appId === '') {
    throw new AccountsClientError('AppIdNotSet', 'The application id is missing.', { status: 400 });
  }
  if (typeof appId === 'string' && APP_ID.test(appId)) return;
  throw new AccountsClientError('AppIdNotValid', 'The application id is not valid.', {
    status: 401,
  });
}
