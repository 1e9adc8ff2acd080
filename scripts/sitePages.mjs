// The pages of the documentation site, as VitePress takes them: those in docs/, the README, and the reference.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { ENTRIES, specifierOf } from './entries.mjs';
import { addExamples } from './referenceExamples.mjs';
import { readJson, ROOT } from './setup.mjs';

/** The folder that VitePress reads. */
export const SITE_SOURCES = join(ROOT, '.cache', 'site');

/** The repository's page. */
export const REPOSITORY = readJson(ROOT, 'packages/accounts/package.json').repository.url.replace(
  /^git\+(.+)\.git$/,
  '$1',
);

/** Titles of the folders of pages. */
export const TITLES = {
  guide: 'Guides',
  recipes: 'Recipes',
  reference: 'Reference',
  decisions: 'Decisions',
};

const DOCS = join(ROOT, 'docs');
/** Headings of the reference that are alike in every member: they are in no list of a page's headings. */
const LABELS =
  /^#{3,6} (Call Signature|Example|Extended by|Extends|Get Signature|Implementation of|Implements|Inherited from|Overrides|Parameters|Returns|Throws|Type Declaration|Type Parameters)$/gm;

/** Makes the pages anew; the reference is of the build's declarations. */
export async function writePages() {
  rmSync(SITE_SOURCES, { recursive: true, force: true });
  mkdirSync(SITE_SOURCES, { recursive: true });
  for (const file of filesBelow(DOCS)) {
    if (/^(\.vitepress|site)\//.test(file)) continue;
    if (file.endsWith('.md'))
      writePage(file, withLinks(readFileSync(join(DOCS, file), 'utf8'), `docs/${file}`));
    else copy(join(DOCS, file), file);
  }
  writePage('index.md', withLinks(readFileSync(join(ROOT, 'README.md'), 'utf8'), 'README.md'));
  await writeReference();
  for (const folder of readdirSync(SITE_SOURCES)) {
    if (existsSync(join(SITE_SOURCES, folder, 'index.md'))) continue;
    if (statSync(join(SITE_SOURCES, folder)).isDirectory()) writeIndex(folder);
  }
}

/** The text of `llms.txt`: every page with its first sentence. */
export function llmsText() {
  const { title, sentence } = pageAt('index.md');
  const pages = filesBelow(SITE_SOURCES).filter(
    (file) => file.endsWith('.md') && !/(^|\/)index\.md$/.test(file),
  );
  return [`# ${title}`, '', `> ${sentence}`, '', '## Pages', '', ...listOf(pages, '/'), ''].join(
    '\n',
  );
}

/** The title and the first sentence of a page. */
export function pageAt(file) {
  const text = readFileSync(join(SITE_SOURCES, file), 'utf8').replace(/^---\n.*?\n---\n/s, '');
  return { title: titleOf(text) ?? file, sentence: firstSentence(text) };
}

function titleOf(text) {
  const [, title] = /^# (.+)$/m.exec(text) ?? [];
  return title && plain(title);
}

/** The id of a heading, as on GitHub, for which the links are written. */
export function slugify(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

function writePage(file, text) {
  const target = join(SITE_SOURCES, file);
  mkdirSync(dirname(target), { recursive: true });
  // Comments are for the tests that read a page; as text, they would be seen.
  const shown = text.replaceAll(/^<!--.*?-->\n/gms, '');
  writeFileSync(
    target,
    `---\ndescription: ${JSON.stringify(firstSentence(shown))}\n---\n\n${shown}`,
  );
}

function writeIndex(folder) {
  const pages = filesBelow(join(SITE_SOURCES, folder)).filter((file) => file.endsWith('.md'));
  const list = listOf(
    pages.map((file) => `${folder}/${file}`),
    '/',
  );
  writePage(`${folder}/index.md`, [`# ${TITLES[folder] ?? folder}`, '', ...list, ''].join('\n'));
}

function listOf(pages, base) {
  return pages.map((file) => {
    const { title, sentence } = pageAt(file);
    return `- [${title}](${base}${file.replace(/\.md$/, '.html')})${sentence && `: ${sentence}`}`;
  });
}

/** The first sentence of the first paragraph, without marks. */
function firstSentence(text) {
  const prose = text.replaceAll(/^(```+).*?^\1$/gms, '');
  const paragraph = prose.split(/\n{2,}/).find((block) => /^[\p{L}`*[]/u.test(block.trim())) ?? '';
  const whole = plain(paragraph.trim().replaceAll(/\s+/g, ' ')).replace(/^Decision\. /, '');
  return /^.*?[.:?](?=\s|$)/.exec(whole)?.[0].replace(/:$/, '.') ?? whole;
}

function plain(markdown) {
  return markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]|\\(?=\W)/g, '');
}

/** A text whose links lead to pages of the site, or else to the repository. */
function withLinks(text, file) {
  return outsideCode(text, (part) =>
    part.replaceAll(
      /(!?\[[^\]]*)?\]\(([^)\s#]+)(#[^)\s]*)?\)/g,
      (all, before = '', target, anchor = '') => {
        if (/^[a-z]+:/i.test(target)) return all;
        const path = posix.join(posix.dirname(file), target).replace(/\/$/, '');
        if (!existsSync(join(ROOT, path))) throw new Error(`${file}: there is no ${target}`);
        return `${before}](${placeOf(path, before.startsWith('!'))}${anchor})`;
      },
    ),
  );
}

/** The address of a file or folder of the repository. */
function placeOf(path, isImage) {
  if (path === 'README.md') return '/';
  const isFolder = statSync(join(ROOT, path)).isDirectory();
  if (path.startsWith('docs/')) return `/${path.slice('docs/'.length)}${isFolder ? '/' : ''}`;
  if (!isImage) return `${REPOSITORY}/${isFolder ? 'tree' : 'blob'}/main/${path}`;
  copy(join(ROOT, path), `images/${basename(path)}`);
  return `/images/${basename(path)}`;
}

function outsideCode(text, change) {
  return text
    .split(/(^(```+).*?^\2$|`[^`\n]+`)/gms)
    .filter((part) => !/^`{3,}$/.test(part ?? '```'))
    .map((part) => (part.startsWith('`') ? part : change(part)))
    .join('');
}

/** A page for each public entry, by TypeDoc. */
async function writeReference() {
  const { Application } = await import('typedoc');
  const entries = Object.entries(ENTRIES).flatMap(([name, own]) =>
    Object.keys(own).map((entry) => ({
      file: join(ROOT, 'packages', name, 'dist', `${entry}.d.ts`),
      specifier: specifierOf(name, entry),
    })),
  );
  const folder = join(SITE_SOURCES, 'reference');
  const tsconfig = join(SITE_SOURCES, '../reference.json');
  const files = entries.map(({ file }) => file);
  writeFileSync(
    tsconfig,
    JSON.stringify({ extends: '../tsconfig.examples.json', files, include: [] }),
  );
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: files,
    tsconfig,
    // The build has checked them.
    skipErrorChecking: true,
    logLevel: 'Error',
    disableSources: true,
    excludeExternals: true,
    excludeInternal: true,
    excludeProtected: true,
    router: 'module',
    readme: 'none',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    entryFileName: 'index',
  });
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc has found nothing to describe.');
  await addExamples(project, (file) =>
    file.startsWith('docs/')
      ? { path: placeOf(file), title: titleOf(readFileSync(join(ROOT, file), 'utf8')) }
      : undefined,
  );
  const byPath = new Map(
    entries.map(({ file, specifier }) => [
      relative(join(ROOT, 'packages'), file).replace(/(\/index)?\.d\.ts$/, ''),
      specifier,
    ]),
  );
  for (const module of project.children ?? []) {
    module.name = byPath.get(module.name)?.replace('@latchkey/', '') ?? module.name;
  }
  await app.outputs.writeOutput({ name: 'markdown', path: folder }, project);
  rmSync(join(folder, 'index.md'));
  const texts = new Map(
    filesBelow(folder).map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const title = `# @latchkey/$1\n\n${summaryOf(text)}`;
      return [file, text.replace(/^# (.+)$/m, title).replaceAll(LABELS, '**$1**')];
    }),
  );
  const headings = new Map(
    Array.from(texts, ([file, text]) => [file, (text.match(/^#+ .+$/gm) ?? []).map(slugify)]),
  );
  for (const [file, text] of texts) {
    // The plugin numbers a type that has a type parameter's or a value's name, as if both had headings.
    const linked = text.replaceAll(/\]\(([^)\s#]*)#([^)\s]+)-1\)/g, (all, target, name) => {
      const page = target === '' ? file : posix.join(posix.dirname(file), target);
      const isOnlyOne =
        headings.get(page)?.filter((heading) => heading === `-${name}`).length === 1;
      return isOnlyOne ? `](${target}#${name})` : all;
    });
    writePage(`reference/${file}`, linked);
  }
}

/** The names that an entry exports besides types, in a sentence. */
function summaryOf(text) {
  const names = text
    .split(/^## /m)
    .filter((section) => /^(Classes|Functions|Variables)\n/.test(section))
    .flatMap((section) => section.match(/^### \w+/gm) ?? [])
    .map((heading) => `\`${heading.slice('### '.length)}\``);
  return names.length > 0 ? `Exports ${names.join(', ')}, and the types of this page.` : '';
}

function copy(from, to) {
  const target = join(SITE_SOURCES, to);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(from, target);
}

/** The paths of the files below a folder, with slashes. */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
