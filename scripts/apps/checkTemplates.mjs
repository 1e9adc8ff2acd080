// Checks the templates of an example without AWS: its SAM template, and what its CDK app has written.
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { CommandError } from '../run.mjs';
import { readJson } from '../setup.mjs';
import { functionsOf } from './readTemplate.mjs';

const CDK_TEMPLATE = join('cdk.out', 'LambdaExample.template.json');
const ROLES = ['read-write', 'read-only'];

/** The CDK names roles as dependencies although the functions refer to them. */
const ACCEPTED = { [CDK_TEMPLATE]: ['W3005'] };

/** @param sam - the SAM template, parsed. */
export async function checkTemplates(folder, sam) {
  for (const file of ['template.yaml', CDK_TEMPLATE]) validate(folder, file);
  const { table, actions } = await expectedOf(sam.Resources.Table.Properties.TableName);
  const cdk = readJson(folder, CDK_TEMPLATE);
  for (const template of [sam, cdk]) assert.deepEqual(template.Resources.Table, table);

  const functions = functionsOf(sam);
  const statement = (Action) => ({
    Effect: 'Allow',
    Action,
    Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
  });
  const statements = actions.map((each) => [statement(each)]);
  const samPolicies = functions.flatMap(({ Policies }) => Policies);
  const cdkPolicies = ofType(cdk, 'AWS::IAM::Policy').map(({ PolicyDocument }) => PolicyDocument);
  for (const policies of [samPolicies, cdkPolicies]) {
    assert.deepEqual(
      policies.map(({ Statement }) => Statement),
      statements,
    );
  }

  const samRoutes = functions.flatMap(({ routes }) => routes);
  assert.deepEqual(
    samRoutes.map(({ Method, Path }) => `${Method} ${Path}`),
    ofType(cdk, 'AWS::ApiGatewayV2::Route').map(({ RouteKey }) => RouteKey),
  );
}

/** The table and the permissions as the package describes them, for the entities of an account. */
async function expectedOf(tableName) {
  const { toCloudFormation, toIamPolicy } = await import('@latchkey/entity/infrastructure');
  const { AccessType, Account, AccountToken, Session } = await import('@latchkey/schema');
  const described = { tableName, definitions: [Account, AccessType, AccountToken, Session] };
  const tableArn = `arn:aws:dynamodb:us-east-1:123456789012:table/${tableName}`;
  const actions = ROLES.flatMap((role) =>
    toIamPolicy({ ...described, tableArn, role }).Statement.map(({ Action }) => Action),
  );
  return { table: toCloudFormation(described).Resources.Table, actions };
}

/** Asks AWS's own validator: its resource schemas and lint rules, but for notes. */
function validate(folder, file) {
  const engine = new CelEngine();
  try {
    const { status, diagnostics } = engine.validateStandard(new TemplateFile(join(folder, file)));
    const findings = diagnostics
      .filter(({ severity }) => !['INFO', 'DEBUG'].includes(severity))
      .filter(({ ruleId }) => !ACCEPTED[file]?.includes(ruleId))
      .map(({ ruleId, message }) => `${ruleId}: ${message}`);
    if (status === 'OK' && findings.length === 0) return;
    throw new CommandError(`${file}, validated with ${status}:\n${findings.join('\n')}`);
  } finally {
    engine.free();
  }
}

function ofType({ Resources }, type) {
  return Object.values(Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties);
}
