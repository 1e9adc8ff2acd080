// The documentation site. `npm run docs` puts its pages together in `.cache/site`; the sidebar is made of them.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { pageAt, REPOSITORY, SITE_SOURCES, slugify, TITLES } from '../../scripts/sitePages.mjs';

const FOLDERS = ['guide', 'recipes', 'reference'];
const LOOKED_UP = ['errors', 'events'];
const SECURITY = ['security', 'security-checklist', 'data', 'advisories'];

const link = (path) => ({ text: pageAt(`${path}.md`).title, link: `/${path}` });

/** A folder's pages; of a page with a folder of its name, that folder's are after it. */
function pagesIn(folder) {
  return readdirSync(join(SITE_SOURCES, folder))
    .filter((name) => name.endsWith('.md') && name !== 'index.md')
    .flatMap((name) => {
      const path = `${folder}/${name.slice(0, -'.md'.length)}`;
      return [link(path), ...(existsSync(join(SITE_SOURCES, path)) ? pagesIn(path) : [])];
    });
}

const folders = FOLDERS.filter((name) => existsSync(join(SITE_SOURCES, name))).map((name) => [
  name,
  TITLES[name],
]);
/** Every other page that is in no folder. */
const about = readdirSync(SITE_SOURCES)
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.slice(0, -'.md'.length))
  .filter((name) => !['index', 'start', ...LOOKED_UP, ...SECURITY].includes(name));

export default defineConfig({
  title: 'Latchkey',
  lang: 'en',
  srcDir: SITE_SOURCES,
  outDir: join(import.meta.dirname, '../site'),
  cacheDir: join(SITE_SOURCES, '../vitepress'),
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    // `<id>` in a sentence is text, and not an element of Vue.
    html: false,
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    nav: [
      { text: 'Start', link: '/start' },
      ...folders.map(([name, text]) => ({ text, link: `/${name}/` })),
      { text: 'Errors', link: '/errors' },
      { text: 'Security', link: '/security' },
      { text: 'Comparison', link: '/comparison' },
    ],
    sidebar: {
      ...Object.fromEntries(
        folders.map(([name, text]) => [`/${name}/`, [{ text, items: pagesIn(name) }]]),
      ),
      '/decisions/': [{ text: TITLES.decisions, items: pagesIn('decisions') }],
      '/': [
        {
          text: 'Begin',
          items: [link('start'), ...folders.map(([name]) => link(`${name}/index`))],
        },
        { text: 'Errors and events', items: LOOKED_UP.map(link) },
        { text: 'Security', items: SECURITY.map(link) },
        { text: 'About', items: [...about, 'decisions/index'].map(link) },
      ],
    },
  },
});
