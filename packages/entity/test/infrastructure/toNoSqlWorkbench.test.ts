import { PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { AccessType, Account, AccountToken, Session } from '@latchkey/schema';
import { EntityModel } from '../../src/entity/EntityModel.js';
import { toNoSqlWorkbench, type WorkbenchFacet } from '../../src/infrastructure/index.js';
import { createTestTable, localClient } from '../../src/testing/index.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { ACCOUNTS, Order, SHOP } from './support/describedTables.js';

const [table] = toNoSqlWorkbench(SHOP).DataModel;
const facets = new Map(table?.TableFacets.map((facet) => [facet.FacetName, facet]));
const rowsOf = (name: string): WorkbenchFacet['TableData'] => facets.get(name)?.TableData ?? [];

describe('toNoSqlWorkbench', () => {
  it('has a facet for each entity and each of its unique indexes', () => {
    expect([...facets.keys()]).toEqual([
      'Account',
      'Account._id2',
      'Account._id4',
      'AccessType',
      'AccessType._id2',
      'AccountToken',
      'AccountToken._id2',
      'Session',
      'Order',
      'Order._id4',
    ]);
    expect(facets.get('AccessType')?.KeyAttributeAlias).toEqual({
      PartitionKeyAlias: 'account#<accountId>',
      SortKeyAlias: 'accesstype#<data.kind>#<ulid>',
    });
  });

  it('shows a row for each kind of contact and of token', () => {
    expect(rowsOf('Account')).toHaveLength(1);
    expect(rowsOf('AccessType')).toHaveLength(5);
    expect(rowsOf('AccountToken')).toHaveLength(9);
    expect(rowsOf('Session')).toHaveLength(1);
    expect(rowsOf('Order').length).toBeGreaterThan(0);
  });

  it.each([Account, AccessType, AccountToken, Session, Order])(
    'has rows of $name that are as the schema says, with the keys that follow from them',
    (definition) => {
      const model = new EntityModel(definition, '');
      for (const item of rowsOf(definition.name)) {
        const fields = model.allFields(item);
        expect(model.primaryKey(fields)).toEqual({ PK: item.PK?.S, SK: item.SK?.S });
        const own = Object.entries(fields).filter(([name]) => name in definition.schema.shape);
        const { error } = definition.schema.safeParse(Object.fromEntries(own));
        const wrong = (error?.issues ?? []).map(({ path }) => path.join('.'));
        // A secret is shown as such, which need be no value of its field.
        expect(wrong.filter((path) => !(definition.secrets as string[]).includes(path))).toEqual(
          [],
        );
      }
    },
  );

  it('writes every secret as "(secret)", each its own, since one may be unique', () => {
    const numbered = { S: expect.stringMatching(/^\(secret( \d+)?\)$/) as string };
    for (const row of rowsOf('Session')) {
      expect(row).toMatchObject({ token: numbered, previousToken: numbered });
    }
    const values = rowsOf('AccountToken').map(({ value }) => value);
    for (const value of values) expect(value).toEqual(numbered);
    expect(new Set(values.map((value) => value?.S)).size).toBe(values.length);
    expect(rowsOf('AccessType')[2]?.data?.M?.authToken).toEqual(numbered);
  });

  it('names every attribute of its rows with the type that it has there', () => {
    const types = new Map(
      table?.NonKeyAttributes.map(({ AttributeName, AttributeType }) => [
        AttributeName,
        AttributeType,
      ]),
    );
    expect(types.size).toBe(table?.NonKeyAttributes.length);
    for (const { TableData, NonKeyAttributes } of table?.TableFacets ?? []) {
      expect(NonKeyAttributes.filter((name) => !types.has(name))).toEqual([]);
      for (const row of TableData) {
        for (const [name, value] of Object.entries(row)) {
          if (name !== 'PK' && name !== 'SK') expect(value).toHaveProperty(types.get(name) ?? '?');
        }
      }
    }
    expect(types.get('_id2PK')).toBe('S');
    expect(toNoSqlWorkbench(ACCOUNTS).DataModel[0]?.GlobalSecondaryIndexes).toEqual([]);
  });

  it('has rows that DynamoDB stores, each under a key of its own, uniques in order', async () => {
    const live = await createTestTable(SHOP.definitions);
    const client = localClient();
    const { name } = live.table;
    const rows: Record<string, AttributeValue>[] = [...facets.values()].flatMap(
      ({ TableData }) => TableData,
    );
    for (const Item of rows) {
      const ConditionExpression = 'attribute_not_exists(PK)';
      await client.send(new PutItemCommand({ TableName: name, Item, ConditionExpression }));
    }
    expect(await sweepUniques(client, name, SHOP.definitions)).toEqual([]);
    await live.drop();
    client.destroy();
  });
});
