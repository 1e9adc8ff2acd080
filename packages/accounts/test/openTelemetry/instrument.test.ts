import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { injectFaults } from '@latchkey/entity/testing';
import type { AccountsWith } from '../../src/accounts/Accounts.js';
import { Guard } from '../../src/guard/Guard.js';
import { createAccountsHandler } from '../../src/http/createAccountsHandler.js';
import { github, identityProviders } from '../../src/identityProviders/index.js';
import { instrument } from '../../src/openTelemetry/index.js';
import { passkeys } from '../../src/passkeys/index.js';
import { SelfService } from '../../src/selfService/SelfService.js';
import { totp } from '../../src/twoFactor/totp.js';
import { PASSKEYS } from '../passkeys/support.js';
import { claimsOf } from '../support/forgeToken.js';
import { errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { Recorder, type Point } from './support.js';

type AllAccounts = AccountsWith<'phones' | 'twoFactor' | 'passkeys' | 'identityProviders'>;

const USERNAME = 'canary-username';
const EMAIL = 'canary-address@example.com';
const IP = '203.0.113.77';

let recorder: Recorder;
let test: TestAccounts;
let accounts: AllAccounts;
let guard: Guard;
let selfService: SelfService;
let stop: () => void;

beforeAll(async () => {
  recorder = new Recorder();
  test = await createTestAccounts({
    delivery: { send: () => undefined },
    twoFactor: totp({ issuer: 'Tests', encryptionKeys: [{ kid: '1', key: Buffer.alloc(32, 1) }] }),
    passkeys: passkeys(PASSKEYS),
    identityProviders: identityProviders({
      redirectUri: 'https://app.example.com/callback/{provider}',
      providers: [github({ clientId: 'tests', clientSecret: 'canary-client-secret' })],
    }),
  });
  accounts = test.accounts as unknown as AllAccounts;
  guard = new Guard({ table: test.table, sessions: { getTokenSecret: () => SECRET } });
  stop = instrument(accounts, recorder);
  instrument(guard, recorder);
  selfService = new SelfService(accounts);
});
afterAll(async () => {
  stop();
  await test.drop();
  await recorder.stop();
});

/** Spans as a tree: the name of each, with those inside it. */
function tree(spans: readonly ReadableSpan[], parent?: string): unknown[] {
  return spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
    .map((span) => {
      const inside = tree(spans, span.spanContext().spanId);
      return inside.length === 0 ? span.name : { [span.name]: inside };
    });
}

function spanNamed(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const found = spans.find((span) => span.name === name);
  if (!found) throw new Error(`There is no span ${name}.`);
  return found;
}

const valueOf = (points: readonly Point[] | undefined, attributes: object): unknown =>
  points?.find((point) => JSON.stringify(point.attributes) === JSON.stringify(attributes))?.value;

/** Everything that a collector receives of a span. */
const shownOf = ({
  name,
  kind,
  status,
  attributes,
  events,
  links,
  resource,
}: ReadableSpan): string =>
  JSON.stringify({ name, kind, status, attributes, events, links, resource: resource.attributes });

describe('the spans of a flow', () => {
  it('are its call and, inside that, its requests', async () => {
    await accounts.createAccount({ username: USERNAME, email: EMAIL, password: PASSWORD });
    const signUp = recorder.takeSpans();
    expect(tree(signUp)).toEqual([{ 'accounts.createAccount': ['DynamoDB.TransactWriteItems'] }]);

    await accounts.userByPasswordLogin({
      username: USERNAME,
      password: PASSWORD,
      request: { ...requestWith(), requestIp: IP },
    });
    const spans = recorder.takeSpans();
    const login = spanNamed(spans, 'accounts.userByPasswordLogin');
    const requests = spans.filter((span) => span !== login);
    expect(requests).toHaveLength(5);
    for (const request of requests) {
      expect(request.parentSpanContext?.spanId).toBe(login.spanContext().spanId);
    }
  });

  it('have the attributes of the semantic conventions', async () => {
    await accounts.findUser({ username: USERNAME });
    const spans = recorder.takeSpans();
    expect(spanNamed(spans, 'accounts.findUser')).toMatchObject({
      kind: SpanKind.INTERNAL,
      status: { code: SpanStatusCode.UNSET },
      attributes: { 'code.function.name': 'accounts.findUser' },
      instrumentationScope: { name: '@latchkey/accounts' },
    });
    const { name: table } = test.table;
    const request = spanNamed(spans, 'DynamoDB.GetItem');
    expect(request).toMatchObject({
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
    });
    expect(request.attributes).toEqual({
      'db.system.name': 'aws.dynamodb',
      'db.operation.name': 'GetItem',
      'aws.dynamodb.table_names': [table],
      'aws.dynamodb.consumed_capacity': [
        expect.stringMatching(`^{"TableName":"${table}","CapacityUnits":(0.5|1)}$`),
      ],
    });
  });

  it('of two calls at once do not mix', async () => {
    await Promise.all([
      accounts.findUser({ username: USERNAME }),
      accounts.quota.getUsage(),
      accounts.findUser({ username: 'nobody' }),
    ]);
    const spans = recorder.takeSpans();
    const roots = spans.filter(({ parentSpanContext }) => !parentSpanContext);
    expect(roots).toHaveLength(3);
    const inside = roots.map((root) => tree(spans, root.spanContext().spanId).length);
    expect(inside.toSorted()).toEqual([1, 1, 2]);
  });

  it('are one for a method that hands over to another', async () => {
    await accounts.removeAllResetPasswordTokens({ accountId: '01JZZZZZZZZZZZZZZZZZZZZZZZ' });
    const flows = recorder.takeSpans().filter(({ kind }) => kind === SpanKind.INTERNAL);
    expect(flows.map(({ name }) => name)).toEqual(['accounts.removeAllResetPasswordTokens']);
  });

  it('are those of the forms’ calls behind a handler, too', async () => {
    const handle = createAccountsHandler(accounts);
    const response = await handle(
      new Request('http://localhost/auth/sign-in', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: USERNAME, password: PASSWORD }),
      }),
    );
    expect(response.status).toBe(200);
    const [root] = recorder.takeSpans();
    expect(root?.name).toBe('selfService.signIn');
  });
});

describe('a refusal', () => {
  it('has its code as error.type, and is no error of the service', async () => {
    await errorOf(
      accounts.userByPasswordLogin({
        username: USERNAME,
        password: 'canary-wrong',
        request: requestWith(),
      }),
    );
    const login = spanNamed(recorder.takeSpans(), 'accounts.userByPasswordLogin');
    expect(login.attributes['error.type']).toBe('LoginFailed');
    expect(login.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(login.events).toEqual([]);
  });

  it('that is thrown at once has a span as well', () => {
    expect(() => guard.requirePermission(requestWith(), 'orders')).toThrow();
    const check = spanNamed(recorder.takeSpans(), 'guard.requirePermission');
    expect(check.attributes['error.type']).toBe('InvalidSession');
  });
});

describe('a failure', () => {
  it('marks the flow and its request as errors, without a message', async () => {
    const fault = injectFaults(test.client).on('GetItem', 'timeout', { times: 1000 });
    await errorOf(accounts.findUser({ username: USERNAME }));
    fault.remove();
    const spans = recorder.takeSpans();
    const flow = spanNamed(spans, 'accounts.findUser');
    expect(flow.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(flow.attributes['error.type']).toBe('ServiceUnavailable');
    const request = spanNamed(spans, 'DynamoDB.GetItem');
    expect(request.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(request.attributes['error.type']).toEqual(expect.any(String));
  });
});

describe('the metrics', () => {
  it('count outcomes by flow and code, and measure in seconds', async () => {
    await accounts.createAccount({ username: 'counted', password: PASSWORD });
    await errorOf(accounts.createAccount({ username: 'counted', password: PASSWORD }));
    const login = (password: string): Promise<unknown> =>
      errorOf(
        accounts.userByPasswordLogin({ username: 'counted', password, request: requestWith() }),
      );
    await login('canary-wrong');
    await login('canary-wrong');
    const metrics = await recorder.metrics();
    expect([...metrics.keys()].toSorted()).toEqual([
      'db.client.operation.duration s',
      'latchkey.flow.duration s',
      'latchkey.flows {flow}',
      'latchkey.password.hashing.duration s',
    ]);
    const name = 'accounts.createAccount';
    const flows = metrics.get('latchkey.flows {flow}');
    expect(valueOf(flows, { 'code.function.name': name })).toBe(2);
    expect(
      valueOf(flows, { 'code.function.name': name, 'error.type': 'UsernameAlreadyExists' }),
    ).toBe(1);
    expect(
      valueOf(flows, {
        'code.function.name': 'accounts.userByPasswordLogin',
        'error.type': 'LoginFailed',
      }),
    ).toBe(3);
    expect(
      valueOf(metrics.get('latchkey.flow.duration s'), { 'code.function.name': name }),
    ).toMatchObject({ count: 2 });
    const hashing = metrics.get('latchkey.password.hashing.duration s');
    expect(valueOf(hashing, { 'latchkey.password.operation': 'hash' })).toMatchObject({ count: 3 });
    const verify = valueOf(hashing, { 'latchkey.password.operation': 'verify' }) as { max: number };
    expect(verify).toMatchObject({ count: 5 });
    expect(verify.max).toBeLessThan(5);
    const requests = valueOf(metrics.get('db.client.operation.duration s'), {
      'db.system.name': 'aws.dynamodb',
      'db.operation.name': 'TransactWriteItems',
      'db.collection.name': test.table.name,
    }) as { count: number; sum: number };
    expect(requests.count).toBeGreaterThan(2);
    expect(requests.sum / requests.count).toBeLessThan(0.5);
  });
});

/** Every public method of an object, as its class declares it, but those that are no flows. */
function flowsIn(path: string, owner: object): [string, object][] {
  const others = ['on', 'addHooks', 'settled', 'verifiedSessionOf', 'relatedOrigins'];
  const prototype = Object.getPrototypeOf(owner) as object;
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor')
    .filter(([name]) => !others.includes(name))
    .map(([name]) => [`${path}.${name}`, owner]);
}

describe('every public flow', () => {
  it('has a span, whose name is its call', async () => {
    const groups = Object.entries(accounts).filter(
      ([name, value]) => typeof value === 'object' && !name.endsWith('Entity'),
    ) as [string, object][];
    const flows = [
      ...flowsIn('accounts', accounts),
      ...groups.flatMap(([name, group]) => flowsIn(`accounts.${name}`, group)),
      ...flowsIn('selfService', selfService),
      ...flowsIn('guard', guard),
    ];
    expect(groups.length).toBeGreaterThan(12);
    expect(flows.length).toBeGreaterThan(90);
    recorder.takeSpans();
    for (const [path, owner] of flows) {
      // Without input, most are refused at once, and none does anything to an account.
      const call = (owner as Record<string, () => unknown>)[path.split('.').at(-1) ?? ''];
      await Promise.resolve()
        .then(() => call?.apply(owner))
        .catch(() => undefined);
    }
    const names = recorder
      .takeSpans()
      .filter(({ kind, parentSpanContext }) => kind === SpanKind.INTERNAL && !parentSpanContext)
      .map(({ name }) => name);
    expect(names.toSorted()).toEqual(flows.map(([path]) => path).toSorted());
  });
});

describe('no span and no metric', () => {
  it('contains an identifier, an address, a token or a password', async () => {
    recorder.takeSpans();
    const request = { ...requestWith(), requestIp: IP, userAgent: 'canary-agent' };
    const account = await accounts.createAccount({
      username: 'canary-2',
      email: 'canary-2@example.com',
      password: PASSWORD,
      profile: { name: 'canary-name' },
    });
    const { authToken } = await accounts.userByPasswordLogin({
      username: 'canary-2',
      password: PASSWORD,
      request,
    });
    const again = { ...requestWith(authToken), requestIp: IP };
    await guard.handleRequest(again);
    await accounts.handleRequest(again);
    await accounts.contacts.addPhone({ request: again, phone: '+4930123456' });
    await errorOf(accounts.contacts.addEmail({ request: again, email: 'canary-no-address' }));
    await errorOf(accounts.createAccount({ username: 'canary-2', password: PASSWORD }));
    await errorOf(accounts.handleRequest(requestWith(`${authToken}x`)));
    await accounts.logout({ authToken, request: again });
    const spans = recorder.takeSpans();
    expect(spans.length).toBeGreaterThan(20);
    const shown =
      spans.map(shownOf).join('\n') + JSON.stringify([...(await recorder.metrics()).values()]);
    const { jti, sub } = claimsOf(authToken) as unknown as { jti: string; sub: string };
    const secrets = [account.accountId, authToken, jti, sub, IP, '4930123456', SECRET, 'canary'];
    for (const text of secrets) expect(shown).not.toContain(text);
  });
});

describe('instrument', () => {
  it('refuses anything but an Accounts or a Guard', () => {
    expect(() => instrument({} as never, recorder)).toThrow('It must be an Accounts or a Guard.');
  });

  it('records nothing twice, and nothing after its end', async () => {
    expect(instrument(accounts, recorder)).toBe(stop);
    const other = test.another();
    const { tracerProvider, meterProvider } = recorder;
    const end = instrument(other, { tracerProvider, meterProvider, requestSpans: false });
    recorder.takeSpans();
    await other.findUser({ username: USERNAME });
    expect(tree(recorder.takeSpans())).toEqual(['accounts.findUser']);
    end();
    await other.findUser({ username: USERNAME });
    await new SelfService(other).signIn({} as never).catch(() => undefined);
    expect(recorder.takeSpans()).toEqual([]);
    expect(Object.hasOwn(other, 'findUser')).toBe(false);
  });
});
