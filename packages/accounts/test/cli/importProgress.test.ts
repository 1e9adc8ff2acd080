import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandTools } from '../../../entity/src/cli/loadAccountCommands.js';
import { findFlows } from '../../src/accounts/flowsOf.js';
import { importCommand } from '../../src/cli/importCommand.js';
import { createTestAccounts, type TestAccounts } from '../support/testAccounts.js';

const ROWS = 200;

let test: TestAccounts;
let folder: string;
beforeAll(async () => {
  test = await createTestAccounts();
  folder = await mkdtemp(path.join(tmpdir(), 'latchkey-import-'));
});
afterAll(async () => {
  await test.drop();
  await rm(folder, { recursive: true });
});

describe('latchkey import', () => {
  it('shows how far it has come on a terminal: a bar, once the file has been read', async () => {
    const rows = Array.from({ length: ROWS }, (_, at) => ({
      foreignId: `f${at}`,
      username: `u${at}`,
    }));
    const refused = { foreignId: 'refused', email: 'no-address' };
    const from = path.join(folder, 'users.jsonl');
    await writeFile(from, [...rows, refused].map((row) => JSON.stringify(row)).join('\n'));
    const written: string[] = [];
    const line: [text: string, done: number | undefined][] = [];
    const flows = findFlows(test.accounts);
    if (!flows) throw new Error('The test has no accounts.');
    const command = importCommand(() =>
      Promise.resolve({ accounts: test.accounts as never, flows }),
    );
    const options = ['--app', 'app.js', '--from', from, '--format', 'jsonl', '--skip-refused'];
    const code = await command.run(options, {
      ...commandTools({ out: (text) => written.push(text), error: (text) => written.push(text) }),
      progress: {
        show: (text, done) => line.push([text, done]),
        clear: () => written.push('cleared'),
      },
    });
    expect(code).toBe(1);
    expect(written).toEqual([
      'cleared',
      expect.stringMatching(/^refused: row 201 /),
      'cleared',
      `201 rows read, ${ROWS} imported, 0 there already, 1 refused.\n`,
    ]);
    const [first, last] = [line[0], line.at(-1)];
    expect(first).toEqual([expect.stringMatching(/^validate: \d+ rows read, /), undefined]);
    expect(last?.[0]).toMatch(/^write: \d+ rows read, \d+ imported, /);
    expect(last?.[1]).toBeGreaterThan(0.9);
    expect(last?.[1]).toBeLessThanOrEqual(1);
  });
});
