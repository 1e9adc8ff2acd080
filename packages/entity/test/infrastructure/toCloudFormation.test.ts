import { toCloudFormation } from '../../src/infrastructure/index.js';
import { ACCOUNTS, SHOP } from './support/describedTables.js';
import { validateTemplate } from './support/validateTemplate.js';

describe('toCloudFormation', () => {
  it.each([ACCOUNTS, SHOP])("passes AWS's own validator: $tableName", (table) => {
    expect(validateTemplate(toCloudFormation(table))).toEqual([]);
  });

  it('passes it with every safeguard off, too', () => {
    const off = {
      pointInTimeRecovery: false,
      deletionProtection: false,
      encryption: false,
      retain: false,
    };
    const template = toCloudFormation(SHOP, { ...off, logicalId: 'Shop' });
    expect(template.Resources.Shop).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: {
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
        DeletionProtectionEnabled: false,
        SSESpecification: { SSEEnabled: false },
      },
    });
    expect(Object.keys(template.Outputs)).toEqual(['ShopName', 'ShopArn']);
    // What the rules ask of tables that hold data is what was switched off.
    const findings = validateTemplate(template);
    expect(findings.filter((finding) => /^[EF]/.test(finding))).toEqual([]);
  });

  it('keeps data safe unless told otherwise', () => {
    expect(toCloudFormation(ACCOUNTS).Resources.Table).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        TableName: 'accounts',
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
        SSESpecification: { SSEEnabled: true },
      },
    });
  });

  it.each(['', 'My-Table', 'a b', 'x'.repeat(256)])('refuses the logical id %j', (logicalId) => {
    expect(() => toCloudFormation(ACCOUNTS, { logicalId })).toThrow(
      'a logical id must have letters',
    );
  });

  it('is judged by a validator that finds faults', () => {
    const template = toCloudFormation(SHOP);
    const properties = template.Resources.Table?.Properties ?? {};
    properties.TimeToLive = true;
    properties.AttributeDefinitions = [{ AttributeName: 'PK', AttributeType: 'S' }];
    const findings = validateTemplate(template).join();
    expect(findings).toContain("'TimeToLive' was unexpected");
    expect(findings).toContain('AttributeDefinitions');
  });
});
