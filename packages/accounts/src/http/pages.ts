import { escapeHtml } from '../delivery/templates/escapeHtml.js';
import type { LandingPage, LinkPage, PageField } from './Route.js';

/** Headers by which a page of ours can do nothing but post its form. */
const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  // The address of the page holds the token (ASVS 14.2.1). With `no-referrer`, browsers would send
  // `Origin: null` with its form, which is what those without Fetch Metadata are known by.
  'Referrer-Policy': 'strict-origin',
} as const;

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem}' +
  'label,button{display:block;margin-top:1rem}input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem}' +
  'button{font:inherit;padding:.5rem 1.5rem}[role=alert]{border-left:.25rem solid #b00;padding-left:.75rem}';

/** The field that is asked for, once an account turns out to need it. */
const NEW_PASSWORD: PageField = {
  name: 'newPassword',
  label: 'New password',
  type: 'password',
  autocomplete: 'new-password',
};

/** Contents of a page. */
export interface PageState {
  /** The token of the link, or the challenge. */
  readonly secret: string;
  /** Path that the form posts to (default: the page's own). */
  readonly action?: string;
  /** Tells whether the browser has a session, or the handle of a sign-up. */
  readonly isKnown?: boolean;
  /** Problem with the form that was sent. */
  readonly problem?: { readonly code: string; readonly detail: string; readonly status: number };
}

/** Renders a page whose button posts a secret. */
export function renderLinkPage(
  page: LinkPage,
  { secret, action, isKnown = true, problem }: PageState,
): Response {
  const asked = problem?.code === 'NewPasswordRequired' ? [NEW_PASSWORD] : [];
  const stranger = isKnown || asked.length > 0 ? undefined : page.stranger;
  const fields = [...(page.fields ?? []), ...(stranger?.fields ?? []), ...asked];
  const alert = problem ? `<p role="alert">${escapeHtml(problem.detail)}</p>` : '';
  const target = action === undefined ? '' : ` action="${escapeHtml(action)}"`;
  const name = page.secret ?? 'token';
  const form = (inputs: string, button: string): string =>
    `<form method="post"${target}><input type="hidden" name="${name}" value="${escapeHtml(secret)}">` +
    `${inputs}<button>${escapeHtml(button)}</button></form>`;
  return htmlResponse(
    page.title,
    alert +
      form(fields.map(renderField).join(''), page.button) +
      (stranger ? form('', stranger.without) : ''),
    problem?.status ?? 200,
  );
}

/** Renders the page after it. */
export function renderDonePage(
  { title, done }: Pick<LinkPage, 'done' | 'title'>,
  home: string | undefined,
): Response {
  const link = home === undefined ? '' : `<p><a href="${escapeHtml(home)}">Continue</a></p>`;
  return htmlResponse(title, `<p>${escapeHtml(done)}</p>${link}`, 200);
}

/** Renders the page for somebody who came from another site, and cannot go on. */
export function renderProblemPage(
  { title }: Pick<LandingPage, 'title'>,
  problem: NonNullable<PageState['problem']>,
  home: string | undefined,
): Response {
  const link = home === undefined ? '' : `<p><a href="${escapeHtml(home)}">Continue</a></p>`;
  const alert = `<p role="alert">${escapeHtml(problem.detail)}</p>`;
  return htmlResponse(title, alert + link, problem.status);
}

function renderField({ name, label, type, autocomplete }: PageField): string {
  return (
    `<label for="${name}">${escapeHtml(label)}</label>` +
    `<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" required>`
  );
}

function htmlResponse(title: string, body: string, status: number): Response {
  const html =
    '<!doctype html><html lang="en"><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width">' +
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style>` +
    `<main><h1>${escapeHtml(title)}</h1>${body}</main></html>`;
  return new Response(html, { status, headers: PAGE_HEADERS });
}
