/** @in-turns 3: AWS's validator is slow. */

import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { TableNames } from '@latchkey/entity';
import { localClient, uniqueTableName } from '@latchkey/entity/testing';
import {
  adviseTable,
  diffTable,
  toCdk,
  toCdkGlobalTable,
  toCloudFormation,
  toCreateTableInput,
  toIamPolicy,
  toNoSqlWorkbench,
  toTerraform,
  type TableFeatures,
} from '../../src/infrastructure/index.js';
import { errorFrom } from '../support/errorOf.js';
import { ACCOUNTS, arnOf, SHOP } from './support/describedTables.js';
import { templateOf, validateTemplate } from './support/validateTemplate.js';
import { validateTerraformTable } from './support/validateTerraform.js';

const NAMES: TableNames = {
  attributes: { PK: 'pk', SK: 'sk', ttl: 'expires' },
  indexes: { _id2: { name: 'gsi1', PK: 'gsi1pk', SK: 'gsi1sk' } },
};

const WARM = { readUnitsPerSecond: 20_000, writeUnitsPerSecond: 8_000 };
const MAXIMUM = { readRequestUnits: 500, writeRequestUnits: 100 };
const FEATURES: [string, TableFeatures][] = [
  ['nothing', {}],
  ['warm throughput', { warmThroughput: WARM }],
  ['warm reads', { warmThroughput: { readUnitsPerSecond: 20_000 } }],
  ['a maximum', { maximumThroughput: MAXIMUM }],
  ['a maximum of writes', { maximumThroughput: { writeRequestUnits: 1 } }],
  ['a stream', { stream: 'KEYS_ONLY' }],
  ['replicas', { replicas: ['eu-central-1', 'eu-west-1', 'us-gov-east-1'] }],
  [
    'everything',
    {
      warmThroughput: WARM,
      maximumThroughput: MAXIMUM,
      stream: 'NEW_AND_OLD_IMAGES',
      replicas: ['eu-central-1', 'us-east-1'],
    },
  ],
];
const TABLES = FEATURES.flatMap(([what, features]) => [
  { what: `accounts with ${what}`, table: { ...ACCOUNTS, ...features } },
  { what: `a shop with ${what}`, table: { ...SHOP, ...features } },
  { what: `a shop of other names with ${what}`, table: { ...SHOP, ...NAMES, ...features } },
]);

describe.each(TABLES)('$what', ({ table }) => {
  it("passes AWS's own validator in CloudFormation, and as the CDK spells it", () => {
    const template = toCloudFormation(table);
    expect(validateTemplate(template)).toEqual([]);
    const { Type, Properties } = template.Resources.Table ?? {};
    expect(Type).toBe(table.replicas ? 'AWS::DynamoDB::GlobalTable' : 'AWS::DynamoDB::Table');
    const cdk = table.replicas ? toCdkGlobalTable(table) : toCdk(table);
    expect(cloudFormationCase(cdk)).toEqual(Properties);
    expect(validateTemplate(templateOf(Type ?? '', cloudFormationCase(cdk)))).toEqual(
      validateTemplate(templateOf(Type ?? '', Properties)),
    );
  });

  it("passes the schema of Terraform's provider", () => {
    const resource = toTerraform(table).resource.aws_dynamodb_table.table;
    expect(validateTerraformTable(resource)).toEqual([]);
    expect(resource?.replica?.map(({ region_name }) => region_name)).toEqual(
      table.replicas?.slice(1),
    );
  });

  it('gives each table and index the same throughput', () => {
    const input = toCreateTableInput(table);
    for (const index of input.GlobalSecondaryIndexes ?? []) {
      expect(index.WarmThroughput).toEqual(input.WarmThroughput);
      expect(index.OnDemandThroughput).toEqual(input.OnDemandThroughput);
    }
    const stream = table.replicas ? 'NEW_AND_OLD_IMAGES' : table.stream;
    expect(input.StreamSpecification?.StreamViewType).toBe(stream);
  });

  it('is found without a difference once it is as described', () => {
    expect(diffTable(table, { table: liveOf(table), timeToLive: ttlOf(table) })).toEqual([]);
  });
});

it('DynamoDB makes a table of other names, with a stream', async () => {
  const client = localClient();
  const described = {
    ...SHOP,
    ...NAMES,
    tableName: uniqueTableName(),
    stream: 'NEW_IMAGE' as const,
  };
  const { TableDescription } = await client.send(
    new CreateTableCommand(toCreateTableInput(described)),
  );
  expect(
    TableDescription?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort(),
  ).toEqual(['_id3', 'gsi1']);
  expect(diffTable(described, { table: TableDescription ?? null }).map(({ kind }) => kind)).toEqual(
    ['TtlOff'],
  );
  client.destroy();
});

it('Every other output knows the other names', () => {
  const table = { ...SHOP, ...NAMES };
  const policy = toIamPolicy({ ...table, tableArn: arnOf(table.tableName), role: 'read-only' });
  expect(policy.Statement[1]?.Resource).toEqual([
    `${arnOf(table.tableName)}/index/gsi1`,
    `${arnOf(table.tableName)}/index/_id3`,
  ]);
  const [model] = toNoSqlWorkbench(table).DataModel;
  expect(model?.KeyAttributes.PartitionKey.AttributeName).toBe('pk');
  expect(model?.GlobalSecondaryIndexes[0]).toMatchObject({
    IndexName: 'gsi1',
    KeyAttributes: { SortKey: { AttributeName: 'gsi1sk' } },
  });
  const items = model?.TableFacets.flatMap(({ TableData }) => TableData) ?? [];
  expect(items.length).toBeGreaterThan(0);
  for (const item of items) {
    expect(item).toMatchObject({ pk: { S: expect.any(String) }, sk: { S: expect.any(String) } });
    expect(item).not.toHaveProperty('PK');
  }
});

describe('a live table', () => {
  const wanted = { ...SHOP, warmThroughput: WARM, maximumThroughput: MAXIMUM };

  it.each<[string, TableFeatures, Partial<TableDescription>, string, RegExp]>([
    [
      'less warm throughput',
      { warmThroughput: WARM },
      { WarmThroughput: { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 8_000 } },
      'LowWarmThroughput',
      /of the table is 12000 reads and 8000 writes per second, but must be at least 20000 and 8000/,
    ],
    [
      'another maximum',
      { maximumThroughput: MAXIMUM },
      { OnDemandThroughput: { MaxReadRequestUnits: 500, MaxWriteRequestUnits: -1 } },
      'WrongMaximumThroughput',
      /is 500 read and any number of write request units/,
    ],
    [
      'another stream',
      { stream: 'NEW_IMAGE' },
      { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } },
      'WrongStream',
      /The stream is KEYS_ONLY, but must be NEW_IMAGE/,
    ],
    [
      'no stream',
      { stream: 'NEW_IMAGE' },
      { StreamSpecification: { StreamEnabled: false, StreamViewType: 'NEW_IMAGE' } },
      'WrongStream',
      /The stream is off/,
    ],
    [
      'a replica less',
      { replicas: ['eu-central-1', 'us-east-1'] },
      { Replicas: [] },
      'MissingReplica',
      /no replica in us-east-1/,
    ],
  ])('that has %s is told of', (_, features, live, kind, message) => {
    const table = { ...SHOP, ...features };
    const found = diffTable(table, {
      table: { ...liveOf(table), ...live },
      timeToLive: ttlOf(table),
    });
    expect(found).toHaveLength(1);
    expect(found[0]?.kind).toBe(kind);
    expect(found[0]?.message).toMatch(message);
    // Only where it is asked for.
    expect(
      diffTable(SHOP, { table: { ...liveOf(SHOP), ...live }, timeToLive: ttlOf(SHOP) }),
    ).toEqual([]);
  });

  it('whose index has less than the table is told of', () => {
    const live = liveOf(wanted);
    const [first, ...more] = live.GlobalSecondaryIndexes ?? [];
    const { WarmThroughput: _, ...cold } = first ?? {};
    const table = { ...live, GlobalSecondaryIndexes: [cold, ...more] };
    const found = diffTable(wanted, { table, timeToLive: ttlOf(wanted) });
    expect(found.map(({ kind }) => kind)).toEqual(['LowWarmThroughput']);
    expect(found[0]?.message).toContain('of the index _id2 is 0 reads');
  });

  it('with replicas comes with the rule of one home Region, and is not refused', () => {
    const table = { ...liveOf(SHOP), Replicas: [{ RegionName: 'us-east-1' }] };
    expect(diffTable(SHOP, { table, timeToLive: ttlOf(SHOP) })).toEqual([]);
    expect(adviseTable({ table })).toEqual([
      { kind: 'LastWriterWins', message: expect.stringMatching(/us-east-1.*home Region/) },
    ]);
    expect(adviseTable({ table: liveOf(SHOP) })).toEqual([]);
    expect(adviseTable({ table: null })).toEqual([]);
  });

  it('with multi-Region strong consistency will not do: it takes no transactions', () => {
    const table: TableDescription = {
      ...liveOf(SHOP),
      Replicas: [{ RegionName: 'us-east-1' }],
      MultiRegionConsistency: 'STRONG',
    };
    const found = diffTable(SHOP, { table, timeToLive: ttlOf(SHOP) });
    expect(found.map(({ kind }) => kind)).toEqual(['NoTransactions']);
    expect(adviseTable({ table })).toEqual([]);
  });
});

it.each<[string, unknown, RegExp]>([
  ['an unknown stream', { stream: 'BOTH' }, /the stream must be one of/],
  ['no throughput', { warmThroughput: {} }, /whole numbers above 0/],
  ['zero', { warmThroughput: { readUnitsPerSecond: 0 } }, /whole numbers above 0/],
  ['half a unit', { maximumThroughput: { readRequestUnits: 0.5 } }, /whole numbers above 0/],
  ['a unit as text', { maximumThroughput: { readRequestUnits: '5' } }, /whole numbers above 0/],
  ['units of another kind', { warmThroughput: { reads: 5 } }, /readUnitsPerSecond/],
  ['throughput that is none', { maximumThroughput: 5 }, /readRequestUnits/],
  ['one Region', { replicas: ['eu-central-1'] }, /two or more/],
  ['a Region twice', { replicas: ['eu-central-1', 'eu-central-1'] }, /different Regions/],
  ['what is no Region', { replicas: ['eu-central-1', '${aws:region}'] }, /Regions/],
  ['text for a list', { replicas: 'eu-central-1' }, /Regions/],
  [
    'replicas with half a stream',
    { replicas: ['eu-central-1', 'eu-west-1'], stream: 'NEW_IMAGE' },
    /NEW_AND_OLD_IMAGES/,
  ],
  ['one name for two keys', { attributes: { PK: 'k', SK: 'k' } }, /both be named k/],
  ['a key with the name of a field', { attributes: { PK: 'state' } }, /field state of Order/],
])('Every output refuses %s', (_, features, reason) => {
  const table = { ...SHOP, ...(features as object) };
  const outputs = [
    () => toCreateTableInput(table),
    () => toCloudFormation(table),
    () => toTerraform(table),
    () => toNoSqlWorkbench(table),
    () => toIamPolicy({ ...table, tableArn: arnOf(table.tableName), role: 'read-only' }),
    () => diffTable(table, { table: null }),
    () => ('replicas' in table ? toCdkGlobalTable(table) : toCdk(table)),
  ];
  for (const output of outputs) {
    const error = errorFrom(output);
    expect(error.code).toBe('InvalidTable');
    expect(error.message).toMatch(reason);
  }
});

it('The two constructs of the CDK are not confused', () => {
  const replicas = ['eu-central-1', 'eu-west-1'];
  expect(errorFrom(() => toCdk({ ...SHOP, replicas })).message).toContain('toCdkGlobalTable');
  expect(errorFrom(() => toCdkGlobalTable(SHOP)).message).toContain('needs replicas');
});

/** DynamoDB's description of a table that is as described. */
function liveOf(described: typeof SHOP): TableDescription {
  const { StreamSpecification, ...input } = toCreateTableInput(described);
  const { replicas = [] } = described;
  return {
    ...input,
    TableArn: `arn:aws:dynamodb:eu-central-1:123456789012:table/${described.tableName}`,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    ...(StreamSpecification && { StreamSpecification }),
    ...(replicas.length > 0 && {
      Replicas: replicas.slice(1).map((RegionName) => ({ RegionName })),
    }),
  };
}

function ttlOf({ attributes = {} }: TableNames) {
  return { TimeToLiveStatus: 'ENABLED', AttributeName: attributes.ttl ?? 'ttl' } as const;
}

/** What the CDK makes of its properties. */
function cloudFormationCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cloudFormationCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, property]) => [
      name.replace(/^(sse|[a-z])/, (start) => start.toUpperCase()),
      cloudFormationCase(property),
    ]),
  );
}
