import { format, inspect } from 'node:util';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { BcryptHasher } from '../../src/passwords/BcryptHasher.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { everythingShown } from '../support/everythingShown.js';
import { PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';
import {
  createTwoFactorAccounts,
  keyOf,
  STEP,
  type ProtectedPerson,
  type TwoFactorAccounts,
} from './support/twoFactorAccounts.js';
import { selfService } from '../support/selfService.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { totp } from '../../src/twoFactor/totp.js';

/** What logs make of an error, unless they are told to call its getters. */
const logged = (value: unknown): string =>
  [
    inspect(value, { showHidden: true, depth: 20, maxStringLength: null }),
    format('%s %j %o %O', value, value, value, value),
    JSON.stringify([value, { ...(value as object) }]),
  ].join('\n');

const NEW_PASSWORD = 'another long walk';

describe('what proves only the first factor', () => {
  let test: TwoFactorAccounts;
  const sessionsOf = async ({ accountId }: ProtectedPerson): Promise<number> =>
    (await test.accounts.SessionEntity.findMany({ filter: { accountId } })).items.length;
  const lastToken = (): string => test.messages.findLast(({ token }) => token)?.token ?? '';

  beforeAll(async () => {
    test = await createTwoFactorAccounts();
  });
  afterAll(() => test.drop());

  it('ASVS 6.4.3: a password reset ends every session and does not get past the second', async () => {
    const person = await test.signUpWithTotp();
    const { accounts } = test;
    const { accountId, username } = person;
    const before = await sessionsOf(person);
    const { token } = await accounts.addResetPasswordToken({ accountId });
    await selfService(accounts).resetPassword({ token, newPassword: NEW_PASSWORD });
    const login = { username, password: NEW_PASSWORD, request: requestWith() };
    const { code, challenge = '' } = await errorOf(accounts.userByPasswordLogin(login));
    expect(code).toBe('TwoFactorRequired');
    expect(await sessionsOf(person)).toBe(before);
    expect(await codeOf(accounts.handleRequest(requestWith(person.request.authToken)))).toBe(
      'InvalidSession',
    );
    // Nor does it take the factors away: neither the app nor a recovery code.
    const request = requestWith();
    const appCode = test.app(person.secret);
    await accounts.twoFactor.loginWithTwoFactor({ challenge, code: appCode, request });
    expect(await accounts.twoFactor.status({ request })).toEqual({
      enabled: true,
      recoveryCodesLeft: 10,
    });
  });

  it('ASVS 6.4.3: a magic link does not get past the second', async () => {
    const person = await test.signUpWithTotp();
    const { accounts } = test;
    const before = await sessionsOf(person);
    await accounts.magicLinks.request({ email: person.email, request: requestWith() });
    await accounts.settled();
    const token = lastToken();
    const request = requestWith();
    const { code, challenge = '' } = await errorOf(accounts.magicLinks.login({ token, request }));
    expect(code).toBe('TwoFactorRequired');
    expect(await sessionsOf(person)).toBe(before);
    const appCode = test.app(person.secret);
    await accounts.twoFactor.loginWithTwoFactor({ challenge, code: appCode, request });
    expect(await sessionsOf(person)).toBe(before + 1);
  });

  it('ASVS 2.3.1: a second step without a first one is none', async () => {
    const person = await test.signUpWithTotp();
    const challenge = 'A'.repeat(43);
    const input = { challenge, code: test.app(person.secret), request: requestWith() };
    expect(await codeOf(test.accounts.twoFactor.loginWithTwoFactor(input))).toBe(
      'TokenVerificationFailed',
    );
  });

  it('a login goes on at another instance, which shares nothing but the table', async () => {
    const person = await test.signUpWithTotp();
    const challenge = await test.challengeOf(person);
    const other = test.another();
    const input = { challenge, code: test.app(person.secret), request: requestWith() };
    expect(await codeOf(other.twoFactor.loginWithTwoFactor(input))).toBe('none');
  });

  it('ASVS 8.4.1: of one tenant is nothing to another', async () => {
    const person = await test.signUpWithTotp();
    const challenge = await test.challengeOf(person);
    const tenant = new Accounts({
      table: test.table.namespace('another'),
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
      twoFactor: totp({ issuer: 'Latchkey', encryptionKeys: [keyOf(1)] }),
    });
    const input = { challenge, code: test.app(person.secret), request: requestWith() };
    expect(await codeOf(tenant.twoFactor.loginWithTwoFactor(input))).toBe(
      'TokenVerificationFailed',
    );
  });
});

describe('the secrets of second factors', () => {
  let test: TwoFactorAccounts;
  const secrets = new Map<string, string>();
  const given: unknown[] = [];
  let person: ProtectedPerson;

  beforeAll(async () => {
    // The real hasher: what is stored is looked at.
    test = await createTwoFactorAccounts({}, { passwords: { hasher: new BcryptHasher() } });
    const { accounts } = test;
    const keep = async (flow: Promise<unknown>): Promise<void> => {
      given.push(await flow.catch((error: unknown) => error));
    };
    person = await test.signUpWithTotp();
    const { request, recoveryCodes, secret } = person;
    const pending = await accounts.twoFactor.enrol({ request, code: test.app(secret) });
    test.clock.advance(STEP);
    const first = await errorOf(test.login(person));
    given.push(first, accounts.twoFactor, accounts);
    const challenge = first.challenge ?? '';
    const code = test.app(secret);
    const wrong = test.app(secret, 9);
    const { twoFactor } = accounts;
    await keep(twoFactor.loginWithTwoFactor({ challenge, code: wrong, request: requestWith() }));
    await keep(twoFactor.confirm({ request, code: wrong }));
    await keep(twoFactor.disable({ request, code: wrong }));
    await keep(twoFactor.disable({ request, recoveryCode: `${recoveryCodes[0] ?? ''}X` }));
    await keep(twoFactor.status({ request }));
    await keep(twoFactor.loginWithTwoFactor({ challenge: code, code, request: requestWith() }));
    const later = requestWith();
    await twoFactor.loginWithTwoFactor({ challenge, code, request: later });
    await keep(
      twoFactor
        .loginWithTwoFactor({
          challenge: await test.challengeOf(person),
          recoveryCode: recoveryCodes[1] ?? '',
          request: requestWith(),
        })
        .then(({ account, sessionDocument }) => ({ account, sessionDocument })),
    );
    secrets
      .set('the secret', secret)
      .set('the pending secret', pending.secret)
      .set('the challenge', challenge)
      .set('the key', keyOf(1).key.toString('base64'))
      .set('the key in hex', keyOf(1).key.toString('hex'));
    for (const recoveryCode of recoveryCodes) {
      secrets.set(`recovery code ${recoveryCode.charAt(0)}`, recoveryCode);
      secrets.set(`the same without dashes`, recoveryCode.replaceAll('-', ''));
    }
  });
  afterAll(() => test.drop());

  it('ASVS 6.5.2, 11.3.2: stand in no attribute of any item', async () => {
    const dump = JSON.stringify(await tableItems(test.client, test.table.name));
    expect(secrets.size).toBeGreaterThan(15);
    for (const [name, secret] of secrets) {
      const texts = [secret, Buffer.from(secret).toString('base64')];
      for (const text of texts) expect([name, dump.includes(text)]).toEqual([name, false]);
    }
  });

  it('ASVS 6.5.2, 11.3.4: are stored encrypted, each with a nonce of its own, or under a slow hash', async () => {
    const { items } = await test.accounts.TokenEntity.findMany({
      filter: { accountId: person.accountId, kind: 'twoFactorAuth' },
      secrets: true,
    });
    const sealed = items.filter(({ createdFor }) => createdFor.startsWith('totp'));
    expect(sealed).toHaveLength(2);
    for (const { value } of sealed) expect(value).toMatch(/^v1\.key-1\.[\w-]{16}\.[\w-]+$/);
    expect(new Set(sealed.map(({ value }) => value.split('.')[2])).size).toBe(2);
    const hashed = items.filter(({ createdFor }) => createdFor.startsWith('recovery-code-'));
    expect(hashed).toHaveLength(10);
    for (const { value } of hashed) {
      expect(value).toMatch(/^\$hmac-sha384-bcrypt\$v=1\$2b\$10\$/);
    }
    expect(new Set(hashed.map(({ value }) => value)).size).toBe(10);
  });

  it('ASVS 16.2.5, 16.5.1: stand in nothing that is thrown, told or shown, nor in what a log makes of it', () => {
    const errors = given.filter((value) => value instanceof Error);
    expect(errors.length).toBeGreaterThanOrEqual(6);
    const shown = [...given, ...test.events, ...test.messages.map(({ account }) => account)];
    for (const value of shown) {
      const text = value === given[0] ? logged(value) : everythingShown(value);
      for (const [name, secret] of secrets) {
        expect([name, text.includes(secret)]).toEqual([name, false]);
      }
    }
    // What is meant for the client is there when it is asked for by name, and only then.
    expect(given[0]).toMatchObject({
      code: 'TwoFactorRequired',
      challenge: secrets.get('the challenge'),
    });
  });

  it('ASVS 6.5.2: nothing logs in again by what the table holds', async () => {
    const { items } = await test.accounts.TokenEntity.findMany({
      filter: { accountId: person.accountId, kind: 'twoFactorAuth' },
      secrets: true,
    });
    const { username } = person;
    const login = { username, password: PASSWORD, request: requestWith() };
    const { challenge = '' } = await errorOf(test.accounts.userByPasswordLogin(login));
    for (const { value, createdFor } of items) {
      const code = await codeOf(
        test.accounts.twoFactor.loginWithTwoFactor({
          challenge: value,
          code: test.app(person.secret, 1),
          request: requestWith(),
        }),
      );
      expect([createdFor, code]).toEqual([createdFor, 'TokenVerificationFailed']);
      expect(
        await codeOf(
          test.accounts.twoFactor.loginWithTwoFactor({
            challenge,
            recoveryCode: value,
            request: requestWith(),
          }),
        ),
      ).toBe('InvalidInput');
    }
  });
});
