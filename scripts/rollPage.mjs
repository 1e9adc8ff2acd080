// Rolls a page up: one script, one style sheet and its HTML, which a server can send as they are.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { isThirdParty, refuseWarnings, writeNotices } from './roll.mjs';
import { ROOT } from './setup.mjs';

/** The style sheet of the components. */
const COMPONENTS = join(ROOT, 'packages', 'accounts', 'pages', 'components', 'pages.css');

/**
 * Writes `index.html`, `page.js`, `page.css` and `THIRD-PARTY-NOTICES.txt` into a folder.
 *
 * @param entry - the page's `.tsx` file. Beside it are `index.html` and, if the page has styles of its own,
 *   a style sheet with the name of the entry; it comes after that of the components.
 */
export async function rollPage(entry, folder) {
  mkdirSync(folder, { recursive: true });
  const bundle = await rolldown({
    input: { page: entry },
    platform: 'browser',
    resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } },
    tsconfig: false,
    transform: { jsx: { runtime: 'automatic', importSource: 'preact' }, target: 'es2022' },
    checks: { circularDependency: true },
    onLog: refuseWarnings,
  });
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    codeSplitting: false,
    minify: true,
    comments: false,
  });
  await bundle.close();

  const own = entry.replace(/\.tsx$/, '.css');
  const styles = [COMPONENTS, own].filter((file) => existsSync(file));
  writeFileSync(
    join(folder, 'page.css'),
    styles.map((file) => `/* ${basename(file)} */\n${readFileSync(file, 'utf8')}`).join('\n'),
  );
  copyFileSync(join(dirname(entry), 'index.html'), join(folder, 'index.html'));
  writeNotices(folder, output.flatMap(({ moduleIds = [] }) => moduleIds).filter(isThirdParty));
}
