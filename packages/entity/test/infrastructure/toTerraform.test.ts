import { toTerraform } from '../../src/infrastructure/index.js';
import { ACCOUNTS, SHOP } from './support/describedTables.js';
import { validateTerraformTable } from './support/validateTerraform.js';

describe('toTerraform', () => {
  it.each([ACCOUNTS, SHOP])("fits the provider's published schema: $tableName", (table) => {
    const { table: resource } = toTerraform(table).resource.aws_dynamodb_table;
    expect(validateTerraformTable(resource)).toEqual([]);
    expect(resource?.name).toBe(table.tableName);
  });

  it('declares each attribute that a key names, and no other, as the provider demands', () => {
    const { table } = toTerraform(SHOP).resource.aws_dynamodb_table;
    const keys = [table, ...(table?.global_secondary_index ?? [])].flatMap((keyed) => [
      keyed?.hash_key,
      keyed?.range_key,
    ]);
    expect(table?.attribute.map(({ name }) => name)).toEqual(keys);
  });

  it('keeps data safe unless told otherwise', () => {
    expect(toTerraform(ACCOUNTS).resource.aws_dynamodb_table.table).toMatchObject({
      deletion_protection_enabled: true,
      point_in_time_recovery: { enabled: true },
      server_side_encryption: { enabled: true },
      lifecycle: { prevent_destroy: true },
    });
    const options = { deletionProtection: false, retain: false, resourceName: 'shop' };
    const { shop } = toTerraform(SHOP, options).resource.aws_dynamodb_table;
    expect(shop).toMatchObject({ deletion_protection_enabled: false });
    expect(shop).not.toHaveProperty('lifecycle');
    expect(validateTerraformTable(shop)).toEqual([]);
  });

  it.each(['', '1table', 'a b', '${x}', 'a.b'])('refuses the resource name %j', (resourceName) => {
    expect(() => toTerraform(ACCOUNTS, { resourceName })).toThrow(
      'a Terraform name must have letters',
    );
  });

  it('is judged by a check that finds faults', () => {
    const { table } = toTerraform(SHOP).resource.aws_dynamodb_table;
    expect(
      validateTerraformTable({ ...table, name: undefined, ttl: [{ enabled: 'yes' }], on: true }),
    ).toEqual(['name has another type', 'ttl repeats', 'on is unknown']);
    expect(validateTerraformTable({ ttl: { enabled: 1, attribute: 'ttl' } })).toEqual([
      'name is missing',
      'ttl.enabled has another type',
      'ttl.attribute is unknown',
    ]);
  });
});
