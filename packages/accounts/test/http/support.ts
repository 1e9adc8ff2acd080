import { createAccountsHandler, type AccountsHandlerOptions } from '@latchkey/accounts/http';
import type { AccountsOptions, Message } from '@latchkey/accounts';
import { createTestAccounts, type TestAccounts, type TestClock } from '../support/testAccounts.js';

/** A password that must be found nowhere. */
export const PASSWORD = 'canary-password correct horse';
/** Where the tests' browser believes the server to be. */
export const ORIGIN = 'https://app.example.com';

/** Request of a client. */
export interface Sent {
  readonly method?: string;
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Response to a client. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an empty object for none. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A handler of accounts in a table of their own. */
export interface TestHandler extends TestAccounts {
  /** Messages that were sent. */
  readonly messages: Message[];
  /** Errors that the operator was told of. */
  readonly reported: unknown[];
  send(path: string, sent?: Sent, remoteAddress?: string): Promise<Got>;
  /** A client that keeps cookies, as a browser does. */
  browser(): Browser;
}

/** Serves accounts in process. */
export async function createTestHandler(
  options: AccountsHandlerOptions = {},
  accountsOptions: Partial<Omit<AccountsOptions, 'table'>> = {},
  clock?: TestClock,
): Promise<TestHandler> {
  const messages: Message[] = [];
  const reported: unknown[] = [];
  const test = await createTestAccounts(
    { delivery: { send: (message) => messages.push(message) }, ...accountsOptions },
    clock,
  );
  const handler = createAccountsHandler(test.accounts, {
    onError: (error) => reported.push(error),
    ...options,
  });
  const send = async (path: string, sent: Sent = {}, remoteAddress = '203.0.113.7'): Promise<Got> =>
    gotOf(await handler(requestOf(ORIGIN + path, sent), { remoteAddress }));
  return { ...test, messages, reported, send, browser: () => new Browser(send) };
}

/** A request with a JSON body, unless it has a type of its own. */
export function requestOf(url: string, { method = 'POST', body, headers = {} }: Sent): Request {
  const isJson = body !== undefined && typeof body !== 'string';
  return new Request(url, {
    method,
    headers: { ...(isJson && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: isJson ? JSON.stringify(body) : body }),
  });
}

/** Reads a response whole. */
export async function gotOf(response: Response): Promise<Got> {
  const text = await response.text();
  const { status, headers } = response;
  const isJson = text !== '' && (headers.get('content-type') ?? '').includes('json');
  return {
    status,
    headers,
    text,
    json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

/** Keeps cookies like a browser, and says where its requests come from. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** `Set-Cookie` headers as they came. */
  readonly setCookies: string[] = [];
  readonly #send: TestHandler['send'];

  constructor(send: TestHandler['send']) {
    this.#send = send;
  }

  async post(path: string, body?: string | object, sent: Sent = {}): Promise<Got> {
    return this.send(path, { ...sent, method: 'POST', ...(body !== undefined && { body }) });
  }

  async send(path: string, sent: Sent = {}): Promise<Got> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const got = await this.#send(path, {
      method: 'GET',
      ...sent,
      headers: {
        origin: ORIGIN,
        'sec-fetch-site': 'same-origin',
        ...(cookie !== '' && { cookie }),
        ...sent.headers,
      },
    });
    for (const header of got.headers.getSetCookie()) this.#keep(header);
    return got;
  }

  #keep(header: string): void {
    this.setCookies.push(header);
    const [pair = '', ...attributes] = header.split('; ');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(at + 1));
  }
}
