import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { assertions, PASSWORD, type Person } from './originAssertions.js';
import { Accounts } from './originShim.js';

/** Rows of moving-over for what the shim does. */
const SHIMMED = [
  'option `transporter`',
  '`getTokenSecret` returns a secret of any length',
  '`sessions.getTokenSecret` is set to another function',
  '`requestIp` of any form',
  "`addResetPasswordToken`, `addEmailVerificationToken` return the token's document",
  'the message of an `AccountError` is its code',
  'an `Error` with the message `LOGIN_FAILED`',
];
const MAX_SHIM_LINES = 30;
const SHIM = path.join(__dirname, 'originShim.ts');
const GUIDE = path.join(__dirname, '../../../../docs/guide/moving-over.md');

let test: TestTable;
let people = 0;
beforeAll(async () => {
  test = await createTestTable();
});
afterAll(() => test.drop());

async function newPerson(): Promise<Person> {
  const sessions = { getTokenSecret: () => 'too short' };
  const accounts = new Accounts({ transporter: test.table, sessions });
  const username = `person${++people}`;
  const email = `${username}@example.com`;
  const input = { username, email, password: PASSWORD, request: {} };
  const created = await accounts.createAccount(input);
  return { test, accounts, username, email, created, accountId: created.accountId };
}

describe("the origin's specification", () => {
  it.each(assertions.filter(({ row }) => row === undefined))(
    'holds: $call $says',
    async ({ check }) => {
      expect.hasAssertions();
      await check(await newPerson());
    },
  );

  it.each(assertions.filter(({ row }) => row !== undefined))(
    'does not hold, as moving-over says: $call $says',
    async ({ check }) => {
      expect.hasAssertions();
      await check(await newPerson());
    },
  );

  it(`needs a shim of at most ${MAX_SHIM_LINES} lines`, () => {
    const lines = readFileSync(SHIM, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(MAX_SHIM_LINES);
  });

  it('differs only where moving-over has a row', () => {
    const [, section = ''] = readFileSync(GUIDE, 'utf8').split('## The origin\n');
    const [own = ''] = section.split('\n## ');
    const rows = Array.from(own.matchAll(/^\| (.*?) +\|/gm), ([, left]) => left);
    const differences = assertions.flatMap(({ row }) => row ?? []);
    expect(rows).toEqual(expect.arrayContaining([...SHIMMED, ...differences]));
  });
});
