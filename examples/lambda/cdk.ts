// What template.yaml describes, for the CDK.
import { toCdk, toIamPolicy } from '@latchkey/entity/infrastructure';
import { AccessType, Account, AccountToken, Session } from '@latchkey/schema';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';

const stack = new Stack(new App({ outdir: 'cdk.out', autoSynth: true }), 'LambdaExample');
const tableName = 'lambda-example';
const definitions = [Account, AccessType, AccountToken, Session];
const table = new CfnTable(stack, 'Table', toCdk({ tableName, definitions }));
table.applyRemovalPolicy(RemovalPolicy.RETAIN);
const secret = new Secret(stack, 'TokenSecret', { generateSecretString: { passwordLength: 64 } });
const api = new HttpApi(stack, 'Api');
new CfnOutput(stack, 'ApiUrl', { value: api.apiEndpoint });

for (const [name, path] of Object.entries({ auth: '/auth/{proxy+}', me: '/me' })) {
  const role = name === 'me' ? 'read-only' : 'read-write';
  const tableArn = `arn:aws:dynamodb:us-east-1:123456789012:table/${tableName}`; // in place of its own
  const { Statement } = toIamPolicy({ tableName, definitions, tableArn, role });
  const actions = Statement.flatMap(({ Action }) => Action);
  const lambda = new Lambda(stack, name, {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    memorySize: 1024,
    timeout: Duration.seconds(10),
    code: Code.fromAsset(`dist/${name}`),
    environment: { TABLE_NAME: table.ref, TOKEN_SECRET: secret.secretValue.unsafeUnwrap() },
    initialPolicy: [new PolicyStatement({ actions, resources: [table.attrArn] })],
  });
  api.addRoutes({ path, integration: new HttpLambdaIntegration(`${name}Integration`, lambda) });
}
