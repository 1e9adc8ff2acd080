import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { LINEAR } from './checkedExpressions.js';

const ROOT = path.join(__dirname, '../../../..');
/** A regular expression of the library, and where it stands. */
interface Found {
  readonly at: string;
  readonly pattern: string;
  readonly flags: string;
}

/** Every regular expression in the sources of all packages, from their syntax trees. */
function regularExpressions(): Found[] {
  return readdirSync(path.join(ROOT, 'packages'))
    .flatMap((name) => {
      const folder = path.join('packages', name, 'src');
      const files = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' });
      return files.map((file) => path.join(folder, file));
    })
    .filter((file) => /\.c?tsx?$/.test(file) && !/\.(test|test-d)\.ts$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(path.join(ROOT, file), 'utf8');
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
      const found: Found[] = [];
      const visit = (node: ts.Node): void => {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        const at = `${file}:${String(line + 1)}`;
        if (ts.isRegularExpressionLiteral(node)) {
          const [, pattern = '', flags = ''] = /^\/(.*)\/(\w*)$/s.exec(node.text) ?? [];
          found.push({ at, pattern, flags });
        }
        if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
          const [pattern, flags] = node.arguments ?? [];
          found.push({
            at,
            pattern: pattern ? textOf(pattern) : '',
            flags: flags && ts.isStringLiteralLike(flags) ? flags.text : '',
          });
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
      return found;
    });
}

/** The text of a literal; for what is put into a template, a letter stands. */
function textOf(pattern: ts.Expression): string {
  if (ts.isStringLiteralLike(pattern)) return pattern.text;
  if (!ts.isTemplateExpression(pattern)) return `(not a literal`;
  return (
    pattern.head.text + pattern.templateSpans.map(({ literal }) => `1${literal.text}`).join('')
  );
}

/** How an expression backtracks; undefined for one that takes linear time. */
function complexityOf({ pattern, flags }: Pick<Found, 'pattern' | 'flags'>): string | undefined {
  const found = checkSync(pattern, flags, { timeout: 60_000 });
  if (found.status === 'safe') return undefined;
  return found.status === 'vulnerable' ? found.complexity.summary : found.status;
}

// In JavaScript alone: the checker's native programs are not installed.
process.env.RECHECK_BACKEND = 'pure';

const ALL = regularExpressions();
const textsOf = ALL.map(({ pattern, flags }) => `/${pattern}/${flags}`);

it('every regular expression of the packages has been checked: `npm run test:expressions` checks new ones', () => {
  expect(ALL.length).toBeGreaterThan(80);
  expect([...new Set(textsOf)].sort()).toEqual([...LINEAR].sort());
});

// A quarter of a second each, and more for some.
if (process.env.CHECK_EXPRESSIONS) {
  it('no regular expression of the packages takes more than linear time', () => {
    const faults = ALL.flatMap((each) => {
      const complexity = complexityOf(each);
      return complexity === undefined
        ? []
        : [`${each.at} /${each.pattern}/${each.flags}: ${complexity}`];
    });
    expect(faults).toEqual([]);
  }, 1_800_000);
}

it.each(['^(a+)+$', '(x+x+)+y'])('the check sees that %s backtracks', (pattern) => {
  expect(complexityOf({ pattern, flags: '' })).toMatch(/exponential|polynomial/);
});
