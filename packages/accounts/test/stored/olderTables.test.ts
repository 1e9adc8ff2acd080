import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import jwt from 'jsonwebtoken';
import crypto from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../support/errorOf.js';
import { sweepAccounts } from '../support/sweepAccounts.js';
import { PASSWORD, requestWith, SECRET, type FullAccounts } from '../support/testAccounts.js';
import {
  accountsOf,
  ADA,
  BEA,
  challengeOf,
  codeAt,
  createStored,
  IDENTITY,
  STEP_MS,
  type InHands,
  type Stored,
} from './createStored.js';

const FOLDER = join(__dirname, 'fixtures');
/** `STORED_VERSION=0.2.0 npx jest olderTables` writes what this version stores; do so once for each release. */
const { STORED_VERSION } = process.env;
const ULID = /[0-7][0-9A-HJKMNP-TV-Z]{25}/g;
const NEW_PASSWORD = 'another walk in the hills';

const fixtures = (): readonly Stored[] =>
  readdirSync(FOLDER)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Stored);

const client = localClient();
let test: TestTable;
beforeEach(async () => {
  test = await createTestTable([], { client });
});
afterEach(() => test.table.delete());
afterAll(() => {
  client.destroy();
});

/** The attributes of each kind of item, with their types. */
function shapesOf({ items }: Pick<Stored, 'items'>): Record<string, string[]> {
  const shapes: Record<string, Set<string>> = {};
  for (const item of items) {
    const { _e: kind, createdFor } = item;
    const purpose = createdFor?.S?.replace(ULID, '') ?? '';
    const shape = (shapes[`${kind?.S ?? 'unique'} ${purpose}`] ??= new Set());
    for (const [name, value] of Object.entries(item)) {
      shape.add(`${name}: ${String(Object.keys(value)[0])}`);
    }
  }
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, [...shape].sort()]),
  );
}

const WHEN = new Date(Date.UTC(2036, 10, 21, 12));

if (STORED_VERSION !== undefined) {
  it('writes a table of this version', async () => {
    let drawn = 0;
    // What is drawn says that it is nobody's secret.
    const draw = (size: number): Buffer => Buffer.alloc(size, `fixture ${String(++drawn)} `);
    const random = jest.spyOn(crypto, 'randomBytes').mockImplementation(draw);
    const stored = await createStored(client, test.table.name, WHEN);
    random.mockRestore();
    const text = JSON.stringify({ version: STORED_VERSION, ...stored }, null, 2);
    writeFileSync(join(FOLDER, `${STORED_VERSION}.json`), `${text}\n`);
  });
}

it('this version stores what the newest of the tables holds; a change needs a reason, and a table of its own', async () => {
  const newest = fixtures().at(-1);
  expect(newest).toBeDefined();
  const stored = await createStored(client, test.table.name, WHEN);
  expect(shapesOf(stored)).toEqual(newest && shapesOf(newest));
});

describe.each(fixtures().map((stored) => [stored.version, stored] as const))(
  'a table of version %s',
  (_version, stored) => {
    let now: Date;
    let accounts: FullAccounts;
    let inHands: InHands;
    beforeEach(async () => {
      now = new Date(new Date(stored.at).getTime() + STEP_MS);
      ({ inHands } = stored);
      const requests = stored.items.map((Item) => ({ PutRequest: { Item } }));
      while (requests.length > 0) {
        const RequestItems = { [test.table.name]: requests.splice(0, 25) };
        await client.send(new BatchWriteItemCommand({ RequestItems }));
      }
      accounts = accountsOf(client, test.table.name, () => now);
    });
    afterEach(async () => {
      expect(await sweepAccounts(client, test.table.name)).toEqual([]);
    });

    const sessionToken = (): string => {
      const { header, payload } = inHands.session;
      return jwt.sign(payload, SECRET, { header });
    };
    const login = (password: string): Promise<string> =>
      codeOf(
        accounts.userByPasswordLogin({ username: ADA.username, password, request: requestWith() }),
      );
    const { email, phone, username } = ADA;

    const rows: readonly (readonly [string, () => Promise<unknown>])[] = [
      [
        'finds its accounts by every name',
        async () => {
          const { accountId } = inHands;
          for (const found of [
            await accounts.findUser({ username }),
            await accounts.findUser({ username: email }),
            await accounts.findUser({ username: phone }),
            await accounts.contacts.findByIdentity(IDENTITY),
          ]) {
            expect(found).toMatchObject({ accountId });
          }
        },
      ],
      [
        'keeps every name taken',
        async () => {
          const password = PASSWORD;
          expect(await codeOf(accounts.createAccount({ username, password }))).toBe(
            'UsernameAlreadyExists',
          );
          expect(await codeOf(accounts.createAccount({ email, password }))).toBe(
            'EmailAlreadyExists',
          );
        },
      ],
      [
        'knows the password',
        async () => {
          expect(await login('wrong horse battery')).toBe('LoginFailed');
          expect(await login(PASSWORD)).toBe('none');
        },
      ],
      [
        'goes on with a session, and ends it',
        async () => {
          const authToken = sessionToken();
          const { user } = await accounts.handleRequest(requestWith(authToken));
          expect(user).toMatchObject({ username });
          const next = await accounts.refreshTokens({ authToken, request: requestWith() });
          await accounts.logout({ authToken: next.authToken, request: requestWith() });
          expect(await codeOf(accounts.handleRequest(requestWith(next.authToken)))).toBe(
            'InvalidSession',
          );
        },
      ],
      [
        'lets an owner change the password, which ends the other session',
        async () => {
          const begun = await accounts.userByPasswordLogin({
            username,
            password: PASSWORD,
            request: requestWith(),
          });
          const request = await accounts.handleRequest(requestWith(begun.authToken));
          const change = { request, currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
          await accounts.passwords.change(change);
          expect(await codeOf(accounts.handleRequest(requestWith(sessionToken())))).toBe(
            'InvalidSession',
          );
        },
      ],
      [
        'accepts a token that resets the password',
        async () => {
          const reset = { token: inHands.resetToken, newPassword: NEW_PASSWORD };
          await accounts.passwords.reset(reset);
          expect([await login(PASSWORD), await login(NEW_PASSWORD)]).toEqual([
            'LoginFailed',
            'none',
          ]);
          expect(await codeOf(accounts.passwords.reset(reset))).toBe('TokenVerificationFailed');
        },
      ],
      [
        'accepts a token that verifies an address',
        () => accounts.verifyEmailWithToken({ token: inHands.emailToken, password: PASSWORD }),
      ],
      [
        'accepts a token of the application once',
        async () => {
          const consume = { token: inHands.customToken, purpose: 'invite' };
          await accounts.tokens.consume(consume);
          expect(await codeOf(accounts.tokens.consume(consume))).toBe('TokenVerificationFailed');
        },
      ],
      [
        'accepts a magic link',
        () => accounts.magicLinks.login({ token: inHands.linkToken, request: requestWith() }),
      ],
      [
        'accepts the second factor for a login that waits',
        () =>
          accounts.twoFactor.loginWithTwoFactor({
            challenge: inHands.challenge,
            code: codeAt(inHands.totpSecret, now),
            request: requestWith(),
          }),
      ],
      [
        'accepts a recovery code',
        async () => {
          const { recoveryCode } = inHands;
          const challenge = await challengeOf(accounts);
          const request = requestWith();
          await accounts.twoFactor.loginWithTwoFactor({ challenge, recoveryCode, request });
        },
      ],
      [
        'renames an account, and gives the old name away',
        async () => {
          const request = await accounts.handleRequest(requestWith(sessionToken()));
          await accounts.profile.changeUsername({ request, username: 'lin' });
          await accounts.createAccount({ username, password: PASSWORD });
        },
      ],
      [
        'deletes an account with all that it has',
        async () => {
          const { accountId } = inHands;
          await accounts.lifecycle.delete({ accountId });
          await accounts.createAccount({ username, email, password: PASSWORD });
          expect(await accounts.findUser({ username: BEA.username })).not.toBeNull();
          expect(await codeOf(accounts.handleRequest(requestWith(sessionToken())))).toBe(
            'InvalidSession',
          );
        },
      ],
    ];
    it.each(rows)('%s', async (_name, act) => {
      await act();
    });
  },
);
