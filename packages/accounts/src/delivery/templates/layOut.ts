import { escapeHtml } from './escapeHtml.js';
import type { MessageContent, RenderedContent, TemplateFacts } from './MessageTemplate.js';

const RIGHT_TO_LEFT = ['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi'];

// In the document itself, because mail programs drop style sheets. Both colours have a contrast of
// more than 7:1 (WCAG 2.2, 1.4.6).
const BODY =
  'margin:0 auto;max-width:36em;padding:1em;background:#ffffff;color:#1a1a1a;' +
  'font:1em/1.5 sans-serif;overflow-wrap:anywhere';
const LINK = 'color:#0b4a99;text-decoration:underline';

/** Makes text and HTML of what a message says. A phone gets the short form. */
export function layOut(
  content: MessageContent,
  { applicationName, locale, to, url }: TemplateFacts,
): RenderedContent {
  const { subject, paragraphs, link, closing = [], short } = content;
  const words =
    to.kind === 'phone' ? shortForm() : [...paragraphs, ...(url ? [url] : []), ...closing];
  return { subject, text: `${words.join('\n\n')}\n`, html: html() };

  function shortForm(): readonly string[] {
    const text = short ?? `${applicationName}: ${paragraphs[0] ?? subject}`;
    return [url === undefined ? text : `${text} ${url}`];
  }

  function html(): string {
    const language = locale.split('-')[0] ?? '';
    const direction = RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr';
    const body = [
      `<h1 style="font-size:1.4em">${escapeHtml(subject)}</h1>`,
      ...paragraphs.map(paragraph),
      ...(url === undefined ? [] : [anchor(url)]),
      ...closing.map(paragraph),
    ];
    return [
      '<!doctype html>',
      `<html lang="${escapeHtml(locale)}" dir="${direction}">`,
      '<head>',
      '<meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      `<title>${escapeHtml(subject)}</title>`,
      '</head>',
      `<body style="${BODY}">`,
      '<main>',
      ...body,
      '</main>',
      '</body>',
      '</html>',
      '',
    ].join('\n');
  }

  function anchor(href: string): string {
    const shown = escapeHtml(href);
    const open = `<a href="${shown}" style="${LINK}">`;
    if (link === undefined) return `<p>${open}${shown}</a></p>`;
    return `<p>${open}${escapeHtml(link)}</a><br>${shown}</p>`;
  }
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}
