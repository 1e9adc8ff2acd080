import { Logger } from '@aws-lambda-powertools/logger';
import { injectFaults } from '@latchkey/entity/testing';
import { pino } from 'pino';
import * as z from 'zod';
import type { AccountEvent, AccountEventName } from '../../src/events/accountEvents.js';
import { emfEvents, logEvents } from '../../src/logging/index.js';
import { errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

const IP = '203.0.113.77';
type Line = Readonly<Record<string, unknown>>;

/** Lines of pino, without what it adds itself. */
const logged: Line[] = [];
const counted: string[] = [];
let test: TestAccounts;
let accountId: string;
let authToken: string;

beforeAll(async () => {
  test = await createTestAccounts();
  const { accounts } = test;
  const logger = pino(
    { level: 'debug', base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => logged.push(JSON.parse(line) as Line) },
  );
  accounts.on('*', logEvents(logger));
  accounts.on(
    '*',
    emfEvents({ dimensions: { Service: 'shop' }, write: (line) => counted.push(line) }),
  );
  const request = { ...requestWith(), requestIp: IP };
  ({ accountId } = await accounts.createAccount({
    username: 'canary-username',
    email: 'canary@example.com',
    password: PASSWORD,
    request,
  }));
  const login = (password: string): Promise<{ authToken: string }> =>
    accounts.userByPasswordLogin({
      username: 'canary-username',
      password,
      request: { ...request },
    });
  await errorOf(login('canary-wrong'));
  ({ authToken } = await login(PASSWORD));
  await accounts.handleRequest({ ...request, authToken });
  const fault = injectFaults(test.client).on('GetItem', 'timeout', { times: 1000 });
  await errorOf(login(PASSWORD));
  fault.remove();
});
afterAll(() => test.drop());

describe('logEvents', () => {
  it('logs each event by pino, with a level by its kind', () => {
    expect(logged.map(({ level, msg }) => [level, msg])).toEqual([
      ['info', 'CreateUserSuccess'],
      ['warn', 'LoginError: LoginFailed'],
      ['info', 'LoginSuccess'],
      ['debug', 'ResumeSessionSuccess'],
      ['error', 'LoginError: ServiceUnavailable'],
    ]);
  });

  it('logs the fields of the event, and nothing else', () => {
    const line = logged.find(({ event }) => event === 'LoginSuccess');
    expect(line).toEqual({
      level: 'info',
      msg: 'LoginSuccess',
      event: 'LoginSuccess',
      accountId,
      sessionId: expect.any(String) as unknown,
      method: 'password',
      ip: IP,
      userAgent: 'latchkey-tests/1',
      eventTime: '2036-11-21T12:00:00.000Z',
    });
    const text = JSON.stringify(logged);
    for (const secret of ['canary', authToken]) expect(text).not.toContain(secret);
  });

  it('logs by the logger of Powertools, which takes the message first', () => {
    const written: string[] = [];
    const spies = (['debug', 'info', 'warn', 'error'] as const).map((method) =>
      jest
        .spyOn(console, method)
        .mockImplementation((...[line]: unknown[]) => void written.push(String(line))),
    );
    process.env.POWERTOOLS_DEV = 'true';
    try {
      const logger = new Logger({ serviceName: 'shop' });
      const listener = logEvents(logger, { messageFirst: true });
      listener(eventOf('LoginError', 'AccountLocked'));
      listener(eventOf('DeliveryError'));
    } finally {
      delete process.env.POWERTOOLS_DEV;
      for (const spy of spies) spy.mockRestore();
    }
    expect(written.map((line) => JSON.parse(line) as Line)).toMatchObject([
      {
        level: 'WARN',
        message: 'LoginError: AccountLocked',
        service: 'shop',
        event: 'LoginError',
        reason: 'AccountLocked',
        accountId: 'a',
      },
      { level: 'ERROR', message: 'DeliveryError', event: 'DeliveryError' },
    ]);
  });

  it.each<[AccountEventName, AccountEvent['reason'], string]>([
    ['UpdateUserError', 'Unexpected', 'error'],
    ['UpdateUserError', 'InvalidConfiguration', 'error'],
    ['LoginError', 'TooBusy', 'error'],
    ['CreateUserError', 'UsernameCannotBeBlank', 'warn'],
    ['TokenReuseDetected', undefined, 'warn'],
    ['AccessDenied', 'PermissionDenied', 'warn'],
    ['LogoutSuccess', undefined, 'info'],
  ])('logs %s with the reason %s as %s', (name, reason, level) => {
    const called: string[] = [];
    const method = (at: string) => () => called.push(at);
    const logger = {
      debug: method('debug'),
      info: method('info'),
      warn: method('warn'),
      error: method('error'),
    };
    logEvents(logger)(eventOf(name, reason));
    expect(called).toEqual([level]);
  });

  it('refuses what is no logger', () => {
    expect(() => logEvents({} as never)).toThrow('It must have the methods');
    expect(() => logEvents(undefined as never)).toThrow('It must have the methods');
  });
});

describe('emfEvents', () => {
  it('writes lines of the Embedded Metric Format', () => {
    const schema = z.fromJSONSchema(EMF_SCHEMA);
    expect(counted.length).toBe(4);
    for (const line of counted) {
      const document = JSON.parse(line) as Line;
      schema.parse(document);
      expect(line).not.toContain('\n');
      // Whatever a directive names is a member of the document.
      for (const { Dimensions, Metrics } of directivesOf(document)) {
        for (const name of Dimensions.flat()) expect(document[name]).toEqual(expect.any(String));
        for (const { Name } of Metrics) expect(document[Name]).toEqual(expect.any(Number));
      }
    }
    const [first] = counted;
    expect(() => schema.parse({ ...(JSON.parse(first ?? '') as object), _aws: {} })).toThrow();
  });

  it('counts events by name, and failures by reason as well', () => {
    const lines = counted.map((line) => JSON.parse(line) as Line);
    expect(lines.map(({ Event, Reason, Events }) => [Event, Reason, Events])).toEqual([
      ['CreateUserSuccess', undefined, 1],
      ['LoginError', 'LoginFailed', 1],
      ['LoginSuccess', undefined, 1],
      ['LoginError', 'ServiceUnavailable', 1],
    ]);
    expect(lines.map((line) => directivesOf(line)[0]?.Dimensions)).toEqual([
      [['Service', 'Event']],
      [
        ['Service', 'Event'],
        ['Service', 'Event', 'Reason'],
      ],
      [['Service', 'Event']],
      [
        ['Service', 'Event'],
        ['Service', 'Event', 'Reason'],
      ],
    ]);
  });

  it('writes nothing by which somebody could be recognised', () => {
    const known = ['_aws', 'Service', 'Event', 'Reason', 'Events'];
    for (const line of counted) {
      const names = Object.keys(JSON.parse(line) as object);
      expect(names.filter((name) => !known.includes(name))).toEqual([]);
      for (const text of [accountId, IP, authToken, 'canary', 'latchkey-tests']) {
        expect(line).not.toContain(text);
      }
    }
  });

  it('writes to the console by default, with the namespace and the events that were asked for', () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    emfEvents({ namespace: 'Shop', skip: ['LoginSuccess'] })(eventOf('LoginSuccess'));
    emfEvents({ namespace: 'Shop', skip: ['LoginSuccess'] })(eventOf('ResumeSessionSuccess'));
    const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)) as Line);
    log.mockRestore();
    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: Date.UTC(2036, 0),
          CloudWatchMetrics: [
            {
              Namespace: 'Shop',
              Dimensions: [['Event']],
              Metrics: [{ Name: 'Events', Unit: 'Count' }],
            },
          ],
        },
        Event: 'ResumeSessionSuccess',
        Events: 1,
      },
    ]);
  });

  it.each([
    [{ namespace: '' }, 'namespace'],
    [{ namespace: ':shop' }, 'namespace'],
    [{ namespace: 'n'.repeat(256) }, 'namespace'],
    [{ dimensions: { Event: 'x' } }, 'dimensions'],
    [{ dimensions: { Service: '' } }, 'dimensions'],
    [
      { dimensions: Object.fromEntries(Array.from('abcdefghi').map((name) => [name, 'x'])) },
      'dimensions',
    ],
  ])('refuses %j', async (options, path) => {
    const error = await errorOf(Promise.resolve().then(() => emfEvents(options as never)));
    expect(error).toMatchObject({ code: 'InvalidConfiguration', details: { path } });
  });
});

function eventOf(name: AccountEventName, reason?: AccountEvent['reason']): AccountEvent {
  const time = new Date(Date.UTC(2036, 0));
  return { name, time, accountId: 'a', ip: IP, ...(reason !== undefined && { reason }) };
}

interface Directive {
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

function directivesOf({ _aws }: Line): readonly Directive[] {
  return (_aws as { CloudWatchMetrics: readonly Directive[] }).CloudWatchMetrics;
}

/**
 * The schema of the format that AWS publishes, without titles, examples and patterns that let everything
 * pass (CloudWatch User Guide, "Specification: Embedded metric format").
 */
const EMF_SCHEMA: z.core.JSONSchema.JSONSchema = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      properties: {
        Timestamp: { type: 'integer' },
        CloudWatchMetrics: {
          type: 'array',
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            properties: {
              Namespace: { type: 'string', minLength: 1, maxLength: 1024 },
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: {
                  type: 'array',
                  minItems: 1,
                  maxItems: 30,
                  items: { type: 'string', minLength: 1, maxLength: 250 },
                },
              },
              Metrics: {
                type: 'array',
                minItems: 1,
                items: {
                  type: 'object',
                  required: ['Name'],
                  properties: {
                    Name: { type: 'string', minLength: 1, maxLength: 1024 },
                    Unit: { type: 'string', enum: ['Count', 'Milliseconds', 'None', 'Seconds'] },
                    StorageResolution: { type: 'integer' },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};
