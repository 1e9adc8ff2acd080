/** Sends a request, as the global `fetch` does. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How providers are reached. */
export interface NetworkOptions {
  /** How long one request to a provider may take, in milliseconds: 100 to 60 000 (default: 5000). */
  readonly timeoutMs?: number;
  /**
   * Tells whether a provider on this machine may be reached over plain `http`: for tests and development
   * (default: false).
   */
  readonly insecureLoopback?: boolean;
  /** Sends the requests, for example through a proxy (default: the global `fetch`). */
  readonly fetch?: Fetch;
}

/** Metadata, keys and tokens are far smaller. */
const MAX_BYTES = 512 * 1024;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** Responses that have no body (Fetch §2.2.3). */
const NO_BODY = new Set([101, 204, 205, 304]);

/**
 * Makes a `fetch` for requests to providers: within a time limit, with bodies of limited size, never
 * following a redirect, and over `https` only.
 */
export function providerFetch({
  timeoutMs = 5000,
  insecureLoopback = false,
  fetch: send = fetch,
}: NetworkOptions): Fetch {
  return async (given, init) => {
    const url = new URL(given);
    if (!isAllowed(url, insecureLoopback)) {
      throw new TypeError('A provider is reached over https only.');
    }
    const response = await send(url.href, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await readLimited(response);
    const { status, headers } = response;
    return new Response(NO_BODY.has(status) ? null : body, { status, headers });
  };
}

/** Tells whether a provider may be reached at a URL. */
export function isAllowed({ protocol, hostname }: URL, insecureLoopback: boolean): boolean {
  return (
    protocol === 'https:' || (insecureLoopback && protocol === 'http:' && LOOPBACK.test(hostname))
  );
}

async function readLimited({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > MAX_BYTES) throw new TypeError('The response of the provider is too large.');
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
