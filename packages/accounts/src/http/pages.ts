import { escapeHtml } from '../delivery/templates/escapeHtml.js';
import type { LinkPage, PageField } from './Route.js';

/** Headers by which a page of ours can do nothing but post its form. */
const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  // The address of the page holds the token (ASVS 14.2.1).
  'Referrer-Policy': 'no-referrer',
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

/** Renders the page that a link leads to: its button posts the token to the same path. */
export function renderLinkPage(
  page: LinkPage,
  token: string,
  problem?: { readonly code: string; readonly detail: string },
  status = 200,
): Response {
  const asked = problem?.code === 'NewPasswordRequired' ? [NEW_PASSWORD] : [];
  const fields = [...(page.fields ?? []), ...asked].map(renderField).join('');
  const alert = problem ? `<p role="alert">${escapeHtml(problem.detail)}</p>` : '';
  return htmlResponse(
    page.title,
    `${alert}<form method="post"><input type="hidden" name="token" value="${escapeHtml(token)}">` +
      `${fields}<button>${escapeHtml(page.button)}</button></form>`,
    status,
  );
}

/** Renders the page after it. */
export function renderDonePage({ title, done }: LinkPage, home: string | undefined): Response {
  const link = home === undefined ? '' : `<p><a href="${escapeHtml(home)}">Continue</a></p>`;
  return htmlResponse(title, `<p>${escapeHtml(done)}</p>${link}`, 200);
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
