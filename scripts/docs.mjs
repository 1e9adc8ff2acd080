// `npm run docs`: builds the documentation site into docs/site, and looks at it in Chromium. With `-- --serve`,
// it is served afterwards.
import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, runBin } from './run.mjs';
import { ROOT, setupToBuild } from './setup.mjs';

/** Where the site is built. */
export const SITE = join(ROOT, 'docs', 'site');

/** Builds the site of what was built before. A link to a page or a heading that is not there fails. */
export async function buildDocs() {
  const { llmsText, writePages } = await import('./sitePages.mjs');
  await writePages();
  await runBin('vitepress', ['build', 'docs']);
  writeFileSync(join(SITE, 'llms.txt'), llmsText());
  return { summary: `${checkAnchors()} pages` };
}

/**
 * Looks at a page of each kind in Chromium, on a phone and a desktop, in light and dark, and searches. Leaves
 * screenshots in `.cache/screenshots/site`. Throws `NotRun` without a Chromium.
 */
export async function lookAtDocs() {
  const pages = ['', 'start.html', 'guide/restoring.html', 'reference/accounts/guard.html'];
  const { chromium } = await import('./browser.mjs');
  const { runJest } = await import('./jest.mjs');
  const env = { CHROMIUM: await chromium(), SITE_PAGES: pages.join(',') };
  await runJest(['--testMatch', '**/test/site/*.browser.ts', '--runInBand'], { env });
}

/** Every link within the site leads to an id that is there; VitePress itself looks for the pages only. */
function checkAnchors() {
  const pages = new Map(
    readdirSync(SITE, { recursive: true })
      .filter((file) => file.endsWith('.html'))
      .map((file) => [`/${file.replaceAll('\\', '/')}`, readFileSync(join(SITE, file), 'utf8')]),
  );
  const idsOf = new Map(
    Array.from(pages, ([path, html]) => [
      path,
      new Set(Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id]) => id)),
    ]),
  );
  const wrong = new Set();
  for (const [path, html] of pages) {
    for (const [, target, anchor] of html.matchAll(/ href="([^"#:]*)(?:#([^"]*))?"/g)) {
      let page = target === '' ? path : posix.resolve(posix.dirname(path), target);
      if (target.endsWith('/')) page = posix.join(page, 'index.html');
      if (!page.endsWith('.html')) continue;
      const ids = idsOf.get(page);
      if (!ids || (anchor && !ids.has(decodeURIComponent(anchor))))
        wrong.add(`${path}: ${target}#${anchor ?? ''}`);
    }
  }
  if (wrong.size > 0) throw new CommandError(`Links that lead nowhere:\n${[...wrong].join('\n')}`);
  return pages.size;
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  setupToBuild();
  try {
    const { build } = await import('./build.mjs');
    await build();
    const { summary } = await buildDocs();
    console.log(`docs/site has ${summary}; \`npm run docs -- --serve\` serves it.`);
    await lookAtDocs();
    console.log('It can be read in Chromium: see .cache/screenshots/site.');
    if (process.argv.includes('--serve'))
      await runBin('vitepress', ['serve', 'docs'], { live: true });
  } catch (error) {
    console.error(error instanceof CommandError ? error.message : error);
    process.exitCode = 1;
  }
}
