import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import {
  type DescribedTable,
  diffTable,
  toCdk,
  toCloudFormation,
  toCreateTableInput,
  toIamPolicy,
  toNoSqlWorkbench,
  toTerraform,
} from '../../src/infrastructure/index.js';
import { errorFrom } from '../support/errorOf.js';
import { arnOf, HOSTILE_NAMES, Order, SHOP } from './support/describedTables.js';

const OUTPUTS: readonly (readonly [string, (table: DescribedTable) => unknown])[] = [
  ['toCreateTableInput', toCreateTableInput],
  ['toCloudFormation', toCloudFormation],
  ['toCdk', toCdk],
  ['toTerraform', toTerraform],
  ['toNoSqlWorkbench', toNoSqlWorkbench],
  ['diffTable', (table) => diffTable(table, { table: null })],
  [
    'toIamPolicy',
    (table) => toIamPolicy({ ...table, tableArn: arnOf(table.tableName), role: 'read-write' }),
  ],
];

describe.each(OUTPUTS)('%s', (_, make) => {
  it('is the same at every call, and an object of its own', () => {
    expect(JSON.stringify(make(SHOP))).toBe(JSON.stringify(make(SHOP)));
    expect(make(SHOP)).not.toBe(make(SHOP));
  });

  it('survives JSON unchanged', () => {
    expect(JSON.parse(JSON.stringify(make(SHOP)))).toEqual(make(SHOP));
  });

  it.each(HOSTILE_NAMES)('refuses the table name %j', (tableName) => {
    const error = errorFrom(() => make({ ...SHOP, tableName }));
    expect(error.code).toBe('InvalidTable');
  });

  it('refuses what is no name at all', () => {
    for (const tableName of [undefined, null, 42, {}, ['accounts']]) {
      expect(errorFrom(() => make({ ...SHOP, tableName: tableName as never })).code).toBe(
        'InvalidTable',
      );
    }
  });

  it('refuses two definitions of one name', () => {
    const order = defineEntity({
      name: 'ORDER',
      schema: z.object({ number: z.string() }),
      indexes: [{ name: '_id', PK: ['.number'] }],
    });
    const error = errorFrom(() => make({ ...SHOP, definitions: [Order, order] }));
    expect(error.code).toBe('InvalidTable');
  });
});
