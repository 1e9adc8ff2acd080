import {
  AccessType,
  Account,
  AccountAttempts,
  AccountPlaces,
  AccountToken,
  AddressAttempts,
  Challenge,
  SandboxMark,
  SentMessages,
  Session,
} from '@latchkey/schema';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { actingAccount } from '../../src/core/actingAccount.js';
import { definePolicy, type SessionsOptions } from '../../src/core/sessionPolicy.js';
import { checkNewPassword } from '../../src/passwords/checkNewPassword.js';
import { DEFAULT_PASSWORD_POLICY } from '../../src/passwords/PasswordPolicy.js';
import { codeOf } from '../support/errorOf.js';
import { requestWith } from '../support/testAccounts.js';

const ROOT = path.join(__dirname, '../../../..');
const PAGE = readFileSync(path.join(ROOT, 'docs/data.md'), 'utf8');
const ENTITIES = [
  Account,
  AccessType,
  AccountToken,
  Session,
  Challenge,
  AccountAttempts,
  AddressAttempts,
  SentMessages,
  AccountPlaces,
  SandboxMark,
];

/** The rows of the table after a comment, each as its cells. */
function tableAfter(comment: string): string[][] {
  const [, after = ''] = PAGE.split(`<!-- ${comment} -->`);
  const [table = ''] = after.trimStart().split('\n\n');
  const cellsOf = (line: string) => line.split('|').slice(1, -1);
  const rows = table.split('\n').slice(2);
  return rows.map((line) => cellsOf(line).map((cell) => cell.trim().replaceAll('`', '')));
}

describe('docs/data.md', () => {
  const fields = tableAfter('fields of the entities');

  it('ASVS 14.1.1, 14.1.2: has every stored field with its class, and secrets are those of the schema', () => {
    const stored = ENTITIES.flatMap(({ name, schema, secrets }) => [
      ...Object.keys(schema.shape).map((field) => `${name}.${field}`),
      ...secrets.filter((field) => field.includes('.')).map((field) => `${name}.${field}`),
    ]);
    expect(fields.map(([field]) => field)).toEqual(stored);
    const secret = fields.filter(([, kind]) => kind === 'secret').map(([field]) => field);
    const hidden = ENTITIES.flatMap(({ name, secrets }) =>
      secrets.map((field) => `${name}.${field}`),
    );
    expect(secret.sort()).toEqual(hidden.sort());
    const classes = new Set(fields.map(([, kind]) => kind));
    expect([...classes].sort()).toEqual(['personal', 'secret', 'state']);
    for (const kind of classes)
      expect(PAGE).toMatch(new RegExp(`^\\| ${String(kind)} +\\| \\w`, 'm'));
  });

  it('ASVS 8.1.2: says of every field who sets it', () => {
    expect(
      fields.filter(([, , by = '']) => !/^(?:(?:owner|application|library)(?:, |$))+$/.test(by)),
    ).toEqual([]);
  });

  it('ASVS 8.1.1: says who acts by what, with the permission that the code asks for', () => {
    const { impersonationPermission } = definePolicy({ getTokenSecret: () => '' });
    expect(PAGE).toContain(`the permission \`${impersonationPermission}\``);
    expect(PAGE).toContain('an `accountId` in the place of a request');
  });

  it('ASVS 2.1.2: has rules for combined values that are those of the code', async () => {
    const sessions = (options: Partial<SessionsOptions>) => () =>
      definePolicy({ getTokenSecret: () => '', ...options });
    const after = '10m';
    const refusals: Record<string, () => unknown> = {
      'request and accountId': () =>
        actingAccount({ request: requestWith(), accountId: '01J' } as never, undefined as never),
      "a password and its account's username and addresses": () =>
        checkNewPassword('countess99', {
          policy: DEFAULT_PASSWORD_POLICY,
          contextWords: ['countess@example.com'],
        }),
      'sessions.rotation.after and sessions.rotation.grace': sessions({
        rotation: { after: '10s', grace: '30s' },
      }),
      'sessions.extend and sessions.rotation.after': sessions({
        extend: { by: '1d', atMost: '90d' },
      }),
      'sessions.extend.by and sessions.rotation.after': sessions({
        rotation: { after },
        extend: { by: after, atMost: '90d' },
      }),
      'sessions.extend.atMost and sessions.tokenDuration': sessions({
        rotation: { after },
        extend: { by: '1d', atMost: '29d' },
      }),
      'kind and the other fields of AccessType.data': () => {
        const data = { kind: 'email', value: 'ada@example.com', provider: 'google' };
        if (AccessType.schema.shape.data.safeParse(data).success) return;
        throw new Error('a refusal by the schema');
      },
    };
    const rules = tableAfter('rules for combined values');
    expect(rules.map(([values]) => values)).toEqual(Object.keys(refusals));
    for (const [values = '', , otherwise] of rules) {
      const refused = Promise.resolve().then(() => refusals[values]?.());
      const code = await codeOf(refused).catch((error: unknown) => (error as Error).message);
      expect([values, code]).toEqual([values, otherwise]);
    }
  });

  it('ASVS 13.1.1: lists what the sources connect by', () => {
    const sources = ['accounts', 'entity', 'schema'].flatMap((name) => {
      const folder = path.join(ROOT, 'packages', name, 'src');
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      return files
        .filter((file) => /\.c?ts$/.test(file) && !/\.test(-d)?\.ts$/.test(file))
        .map((file) => [`${name}/${file}`, readFileSync(path.join(folder, file), 'utf8')] as const);
    });
    expect(sources.length).toBeGreaterThan(300);
    const found = new Set<string>();
    const BY =
      /(?:from|(?<!typeof )import\(|getBuiltinModule\()\s*'(@aws-sdk\/client-[\w-]+|nodemailer|oauth4webapi|node:(?:http|https|http2|net|tls|dgram))'|\b(fetch)\(/g;
    const tools: string[] = [];
    for (const [file, source] of sources) {
      const code = source.replaceAll(/^import type .*$|^\s*(?:\/\/|\/?\*).*$/gm, '');
      for (const [, imported, called] of code.matchAll(BY)) {
        const by = imported ?? called ?? '';
        const isTool = by.startsWith('node:') && !file.startsWith('entity/lean/');
        if (isTool) tools.push(`${file} ${by}`);
        else found.add(by);
      }
    }
    const listed = tableAfter('connections of the sources').map(([, by]) => by);
    expect([...found].sort()).toEqual(listed.sort());
    // Node's own: parts that look at addresses, and servers and tools on the loopback interface.
    const others = tools.filter(
      (each) => !/^entity\/testing\/|^accounts\/(?:requests|doors|console)\//.test(each),
    );
    expect(others).toEqual([]);
  });
});
