import { toCdk, toCloudFormation } from '../../src/infrastructure/index.js';
import { ACCOUNTS, SHOP } from './support/describedTables.js';
import { templateOf, validateTemplate } from './support/validateTemplate.js';

/** As the CDK turns the properties of an L1 construct into those of its resource. */
function synthesised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(synthesised);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name.replace(/^sse/, 'SSE').replace(/^./, (letter) => letter.toUpperCase()),
      synthesised(field),
    ]),
  );
}

describe('toCdk', () => {
  it.each([ACCOUNTS, SHOP])('gives the table that CloudFormation is given: $tableName', (table) => {
    const { Properties } = toCloudFormation(table).Resources.Table ?? {};
    expect(synthesised(toCdk(table))).toEqual(Properties);
    expect(validateTemplate(templateOf('AWS::DynamoDB::Table', synthesised(toCdk(table))))).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/^[EF]/)]),
    );
  });

  it('leaves out what it is told to', () => {
    const options = { pointInTimeRecovery: false, deletionProtection: false, encryption: false };
    expect(toCdk(ACCOUNTS, options)).toMatchObject({
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false },
      deletionProtectionEnabled: false,
      sseSpecification: { sseEnabled: false },
    });
  });
});
