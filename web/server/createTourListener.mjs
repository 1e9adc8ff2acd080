import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** No script, style or request but the page's own, and no page around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** Its name without `__Host-`, which a server without TLS cannot have. */
const SESSION_COOKIE = /(^|; )latchkey=/;

const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
};

/**
 * Listens to the requests of the tour: its page, the state beside it, and the accounts below `/auth`.
 *
 * @param hosts names by which the server is reached. Every other `Host` is refused: a site whose name has
 *   been pointed to this machine (DNS rebinding) reads nothing.
 */
export function createTourListener({ tour, accountsListener, folder, hosts }) {
  const files = new Map(
    Object.entries(FILES).map(([path, [file, type]]) => [
      path,
      { type, content: readFileSync(join(folder, file)) },
    ]),
  );
  return (req, res) => {
    for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);
    if (!hosts.includes(req.headers.host ?? '')) return refuse(res, 403);
    const { pathname, searchParams } = new URL(req.url, 'http://localhost');
    if (pathname.startsWith('/auth/')) {
      return tour.measure(req.method, pathname, () => accountsListener(req, res));
    }
    if (req.method !== 'GET' && req.method !== 'HEAD') return refuse(res, 405);
    if (pathname === '/tour/state') return void sendState(req, res, tour, searchParams);
    const file = files.get(pathname);
    if (!file) return refuse(res, 404);
    res.setHeader('Content-Type', file.type);
    res.end(req.method === 'HEAD' ? undefined : file.content);
  };
}

async function sendState(req, res, tour, searchParams) {
  const after = Number(searchParams.get('after') ?? 0);
  try {
    const state = await tour.stateAfter(Number.isSafeInteger(after) ? after : 0);
    res.setHeader('Content-Type', 'application/json');
    res.end(
      JSON.stringify({ ...state, hasSession: SESSION_COOKIE.test(req.headers.cookie ?? '') }),
    );
  } catch (error) {
    console.error(error);
    refuse(res, 500);
  }
}

function refuse(res, status) {
  res.statusCode = status;
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.end(String(status));
}
