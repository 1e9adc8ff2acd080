// Renders docs/security-checklist.md from packages/accounts/test/security/checklist.txt and the titles of
// the tests. With `--check`, compares the page instead, and ends with 1 and one line for each problem.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';
import { ROOT } from './setup.mjs';

const ROWS = join(ROOT, 'packages/accounts/test/security/checklist.txt');
const PAGE = join(ROOT, 'docs/security-checklist.md');
const FOLDERS = ['schema/src', 'entity/src', 'entity/test', 'accounts/src', 'accounts/test'];

/** A text that begins with ids, as a title or the row of a table: `'ASVS 6.2.1, 6.2.5: …'`. */
const TITLE =
  /(?<=[\s([{,])(['`"])((?:ASVS|NIST|RFC|OWASP|CVE-|GHSA-|Okta|HackerOne|Keycloak|Kratos|keycloak#|kratos#|contao#)[^'`"\n]*?): ((?:(?!\1)[^\n])+)\1/g;
/** The form of an id of the list; other parts of a title are names of attacks. */
const ID =
  /^(?:(?:ASVS|NIST) [\d.]+|RFC \d+(?: .+)?|OWASP .+|CVE-\d+-\d+|GHSA(?:-\w{4}){3}|Okta 2024|HackerOne #\d+|Keycloak list .+|Kratos .+|(?:keycloak|kratos|contao)#\d+)$/;
const REASON = /^(?:by (.+)|(?:deployer|not met|not ours): .+)$/;
const MAX_PROOFS = 2;

/** The ids of a title; a number alone is of the family before it. */
function idsOf(prefix) {
  let family = '';
  return prefix.split(', ').map((part) => {
    const id = /^[\d§]/.test(part) ? `${family} ${part}` : part;
    family = /^(?:ASVS|NIST|RFC \d+)/.exec(id)?.[0] ?? family;
    return id;
  });
}

/** The tests by id: `{ file, title }`. */
function findProofs() {
  const proofs = new Map();
  for (const folder of FOLDERS) {
    const root = join(ROOT, 'packages', folder);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
    const ending = folder.endsWith('/src') ? '.test.ts' : '.ts';
    for (const file of files.filter((name) => name.endsWith(ending))) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, , prefix, title] of text.matchAll(TITLE)) {
        const proof = { file: `packages/${folder}/${file.replaceAll('\\', '/')}`, title };
        for (const id of idsOf(prefix).filter((each) => ID.test(each))) {
          proofs.set(id, [...(proofs.get(id) ?? []), proof]);
        }
      }
    }
  }
  return proofs;
}

/** The sections of the list, each with its rows. */
function readSections() {
  const sections = [];
  for (const line of readFileSync(ROWS, 'utf8').split('\n')) {
    if (line.startsWith('## ')) sections.push({ heading: line, rows: [] });
    if (line === '' || line.startsWith('#')) continue;
    const [id, level, asks, does, reason = ''] = line.split('|').map((cell) => cell.trim());
    sections.at(-1).rows.push({ id, level, asks, does, reason });
  }
  return sections;
}

/** The faults of the list: of each row, and of tests that name an id which no row has. */
function findProblems(rows, proofs) {
  const ids = rows.map(({ id }) => id);
  const known = new Set(ids);
  const ofRow = ({ id, asks, does, reason }, at) => {
    const by = REASON.exec(reason)?.[1];
    return [
      ids.indexOf(id) !== at && `${id} has two rows`,
      !ID.test(id) && `${id} is not an id`,
      asks === '' && `${id} does not say what is asked`,
      `${does}${reason}` === '' && `${id} does not say what is done`,
      reason !== '' && !REASON.test(reason) && `${id} has a reason of no kind: ${reason}`,
      reason === '' && !proofs.has(id) && `${id} has neither a test nor a reason`,
      reason !== '' && proofs.has(id) && `${id} has both a test and a reason`,
      by !== undefined && !proofs.has(by) && `${id} is proven by ${by}, which has no test`,
    ].filter(Boolean);
  };
  const unknown = [...proofs].filter(([id]) => !known.has(id));
  return [
    ...rows.flatMap(ofRow),
    ...unknown.map(([id, [{ file }]]) => `${id} is named by ${file}, and is not in the list`),
  ];
}

function render(sections, proofs) {
  const rows = sections.flatMap((section) => section.rows);
  const countOf = (start) => rows.filter(({ reason }) => reason.startsWith(start)).length;
  const proven = rows.filter(({ id }) => proofs.has(id)).length;
  const parts = sections.map(
    ({ heading, rows: own }) =>
      `${heading}\n\n${own.map((row) => renderRow(row, proofs)).join('\n')}`,
  );
  return [
    '# Security checklist',
    'The rows of OWASP ASVS 5.0, NIST SP 800-63B-4 and other references that concern a library for accounts, each with the tests that prove it, or the reason why there is none. Tests have the ids of their rows at the beginning of their titles.',
    'This page is generated: `npm run docs:security` renders it from `packages/accounts/test/security/checklist.txt` and the titles. A test fails where the page is not up to date, a row has neither a test nor a reason, or a test names an id without a row.',
    `Of ${rows.length} rows, ${proven} have tests of their own, ${countOf('by ')} are proven by those of another row, ${countOf('deployer')} are the deployer’s, ${countOf('not met')} are not met, and ${countOf('not ours')} concern what the library does not have.`,
    'See also: [account takeover and recovery](security.md), [advisories of others](advisories.md), [data, access and connections](data.md).',
    ...parts,
  ].join('\n\n');
}

function renderRow({ id, level, asks, does, reason }, proofs) {
  const name = `**${id}**${level === '' ? '' : ` (level ${level})`}`;
  const here = does === '' ? '' : `Here: ${does}. `;
  return `- ${name}: ${asks}. ${here}${proofOf(id, reason, proofs)}`;
}

function proofOf(id, reason, proofs) {
  const by = REASON.exec(reason)?.[1];
  if (by !== undefined) return `Proven by the tests of ${by}.`;
  if (reason !== '') return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
  const found = proofs.get(id) ?? [];
  const files = [...new Map(found.map((proof) => [proof.file, proof])).values()];
  const shown = files
    .slice(0, MAX_PROOFS)
    .map(({ file, title }) => `\`${file}\`: “${escapeMarkdown(title)}”`);
  const rest = found.length - shown.length;
  return `Tested by ${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`;
}

function escapeMarkdown(title) {
  return title
    .replaceAll(/\\u\{?([\da-f]+)\}?/gi, (_, code) => String.fromCodePoint(parseInt(code, 16)))
    .replaceAll(/[\\*_<>[\]`|]/g, '\\$&');
}

const sections = readSections();
const proofs = findProofs();
const problems = findProblems(
  sections.flatMap(({ rows }) => rows),
  proofs,
);
const options = { ...(await prettier.resolveConfig(PAGE)), parser: 'markdown' };
const page = await prettier.format(render(sections, proofs), options);
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  problems.push('docs/security-checklist.md is not up to date: npm run docs:security');
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
