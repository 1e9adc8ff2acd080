import { AccountError } from '../../errors/AccountError.js';
import type { Message, MessageKind } from '../Delivery.js';
import { invalidOption } from '../../errors/invalidOption.js';

/** Targets of the links in messages. */
export interface LinkOptions {
  /**
   * The URL that every link begins with: `https`, or `http` on the local machine (`localhost`,
   * `127.0.0.1`, `[::1]`); it may have a path, but no query or fragment.
   */
  readonly baseUrl: string;
  /**
   * The path of the page for each kind of message, starting with `/`. Default: `/verify-email`,
   * `/reset-password`, `/magic-link` (also to sign up), `/login` after sign-up attempts, `/restore-address` for a
   * `ContactRemoved` with a token; none for other kinds. Below the base path of
   * `createAccountsHandler`, these pages are there, but for `/login`.
   */
  readonly paths?: Readonly<Partial<Record<MessageKind, string>>>;
  /**
   * Where in the link the token is (default: `'query'`, as `?token=`).
   *
   * In the query, it reaches the application's server and its access log: leave the query out of
   * that log, and send `Referrer-Policy: no-referrer` with the page (ASVS 14.2.1). With
   * `'fragment'`, as `#token=`, it stays in the browser, whose script must send it in the body of a
   * request.
   */
  readonly tokenIn?: 'query' | 'fragment';
}

const DEFAULT_PATHS: LinkOptions['paths'] = {
  EmailVerification: '/verify-email',
  PasswordReset: '/reset-password',
  MagicLink: '/magic-link',
  SignUpLink: '/magic-link',
  SignUpAttempt: '/login',
};

/** The page that gives an address back which another has taken the place of. */
const RESTORE_PATH = '/restore-address';

/**
 * Kinds of message whose token is sent as a link. The tokens of other kinds are typed in, and do
 * not appear in a link.
 */
const LINK_KINDS: readonly MessageKind[] = [
  'EmailVerification',
  'PasswordReset',
  'MagicLink',
  'SignUpLink',
];

const THIS_MACHINE = ['localhost', '127.0.0.1', '[::1]'];

/** Builds the links in messages from the configuration only (ASVS 1.2.2). */
export class LinkBuilder {
  readonly #pages: ReadonlyMap<string, string>;
  readonly #restorePage: string;
  readonly #tokenIn: 'query' | 'fragment';

  /** @throws AccountError `InvalidConfiguration` with the path of the option. */
  constructor({ baseUrl, paths, tokenIn = 'query' }: LinkOptions) {
    const base = parseBaseUrl(baseUrl);
    const isKnown = (['query', 'fragment'] as readonly unknown[]).includes(tokenIn);
    if (!isKnown) throw invalidOption('tokenIn', "It must be 'query' or 'fragment'.");
    this.#tokenIn = tokenIn;
    this.#restorePage = pageOf(base, RESTORE_PATH, 'paths.ContactRemoved');
    this.#pages = new Map(
      Object.entries({ ...DEFAULT_PATHS, ...paths }).map(([kind, path]) => [
        kind,
        pageOf(base, path, `paths.${kind}`),
      ]),
    );
  }

  /**
   * The link in a message, if its kind has one.
   *
   * @throws AccountError `InvalidInput` with the path `token`, if a link needs a token and it is
   *   missing or not valid.
   */
  linkOf({ kind, token }: Message): string | undefined {
    const isUndone = kind === 'ContactRemoved' && token !== undefined;
    const page = this.#pages.get(kind) ?? (isUndone ? this.#restorePage : undefined);
    if (page === undefined || (!isUndone && !LINK_KINDS.includes(kind))) return page;
    if (token === undefined || token === '' || !token.isWellFormed()) {
      throw new AccountError('InvalidInput', { path: 'token', reason: 'notValid' });
    }
    const separator = this.#tokenIn === 'query' ? '?' : '#';
    return `${page}${separator}token=${encodeURIComponent(token)}`;
  }
}

/** @returns the address without a slash at its end. */
function parseBaseUrl(value: unknown): string {
  const url = parseUrl(value);
  const isSafe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && THIS_MACHINE.includes(url.hostname));
  // `?` and `#` with nothing after them leave no trace in `search` and `hash`.
  if (!isSafe || url.username !== '' || url.password !== '' || /[?#]/.test(url.href)) {
    throw invalidOption('baseUrl', 'It must be an https URL without user, query or fragment.');
  }
  return /^.*[^/]/s.exec(url.href)?.[0] ?? '';
}

/** Only a path that the URL standard leaves as it is: `..`, `//host` and `\` lead elsewhere. */
function pageOf(base: string, path: unknown, option: string): string {
  if (typeof path === 'string' && /^\/(?!\/)[^?#\\]*$/.test(path)) {
    const page = `${base}${path}`;
    if (parseUrl(page)?.href === page) return page;
  }
  throw invalidOption(
    option,
    'It must be an encoded path that starts with /, without query or fragment.',
  );
}

function parseUrl(value: unknown): URL | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return new URL(value);
  } catch {
    // Not by `URL.canParse`: once it is compiled, Node.js 20 and 22 have it refuse letters like ü.
    return undefined;
  }
}
