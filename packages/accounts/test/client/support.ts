import { init, type AccountsClient, type ClientOptions } from '@latchkey/accounts/client';
import { ORIGIN, type Browser, type TestHandler } from '../http/support.js';

/** A request as the client has sent it. */
export interface SentRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

/** A page of a browser: its client, and what that has sent. */
export interface TestPage {
  readonly client: AccountsClient;
  readonly sent: SentRequest[];
  /** Paths of the requests so far, with their methods; forgets them. */
  readonly takeSent: () => string[];
}

/** Opens a page in a browser, whose cookies all its pages share. */
export function openPage(browser: Browser, options: ClientOptions = {}): TestPage {
  const sent: SentRequest[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { method = 'GET', body } = init;
    const headers = new Headers(init.headers);
    sent.push({ url, method, headers, body: body as string | undefined });
    const got = await browser.send(url.replace(ORIGIN, ''), {
      method,
      headers: Object.fromEntries(headers),
      ...(typeof body === 'string' && { body }),
    });
    return new Response(got.text === '' ? null : got.text, got);
  };
  return {
    client: init({ fetch, ...options }),
    sent,
    takeSent: () => sent.splice(0).map(({ method, url }) => `${method} ${url}`),
  };
}

/** The only page of a new browser. */
export function newPage(server: TestHandler, options?: ClientOptions): TestPage {
  return openPage(server.browser(), options);
}

/** Waits until the listeners and the other pages have been told; in the end, whether or not. */
export async function untilTold(isTold: () => boolean): Promise<void> {
  for (let turn = 0; !isTold() && turn < 200; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A promise that a test resolves. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** The error that an action ends with. */
export async function errorOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error');
}
