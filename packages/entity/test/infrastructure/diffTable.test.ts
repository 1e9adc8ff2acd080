import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { diffTable, toCreateTableInput } from '../../src/infrastructure/index.js';
import { localClient, uniqueTableName } from '../../src/testing/index.js';
import { SHOP } from './support/describedTables.js';

type Index = NonNullable<CreateTableCommandInput['GlobalSecondaryIndexes']>[number];

const client = localClient();
afterAll(() => {
  client.destroy();
});

/** What is found of a table that is made as it should be, but for one change. */
async function found(
  change: (input: CreateTableCommandInput) => CreateTableCommandInput,
  ttl: string | null = 'ttl',
): Promise<string[]> {
  const tableName = uniqueTableName('diff');
  const expected = { ...SHOP, tableName };
  await client.send(new CreateTableCommand(change(toCreateTableInput(expected))));
  if (ttl !== null) {
    const TimeToLiveSpecification = { AttributeName: ttl, Enabled: true };
    await client.send(
      new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification }),
    );
  }
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  const { TimeToLiveDescription } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: tableName }),
  );
  await client.send(new DeleteTableCommand({ TableName: tableName }));
  const live = { table: Table ?? null, timeToLive: TimeToLiveDescription ?? {} };
  return diffTable(expected, live).map(({ kind, message }) => `${kind}: ${message}`);
}

/** Changes the index `_id2`, or leaves it out. */
function withIndex(change: (index: Index) => Index | undefined) {
  return (input: CreateTableCommandInput): CreateTableCommandInput => {
    const indexes = (input.GlobalSecondaryIndexes ?? []).flatMap((index) =>
      index.IndexName === '_id2' ? (change(index) ?? []) : [index],
    );
    const keys = [input, ...indexes].flatMap(({ KeySchema }) => KeySchema ?? []);
    const names = new Set(keys.map(({ AttributeName }) => AttributeName));
    return {
      ...input,
      GlobalSecondaryIndexes: indexes,
      AttributeDefinitions: [...names].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
    };
  };
}

describe('diffTable', () => {
  it('finds nothing in a table that is as it should be', async () => {
    expect(await found((input) => input)).toEqual([]);
  });

  it('leaves alone what a table has beyond that', async () => {
    const more = { ...SHOP, definitions: SHOP.definitions.slice(0, 4) };
    const { table } = await liveShop();
    expect(
      diffTable(more, { table, timeToLive: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' } }),
    ).toEqual([]);
  });

  it('says that there is no table', () => {
    expect(diffTable(SHOP, { table: null })).toEqual([
      { kind: 'MissingTable', message: 'There is no table shop-2.test_table.' },
    ]);
  });

  it('says which index is missing', async () => {
    expect(await found(withIndex(() => undefined))).toEqual([
      'MissingIndex: There is no global secondary index _id2.',
    ]);
  });

  it('says what is wrong with the key of an index', async () => {
    const withoutSort = withIndex((index) => ({
      ...index,
      KeySchema: (index.KeySchema ?? []).slice(0, 1),
    }));
    expect(await found(withoutSort)).toEqual([
      'WrongIndexKey: The key of the index _id2 is HASH _id2PK (S), but must be HASH _id2PK (S), RANGE _id2SK (S).',
    ]);
  });

  it('says that an index leaves fields out', async () => {
    const keysOnly = withIndex((index) => ({
      ...index,
      Projection: { ProjectionType: 'KEYS_ONLY' },
    }));
    expect(await found(keysOnly)).toEqual([
      'WrongIndexProjection: The index _id2 projects KEYS_ONLY, but must project ALL.',
    ]);
  });

  it('says what is wrong with the key of the table', async () => {
    const lower = (input: CreateTableCommandInput): CreateTableCommandInput =>
      JSON.parse(JSON.stringify(input).replaceAll('"PK"', '"pk"')) as CreateTableCommandInput;
    expect(await found(lower)).toEqual([
      'WrongKey: The key is HASH pk (S), RANGE SK (S), but must be HASH PK (S), RANGE SK (S).',
    ]);
    const numeric = (input: CreateTableCommandInput): CreateTableCommandInput => ({
      ...input,
      AttributeDefinitions: (input.AttributeDefinitions ?? []).map((attribute) =>
        attribute.AttributeName === 'SK' ? { ...attribute, AttributeType: 'N' } : attribute,
      ),
    });
    expect(await found(numeric)).toEqual([
      'WrongKey: The key is HASH PK (S), RANGE SK (N), but must be HASH PK (S), RANGE SK (S).',
    ]);
  });

  it('says that TTL is off, or looks elsewhere', async () => {
    expect(await found((input) => input, null)).toEqual([
      'TtlOff: TTL is off, so expired items are never removed.',
    ]);
    expect(await found((input) => input, 'expiresAt')).toEqual([
      'WrongTtlAttribute: TTL uses the attribute expiresAt, but must use ttl.',
    ]);
  });

  it('says that capacity is provisioned', async () => {
    const ProvisionedThroughput = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 };
    const provisioned = (input: CreateTableCommandInput): CreateTableCommandInput => ({
      ...input,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput,
      GlobalSecondaryIndexes: (input.GlobalSecondaryIndexes ?? []).map((index) => ({
        ...index,
        ProvisionedThroughput,
      })),
    });
    expect(await found(provisioned)).toEqual([
      'WrongBillingMode: Billing is PROVISIONED, but must be PAY_PER_REQUEST.',
    ]);
  });

  it('says everything at once', async () => {
    expect(await found((input) => withIndex(() => undefined)(input), null)).toHaveLength(2);
  });
});

async function liveShop() {
  const tableName = uniqueTableName('diff');
  await client.send(new CreateTableCommand(toCreateTableInput({ ...SHOP, tableName })));
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  await client.send(new DeleteTableCommand({ TableName: tableName }));
  return { table: Table ?? null };
}
