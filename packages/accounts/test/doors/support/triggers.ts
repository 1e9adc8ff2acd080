import { strict as assert } from 'node:assert';
import type {
  ALBEvent,
  ALBResult,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
} from 'aws-lambda';

/** A request as it reached a trigger, with the headers that triggers add. */
export interface WireRequest {
  readonly method: string;
  /** As it was sent. */
  readonly path: string;
  readonly query: string;
  /** With names in lower case. */
  readonly headers: readonly [name: string, value: string][];
  readonly sourceIp: string;
  readonly body: Buffer;
}

/** A response as it goes to a client. */
export interface WireResponse {
  readonly status: number;
  readonly headers: [name: string, value: string][];
  readonly body: string | Buffer;
}

interface TriggerEmulation {
  toEvent(request: WireRequest): object;
  toResponse(result: unknown, event: object): WireResponse;
}

/** A trigger of Lambda functions, in one of its configurations. */
export type Trigger =
  | 'Application Load Balancer'
  | 'Application Load Balancer with multi-value headers'
  | 'HTTP API'
  | 'HTTP API with a stage'
  | 'REST API'
  | 'function URL';

const REQUEST_ID = 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef';
const API = { accountId: '123456789012', apiId: 'api-id', requestId: REQUEST_ID };
const TIME = { time: '12/Mar/2020:19:03:58 +0000', timeEpoch: 1583348638390 };

/**
 * What AWS documents of each trigger. Sources: "Create AWS Lambda proxy integrations for HTTP APIs",
 * "Lambda proxy integrations in API Gateway", "Invoking Lambda function URLs" and "Use Lambda functions as
 * targets of an Application Load Balancer".
 */
export const TRIGGERS: Readonly<Record<Trigger, TriggerEmulation>> = {
  'HTTP API': { toEvent: (request) => httpApiEvent(request, '$default'), toResponse: fromHttpApi },
  'HTTP API with a stage': {
    // The name of the stage stays in the path that the function sees.
    toEvent: (request) => httpApiEvent(request, 'prod'),
    toResponse: fromHttpApi,
  },
  'function URL': {
    toEvent: (request) => {
      const event = httpApiEvent(request, '$default');
      // Here, cookies are in the headers as well.
      const cookie = event.cookies?.join('; ');
      return { ...event, headers: { ...event.headers, ...(cookie !== undefined && { cookie }) } };
    },
    toResponse: fromHttpApi,
  },
  'REST API': { toEvent: restApiEvent, toResponse: fromRestApi },
  'Application Load Balancer': {
    toEvent: (request) => albEvent(request, false),
    toResponse: fromAlb,
  },
  'Application Load Balancer with multi-value headers': {
    toEvent: (request) => albEvent(request, true),
    toResponse: fromAlb,
  },
};

function httpApiEvent(request: WireRequest, stage: string): APIGatewayProxyEventV2 {
  const { method, query, sourceIp, headers } = request;
  const path = stage === '$default' ? request.path : `/${stage}${request.path}`;
  const cookies = headers
    .filter(([name]) => name === 'cookie')
    .flatMap(([, value]) => value.split(/; ?/));
  const others = headers.filter(([name]) => name !== 'cookie');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: joined(others, ','),
    requestContext: {
      ...API,
      ...TIME,
      domainName: 'id.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'id',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: 'agent' },
      routeKey: '$default',
      stage,
    },
    ...bodyOf(request),
  };
}

/** The resource is `/{proxy+}`: names keep their case, and queries are decoded. */
function restApiEvent(request: WireRequest): APIGatewayProxyEvent {
  const { method, path, query, sourceIp, headers } = request;
  const parameters = [...new URLSearchParams(query)];
  const { body = null, isBase64Encoded } = bodyOf(request);
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: last(headers),
    multiValueHeaders: listed(headers),
    // Null for none, as the documentation's examples have it.
    queryStringParameters: parameters.length > 0 ? last(parameters) : null,
    multiValueQueryStringParameters: parameters.length > 0 ? listed(parameters) : null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      ...API,
      authorizer: null,
      domainName: 'id.execute-api.us-east-1.amazonaws.com',
      httpMethod: method,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp,
        user: null,
        userAgent: null,
        userArn: null,
      },
      path: `/prod${path}`,
      protocol: 'HTTP/1.1',
      requestTimeEpoch: TIME.timeEpoch,
      resourceId: '123456',
      resourcePath: '/{proxy+}',
      stage: 'prod',
    },
    body,
    isBase64Encoded,
  };
}

/** Queries stay encoded; a body is an empty text if there is none. */
function albEvent(request: WireRequest, isMultiValue: boolean): ALBEvent {
  const { method, path, query, headers } = request;
  const parameters = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [string, string] => [
      pair.split('=', 1)[0] ?? '',
      pair.includes('=') ? pair.slice(pair.indexOf('=') + 1) : '',
    ]);
  const { body = '', isBase64Encoded } = bodyOf(request);
  return {
    requestContext: {
      elb: {
        targetGroupArn:
          'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/lambda-279XGJDqGZ5rsrHC2Fjr/49e9d65c45c6791a',
      },
    },
    httpMethod: method,
    path,
    ...(isMultiValue
      ? {
          multiValueHeaders: listed(headers),
          multiValueQueryStringParameters: listed(parameters),
        }
      : {
          headers: joined(headers, ', ', '; '),
          queryStringParameters: last(parameters),
        }),
    body,
    isBase64Encoded,
  };
}

function fromHttpApi(result: unknown): WireResponse {
  const isStructured = typeof result === 'object' && result !== null && 'statusCode' in result;
  if (!isStructured) {
    const body = typeof result === 'string' ? result : JSON.stringify(result);
    return { status: 200, headers: [['content-type', 'application/json']], body };
  }
  const {
    statusCode,
    headers = {},
    cookies = [],
    body,
    isBase64Encoded,
  } = result as APIGatewayProxyStructuredResultV2;
  assert(typeof statusCode === 'number');
  const set = cookies.map((cookie): [string, string] => ['set-cookie', cookie]);
  return {
    status: statusCode,
    headers: [...texts(headers), ...set],
    body: decode(body, isBase64Encoded),
  };
}

function fromRestApi(result: unknown): WireResponse {
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } =
    result as APIGatewayProxyResult;
  // Anything else is a malformed proxy response, and 502.
  assert(typeof statusCode === 'number' && typeof body === 'string');
  const many = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, String(value)]),
  );
  return {
    status: statusCode,
    headers: [...texts(headers ?? {}), ...many],
    body: decode(body, isBase64Encoded),
  };
}

/** Only the form of the request is taken for the headers: those of the other are lost. */
function fromAlb(result: unknown, event: object): WireResponse {
  const { statusCode, statusDescription, headers, multiValueHeaders, body, isBase64Encoded } =
    result as ALBResult;
  assert(typeof statusCode === 'number');
  assert(statusDescription === undefined || /^\d{3} [A-Z]/.test(statusDescription));
  const isMultiValue = 'multiValueHeaders' in event;
  const many = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, String(value)]),
  );
  return {
    status: statusCode,
    headers: isMultiValue ? many : texts(headers ?? {}),
    body: decode(body, isBase64Encoded),
  };
}

/** Types other than text, JSON, JavaScript and XML come as base64, forms among them. */
function bodyOf({ headers, body }: WireRequest): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  const isText = /^(text\/.*|application\/(json|javascript|xml))(;|$)/.test(type);
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

function decode(body = '', isBase64Encoded = false): string | Buffer {
  return isBase64Encoded ? Buffer.from(body, 'base64') : body;
}

function texts(headers: Readonly<Record<string, boolean | number | string>>): [string, string][] {
  return Object.entries(headers).map(([name, value]) => [name, String(value)]);
}

function last(pairs: readonly [string, string][]): Record<string, string> {
  return Object.fromEntries(pairs);
}

function listed(pairs: readonly [string, string][]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of pairs) (lists[name] ??= []).push(value);
  return lists;
}

function joined(
  pairs: readonly [string, string][],
  separator: string,
  ofCookies = separator,
): Record<string, string> {
  const lists = Object.entries(listed(pairs));
  return Object.fromEntries(
    lists.map(([name, values]) => [name, values.join(name === 'cookie' ? ofCookies : separator)]),
  );
}
