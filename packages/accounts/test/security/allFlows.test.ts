import { Secret, TOTP } from 'otpauth';
import type { Message, MessageKind } from '../../src/delivery/Delivery.js';
import { AccountError } from '../../src/errors/AccountError.js';
import type { SessionRequest } from '../../src/sessions/SessionRequest.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { contentsOf } from '../support/contents.js';
import { everythingShown } from '../support/everythingShown.js';
import { claimsOf } from '../support/forgeToken.js';
import {
  createTestAccounts,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';

const KEY = Buffer.from('canary-encryption-key-0123456789');

describe('after all flows', () => {
  let test: TestAccounts;
  /** What nobody may find at rest, by name. */
  const secrets = new Map<string, string>([
    ['the signing secret', SECRET],
    ['the encryption key', KEY.toString('base64')],
  ]);
  const messages: Message[] = [];
  const events: unknown[] = [];
  const returned: unknown[] = [];
  const password = (name: string): string => {
    const value = `canary-${name} correct horse`;
    secrets.set(`the password ${name}`, value);
    return value;
  };
  const lastToken = (kind: MessageKind): string =>
    messages.findLast((message) => message.kind === kind)?.token ?? '';
  const keepToken = (name: string, authToken: string): string => {
    secrets.set(`${name}, its token`, authToken);
    secrets.set(`${name}, its secret`, claimsOf(authToken).jti);
    return authToken;
  };
  const step = (): void => {
    test.clock.advance(31_000);
  };

  beforeAll(async () => {
    test = await createTestAccounts({
      delivery: {
        send: (message) => {
          messages.push(message);
          if (message.token !== undefined) {
            secrets.set(`the ${message.kind} ${String(messages.length)}`, message.token);
          }
        },
      },
      twoFactor: { issuer: 'Tests', encryptionKeys: [{ kid: '1', key: KEY }] },
    });
    const { accounts } = test;
    accounts.on('*', (event) => events.push(event));
    const login = async (username: string, typed: string): Promise<SessionRequest> => {
      const request = requestWith();
      const result = await accounts.userByPasswordLogin({ username, password: typed, request });
      keepToken(`a login of ${username}`, result.authToken);
      returned.push(result.account, result.sessionDocument);
      return request;
    };

    // Sign-up, addresses, name and profile.
    const ada = await accounts.createAccount({
      username: 'ada',
      email: 'ada@example.com',
      password: password('ada-1'),
    });
    returned.push(ada);
    const { accountId } = ada;
    await accounts.verifyEmailWithToken({ token: lastToken('EmailVerification') });
    const request = await login('ada', password('ada-1'));
    returned.push(await accounts.contacts.addEmail({ request, email: 'ada2@example.com' }));
    await accounts.verifyEmailWithToken({ token: lastToken('EmailVerification') });
    await accounts.contacts.addPhone({ request, phone: '+4930123456' });
    await accounts.requestPhoneVerification({ request, phone: '+4930123456' });
    const phoneCode = lastToken('PhoneVerification');
    await accounts.verifyPhone({ request, phone: '+4930123456', code: phoneCode });
    await accounts.contacts.addOAuth({
      accountId,
      provider: 'example',
      value: 'subject-1',
      authToken: 'shown-to-nobody-provider-token',
    });
    await accounts.contacts.addCustom({ accountId, value: 'member-7', meta: { tier: 1 } });
    await accounts.contacts.remove({ request, kind: 'custom', value: 'member-7' });
    await accounts.changeUsername({ request, username: 'countess' });
    await accounts.updateProfile({ request, profile: { name: 'Ada' } });
    returned.push(await accounts.contacts.list({ request }));

    // Passwords, links and tokens of the application's own.
    const changed = await accounts.changePassword({
      request,
      currentPassword: password('ada-1'),
      newPassword: password('ada-2'),
    });
    keepToken('the session after a change', changed.authToken);
    await accounts.requestPasswordReset({ username: 'countess' });
    await accounts.settled();
    await accounts.resetPassword({
      token: lastToken('PasswordReset'),
      newPassword: password('ada-3'),
    });
    await accounts.setPassword({ accountId, newPassword: password('ada-4') });
    await accounts.requestMagicLink({ email: 'ada@example.com' });
    await accounts.settled();
    const linked = await accounts.loginWithMagicLink({
      token: lastToken('MagicLink'),
      request: requestWith(),
    });
    keepToken('a login by link', linked.authToken);
    const own = await accounts.issueToken({ accountId, purpose: 'invite' });
    secrets.set('a custom token', own.token);
    returned.push(own.tokenDocument, await accounts.consumeToken({ ...own, purpose: 'invite' }));
    const unused = await accounts.addResetPasswordToken({ accountId });
    secrets.set('a reset token that nobody used', unused.token);

    // Sessions.
    const session = await login('countess', password('ada-4'));
    const renewed = await accounts.refreshTokens({
      authToken: session.authToken ?? '',
      request: session,
    });
    keepToken('a renewed session', renewed.authToken);
    const again = await accounts.reauthenticate({
      request: session,
      password: password('ada-4'),
    });
    keepToken('a session proven again', again.authToken);
    returned.push(await accounts.sessions.listSessions({ request: session }));
    const pushed = await accounts.pushCustomSession({
      username: 'countess',
      request: requestWith(),
    });
    keepToken('a pushed session', pushed.authToken);

    // A second factor.
    const enrolment = await accounts.twoFactor.enrol({ request: session });
    secrets.set('the TOTP secret', enrolment.secret);
    const phone = new TOTP({ secret: Secret.fromBase32(enrolment.secret) });
    const code = (): string => phone.generate({ timestamp: test.clock.now().getTime() });
    const { recoveryCodes } = await accounts.twoFactor.confirm({ request: session, code: code() });
    for (const [at, recovery] of recoveryCodes.entries()) {
      secrets.set(`recovery code ${String(at)}`, recovery);
      secrets.set(`recovery code ${String(at)}, bare`, recovery.replaceAll('-', ''));
    }
    for (const factor of [
      () => ({ code: code() }),
      () => ({ recoveryCode: recoveryCodes[3] ?? '' }),
    ]) {
      step();
      const typed = { username: 'countess', password: password('ada-4'), request: requestWith() };
      const error: unknown = await accounts.userByPasswordLogin(typed).catch((e: unknown) => e);
      const challenge = AccountError.is(error) ? (error.challenge ?? '') : '';
      secrets.set(`a challenge at ${test.clock.now().toISOString()}`, challenge);
      const second = await accounts.twoFactor.loginWithTwoFactor({
        challenge,
        ...factor(),
        request: requestWith(),
      });
      keepToken(`a login by two factors ${test.clock.now().toISOString()}`, second.authToken);
    }
    returned.push(await accounts.exportAccount({ accountId }));

    // Somebody acts for her, and somebody fails.
    const admin = await accounts.createAccount({ username: 'admin', password: password('admin') });
    await accounts.AccountEntity.updateOne({
      filter: { accountId: admin.accountId },
      update: { $set: { permissions: ['impersonate'] } },
    });
    const actor = await login('admin', password('admin'));
    const acting = await accounts.impersonate({ request: actor, accountId });
    keepToken('an impersonation', acting.authToken);
    await accounts
      .userByPasswordLogin({
        username: 'countess',
        password: password('wrong'),
        request: requestWith(),
      })
      .catch((error: unknown) => returned.push(error));
    await accounts.deactivate({ accountId: admin.accountId });
    await accounts.reactivate({ accountId: admin.accountId });
  });
  afterAll(() => test.drop());

  it('no secret stands in any attribute of any item (ASVS 6.5.2, 7.2.3, 11.4.2)', async () => {
    const items = await tableItems(test.client, test.table.name);
    const dump = JSON.stringify(items);
    expect(items.length).toBeGreaterThan(40);
    expect(secrets.size).toBeGreaterThan(40);
    for (const [name, secret] of secrets) {
      expect([name, secret.length >= 6]).toEqual([name, true]);
      for (const text of [
        secret,
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        Buffer.from(secret).toString('base64url'),
        Buffer.from(secret).toString('hex'),
      ]) {
        // Six digits may stand anywhere by chance; as a value of their own they must not.
        const found = /^\d{6}$/.test(text) ? dump.includes(`"${text}"`) : dump.includes(text);
        expect([name, found]).toEqual([name, false]);
      }
    }
    expect(dump).not.toContain('canary');
  });

  it('no secret stands in an event, nor in what was returned (ASVS 15.3.1, 16.2.5)', () => {
    expect(events.length).toBeGreaterThan(30);
    const shown = everythingShown(events) + everythingShown(returned);
    for (const [name, secret] of secrets) {
      const found = /^\d{6}$/.test(secret) ? shown.includes(`'${secret}'`) : shown.includes(secret);
      expect([name, found]).toEqual([name, false]);
    }
    expect(shown).not.toMatch(/canary|shown-to-nobody/);
  });

  it('no event holds an address or a name of a person', () => {
    expect(everythingShown(events)).not.toMatch(/example\.com|\+4930|countess/);
  });

  it('every unique value belongs to the document that says so', async () => {
    const { problems } = await contentsOf(test.client, test.table.name);
    expect(problems).toEqual([]);
  });
});
