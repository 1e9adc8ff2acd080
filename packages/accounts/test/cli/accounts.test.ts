import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { injectFaults } from '@latchkey/entity/testing';
import type { CliOutput } from '../../../entity/src/cli/CliOutput.js';
import { commandTools } from '../../../entity/src/cli/loadAccountCommands.js';
import { UsageError } from '../../../entity/src/cli/UsageError.js';
import { accountsCommand } from '../../src/cli/accountsCommand.js';
import { findFlows } from '../../src/accounts/flowsOf.js';
import { importAccounts } from '../../src/import/importAccounts.js';
import { errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

const ESCAPE = '\u001b';

let test: TestAccounts;
let accountId: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'latchkey-accounts-'));
  test = await createTestAccounts({ delivery: { send: () => undefined } });
  ({ accountId } = await signUp('ada', { profile: { motto: `clear ${ESCAPE}[2J\u202e` } }));
});
afterAll(async () => {
  await test.drop();
  await rm(folder, { recursive: true });
});

function signUp(username: string, more: object = {}): Promise<{ accountId: string }> {
  return test.accounts.createAccount({
    username,
    email: `${username}@example.com`,
    password: PASSWORD,
    ...more,
  });
}

async function verifyEmailOf(username: string): Promise<void> {
  const account = await test.accounts.findUser({ username });
  const email = `${username}@example.com`;
  await test.accounts.verifyEmail({ accountId: account?.accountId ?? '', email });
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  readonly asked: readonly string[];
}

/** Runs the command on the test's accounts; `answer` is what is typed if it asks. */
async function run(
  args: readonly string[],
  { answer = '', terminals }: { answer?: string; terminals?: CliOutput['terminals'] } = {},
): Promise<Ended> {
  let [out, error] = ['', ''];
  const asked: string[] = [];
  const tools = commandTools({
    out: (text) => (out += text),
    error: (text) => (error += text),
    ...(terminals && { terminals }),
  });
  const command = accountsCommand(() => {
    const flows = findFlows(test.accounts);
    if (!flows) throw new Error('The test has no accounts.');
    return Promise.resolve({ accounts: test.accounts as never, flows });
  });
  const [name = [], ...others] = args;
  const code = await command.run([name, '--app', 'app.js', ...others].flat(), {
    ...tools,
    ask: (question) => {
      asked.push(question);
      return Promise.resolve(answer);
    },
  });
  return { code, out, error, asked };
}

const isThere = async (username: string): Promise<boolean> =>
  (await test.accounts.findUser({ username })) !== null;

describe('latchkey accounts find', () => {
  beforeAll(async () => {
    await test.accounts.contacts.addPhone({ accountId, phone: '+4930123456' });
    await test.accounts.contacts.addOAuth({ accountId, provider: 'example', value: 'subject-1' });
  });

  it.each([
    [['ada']],
    [['ADA@example.com']],
    [['+49 30 123456']],
    [['subject-1', '--provider', 'example']],
    [['--provider=example', 'subject-1']],
    [['--', 'ada']],
  ])('%j prints the id', async (args) => {
    const ended = await run(['find', ...args]);
    expect(ended).toMatchObject({ code: 0, out: `${accountId}\n`, error: '' });
  });

  it('finds who was imported by the id in the former system', async () => {
    const rows = [{ foreignId: 'kay-7', username: 'kay' }];
    await importAccounts(test.accounts as never, () => rows as never);
    const kay = await test.accounts.findUser({ username: 'kay' });
    const { out } = await run(['find', '--foreign-id', 'kay-7', '--json']);
    expect(JSON.parse(out)).toMatchObject({ accountId: kay?.accountId, foreignId: 'kay-7' });
  });

  it('takes the id itself, and prints JSON when asked', async () => {
    const { code, out } = await run(['find', accountId, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      accountId,
      username: 'ada',
      permissions: [`admin_profile:${accountId}`],
      deactivated: false,
    });
  });

  it.each([
    [['nobody'], 'the identifier nobody'],
    [['--foreign-id', 'nobody'], 'the foreign id nobody'],
    [['nobody', '--provider', 'example'], 'at example the identity nobody'],
    [[`evil${ESCAPE}[2J`, '--provider', 'example'], 'at example the identity evil\ufffd[2J'],
  ])('%j ends with 1 where nobody has it', async (args, what) => {
    expect(await run(['find', ...args])).toMatchObject({
      code: 1,
      out: '',
      error: `latchkey: no account has ${what}.\n`,
    });
  });
});

describe('latchkey accounts show', () => {
  beforeAll(async () => {
    await test.accounts.userByPasswordLogin({
      username: 'ada',
      password: PASSWORD,
      request: requestWith(),
    });
    await errorOf(
      test.accounts.userByPasswordLogin({
        username: 'ada',
        password: 'canary-wrong',
        request: requestWith(),
      }),
    );
  });

  it('tells what owners write from its own facts', async () => {
    const profile = {
      state: 'deactivated',
      password: 'none',
      factor: 'none',
      permissions: 'staff',
    };
    await signUp('eve', { profile });
    const { out } = await run(['show', 'eve']);
    const names = out.split('\n').map((line) => line.split(/ {2,}/)[0]?.trim());
    for (const name of Object.keys(profile)) {
      expect(names.filter((each) => each === name).length).toBeLessThanOrEqual(1);
      expect(out).toContain(`profile ${name}`);
    }
    expect(out).toMatch(/^state +active$/m);
  });

  it('prints a list without anything that controls the terminal', async () => {
    const { code, out } = await run(['show', 'ada']);
    expect(code).toBe(0);
    expect(out).toContain(`account      ${accountId}\n`);
    expect(out).toContain('state        active\n');
    expect(out).toContain('profile motto clear \ufffd[2J\ufffd\n');
    expect(out).toContain('\ncontacts\n  email ada@example.com, not verified\n');
    expect(out).toMatch(/\nsessions\n {2}[0-9A-Z]{26} active, since /);
    expect(out).toMatch(/\npending tokens\n {2}email_verification for ada@example\.com, until /i);
    expect(out).toContain('\nfailed attempts\n  password: 1 in a row, the last ');
    expect(out).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('prints JSON of the same, in which nothing controls the terminal either', async () => {
    const { out } = await run(['show', 'ada', '--json']);
    expect(out).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(JSON.parse(out)).toMatchObject({
      accountId,
      profile: { motto: `clear ${ESCAPE}[2J\u202e` },
      contacts: expect.arrayContaining([expect.objectContaining({ kind: 'email' })]) as unknown,
    });
  });

  it('prints no secret, as text and as JSON', async () => {
    const session = requestWith();
    const { authToken } = await test.accounts.userByPasswordLogin({
      username: 'ada',
      password: PASSWORD,
      request: session,
    });
    for (const args of [
      ['show', 'ada'],
      ['show', 'ada', '--json'],
      ['export', 'ada'],
    ]) {
      const { out } = await run(args);
      expect(out).toContain('ada@example.com');
      for (const secret of [authToken, authToken.split('.')[2] ?? '', 'canary', '$quick', 'hash']) {
        expect(out.toLowerCase()).not.toContain(secret.toLowerCase());
      }
    }
  });

  it('is coloured on a terminal only, and not with NO_COLOR', async () => {
    const on = { out: true, error: true, colours: true };
    const plain = await run(['show', 'ada']);
    const coloured = await run(['show', 'ada'], { terminals: on });
    expect(coloured.out).toContain(`${ESCAPE}[1mcontacts${ESCAPE}[22m`);
    expect(stripVTControlCharacters(coloured.out)).toBe(plain.out);
    const without = await run(['show', 'ada'], { terminals: { ...on, colours: false } });
    expect(without.out).toBe(plain.out);
  });
});

describe('latchkey accounts', () => {
  it('deactivates, and reactivates', async () => {
    await signUp('grace');
    const deactivated = await run(['deactivate', 'grace']);
    expect(deactivated).toMatchObject({ code: 0, out: '', asked: [] });
    expect((await test.accounts.findUser({ username: 'grace' }))?.deactivated).toBe(true);
    expect((await run(['show', 'grace'])).out).toContain('state        deactivated\n');
    await run(['reactivate', 'grace']);
    expect((await test.accounts.findUser({ username: 'grace' }))?.deactivated).toBe(false);
  });

  it('revokes all sessions', async () => {
    await signUp('lin');
    const request = requestWith();
    const { authToken } = await test.accounts.userByPasswordLogin({
      username: 'lin',
      password: PASSWORD,
      request,
    });
    expect(await run(['revoke', 'lin'])).toMatchObject({ code: 0 });
    const refused = await errorOf(test.accounts.handleRequest(requestWith(authToken)));
    expect(refused).toMatchObject({ code: 'InvalidSession' });
  });

  it('deletes after the identifier was typed again, or with --yes', async () => {
    await signUp('mary');
    const email = 'mary@example.com';
    await verifyEmailOf('mary');
    for (const answer of ['', 'mary', 'yes', 'MARY@example.com']) {
      const ended = await run(['delete', email], { answer });
      expect(ended.code).toBe(3);
      expect(ended.error).toBe('latchkey: not confirmed; nothing was deleted.\n');
      expect(ended.asked.join('')).toContain(`Type ${email} to delete it: `);
    }
    expect(await isThere('mary')).toBe(true);
    expect(await run(['delete', email], { answer: email })).toMatchObject({ code: 0 });
    expect(await isThere('mary')).toBe(false);
    await signUp('mary');
    expect(await run(['delete', 'mary', '--yes'])).toMatchObject({ code: 0, asked: [] });
    expect(await isThere('mary')).toBe(false);
  });

  it.each(['deactivate', 'reactivate', 'revoke', 'delete', 'export'])(
    '%s refuses an address that an account has only claimed',
    async (command) => {
      const { accountId: id } = await signUp(`claims-${command}`);
      const email = `claims-${command}@example.com`;
      const ended = await run([command, email], { answer: email });
      expect(ended).toMatchObject({ code: 1, out: '', asked: [] });
      expect(ended.error).toContain(`is claimed by the account ${id}, and not verified`);
      expect(await isThere(`claims-${command}`)).toBe(true);
      expect(await run([command, id], { answer: id })).toMatchObject({ code: 0 });
    },
  );

  it('exports to standard output, or to a new file of the owner alone', async () => {
    const { out } = await run(['export', 'ada']);
    expect(JSON.parse(out)).toMatchObject({
      account: { accountId },
      contacts: expect.any(Array) as unknown,
      sessions: expect.any(Array) as unknown,
    });
    const file = path.join(folder, 'ada.json');
    expect(await run(['export', 'ada', '--out', file])).toMatchObject({ code: 0, out: '' });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ account: { accountId } });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await writeFile(file, 'kept');
    await expect(run(['export', 'ada', '--out', file])).rejects.toThrow(UsageError);
    expect(await readFile(file, 'utf8')).toBe('kept');
  });

  it.each([
    [
      [],
      'expected "accounts" followed by one of find, show, deactivate, reactivate, revoke, delete, export (see --help).',
    ],
    [['shwo', 'ada'], '(did you mean show?).'],
    [['toString', 'ada'], '(see --help).'],
    [['find'], 'accounts find needs an identifier (see --help).'],
    [['find', ''], 'accounts find needs an identifier (see --help).'],
    [['find', 'ada', 'grace'], 'accounts find takes one identifier (see --help).'],
    [['find', 'ada', '--foreign-id', 'x'], 'accounts find takes one identifier (see --help).'],
    [
      ['find', '--foreign-id', 'x', '--provider', 'y'],
      'takes --foreign-id or --provider, not both.',
    ],
    [['find', 'ada', '--jsno'], "accounts find: unknown option '--jsno' (did you mean --json?)."],
    [['revoke', 'ada', '--yes'], "accounts revoke: unknown option '--yes'"],
    [['find', 'a#b'], 'username: '],
  ])('refuses %j in one sentence', async (args, sentence) => {
    const refused = run(args);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(sentence);
  });

  it('does nothing where the table does not answer', async () => {
    const fault = injectFaults(test.client).on('GetItem', 'timeout', { times: 1000 });
    await expect(run(['revoke', 'ada'])).rejects.toThrow();
    fault.remove();
  });
});
