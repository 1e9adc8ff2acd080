import type { AccountsHandler } from '@latchkey/accounts/http';
import { build } from 'esbuild';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type LaunchOptions,
  type Page,
} from 'playwright-core';
import type { Outcome, PageGlobals } from './page.js';

/** Starts Debian's Chromium. */
export function startChromium(): Promise<Browser> {
  return chromium.launch(launchOptions());
}

/** Starts it on a profile of its own, which outlives it. */
export function startChromiumOn(profile: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, launchOptions());
}

function launchOptions(): LaunchOptions {
  const { CHROMIUM } = process.env;
  if (CHROMIUM === undefined) throw new Error('Run these tests by `npm run test:browser`.');
  return {
    executablePath: CHROMIUM.includes('/') ? CHROMIUM : `/usr/bin/${CHROMIUM}`,
    headless: true,
    args: ['--no-sandbox', '--disable-background-networking'],
  };
}

/** A server on localhost, which browsers trust like https. */
export interface TestServer {
  readonly origin: string;
  /** Requests to the accounts, in their order: `GET /auth/session`. */
  readonly requests: string[];
  /** Lets requests to this path wait until the promise is fulfilled. */
  hold(path: string, until: Promise<void>): void;
  close(): Promise<void>;
}

/** Serves the page of the tests and, below `/auth`, accounts. */
export async function serve(handler?: AccountsHandler): Promise<TestServer> {
  const script = await bundlePage();
  const requests: string[] = [];
  const held = new Map<string, Promise<void>>();
  const server = createServer((request, response) => {
    const { url = '', method = '' } = request;
    if (!handler || !url.startsWith('/auth/')) {
      const isScript = url === '/page.js';
      response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : HTML);
      return;
    }
    requests.push(`${method} ${url}`);
    void (async () => {
      await held.get(url);
      await answer(handler, request, response);
    })();
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    requests,
    hold: (url, until) => void held.set(url, until),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const HTML =
  '<!doctype html><title>Page</title><div id="root"></div><script src="/page.js"></script>';

async function answer(
  handler: AccountsHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '', headers, socket } = request;
  const body = await buffer(request);
  const answered = await handler(
    new Request(`http://${headers.host ?? ''}${url}`, {
      method,
      headers: headers as Record<string, string>,
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    }),
    { ...(socket.remoteAddress !== undefined && { remoteAddress: socket.remoteAddress }) },
  );
  response.writeHead(answered.status, [...answered.headers].flat());
  response.end(Buffer.from(await answered.arrayBuffer()));
}

async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(__dirname, 'page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** Opens the page in a tab of its own. */
export async function openTab(browser: BrowserContext, url: string): Promise<Page> {
  const tab = await browser.newPage();
  await tab.goto(url);
  return tab;
}

/** Calls an operation in a tab, by its name. */
export function call(tab: Page, name: string, input: object = {}): Promise<Outcome> {
  return tab.evaluate(
    ([operation, body]) => (globalThis as unknown as PageGlobals).call(operation, body),
    [name, input] as const,
  );
}

/** Waits until the tab shows a text. */
export async function shows(tab: Page, text: string): Promise<void> {
  await tab.locator('#root', { hasText: new RegExp(`^${text}$`) }).waitFor();
}
