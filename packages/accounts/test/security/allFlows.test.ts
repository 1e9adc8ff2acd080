import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Secret, TOTP } from 'otpauth';
import type { Message, MessageKind } from '../../src/delivery/Delivery.js';
import { AccountError } from '../../src/errors/AccountError.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { github, identityProviders } from '../../src/identityProviders/index.js';
import { passkeys } from '../../src/passkeys/index.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
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
import { selfService } from '../support/selfService.js';
import { totp } from '../../src/twoFactor/totp.js';
import type { AccountsWith } from '../../src/accounts/Accounts.js';
import { Device, PASSKEYS } from '../passkeys/support.js';

const KEY = Buffer.from('canary-encryption-key-0123456789');

describe('after all flows', () => {
  let test: TestAccounts;
  /** What nobody may find at rest, by name. */
  const secrets = new Map<string, string>([
    ['the signing secret', SECRET],
    ['the encryption key', KEY.toString('base64')],
  ]);
  const messages: Message[] = [];
  const events: AccountEvent[] = [];
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
  const keepRecoveryCodes = (name: string, codes: readonly string[]): void => {
    for (const [at, recovery] of codes.entries()) {
      secrets.set(`${name} recovery code ${String(at)}`, recovery);
      secrets.set(`${name} recovery code ${String(at)}, bare`, recovery.replaceAll('-', ''));
    }
  };
  /** What a flow gives, without the token that it gives on purpose. */
  const keep = <T extends { readonly authToken?: string }>(name: string, result: T): T => {
    const { authToken, ...rest } = result;
    returned.push(rest);
    if (authToken !== undefined) keepToken(name, authToken);
    return result;
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
      twoFactor: totp({ issuer: 'Tests', encryptionKeys: [{ kid: '1', key: KEY }] }),
      passkeys: passkeys(PASSKEYS),
      identityProviders: identityProviders({
        redirectUri: 'https://app.example.com/callback/{provider}',
        providers: [github({ clientId: 'tests', clientSecret: 'canary-client-secret' })],
      }),
    });
    const accounts = test.accounts as unknown as AccountsWith<
      'phones' | 'twoFactor' | 'passkeys' | 'identityProviders'
    >;
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
    await accounts.verifyEmailWithToken({
      token: lastToken('EmailVerification'),
      password: password('ada-1'),
    });
    const request = await login('ada', password('ada-1'));
    returned.push(await accounts.contacts.addEmail({ request, email: 'ada2@example.com' }));
    await accounts.verifyEmailWithToken({ token: lastToken('EmailVerification'), request });
    await accounts.contacts.addPhone({ request, phone: '+4930123456' });
    await accounts.contacts.requestPhoneVerification({ request, phone: '+4930123456' });
    const phoneCode = lastToken('PhoneVerification');
    await accounts.contacts.verifyPhone({ request, phone: '+4930123456', code: phoneCode });
    await accounts.contacts.addOAuth({
      accountId,
      provider: 'example',
      value: 'subject-1',
      authToken: 'shown-to-nobody-provider-token',
    });
    await accounts.contacts.addCustom({ accountId, value: 'member-7', meta: { tier: 1 } });
    await accounts.contacts.remove({ request, kind: 'custom', value: 'member-7' });
    await accounts.profile.changeUsername({ request, username: 'countess' });
    await accounts.profile.update({ request, profile: { name: 'Ada' } });
    returned.push(await accounts.contacts.list({ request }));

    // Passwords, links and tokens of the application's own.
    const changed = await accounts.passwords.change({
      request,
      currentPassword: password('ada-1'),
      newPassword: password('ada-2'),
    });
    keepToken('the session after a change', changed.authToken);
    await accounts.passwords.requestReset({ username: 'countess' });
    await accounts.settled();
    await selfService(accounts).resetPassword({
      token: lastToken('PasswordReset'),
      newPassword: password('ada-3'),
    });
    await accounts.setPassword({ accountId, newPassword: password('ada-4') });
    await accounts.magicLinks.request({ email: 'ada@example.com' });
    await accounts.settled();
    const linked = await accounts.magicLinks.login({
      token: lastToken('MagicLink'),
      request: requestWith(),
    });
    keepToken('a login by link', linked.authToken);
    const own = await accounts.tokens.issue({ accountId, purpose: 'invite' });
    secrets.set('a custom token', own.token);
    returned.push(own.tokenDocument, await accounts.tokens.consume({ ...own, purpose: 'invite' }));
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

    // A passkey, and the way to an identity provider.
    const device = new Device();
    const registration = await accounts.passkeys.createRegistrationOptions({ request: session });
    secrets.set('a registration, its challenge', registration.options.challenge);
    secrets.set('a registration, its browser', registration.browserSecret);
    const { passkeyId } = await accounts.passkeys.register({
      ...registration,
      request: session,
      response: device.create(registration.options),
    });
    const asked = await accounts.passkeys.createLoginOptions({ request: requestWith() });
    secrets.set('a login by passkey, its challenge', asked.options.challenge);
    secrets.set('a login by passkey, its browser', asked.browserSecret);
    const byPasskey = await accounts.passkeys.login({
      ...asked,
      request: requestWith(),
      response: device.get(asked.options),
    });
    keepToken('a login by passkey', byPasskey.authToken);
    const passkey = { request: session, passkeyId };
    returned.push(await accounts.passkeys.rename({ ...passkey, name: 'telephone' }));
    returned.push(await accounts.passkeys.remove(passkey));
    const begun = await accounts.identityProviders.begin({
      provider: 'github',
      request: requestWith(),
    });
    secrets.set('a provider, its browser', begun.browserSecret);
    secrets.set('a provider, its state', new URL(begun.url).searchParams.get('state') ?? '');

    // A second factor.
    const enrolment = await accounts.twoFactor.enrol({ request: session });
    secrets.set('the TOTP secret', enrolment.secret);
    const phone = new TOTP({ secret: Secret.fromBase32(enrolment.secret) });
    const code = (): string => phone.generate({ timestamp: test.clock.now().getTime() });
    const confirmed = await accounts.twoFactor.confirm({ request: session, code: code() });
    keepRecoveryCodes('the first', confirmed.recoveryCodes);
    step();
    const { recoveryCodes } = await accounts.twoFactor.regenerateRecoveryCodes({
      request: session,
      code: code(),
    });
    keepRecoveryCodes('the second', recoveryCodes);
    returned.push(await accounts.twoFactor.status({ request: session }));
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
    returned.push(await accounts.lifecycle.export({ accountId }));

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

    // Tokens that the application has thought of itself.
    const invited = `own-token-${'i'.repeat(20)}`;
    const forgotten = `own-token-${'f'.repeat(20)}`;
    const confirming = `own-token-${'c'.repeat(20)}`;
    secrets.set('an own custom token', invited);
    secrets.set('an own reset token', forgotten);
    secrets.set('an own verification token', confirming);
    const issued = await accounts.tokens.issue({ accountId, purpose: 'join', token: invited });
    const reset = await accounts.addResetPasswordToken({ accountId, token: forgotten });
    const verification = await accounts.addEmailVerificationToken({
      accountId,
      email: 'ada@example.com',
      token: confirming,
    });
    returned.push(issued.tokenDocument, reset.tokenDocument, verification.tokenDocument);

    // Someone comes by `SelfService`, loses the second factor, and moves to another address.
    const door = requestWith();
    const grace = keep(
      'a sign-up',
      await selfService(accounts).signUp({
        username: 'grace',
        email: 'grace@example.com',
        password: password('grace-1'),
        request: door,
      }),
    );
    await selfService(accounts).resendActivation({ email: 'grace@example.com' });
    await accounts.settled();
    returned.push(
      await selfService(accounts).activate({
        token: lastToken('EmailVerification'),
        request: door,
      }),
    );
    await selfService(accounts).signOut({ request: door });
    await selfService(accounts).forgotPassword({ username: 'grace' });
    await accounts.settled();
    await selfService(accounts).resetPassword({
      token: lastToken('PasswordReset'),
      newPassword: password('grace-2'),
    });
    const atTheDoor = requestWith();
    const signedIn = await selfService(accounts).signIn({
      username: 'grace',
      password: password('grace-2'),
      request: atTheDoor,
    });
    keep('a sign-in', signedIn);
    returned.push(await selfService(accounts).verifyAuthToken(signedIn.authToken));
    const updated = await selfService(accounts).updateUser({
      request: atTheDoor,
      username: 'admiral',
      email: 'admiral@example.com',
      profile: { rank: 'commodore' },
      currentPassword: password('grace-2'),
      newPassword: password('grace-3'),
    });
    keep('an update', updated);
    await accounts.verifyEmailWithToken({
      token: lastToken('EmailVerification'),
      request: atTheDoor,
    });
    // The address before has gone, and the sessions with it.
    const herRequest = await login('admiral', password('grace-3'));
    for (const at of ['the lost', 'the found']) {
      const { secret } = await accounts.twoFactor.enrol({ request: herRequest });
      secrets.set(`${at} TOTP secret`, secret);
      const app = new TOTP({ secret: Secret.fromBase32(secret) });
      const shown = (): string => app.generate({ timestamp: test.clock.now().getTime() });
      const { recoveryCodes: kept } = await accounts.twoFactor.confirm({
        request: herRequest,
        code: shown(),
      });
      keepRecoveryCodes(at, kept);
      step();
      if (at === 'the lost')
        await accounts.twoFactor.disable({ request: herRequest, code: shown() });
    }
    returned.push(
      await accounts.contacts.replaceEmail({
        request: herRequest,
        email: 'admiral@example.com',
        newEmail: 'rear.admiral@example.com',
      }),
    );
    await accounts.verifyEmailWithToken({
      token: lastToken('EmailVerification'),
      request: herRequest,
    });
    returned.push(await accounts.lifecycle.export({ accountId: grace.userId }));

    // Others sign up: at once, or where nobody is told whether the address was free.
    const eve = await accounts.createAccountAndLogin({
      username: 'eve',
      email: 'eve@example.com',
      password: password('eve'),
      request: requestWith(),
    });
    keep('a first login', eve);
    for (const email of ['hidden@example.com', 'ada@example.com']) {
      await accounts.requestAccount({ email, password: password(`hidden-${email.slice(0, 3)}`) });
    }
    await accounts.settled();

    // Without a password.
    const { accountId: eveId } = eve.account;
    const mobile = '+4930654321';
    await accounts.verifyEmail({ accountId: eveId, email: 'eve@example.com' });
    await accounts.contacts.addPhone({ accountId: eveId, phone: mobile });
    const sms = lastToken('PhoneVerification');
    await accounts.contacts.verifyPhone({ accountId: eveId, phone: mobile, code: sms });
    const { challenge } = await accounts.phoneCodes.request({ phone: mobile });
    await accounts.settled();
    const { code: texted = '' } = messages.findLast(({ kind }) => kind === 'LoginCode') ?? {};
    const byPhone = await accounts.phoneCodes.login({
      challenge,
      code: texted,
      request: requestWith(),
    });
    keepToken('a login by phone', byPhone.authToken);
    secrets.set('a challenge of a phone', challenge);
    secrets.set('a code of a phone', texted);
    const removing = await accounts.handleRequest(requestWith(byPhone.authToken));
    keepToken(
      'the session without a password',
      (await accounts.passwords.remove({ request: removing })).authToken,
    );
    await accounts.lifecycle.deactivate({ accountId: admin.accountId });
    await accounts.lifecycle.reactivate({ accountId: admin.accountId });
  }, 180_000);
  afterAll(() => test.drop());

  it('ASVS 6.5.2, 7.2.3, 11.4.2: no attribute of any item contains a secret', async () => {
    const items = await tableItems(test.client, test.table.name);
    const dump = JSON.stringify(items);
    expect(items.length).toBeGreaterThan(80);
    expect(secrets.size).toBeGreaterThan(120);
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

  it('ASVS 15.3.1, 16.2.5: no secret stands in an event, nor in what was returned', () => {
    expect(events.length).toBeGreaterThan(30);
    const shown = everythingShown(events) + everythingShown(returned);
    for (const [name, secret] of secrets) {
      const found = /^\d{6}$/.test(secret) ? shown.includes(`'${secret}'`) : shown.includes(secret);
      expect([name, found]).toEqual([name, false]);
    }
    expect(shown).not.toMatch(/canary|shown-to-nobody/);
  });

  it('no event holds an address or a name of a person', () => {
    expect(everythingShown(events)).not.toMatch(/example\.com|\+4930|countess|admiral|grace/);
  });

  it('is after all flows: none is left out', () => {
    // What only asks, ends or counts, and gives or takes no secret.
    const silent = [
      'Logout',
      'DeactivateUser',
      'ReactivateUser',
      'DeleteUser',
      'RevokeSessions',
      'RemoveTokens',
    ];
    const told = new Set(events.map(({ name }) => name));
    const source = readFileSync(path.join(__dirname, '../../src/events/accountEvents.ts'), 'utf8');
    const [, union = ''] = /type AccountFlow =([^;]*);/.exec(source) ?? [];
    const flows = Array.from(union.matchAll(/'(\w+)'/g), ([, flow]) => flow ?? '');
    expect(flows.length).toBeGreaterThan(25);
    const missing = flows.filter((flow) => !told.has(`${flow}Success` as AccountEvent['name']));
    expect(missing.filter((flow) => !silent.includes(flow))).toEqual([]);
  });

  it('every unique value belongs to the document that says so', async () => {
    const { problems } = await contentsOf(test.client, test.table.name);
    expect(problems).toEqual([]);
  });
});
