import type {
  ActionName,
  ConsoleState,
  Costed,
  Done,
  ListBy,
  ListedAccounts,
  Preview,
  ShownAccount,
  ShownSessions,
} from '../../src/console/api.js';

/** A refusal of the server, or a server that does not answer. */
export class ConsoleProblem extends Error {
  readonly code: string;
  readonly reason: string | undefined;

  constructor(code: string, detail: string, reason?: string) {
    super(detail);
    this.code = code;
    this.reason = reason;
  }
}

/** Exchanges the token of the link for a cookie. */
export async function signIn(token: string): Promise<void> {
  await send('/api/sign-in', { token });
}

export function readState(): Promise<ConsoleState> {
  return read('/api/state');
}

export function find(identifier: string): Promise<Costed<ShownAccount>> {
  return read('/api/find', { identifier });
}

export function olderSessions(accountId: string, before: string): Promise<Costed<ShownSessions>> {
  return read('/api/sessions', { accountId, before });
}

export function list(by: ListBy, prefix: string, after?: string): Promise<Costed<ListedAccounts>> {
  return read('/api/list', { by, prefix, ...(after !== undefined && { after }) });
}

export function preview(
  action: ActionName,
  target: { readonly accountId: string; readonly sessionId?: string | undefined },
): Promise<Costed<Preview>> {
  return read('/api/preview', { action, ...target });
}

export function confirm(confirmation: string): Promise<Costed<Done>> {
  return read('/api/confirm', { confirmation });
}

async function read<T>(path: string, body?: object): Promise<T> {
  const response = await send(path, body);
  return (await response.json()) as T;
}

async function send(path: string, body?: object): Promise<Response> {
  const init = body && {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new ConsoleProblem('Unreachable', '');
  }
  if (response.ok) return response;
  const { code, detail, details } = (await response.json()) as {
    readonly code: string;
    readonly detail: string;
    readonly details?: { readonly reason?: string };
  };
  throw new ConsoleProblem(code, detail, details?.reason);
}
