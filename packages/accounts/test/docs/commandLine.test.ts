import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EXIT_CODES } from '../../../entity/src/cli/CliOutput.js';
import { usageWith } from '../../../entity/src/cli/usage.js';
import { accountCommands } from '../../src/cli/accountCommands.js';

const GUIDES = path.join(__dirname, '../../../../docs/guide');
const PAGE = readFileSync(path.join(GUIDES, 'command-line.md'), 'utf8');
const COMMANDS = accountCommands('');
const README = readFileSync(path.join(GUIDES, '../../README.md'), 'utf8');

/** The first cells of the rows of a table, by its heading. */
function firstCells(heading: string): string[] {
  const [, after = ''] = PAGE.split(heading);
  const [, ...rows] = /^\|[ :-]+\|.*(?:\n\|.*)+/m.exec(after)?.[0].split('\n') ?? [];
  return rows.map((row) => row.split('|')[1]?.trim() ?? '');
}

describe('docs/guide/command-line.md', () => {
  it('has every command', () => {
    const names = ['local', 'table', ...Object.keys(COMMANDS).sort()];
    expect(firstCells('latchkey --help')).toEqual(names.map((name) => `\`latchkey ${name}\``));
    const help = usageWith(COMMANDS);
    for (const name of names) {
      const part = usageWith(COMMANDS, name);
      expect(part.startsWith(`latchkey ${name} `)).toBe(true);
      expect(help).toContain(`\n${part}`);
      expect(part.match(/^latchkey /gm)).toHaveLength(1);
    }
  });

  it('has every exit code', () => {
    expect(firstCells('## Exit codes').map(Number)).toEqual(Object.values(EXIT_CODES));
  });

  it('is in the README, as is the guide to costs', () => {
    for (const guide of ['command-line.md', 'cost.md']) {
      expect(README).toContain(`](docs/guide/${guide})`);
    }
  });
});
