import type {
  APIGatewayAuthorizerResult,
  APIGatewayIAMAuthorizerResult,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import { createAuthorizer, type AuthorizerContext } from '@latchkey/accounts/lambda';
import { injectFaults } from '@latchkey/entity/testing';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import {
  HTTP_API_AUTHORIZER_EVENT,
  REQUEST_AUTHORIZER_EVENT,
  TOKEN_AUTHORIZER_EVENT,
} from './support/recordedEvents.js';

let test: TestAccounts;
let token: string;
let accountId: string;
let sessionId: string;
const reported: unknown[] = [];
const onError = (error: unknown): unknown => reported.push(error);

beforeAll(async () => {
  test = await createTestAccounts({
    sessions: { getTokenSecret: secret, rotation: { after: '5m' } },
  });
  const created = await test.accounts.createAccount({ username: 'ada', password: PASSWORD });
  ({ accountId } = created);
  await test.accounts.permissions.grant({ accountId, permission: 'orders, all' });
});

beforeEach(async () => {
  const login = await test.accounts.userByPasswordLogin({
    username: 'ada',
    password: PASSWORD,
    request: requestWith(),
  });
  token = login.authToken;
  sessionId = login.sessionDocument.ulid;
  reported.length = 0;
});

afterAll(() => test.drop());

function secret(): string {
  return 'canary-token-secret-0123456789-abcdef';
}

const httpApi = (own: Partial<APIGatewayRequestAuthorizerEventV2> = {}) => ({
  ...HTTP_API_AUTHORIZER_EVENT,
  ...own,
});
const bearer = (): { authorization: string } => ({ authorization: `Bearer ${token}` });
const withCookie = (): { cookies: string[] } => ({ cookies: [`__Host-latchkey=s.${token}`] });

describe('An authorizer of an HTTP API', () => {
  it('puts the account into the context of a simple answer', async () => {
    const authorize = createAuthorizer(test.accounts, { onError });
    const result: APIGatewaySimpleAuthorizerWithContextResult<unknown> = await authorize(
      httpApi({ headers: bearer() }),
    );
    const context: AuthorizerContext = {
      accountId,
      sessionId,
      username: 'ada',
      permissions: expect.arrayContaining(['orders, all']),
    };
    expect(result).toEqual({ isAuthorized: true, context });
    expect(await authorize(httpApi(withCookie()))).toEqual({ isAuthorized: true, context });
  });

  it('is one request to DynamoDB', async () => {
    const authorize = createAuthorizer(test.accounts, { onError });
    const { commands } = await test.log.costOf(() => authorize(httpApi(withCookie())));
    expect(commands).toEqual(['BatchGetItem']);
  });

  it.each([
    ['without a token', {}, {}, 'UserNotSignedIn'],
    [
      'with a token of nobody',
      { headers: { authorization: 'Bearer a.b.c' } },
      {},
      'TokenVerificationFailed',
    ],
    ['without headers', { headers: undefined, cookies: undefined }, {}, 'UserNotSignedIn'],
  ] as const)('says no %s', async (_, own, options, code) => {
    const authorize = createAuthorizer(test.accounts, { onError, ...options });
    const event = httpApi(own as unknown as Partial<APIGatewayRequestAuthorizerEventV2>);
    expect(await authorize(event)).toEqual({ isAuthorized: false, context: { code } });
  });

  it('says no without the permission, and to a page of another origin', async () => {
    const authorize = createAuthorizer(test.accounts, { onError, permission: 'admin' });
    const refused = await authorize(httpApi({ headers: bearer() }));
    expect(refused).toEqual({ isAuthorized: false, context: { code: 'PermissionDenied' } });
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example.com' };
    const foreign = await authorize(httpApi({ ...withCookie(), headers }));
    expect(foreign).toEqual({ isAuthorized: false, context: { code: 'CrossOrigin' } });
  });

  it('answers by a policy where its API takes one, with texts only', async () => {
    const authorize = createAuthorizer(test.accounts, { onError, answer: 'iam' });
    const result: APIGatewayIAMAuthorizerResult = await authorize(httpApi({ headers: bearer() }));
    expect(result).toEqual({
      principalId: accountId,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'execute-api:Invoke',
            Effect: 'Allow',
            Resource: HTTP_API_AUTHORIZER_EVENT.routeArn,
          },
        ],
      },
      context: {
        accountId,
        sessionId,
        username: 'ada',
        permissions: expect.stringMatching(/^\[.*"orders, all"\]$/),
      },
    });
  });

  it('refuses an answer that there is not', () => {
    const answer = 'json' as 'iam';
    expect(() => createAuthorizer(test.accounts, { answer })).toThrow(/answer/);
  });

  it('throws while the database is down, rather than saying no', async () => {
    const authorize = createAuthorizer(test.accounts, { onError });
    const fault = injectFaults(test.client).on('BatchGetItem', 'timeout', { times: 1000 });
    const result = authorize(httpApi({ headers: bearer() })).finally(() => fault.remove());
    await expect(result).rejects.toThrow('ServiceUnavailable');
  });

  it('reports a rotation, since its token is lost', async () => {
    const authorize = createAuthorizer(test.accounts, { onError });
    test.clock.advance(6 * 60_000);
    expect(await authorize(httpApi({ headers: bearer() }))).toMatchObject({ isAuthorized: true });
    expect(reported).toMatchObject([
      { code: 'InvalidConfiguration', details: { path: 'sessions.rotation.after' } },
    ]);
  });
});

describe('An authorizer of a REST API', () => {
  const restApi = (own: Partial<APIGatewayRequestAuthorizerEvent> = {}) => ({
    ...REQUEST_AUTHORIZER_EVENT,
    ...own,
  });

  it('answers by a policy for the method that was called', async () => {
    const authorize = createAuthorizer(test.accounts, { onError });
    const headers = { Authorization: `Bearer ${token}` };
    const result: APIGatewayAuthorizerResult = await authorize(restApi({ headers }));
    expect(result).toMatchObject({
      principalId: accountId,
      policyDocument: {
        Statement: [{ Effect: 'Allow', Resource: REQUEST_AUTHORIZER_EVENT.methodArn }],
      },
      context: { accountId, permissions: expect.stringContaining('"orders, all"') },
    });
    const lists = { headers: null, multiValueHeaders: { Authorization: [`Bearer ${token}`] } };
    expect(await authorize(restApi(lists))).toMatchObject({ principalId: accountId });
  });

  it('takes a bearer token as the value of its header', async () => {
    const authorize = createAuthorizer(test.accounts, { onError });
    const authorizationToken = `Bearer ${token}`;
    const result = await authorize({ ...TOKEN_AUTHORIZER_EVENT, authorizationToken });
    expect(result).toMatchObject({
      policyDocument: {
        Statement: [{ Effect: 'Allow', Resource: TOKEN_AUTHORIZER_EVENT.methodArn }],
      },
    });
  });

  it('says "Unauthorized" without a session, for which API Gateway answers 401', async () => {
    const authorize = createAuthorizer(test.accounts, { onError });
    await expect(authorize(restApi())).rejects.toThrow(/^Unauthorized$/);
    await expect(authorize(TOKEN_AUTHORIZER_EVENT)).rejects.toThrow(/^Unauthorized$/);
  });

  it('denies without the permission, and says why in the context', async () => {
    const authorize = createAuthorizer(test.accounts, { onError, permission: 'admin' });
    const headers = { Authorization: `Bearer ${token}` };
    const result = await authorize(restApi({ headers }));
    expect(result).toMatchObject({
      policyDocument: { Statement: [{ Effect: 'Deny' }] },
      context: { code: 'PermissionDenied' },
    });
  });
});
