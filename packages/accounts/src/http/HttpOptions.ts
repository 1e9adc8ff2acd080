import { invalidOption } from '../errors/invalidOption.js';

/** How tokens reach a server, and how a server is reached: the same for every door to it. */
export interface HttpOptions {
  /**
   * How sessions travel (default: `'cookie'`). With `'cookie'`, tokens are in cookies that scripts cannot
   * read, unless a client asks for a session in memory (`rememberMe: 'none'`); `Authorization: Bearer` is
   * accepted as well. With `'bearer'`, tokens are in bodies and headers only.
   */
  readonly transport?: 'cookie' | 'bearer';
  readonly cookies?: CookieOptions;
  /**
   * Origins of other hosts whose pages may call, such as `https://www.example.com` (default: none). Any
   * other page's request that changes something is refused.
   */
  readonly origins?: readonly string[];
  /**
   * Header in which the proxy in front writes the client's address, such as
   * `CloudFront-Viewer-Address`. Only for a server that nobody reaches but through that proxy, and for a
   * proxy that always overwrites it (default: the connection's address, and `X-Forwarded-For` as far
   * as the `trustedProxies` of the accounts go).
   */
  readonly clientAddressHeader?: string;
}

/** Options of the cookies. */
export interface CookieOptions {
  /**
   * Name of the session's cookie: 1 to 40 letters, digits, `_` and `-` (default: `latchkey`). Its prefix is
   * `__Host-`, so that no other host can set it (RFC 6265bis §4.1.3.2).
   */
  readonly name?: string;
  /**
   * Tells whether cookies also travel over plain `http`, without the prefix: for development on another
   * host than `localhost`, which browsers trust anyway (default: false).
   */
  readonly insecure?: boolean;
}

/** {@link HttpOptions}, checked. */
export interface HttpSettings {
  readonly transport: 'cookie' | 'bearer';
  readonly cookies: Required<CookieOptions>;
  readonly origins: ReadonlySet<string>;
  readonly clientAddressHeader: string | undefined;
}

const COOKIE_NAME = /^[\w-]{1,40}$/;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/;

/** @throws AccountError `InvalidConfiguration` with the path of an option that cannot be used. */
export function parseHttpOptions(options: HttpOptions): HttpSettings {
  const { transport = 'cookie', cookies = {}, origins = [], clientAddressHeader } = options;
  const { name = 'latchkey', insecure = false } = cookies;
  if (!(['cookie', 'bearer'] as readonly unknown[]).includes(transport)) {
    throw invalidOption('transport', "It must be 'cookie' or 'bearer'.");
  }
  if (typeof name !== 'string' || !COOKIE_NAME.test(name)) {
    throw invalidOption('cookies.name', 'It must have 1 to 40 letters, digits, "_" and "-".');
  }
  if (typeof insecure !== 'boolean') throw invalidOption('cookies.insecure', 'It must be boolean.');
  if (clientAddressHeader !== undefined && !HEADER_NAME.test(clientAddressHeader)) {
    throw invalidOption('clientAddressHeader', 'It must be the name of a header.');
  }
  return {
    transport,
    cookies: { name, insecure },
    origins: parseOrigins(origins),
    clientAddressHeader,
  };
}

function parseOrigins(origins: readonly unknown[]): ReadonlySet<string> {
  if (!Array.isArray(origins)) throw invalidOption('origins', 'It must be a list of origins.');
  for (const [at, origin] of origins.entries()) {
    if (typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin) {
      continue;
    }
    const reason = 'It must be an origin such as https://www.example.com, without a path.';
    throw invalidOption(`origins.${String(at)}`, reason);
  }
  return new Set(origins as readonly string[]);
}
