import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AccountsOptions } from '../../src/accounts/Accounts.js';
import { findFlows } from '../../src/accounts/flowsOf.js';
import type { ActionName, Costed, Done, Preview } from '../../src/console/api.js';
import { startConsole, type RunningConsole } from '../../src/console/startConsole.js';
import {
  createTwoFactorAccounts,
  type TwoFactorAccounts,
} from '../twoFactor/support/twoFactorAccounts.js';

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
  /** Sent as JSON; a text or bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An account, and where needed one of its sessions. */
export interface ActionTarget {
  readonly accountId: string;
  readonly sessionId?: string | undefined;
}

/** A console in front of accounts of its own, with messages and second factors. */
export interface TestConsole {
  readonly test: TwoFactorAccounts;
  readonly running: RunningConsole;
  /** Faults of its own that it has reported. */
  readonly faults: unknown[];
  /** Sets the clock of the console forward, which is not that of the accounts. */
  advance(milliseconds: number): void;
  send(sent: Sent): Promise<Answer>;
  /** Signs a browser in by the token of the link; returns its cookie. */
  signIn(): Promise<string>;
  /** Sends a request with the cookie of the browser. */
  call(path: string, body?: unknown): Promise<Answer>;
  /** Previews an action, which must be allowed. */
  preview(action: ActionName, target: ActionTarget): Promise<Costed<Preview>>;
  /** Previews an action and confirms it. */
  act(
    action: ActionName,
    target: ActionTarget,
  ): Promise<{ readonly preview: Costed<Preview>; readonly done: Costed<Done> }>;
  close(): Promise<void>;
}

/** Options of the accounts, and of the console in front of them. */
export type TestConsoleOptions = Partial<Omit<AccountsOptions, 'table' | 'twoFactor'>> & {
  /** Default: true. */
  readonly canWrite?: boolean;
};

/** Starts a console on a free port. */
export async function startTestConsole(options: TestConsoleOptions = {}): Promise<TestConsole> {
  const { canWrite = true, ...own } = options;
  const test = await createTwoFactorAccounts({}, own);
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
  const call: TestConsole['call'] = (path, body) =>
    send({ path, body, method: body === undefined ? 'GET' : 'POST', headers: { cookie } });
  const preview: TestConsole['preview'] = async (action, target) => {
    const { status, json } = await call('/api/preview', { action, ...target });
    expect([status, json]).toEqual([200, json]);
    return json as unknown as Costed<Preview>;
  };
  return {
    test,
    running,
    faults,
    send,
    call,
    preview,
    advance: (milliseconds) => (nowMs += milliseconds),
    signIn: async () => {
      const body = { token: tokenOf(running) };
      const { headers } = await send({ method: 'POST', path: '/api/sign-in', body });
      cookie = cookieOf(headers);
      return cookie;
    },
    act: async (action, target) => {
      const previewed = await preview(action, target);
      const { confirmation } = previewed.result;
      const { status, json } = await call('/api/confirm', { confirmation });
      expect([status, json]).toEqual([200, json]);
      return { preview: previewed, done: json as unknown as Costed<Done> };
    },
    close: async () => {
      await running.stop();
      await test.drop();
    },
  };
}

/** The token in the console's link. */
export function tokenOf({ url }: Pick<RunningConsole, 'url'>): string {
  return new URLSearchParams(new URL(url).hash.slice(1)).get('token') ?? '';
}

/** The cookie that a response sets, as a request sends it back. */
export function cookieOf(headers: Answer['headers']): string {
  const [first = ''] = [headers['set-cookie'] ?? []].flat();
  return first.split(';', 1)[0] ?? '';
}

/** Sends a request with exactly these headers; `fetch` would not let a test choose its `Host`. */
export function sendTo(
  origin: string,
  { method = 'GET', path, body, headers = {} }: Sent,
): Promise<Answer> {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const content = isRaw ? body : JSON.stringify(body);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = { method, path, headers: { ...type, ...headers } };
    const sent = request(origin, options, (response) => {
      void text(response).then((found) => {
        const isJson = response.headers['content-type']?.includes('json') === true;
        const json = (isJson ? JSON.parse(found) : {}) as Answer['json'];
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: found, json });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(content);
  });
}
