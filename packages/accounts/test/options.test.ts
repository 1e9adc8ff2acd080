import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import * as z from 'zod';
import { Accounts } from '../src/accounts/Accounts.js';
import { AccountsRegistry } from '../src/apps/AccountsRegistry.js';
import { AccountError } from '../src/errors/AccountError.js';
import { passkeys } from '../src/passkeys/index.js';
import { totp } from '../src/twoFactor/totp.js';
import { Guard } from '../src/guard/Guard.js';
import { SECRET } from './support/testAccounts.js';

// Nothing is sent: what is tested happens before there is anything to send.
const client = new DynamoDBClient({ region: 'eu-west-1' });
const needed = {
  // Anew each time: a table takes one definition of the account.
  get table(): Table {
    return new Table({ name: 'unused', client });
  },
  sessions: { getTokenSecret: () => SECRET },
};
const PASSKEYS = { rpId: 'example.com', rpName: 'Tests', origins: ['https://example.com'] };
/** Options by which sessions are extended. */
const sliding = {
  sessions: {
    ...needed.sessions,
    rotation: { after: '1ms', grace: 0 },
    extend: { by: '2d', atMost: '30d' },
  },
};
const twoFactor = { issuer: 'Tests', encryptionKeys: [{ kid: '1', key: Buffer.alloc(32, 7) }] };
const delivery = { send: (): void => undefined };
const linked = { delivery: { ...delivery, linkTo: { baseUrl: 'https://app.example' } } };
const unaskable = { dummyHash: '', hash: () => '', verify: () => true };

/** Options of which one, at a path, has another value. */
function optionsWith(path: string, value: unknown, others: object): object {
  const [name = '', ...rest] = path.split('.');
  const given = (others as Record<string, unknown>)[name] ?? {};
  const inner = rest.length === 0 ? value : optionsWith(rest.join('.'), value, given);
  return { ...others, [name]: inner };
}

/** The path of the option that was refused; `accepted` if none was. Anything else goes on. */
function refused(make: () => unknown): string {
  try {
    make();
    return 'accepted';
  } catch (error) {
    if (AccountError.is(error) && error.code === 'InvalidConfiguration') return error.details.path;
    throw error;
  }
}

/** What no option is, unless its row says so. */
const NONSENSE: readonly unknown[] = [null, 5, true, 'nonsense', '', [], {}, NaN, () => undefined];
const objects = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const functions = (value: unknown): boolean => typeof value === 'function';
const milliseconds = (value: unknown): boolean => value === 5;
const nothing = (): boolean => false;

interface Row {
  /** What it may be of the nonsense. */
  readonly fits: (value: unknown) => boolean;
  /** More nonsense, of its own. */
  readonly also?: readonly unknown[];
  /** Other options that it needs. */
  readonly beside?: object;
}

const OPTIONS: Readonly<Record<string, Row>> = {
  table: { fits: nothing, also: [undefined, new Map()] },
  appId: { fits: (value) => value === 'nonsense', also: ['a b', 'a'.repeat(65)] },
  plan: { fits: objects, also: [{ maxAcounts: 1 }] },
  'plan.paymentsMode': { fits: nothing, also: ['PROD'] },
  'plan.trialDays': { fits: milliseconds, also: [0, 1.5] },
  'plan.maxAccounts': { fits: milliseconds, also: [0, '1'] },
  environment: { fits: nothing, also: ['Sandbox'] },
  requireActivation: { fits: (value) => value === true, also: ['yes', 1] },
  recentLogin: { fits: milliseconds, also: [0, '10', '-1m'] },
  unprovenClaim: { fits: milliseconds, also: [0, '7', '-1d'] },
  trustedProxies: {
    fits: (value) => value === 5 || Array.isArray(value),
    also: [-1, 1.5, '10.0.0.0/8', ['loopback'], ['10.0.0.0/33']],
  },
  validFrom: {
    fits: nothing,
    also: [
      new Date(Number.NaN),
      new Date(Date.now() + 6 * 60_000),
      '2026-11-26',
      '2026-11-26T12:00:00',
      '2026-13-26T12:00:00Z',
    ],
  },
  visitorFields: { fits: Array.isArray, also: [['plan'], 'plan'] },
  accountFields: { fits: objects },
  'accountFields.plan': { fits: nothing, also: ['string', { type: 'string' }] },
  'accountFields.permissions': { fits: nothing, also: [z.array(z.string())] },
  'accountFields.authToken': { fits: nothing, also: [z.string()] },

  sessions: { fits: nothing, also: [undefined] },
  'sessions.getTokenSecret': { fits: functions, also: [undefined, SECRET] },
  'sessions.audience': { fits: (value) => value === 'nonsense', also: [['a']] },
  'sessions.tokenDuration': { fits: milliseconds, also: ['7', '401d', -1] },
  'sessions.rememberMeDuration': { fits: milliseconds, also: ['401d'] },
  'sessions.idleTimeout': { fits: milliseconds, also: ['401d'] },
  'sessions.rotation': { fits: objects },
  'sessions.rotation.after': {
    fits: milliseconds,
    beside: { sessions: { ...needed.sessions, rotation: { grace: 0 } } },
  },
  'sessions.rotation.grace': { fits: milliseconds, also: ['6m'] },
  'sessions.extend': { fits: nothing, also: [{}, { by: '2d', atMost: '30d' }] },
  'sessions.extend.by': { fits: milliseconds, also: ['401d'], beside: sliding },
  'sessions.extend.atMost': { fits: nothing, also: ['401d'], beside: sliding },
  'sessions.maxSessions': { fits: milliseconds, also: ['3', 0, 1001, 1.5] },
  'sessions.onConnectionChange': { fits: objects, also: ['Revoke', { ip: 'no' }, { ip: null }] },
  'sessions.impersonation': { fits: objects },
  'sessions.impersonation.permission': { fits: (value) => value === 'nonsense' },
  'sessions.impersonation.duration': { fits: milliseconds, also: ['401d'] },

  verifyElsewhere: { fits: nothing, also: [() => true, { takeOver: true }] },

  passwords: { fits: objects },
  'passwords.hasher': { fits: nothing, also: [{ ...unaskable, verify: undefined }] },
  'passwords.extraHashers': { fits: Array.isArray, also: [[null], [{}], [unaskable]] },
  'passwords.common': { fits: nothing, also: [{ isCommon: true }] },
  'passwords.prehashed': { fits: nothing, also: [{ saltSecret: 's'.repeat(32) }] },
  'passwords.policy': { fits: objects, also: ['NIST'] },
  'passwords.policy.preset': { fits: nothing, also: ['toString'] },
  'passwords.policy.minLength': { fits: nothing, also: ['9', 7, 1001] },
  'passwords.policy.maxLength': { fits: nothing, also: ['100', 63, 4097] },
  'passwords.policy.refuseCommon': { fits: (value) => value === true },
  'passwords.policy.contextWords': { fits: Array.isArray, also: [[5]] },
  'passwords.policy.isBreached': { fits: functions },
  'passwords.policy.onBreachCheckFailure': { fits: nothing, also: ['Refuse'] },
  'passwords.policy.breachCheckTimeoutMs': { fits: milliseconds, also: ['5', 0, 30_001] },

  tokens: { fits: objects },
  'tokens.emailVerification': { fits: milliseconds, also: [0] },
  'tokens.passwordRecovery': { fits: milliseconds, also: [0] },
  'tokens.phoneVerification': { fits: milliseconds, also: [0] },
  'tokens.magicLink': { fits: milliseconds, also: [0] },
  'tokens.loginCode': { fits: milliseconds, also: [0] },
  'tokens.twoFactorChallenge': { fits: milliseconds, also: [0] },
  'tokens.custom': { fits: milliseconds, also: [0] },
  'tokens.onlyNewest': {
    fits: (value) => value === true || Array.isArray(value),
    also: ['custom', ['Custom'], ['twoFactorAuth']],
  },

  throttling: { fits: objects },
  ...Object.fromEntries(
    ['password', 'code'].flatMap((name): [string, Row][] => [
      [`throttling.${name}`, { fits: objects, also: [false] }],
      [`throttling.${name}.budget`, { fits: milliseconds, also: ['5', 0, 101, Infinity] }],
      [`throttling.${name}.backOff`, { fits: milliseconds, also: ['30'] }],
      [`throttling.${name}.maxBackOff`, { fits: milliseconds, also: ['1d'] }],
    ]),
  ),
  'throttling.password.window': {
    fits: milliseconds,
    beside: { throttling: { password: { maxBackOff: 1 } } },
  },
  'throttling.code.window': {
    fits: milliseconds,
    beside: { throttling: { code: { maxBackOff: 1 } } },
  },
  'throttling.address': { fits: objects },
  'throttling.address.budget': { fits: milliseconds, also: [0, 1_000_001] },
  'throttling.address.window': { fits: milliseconds },
  'throttling.messages': { fits: objects },
  'throttling.messages.perAddress': { fits: milliseconds, also: [0, 1001] },
  'throttling.messages.perAccount': { fits: milliseconds, also: [0, 1001] },
  'throttling.messages.window': { fits: milliseconds },

  twoFactor: { fits: nothing, also: [false, twoFactor] },
  listing: { fits: nothing, also: [false, { define: () => ({}) }, { listAccounts: true }] },
  identityProviders: { fits: nothing, also: [false, { providers: [] }] },
  passkeys: { fits: nothing, also: [false, PASSKEYS, totp(twoFactor)] },
  signUpByLink: { fits: nothing, also: [false, {}] },
  phones: { fits: nothing, also: [false, { parse: true }, { parse: () => '+4930123456' }] },

  delivery: { fits: nothing },
  'delivery.send': { fits: functions, also: [undefined, 'smtp'] },
  'delivery.timeout': { fits: milliseconds, also: [0], beside: { delivery } },
  'delivery.locale': { fits: functions, also: ['de'], beside: { delivery } },
  'delivery.templates': { fits: objects, beside: { delivery } },
  'delivery.templates.de': { fits: objects, also: [{ MagicLink: 'x' }], beside: { delivery } },
  'delivery.linkTo': { fits: nothing, also: ['https://app.example'], beside: { delivery } },
  'delivery.linkTo.baseUrl': { fits: nothing, also: ['app.example'], beside: { delivery } },
  'delivery.linkTo.paths': {
    fits: objects,
    also: [{ MagicLink: '//evil.example' }],
    beside: linked,
  },
  'delivery.linkTo.tokenIn': {
    fits: nothing,
    also: ['Fragment'],
    beside: linked,
  },

  events: { fits: objects },
  'events.timeout': { fits: milliseconds, also: [0, -1, '5'] },
};

/** The options of `totp`, as parts of the option `twoFactor`. */
const TOTP_OPTIONS: Readonly<Record<string, Row>> = {
  'twoFactor.issuer': {
    fits: (value) => value === 'nonsense',
    also: ['a:b', undefined],
    beside: { twoFactor },
  },
  'twoFactor.encryptionKeys': {
    fits: nothing,
    also: [[null], [{ kid: '1', key: 'short' }], undefined],
    beside: { twoFactor },
  },
  'twoFactor.isRequired': { fits: functions, beside: { twoFactor } },
  'twoFactor.recentLogin': {
    fits: milliseconds,
    also: [0],
    beside: { twoFactor },
  },
};

/** The options of `passkeys`, as parts of the option of that name. */
const PASSKEY_OPTIONS: Readonly<Record<string, Row>> = {
  'passkeys.rpId': {
    fits: nothing,
    also: ['https://example.com', 'Example.com', 'example.com.', 'a b', '', undefined],
    beside: { passkeys: PASSKEYS },
  },
  'passkeys.rpName': {
    fits: (value) => value === 'nonsense',
    also: ['', ' ', 'x'.repeat(65), undefined],
    beside: { passkeys: PASSKEYS },
  },
  'passkeys.origins': {
    fits: nothing,
    also: [
      [],
      ['https://example.com/'],
      ['http://example.com'],
      ['https://elsewhere.org'],
      ['https://evilexample.com'],
      ['https://example.com', 'nonsense'],
      Array.from({ length: 51 }, (_, at) => `https://a${String(at)}.example.com`),
      undefined,
    ],
    beside: { passkeys: PASSKEYS },
  },
  'passkeys.asSecondFactor': {
    fits: (value) => typeof value === 'boolean',
    beside: { passkeys: PASSKEYS },
  },
  'passkeys.recentLogin': { fits: milliseconds, also: [0], beside: { passkeys: PASSKEYS } },
};

/** Values that are refused at another path than their own, or accepted, or refused though they fit. */
function faultsOf(make: (options: object) => unknown, path: string, row: Row): unknown[] {
  const { fits, also = [], beside } = row;
  const pathFor = (value: unknown): string =>
    refused(() => make(optionsWith(path, value, { ...needed, ...beside })));
  const unfit = [...NONSENSE.filter((value) => !fits(value)), ...also];
  const wrong = unfit
    .map((value) => [value, pathFor(value)] as const)
    .filter(([, refusedAt]) => refusedAt !== path && !refusedAt.startsWith(`${path}.`));
  const fitting = NONSENSE.filter(fits).map((value) => [value, pathFor(value)] as const);
  return [...wrong, ...fitting.filter(([, refusedAt]) => refusedAt !== 'accepted')];
}

const passkeysOf = (options: object): unknown =>
  passkeys((options as { passkeys: never }).passkeys);

describe('an option of passkeys', () => {
  it.each(Object.entries(PASSKEY_OPTIONS))(
    '%s is refused with its path for nonsense',
    (path, row) => {
      expect(faultsOf(passkeysOf, path, row)).toEqual([]);
    },
  );

  it('is refused where it is none at all', () => {
    for (const given of [undefined, null, 7, 'example.com']) {
      expect(refused(() => passkeys(given as never))).toBe('passkeys');
    }
  });

  it('takes origins of Android, of other domains beside its own, and of this machine', () => {
    const origins = [
      'https://www.example.com',
      'https://example.co.uk',
      `android:apk-key-hash:${'a'.repeat(43)}`,
    ];
    expect(refused(() => passkeys({ ...PASSKEYS, origins }))).toBe('accepted');
    const local = { rpId: 'localhost', origins: ['http://localhost:3000'] };
    expect(refused(() => passkeys({ ...PASSKEYS, ...local }))).toBe('accepted');
  });
});

const totpOf = (options: object): unknown => totp((options as { twoFactor: never }).twoFactor);

describe('an option of totp', () => {
  it.each(Object.entries(TOTP_OPTIONS))('%s is refused with its path for nonsense', (path, row) => {
    expect(faultsOf(totpOf, path, row)).toEqual([]);
  });
});

describe('an option of Accounts', () => {
  it.each(Object.entries(OPTIONS))('%s is refused with its path for nonsense', (path, row) => {
    expect(faultsOf((options) => new Accounts(options as never), path, row)).toEqual([]);
  });

  it.each([undefined, null, 5, 'options', [], () => needed])(
    'Accounts refuses %p in place of its options',
    (options) => {
      expect(refused(() => new Accounts(options as never))).toBe('options');
    },
  );

  it('that is undefined is not given, and what is not an option is refused by its name', () => {
    const optional = Object.keys(OPTIONS).filter(
      (path) => !path.includes('.') && !(path in needed),
    );
    const unset = Object.fromEntries(optional.map((path) => [path, undefined]));
    const options = { ...needed, ...unset };
    expect(refused(() => new Accounts(options as never))).toBe('accepted');
    const mistyped = { ...options, transporter: 'of the application’s own' };
    expect(refused(() => new Accounts(mistyped as never))).toBe('transporter');
  });

  it('every option of Accounts and Guard is tested here', () => {
    const declared = ['accounts/Accounts.ts', 'guard/createRequestSetup.ts']
      .map((file) => readFileSync(path.join(__dirname, '../src', file), 'utf8'))
      .map((source) => /interface (?:Accounts|Guard)Options<[^{]*{([^]*?)\n}/.exec(source)?.[1])
      .join('\n');
    const names = Array.from(declared.matchAll(/^ {2}readonly (\w+)\??:/gm), ([, name]) => name);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !(String(name) in OPTIONS))).toEqual([]);
  });

  it.each([
    [OPTIONS, (options: object) => new Accounts(options as never)],
    [TOTP_OPTIONS, totpOf],
  ])('ASVS 16.2.5: says why, without the value: %#', (rows, make) => {
    for (const secret of ['canary-value', ['canary-value'], { kid: 'canary-value' }]) {
      for (const [option, { beside }] of Object.entries(rows)) {
        try {
          make(optionsWith(option, secret, { ...needed, ...beside }));
        } catch (error) {
          expect(inspect(error, { depth: 9 }).replace(/^ +at .*$/gm, '')).not.toContain(
            'canary-value',
          );
        }
      }
    }
  });
});

describe('an option of Guard', () => {
  const GUARD = [
    'table',
    'appId',
    'sessions',
    'trustedProxies',
    'validFrom',
    'events',
    'accountFields',
    'listing',
  ];
  // What only a sign-up takes by the name of a field is nothing to a guard.
  const rows = Object.entries(OPTIONS).filter(
    ([path]) => GUARD.includes(path.split('.')[0] ?? '') && path !== 'accountFields.authToken',
  );

  it.each(rows)('%s is refused with its path for nonsense, as by Accounts', (path, row) => {
    const { fits, also = [], beside } = row;
    for (const value of [...NONSENSE, ...also]) {
      const options = (): never => optionsWith(path, value, { ...needed, ...beside }) as never;
      const byAccounts = refused(() => new Accounts(options()));
      expect([value, refused(() => new Guard(options()))]).toEqual([value, byAccounts]);
      if (NONSENSE.includes(value) && fits(value)) expect(byAccounts).toBe('accepted');
    }
  });

  it('is none that only Accounts has', () => {
    const others = Object.keys(OPTIONS).filter(
      (path) => !path.includes('.') && !GUARD.includes(path),
    );
    expect(others).toContain('passwords');
    for (const name of others) {
      expect(refused(() => new Guard({ ...needed, [name]: undefined }))).toBe(name);
    }
    expect(refused(() => new Guard(undefined as never))).toBe('options');
  });
});

it('fields that an account cannot have are refused for all applications of a registry, too', () => {
  const apps = { shop: {} };
  for (const [fields, path] of [
    [null, 'accountFields'],
    [{ plan: 'string' }, 'accountFields.plan'],
    [{ permissions: z.string() }, 'accountFields.permissions'],
  ] as const) {
    const options = { ...needed, apps, accountFields: fields };
    expect(refused(() => new AccountsRegistry(options as never))).toBe(path);
  }
});
