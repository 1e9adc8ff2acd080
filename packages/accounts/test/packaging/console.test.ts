import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

// What is published: built by `npm run build`.
const PACKAGES = path.join(__dirname, '../../..');

/** The files of a build that a file imports, at once or later, and itself. */
function reachable(folder: string, entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const code = readFileSync(path.join(folder, entry), 'utf8');
  for (const [, file = ''] of code.matchAll(/["']\.\/([\w.-]+\.c?js)["']/g)) {
    reachable(folder, file, seen);
  }
  return seen;
}

/** The entries of a package that applications import, in both formats. */
function entriesOf(name: string): string[] {
  const manifest = readFileSync(path.join(PACKAGES, name, 'package.json'), 'utf8');
  const { exports } = JSON.parse(manifest) as {
    readonly exports: Record<string, string | Record<string, { readonly default: string }>>;
  };
  return Object.values(exports).flatMap((found) =>
    typeof found === 'string'
      ? []
      : Object.values(found).map((each) => path.basename(each.default)),
  );
}

/** Texts that only the console and its page contain. */
const MARKS = ['latchkey-console-', 'Latchkey console', './console/'];

describe.each(['schema', 'entity', 'accounts'])('no entry of @latchkey/%s', (name) => {
  const folder = path.join(PACKAGES, name, 'dist');
  it.each(entriesOf(name))('%s brings the console or its page along', (entry) => {
    const files = [...reachable(folder, entry)];
    expect(files).not.toContain('cli.js');
    for (const file of files) {
      const code = readFileSync(path.join(folder, file), 'utf8');
      expect([file, MARKS.filter((mark) => code.includes(mark))]).toEqual([file, []]);
    }
  });
});

describe('the console', () => {
  const folder = path.join(PACKAGES, 'accounts', 'dist');

  it('is in the program that latchkey loads, which alone names the folder of the page', () => {
    const code = readFileSync(path.join(folder, 'cli.js'), 'utf8');
    expect(code).toContain('latchkey-console-');
    expect(code).toContain('./console/');
  });

  it('has a page of four files, without inline script or style', () => {
    const files = readdirSync(path.join(folder, 'console')).sort();
    expect(files).toEqual(['THIRD-PARTY-NOTICES.txt', 'index.html', 'page.css', 'page.js']);
    const html = readFileSync(path.join(folder, 'console', 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  });
});
