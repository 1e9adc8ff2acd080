import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { Screens } from '../browser/Screens.js';
import { startChromium } from '../browser/support.js';

const SITE = path.join(__dirname, '../../../../docs/site');
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** Faults that axe-core finds in the markup of VitePress' search itself, which its options do not change. */
const OF_VITEPRESS =
  /(label-content-name-mismatch|nested-interactive) · .+ · <[^>]+("DocSearch |localsearch-|class="result)/;
/** Pages by their addresses, as `npm run docs` names them: the reference is not always there. */
const PAGES = (process.env.SITE_PAGES ?? '').split(',');

let server: Server;
let origin: string;
let chromium: Browser;
let browser: BrowserContext;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    readFile(path.join(SITE, name)).then(
      (content) => {
        response.setHeader('content-type', TYPES[path.extname(name)] ?? 'application/json');
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  chromium = await startChromium();
  browser = await chromium.newContext();
});

afterAll(async () => {
  await chromium.close();
  server.closeAllConnections();
  server.close();
});

describe.each([
  ['phone', { width: 390, height: 844 }],
  ['desktop', { width: 1280, height: 800 }],
])('The documentation site, on a %s,', (name, size) => {
  it('fits, can be read in light and dark, and its search finds "logout"', async () => {
    const page = await browser.newPage();
    await page.setViewportSize(size);
    const screens = new Screens(page, 'site', name);
    const faults: string[] = [];
    for (const address of PAGES) {
      // Until the scripts run, the page does not follow the scheme.
      await page.goto(`${origin}/${address}`, { waitUntil: 'networkidle' });
      await page.locator('h1').first().waitFor();
      faults.push(...(await screens.look(path.basename(address, '.html') || 'index')));
      const [inner, outer] = await page.locator('html').evaluate((html) => {
        const { scrollWidth, clientWidth } = html as unknown as Record<string, number>;
        return [scrollWidth, clientWidth];
      });
      expect([address, inner]).toEqual([address, outer]);
    }
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('searchbox').fill('logout');
    await page.getByRole('option').first().waitFor();
    faults.push(...(await screens.look('search')));
    await page.getByRole('option').first().click();
    await page.locator('h1').first().waitFor();
    expect(await page.locator('main').textContent()).toMatch(/log ?out/i);
    expect(faults.filter((fault) => !OF_VITEPRESS.test(fault))).toEqual([]);
    expect(screens.errors).toEqual([]);
    expect(screens.refusals).toBe(0);
    await page.close();
  }, 120_000);
});
