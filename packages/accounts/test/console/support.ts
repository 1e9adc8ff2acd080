import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AccountsOptions } from '../../src/accounts/Accounts.js';
import { findFlows } from '../../src/accounts/flowsOf.js';
import type { ActionName, Costed, Done, Preview } from '../../src/console/api.js';
import { startConsole, type RunningConsole } from '../../src/console/startConsole.js';
import { totp } from '../../src/twoFactor/index.js';
import { createTestAccounts, type TestAccounts } from '../support/testAccounts.js';

/** A response of the console. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** One request to the console, in every part that a client decides on. */
export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A console in front of accounts of its own. */
export interface TestConsole {
  readonly test: TestAccounts;
  readonly running: RunningConsole;
  readonly faults: unknown[];
  /** Goes on with the clock of the console, which is not that of the accounts. */
  advance(milliseconds: number): void;
  send(sent: Sent): Promise<Answer>;
  /** Signs a browser in, by the token of the link. */
  signIn(): Promise<void>;
  /** Sends a request with the cookie of the browser. */
  call(path: string, body?: unknown): Promise<Answer>;
  /** Previews an action and confirms it. */
  act(
    action: ActionName,
    target: { readonly accountId: string; readonly sessionId?: string },
  ): Promise<{ readonly preview: Costed<Preview>; readonly done: Costed<Done> }>;
  close(): Promise<void>;
}

export const KEYS = [{ kid: '1', key: Buffer.alloc(32, 7).toString('base64') }];

/** Starts a console; it may write unless it is told not to. */
export async function startTestConsole(
  options: Partial<Omit<AccountsOptions, 'table'>> & { readonly canWrite?: boolean } = {},
): Promise<TestConsole> {
  const { canWrite = true, ...own } = options;
  const test = await createTestAccounts({
    twoFactor: totp({ issuer: 'Test', encryptionKeys: KEYS }),
    ...own,
  });
  const flows = findFlows(test.accounts);
  if (!flows) throw new Error('These are no Accounts.');
  const faults: unknown[] = [];
  let nowMs = 0;
  const running = await startConsole({
    accounts: test.accounts,
    flows,
    app: './accounts.js',
    assets: new Map([['/', { type: 'text/html', body: '<!doctype html>' }]]),
    canWrite,
    port: 0,
    onFault: (error) => faults.push(error),
    now: () => nowMs,
  });
  let cookie = '';
  const send = (sent: Sent): Promise<Answer> => sendTo(running.origin, sent);
  const call = (path: string, body?: unknown): Promise<Answer> =>
    send({ path, body, method: body === undefined ? 'GET' : 'POST', headers: { cookie } });
  return {
    test,
    running,
    faults,
    send,
    call,
    advance: (milliseconds) => (nowMs += milliseconds),
    signIn: async () => {
      const body = { token: tokenOf(running) };
      const { headers } = await send({ method: 'POST', path: '/api/sign-in', body });
      cookie = cookieOf(headers);
    },
    act: async (action, target) => {
      const preview = await call('/api/preview', { action, ...target });
      expect(preview).toMatchObject({ status: 200 });
      const previewed = preview.json as unknown as Costed<Preview>;
      const { confirmation } = previewed.result;
      const done = await call('/api/confirm', { confirmation });
      expect(done).toMatchObject({ status: 200 });
      return { preview: previewed, done: done.json as unknown as Costed<Done> };
    },
    close: async () => {
      await running.stop();
      await test.drop();
    },
  };
}

/** The token in the console's link. */
export function tokenOf({ url }: RunningConsole): string {
  return new URLSearchParams(new URL(url).hash.slice(1)).get('token') ?? '';
}

/** The cookie that a response sets, as a request sends it back. */
export function cookieOf(headers: Answer['headers']): string {
  const [first = ''] = [headers['set-cookie'] ?? []].flat();
  return first.split(';', 1)[0] ?? '';
}

/** Sends a request with exactly these headers; `fetch` would not let a test choose its `Host`. */
function sendTo(origin: string, { method = 'GET', path, body, headers = {} }: Sent): Promise<Answer> {
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, origin),
      {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      },
      (response) => {
        void text(response).then((found) => {
          const isJson = response.headers['content-type']?.includes('json') === true;
          const json = (isJson ? JSON.parse(found) : {}) as Answer['json'];
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: found, json });
        }, reject);
      },
    );
    sent.on('error', reject);
    sent.end(content);
  });
}
