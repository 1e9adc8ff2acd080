import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../../../..');
const SOURCES = path.join(ROOT, 'packages/accounts/src');

/** The folders of each floor, as the drawing has them, from top to bottom. */
const drawn = readFileSync(path.join(ROOT, 'docs/architecture.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+ /.test(line))
  .map((line) => Array.from(line.split('|')[2]?.matchAll(/`(\w+)`/g) ?? [], ([, name]) => name));

const floorOf = (folder: string): number => drawn.findIndex((floor) => floor.includes(folder));

/** Every import from one folder to another, as `from → to`. */
function arrows(): Set<string> {
  const found = new Set<string>();
  for (const file of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })) {
    const [from = ''] = file.split(path.sep);
    if (!/\.c?ts$/.test(file) || /\.test(-d)?\.ts$/.test(file) || from.endsWith('.ts')) continue;
    const text = readFileSync(path.join(SOURCES, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/\bfrom '(\.[^']+)'/g)) {
      const [to = ''] = path.join(path.dirname(file), target).split(path.sep);
      if (to !== from) found.add(`${from} → ${to}`);
    }
  }
  return found;
}

describe('the drawing of the floors in docs/architecture.md', () => {
  it('has every folder of accounts, once', () => {
    const folders = readdirSync(SOURCES).filter((name) => !name.includes('.'));
    expect(drawn.flat().sort()).toEqual(folders.sort());
  });

  it('has no arrow that goes up, or to another folder on the same floor', () => {
    const found = [...arrows()];
    expect(found.length).toBeGreaterThan(50);
    const wrong = found.filter((arrow) => {
      const [from = '', to = ''] = arrow.split(' → ');
      return floorOf(from) >= floorOf(to);
    });
    expect(wrong).toEqual([]);
  });

  it('the drawing has the same floors as the linter', () => {
    const floors = readFileSync(path.join(ROOT, 'scripts/floors.mjs'), 'utf8');
    const [, list = ''] = /FLOORS = \[\n([^]*?)\n\];/.exec(floors) ?? [];
    const held = list
      .split('],')
      .map((floor) => Array.from(floor.matchAll(/'(\w+)'/g), ([, name]) => name))
      .filter((floor) => floor.length > 0);
    expect(held).toEqual(drawn);
  });
});
