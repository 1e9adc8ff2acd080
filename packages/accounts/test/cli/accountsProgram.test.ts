/** @in-turns 3: each test starts processes. */

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';

const BIN = path.join(__dirname, '../../../entity/dist/latchkey.js');
const FIXTURES = path.join(__dirname, '../console/fixtures');

let test: TestAccounts;
beforeAll(async () => {
  test = await createTestAccounts();
});
afterAll(() => test.drop());

describe('the program latchkey accounts delete', () => {
  it.each([
    ['', 3, true],
    ['rose\n', 3, true],
    ['rosa\n', 0, false],
  ])('where %j is typed ends with %d', async (input, code, isKept) => {
    await test.accounts.createAccount({ username: 'rosa', password: PASSWORD }).catch(() => null);
    const args = ['accounts', 'delete', '--app', 'accounts.mjs', 'rosa'];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--no-warnings', BIN, ...args],
      {
        cwd: FIXTURES,
        encoding: 'utf8',
        input,
        env: {
          PATH: process.env.PATH,
          DYNAMODB_ENDPOINT: process.env.DYNAMODB_ENDPOINT,
          TABLE: test.table.name,
        },
      },
    );
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toContain('Type rosa to delete it: ');
    // No terminal: nothing is coloured.
    expect(stderr).not.toContain('\u001b');
    expect((await test.accounts.findUser({ username: 'rosa' })) !== null).toBe(isKept);
  });
});
