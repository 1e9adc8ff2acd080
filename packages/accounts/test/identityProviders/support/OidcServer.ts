import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Somebody who signs in at the provider. */
export interface Person {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  /** Tells that they decline. */
  readonly refuses?: boolean;
}

/** Answer that a browser brings back from the provider. */
export interface Returned {
  /** The URL of the callback, with its parameters. */
  readonly url: URL;
  readonly parameters: URLSearchParams;
}

/** `oidc-provider` as a process of its own. */
export class OidcServer {
  readonly issuer: string;
  readonly #process: ChildProcess;

  private constructor(issuer: string, child: ChildProcess) {
    this.issuer = issuer;
    this.#process = child;
  }

  static async start(redirectUris: readonly string[]): Promise<OidcServer> {
    const file = path.join(__dirname, 'oidcServer.mjs');
    const child = spawn(process.execPath, [file, JSON.stringify({ redirectUris })], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    const { issuer } = JSON.parse(line) as { readonly issuer: string };
    return new OidcServer(issuer, child);
  }

  /** Goes to the provider as a browser does, signs in there, and gives what comes back. */
  async signIn(url: string, person: Person): Promise<Returned> {
    await fetch(`${this.issuer}/as`, { method: 'POST', body: JSON.stringify(person) });
    const cookies = new Map<string, string>();
    let next = new URL(url);
    for (let hop = 0; hop < 10; hop++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(next, { redirect: 'manual', headers: { cookie } });
      for (const header of response.headers.getSetCookie()) {
        const [pair = ''] = header.split(';');
        const at = pair.indexOf('=');
        cookies.set(pair.slice(0, at), pair.slice(at + 1));
      }
      const location = response.headers.get('location');
      if (location === null) {
        throw new Error(`The provider says ${String(response.status)}: ${await response.text()}`);
      }
      next = new URL(location, next);
      if (next.origin !== this.issuer) return { url: next, parameters: next.searchParams };
    }
    throw new Error('The provider goes round in circles.');
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await ended;
  }
}
