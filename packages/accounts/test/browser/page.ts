// The page that the tests open: what it has of the client, it offers to them.
import * as operations from '@latchkey/accounts/client';
import { useSession } from '@latchkey/accounts/react';
import { createElement, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';

/** Outcome of a call. */
export interface Outcome {
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly code?: string; readonly status?: number };
}

/** Functions of the page that the tests call. */
export interface PageGlobals {
  call(name: string, input: object): Promise<Outcome>;
  readonly document: {
    getElementById(id: string): Element | null;
    readonly cookie: string;
    readonly body: { insertAdjacentHTML(where: string, html: string): void };
  };
  readonly location: { readonly search: string };
  readonly localStorage: object;
  readonly sessionStorage: object;
  readonly navigator: { readonly locks: { query(): Promise<{ readonly pending: unknown[] }> } };
}

const page = globalThis as unknown as PageGlobals;
const { prehashPassword, ...options } = Object.fromEntries(
  new URLSearchParams(page.location.search),
);
const client = operations.init({
  ...options,
  ...(prehashPassword !== undefined && { prehashPassword: operations.prehashPassword }),
});
const calls = operations as unknown as Readonly<
  Record<string, (client: operations.AccountsClient, input: object) => Promise<unknown>>
>;

page.call = async (name, input) => {
  try {
    return { value: await calls[name]?.(client, input) };
  } catch (error) {
    const { name: kind, code, status } = error as operations.AccountsClientError;
    return { error: { name: kind, code, status } };
  }
};

function Greeting(): ReactNode {
  const { session, error } = useSession(client);
  if (error !== undefined) return 'error';
  if (session === undefined) return 'unknown';
  return session === null ? 'nobody' : (session.user.username ?? 'somebody');
}

const root = page.document.getElementById('root');
if (root) createRoot(root).render(createElement(Greeting));
