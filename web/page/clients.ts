import { init } from '@latchkey/accounts/client';

/** Client of this browser. */
export const client = init();

/**
 * Another device: it has no cookies, and keeps its session in memory. A new one for each sign-in, since a
 * client has one session at a time.
 */
export const otherDevice = (): ReturnType<typeof init> =>
  init({ fetch: (url, options) => fetch(url, { ...options, credentials: 'omit' }) });
