import * as z from 'zod';
import { object } from '../guard/optionKinds.js';

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
   * proxy that always overwrites it: not for `X-Forwarded-For`, which clients can begin (default: the connection's address, and `X-Forwarded-For` as far
   * as the `trustedProxies` of the accounts go).
   */
  readonly clientAddressHeader?: string;
}

/** Options of the cookies. */
export interface CookieOptions {
  /**
   * Name of the session's cookie: 1 to 40 letters, digits, `_` and `-` (default: `latchkey`); an `appId` follows it after a dot. Its prefix is
   * `__Host-`, so that no other host can set it (RFC 6265bis §4.1.3.2).
   */
  readonly name?: string;
  /**
   * Tells whether cookies also travel over plain `http`, without the prefix: for development on another
   * host than `localhost`, which browsers trust anyway (default: false).
   */
  readonly insecure?: boolean;
}

/** {@link HttpOptions} with their defaults. */
export interface HttpSettings {
  readonly transport: 'cookie' | 'bearer';
  readonly cookies: Required<CookieOptions>;
  readonly origins: ReadonlySet<string>;
  readonly clientAddressHeader: string | undefined;
}

/** Headers that a client can begin, and that each proxy on the way adds to. */
const CHAINS = new Set(['x-forwarded-for', 'forwarded']);

const origin = z.custom<string>(
  (value) => typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value,
  'It must be an origin such as https://www.example.com, without a path.',
);

/** Of what kind each of {@link HttpOptions} is. */
export const httpOptions: Readonly<Record<keyof HttpOptions, z.ZodType>> = {
  transport: z.enum(['cookie', 'bearer'], "It must be 'cookie' or 'bearer'.").optional(),
  cookies: object({
    name: z
      .string('It must be a string.')
      .regex(/^[\w-]{1,40}$/, 'It must have 1 to 40 letters, digits, "_" and "-".')
      .optional(),
    insecure: z.boolean('It must be true or false.').optional(),
  }).optional(),
  origins: z.array(origin, 'It must be a list of origins.').optional(),
  clientAddressHeader: z
    .string('It must be a string.')
    .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, 'It must be the name of a header.')
    .refine(
      (name) => !CHAINS.has(name.toLowerCase()),
      'It must be a header with one address. For chains, see trustedProxies of the accounts.',
    )
    .optional(),
};

/** @param options - of the kinds that {@link httpOptions} asks for. */
export function httpSettings(options: HttpOptions): HttpSettings {
  const { transport = 'cookie', cookies = {}, origins = [], clientAddressHeader } = options;
  const { name = 'latchkey', insecure = false } = cookies;
  return {
    transport,
    cookies: { name, insecure },
    origins: new Set(origins),
    clientAddressHeader,
  };
}
