import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const TESTS = path.join(__dirname, '..');
const PAGE = path.join(__dirname, '../../../../docs/advisories.md');

/** A row of the page: what it is about, and the files of its tests, or a sentence. */
const rows = Array.from(
  readFileSync(PAGE, 'utf8').matchAll(
    /^\| (?!-|advisory|attack)([^|]+)\|(?:[^|\n]*\|)?([^|\n]+)\|$/gm,
  ),
  ([, about = '', here = '']) => ({
    names: Array.from(about.matchAll(/`([^`]+)`/g), ([, name = '']) => name),
    here: here.trim(),
    files: Array.from(here.matchAll(/`([\w/]+\.test\.ts)`/g), ([, file = '']) => file),
  }),
);
/** The titles of a file's tests: texts that begin a call of `it`, and tables’. */
const titlesOf = (file: string): string =>
  Array.from(
    readFileSync(path.join(TESTS, file), 'utf8').matchAll(
      /(?:it|\))\(\s*'([^'\n]+)'|^\s*\['([^'\n]+)'/gm,
    ),
    ([, title, row]) => title ?? row ?? '',
  ).join('\n');

describe('docs/advisories.md', () => {
  it('has rows, each of which names tests or says why there is none', () => {
    expect(rows.length).toBeGreaterThan(35);
    for (const { names, here, files } of rows) {
      expect([
        names,
        names.length > 0,
        files.length > 0 || here.startsWith('Not possible: '),
      ]).toEqual([names, true, true]);
    }
  });

  it('names tests that are there: their titles have the id of the advisory or the name of the attack', () => {
    const named = rows.filter(({ names }) => !names[0]?.startsWith('§'));
    for (const { names, files } of named) {
      for (const file of files)
        expect([file, titlesOf(file)]).toEqual([file, expect.stringContaining(names[0] ?? '')]);
    }
  });

  it('has a row for every advisory of 2026 that the title of a test names', () => {
    const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.test.ts'),
    );
    const known = new Set(rows.flatMap(({ names }) => names));
    const others = ['GHSA-5jpx-9hw9-2fx4', 'GHSA-m2w5-7xhv-w6fh', 'GHSA-56p6-qw3c-fq2g'];
    const named = files.flatMap((file) => titlesOf(file).match(/GHSA(?:-\w{4}){3}/g) ?? []);
    expect([...new Set(named)].filter((id) => !known.has(id)).sort()).toEqual(others.sort());
  });
});
