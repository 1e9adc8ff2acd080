import { injectFaults } from '@latchkey/entity/testing';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, type FullAccounts } from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from './owners.js';
import { selfService } from '../support/selfService.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('contacts', () => {
  let test: Owners;
  let accounts: FullAccounts;
  const loginBy = (username: string): Promise<string> =>
    codeOf(accounts.userByPasswordLogin({ username, password: PASSWORD, request: requestWith() }));
  const valuesOf = async ({ accountId }: Owner): Promise<string[]> =>
    (await accounts.contacts.list({ accountId })).map(
      ({ data, verified }) => `${data.value}${verified === true ? '' : '?'}`,
    );
  const problems = async (): Promise<readonly string[]> =>
    (await contentsOf(test.client, test.table.name)).problems;

  beforeEach(async () => {
    test = await createOwners();
    accounts = test.accounts;
  });
  afterEach(async () => {
    expect(await problems()).toEqual([]);
    await test.drop();
  });

  describe('are added', () => {
    it('ASVS 6.3.7: as an e-mail address, which is of use once its owner has shown the token', async () => {
      const ada = await test.signUp();
      const { request } = ada;
      const { commands } = await test.log.costOf(async () => {
        const added = await accounts.contacts.addEmail({ request, email: 'Ada@Work.example' });
        expect(added).toEqual({
          contact: expect.objectContaining({
            accountId: ada.accountId,
            verified: false,
            data: { kind: 'email', value: 'ada@work.example' },
          }),
        });
      });
      expect(commands).toEqual(['Query', 'TransactWriteItems']);
      expect(test.sent()).toEqual([
        `ContactAdded ${ada.email} ada@work.example`,
        'EmailVerification ada@work.example',
      ]);
      expect(await loginBy('ada@work.example')).toBe('LoginFailed');
      await accounts.verifyEmailWithToken({
        token: test.lastToken('ada@work.example'),
        password: PASSWORD,
      });
      expect(await loginBy('ada@work.example')).toBe('none');
      expect(test.sent()).toEqual([]);
    });

    it('by the application, which gets the token that is sent', async () => {
      const { accountId } = await test.signUp();
      const { token } = await accounts.contacts.addEmail({ accountId, email: 'b@example.com' });
      expect(token).toBe(test.lastToken('b@example.com'));
      await accounts.verifyEmailWithToken({ token: token ?? '', password: PASSWORD });
      expect(await loginBy('b@example.com')).toBe('none');
    });

    it('as a phone number in E.164 form, with a code', async () => {
      const ada = await test.signUp();
      const { request } = ada;
      const { contact, token } = await accounts.contacts.addPhone({
        request,
        phone: '030 123456',
        country: 'DE',
      });
      expect(contact).toMatchObject({ verified: false, data: { value: '+4930123456' } });
      expect(token).toBeUndefined();
      expect(test.sent()).toEqual([
        `ContactAdded ${ada.email} +4930123456`,
        'PhoneVerification +4930123456',
      ]);
      const code = test.lastToken('+4930123456');
      expect(code).toMatch(/^\d{6}$/);
      expect(await loginBy('+4930123456')).toBe('LoginFailed');
      await accounts.contacts.verifyPhone({ request, phone: '+49 30 123456', code });
      // In any spelling that `addPhone` takes (story 15).
      expect(await loginBy('+49 30 123456')).toBe('none');
      expect(await loginBy('+4930123456')).toBe('none');
    });

    it('ASVS 6.8.1: as identities elsewhere: provider and subject together', async () => {
      const [ada, eve] = [await test.signUp(), await test.signUp()];
      const { accountId } = ada;
      const one = { provider: 'https://one.example', value: 'sub-1' };
      const other = { provider: 'https://two.example', value: 'sub-1' };
      const { contact } = await accounts.contacts.addOAuth({
        accountId,
        ...one,
        authToken: 'canary-oauth-token',
        meta: { scope: 'mail' },
      });
      expect(contact).toMatchObject({ verified: true, data: one, meta: { scope: 'mail' } });
      expect(JSON.stringify(contact)).not.toContain('canary');
      await accounts.contacts.addOAuth({ accountId: eve.accountId, ...other });
      const taken = accounts.contacts.addOAuth({ accountId: eve.accountId, ...one });
      expect(await errorOf(taken)).toMatchObject({ code: 'IdentityAlreadyExists', status: 409 });
      expect(test.sent()).toEqual([`ContactAdded ${ada.email}`, `ContactAdded ${eve.email}`]);
    });

    it('as identities of the application’s own', async () => {
      const { accountId } = await test.signUp();
      const { contact } = await accounts.contacts.addCustom({
        accountId,
        value: 'card 7',
        meta: { colour: 'blue' },
      });
      expect(contact).toMatchObject({
        verified: true,
        data: { kind: 'custom', value: 'card 7', meta: { colour: 'blue' } },
      });
      const again = accounts.contacts.addCustom({ accountId, value: 'card 7' });
      expect(await codeOf(again)).toBe('IdentityAlreadyExists');
    });

    it('ASVS 2.3.4: once: of 16 accounts that add an address at the same moment, one has it', async () => {
      const owners: Owner[] = [];
      for (let at = 0; at < 16; at++) owners.push(await test.signUp());
      const before = await contentsOf(test.client, test.table.name);
      const email = 'wanted@example.com';
      const instances = [accounts, test.another()];
      const codes = await Promise.all(
        owners.map(({ accountId }, at) =>
          codeOf((instances[at % 2] ?? accounts).contacts.addEmail({ accountId, email })),
        ),
      );
      expect(codes.filter((code) => code === 'none')).toHaveLength(1);
      expect(codes.filter((code) => code === 'EmailAlreadyExists')).toHaveLength(15);
      const { counts } = await contentsOf(test.client, test.table.name);
      expect(counts.AccessType).toBe((before.counts.AccessType ?? 0) + 1);
      expect(counts.AccountToken).toBe((before.counts.AccountToken ?? 0) + 1);
      expect(test.sent().filter((each) => each.startsWith('EmailVerification'))).toHaveLength(1);
    });

    it('with an error that names the kind, whoever has it: another, or oneself', async () => {
      const [ada, eve] = [await test.signUp(), await test.signUp()];
      await accounts.contacts.addPhone({ accountId: ada.accountId, phone: '+12025550123' });
      for (const { accountId } of [ada, eve]) {
        const phone = accounts.contacts.addPhone({ accountId, phone: '+1 202 555 0123' });
        expect(await errorOf(phone)).toMatchObject({
          code: 'PhoneAlreadyExists',
          details: { path: 'phone' },
        });
        const email = accounts.contacts.addEmail({ accountId, email: ada.email.toUpperCase() });
        expect(await errorOf(email)).toMatchObject({
          code: 'EmailAlreadyExists',
          details: { path: 'email' },
        });
      }
      const extraContacts = [{ kind: 'phone', value: '+12025550123' }] as const;
      const signUp = accounts.createAccount({ username: 'x', password: PASSWORD, extraContacts });
      expect(await codeOf(signUp)).toBe('PhoneAlreadyExists');
    });

    it('not to an account that is deactivated, or being deleted', async () => {
      const { accountId } = await test.signUp();
      await accounts.lifecycle.deactivate({ accountId });
      const late = accounts.contacts.addEmail({ accountId, email: 'late@example.com' });
      expect(await codeOf(late)).toBe('AccountDeactivated');
      const unknown = accounts.contacts.addEmail({ accountId: UNKNOWN, email: 'x@example.com' });
      expect(await codeOf(unknown)).toBe('UserNotFound');
      expect(await codeOf(accounts.contacts.list({ accountId: UNKNOWN }))).toBe('UserNotFound');
    });

    it('not while the account is deactivated or deleted, from whose partition they would never go', async () => {
      const ends = [
        ['deactivate', 'AccountDeactivated'],
        ['delete', 'UserNotFound'],
      ] as const;
      for (const [end, code] of ends) {
        const { accountId } = await test.signUp();
        const meanwhile = injectFaults(test.client).on('Query', {
          name: 'interleave',
          run: () => test.another().lifecycle[end]({ accountId }),
        });
        const email = 'late@example.com';
        const late = accounts.contacts.addEmail({ accountId, email });
        expect(await codeOf(late).finally(() => meanwhile.remove())).toBe(code);
        expect(await accounts.findUser({ username: email })).toBeNull();
      }
    });

    it('ASVS 15.2.2: up to 40, so that nobody collects other people’s addresses', async () => {
      const { accountId } = await test.signUp();
      for (let at = 1; at < 40; at++) {
        await accounts.contacts.addCustom({ accountId, value: `number ${at}` });
      }
      const oneMore = accounts.contacts.addEmail({ accountId, email: 'b@example.com' });
      expect(await errorOf(oneMore)).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'email', reason: 'tooManyContacts' },
      });
    });
  });

  it('are listed without secrets, in two requests at once, to their owner', async () => {
    const ada = await test.signUp();
    const { accountId, request } = ada;
    const oauth = { provider: 'one', value: 'sub-1', authToken: 'canary-oauth-token' };
    await accounts.contacts.addOAuth({ accountId, ...oauth });
    const { commands } = await test.log.costOf(async () => {
      const contacts = await accounts.contacts.list({ request });
      expect(contacts.map(({ data }) => data.kind)).toEqual(['email', 'oauth']);
      expect(JSON.stringify(contacts)).not.toContain('canary');
    });
    expect(commands.toSorted()).toEqual(['BatchGetItem', 'Query']);
  });

  describe('are removed', () => {
    it('ASVS 6.3.7, NIST 4.6: with what was sent there; both addresses are told once, and it is free', async () => {
      const [ada, eve] = [await test.signUp(), await test.signUp()];
      const { request, accountId } = ada;
      const email = 'old@example.com';
      await accounts.contacts.addEmail({ request, email });
      await accounts.verifyEmail({ accountId, email });
      const verification = await accounts.addEmailVerificationToken({ accountId, email });
      const reset = await accounts.addResetPasswordToken({ accountId });
      test.sent();
      const { commands } = await test.log.costOf(() =>
        accounts.contacts.remove({ request, kind: 'email', value: 'OLD@example.com' }),
      );
      expect(commands).toEqual(['Query', 'GetItem', 'TransactWriteItems']);
      expect(test.sent()).toEqual([
        `ContactRemoved ${email} ${email}`,
        `ContactRemoved ${ada.email} ${email}`,
      ]);
      expect(await valuesOf(ada)).toEqual([ada.email]);
      expect(await loginBy(email)).toBe('LoginFailed');
      await accounts.contacts.addEmail({ accountId: eve.accountId, email });
      const codes = [
        accounts.verifyEmailWithToken({ token: verification.token, password: PASSWORD }),
        selfService(accounts).resetPassword({
          token: reset.token,
          newPassword: 'another long walk',
        }),
      ].map(codeOf);
      expect(await Promise.all(codes)).toEqual(['TokenVerificationFailed', 'ResetTokenNotValid']);
    });

    it('ASVS 8.2.2: by id, by what they are, and by their own account only', async () => {
      const [ada, eve] = [await test.signUp(), await test.signUp()];
      const { accountId } = ada;
      const { contact } = await accounts.contacts.addCustom({ accountId, value: 'card 7' });
      await accounts.contacts.addOAuth({ accountId, provider: 'one', value: 'sub-1' });
      await accounts.contacts.addPhone({ accountId, phone: '+4930123456' });
      const { ulid: contactId } = contact;
      const references = [
        { contactId },
        { kind: 'custom', value: 'card 7' },
        { kind: 'oauth', provider: 'one', value: 'sub-1' },
        { kind: 'phone', value: '030 123456', country: 'DE' },
      ] as const;
      for (const reference of references) {
        for (const who of [{ request: eve.request }, { accountId: eve.accountId }]) {
          const byEve = accounts.contacts.remove({ ...who, ...reference });
          expect(await codeOf(byEve)).toBe('ContactNotFound');
        }
      }
      const otherProvider = { kind: 'oauth', provider: 'two', value: 'sub-1' } as const;
      expect(await codeOf(accounts.contacts.remove({ accountId, ...otherProvider }))).toBe(
        'ContactNotFound',
      );
      const [byId, , byProvider, byNumber] = references;
      await accounts.contacts.remove({ accountId, ...byId });
      await accounts.contacts.remove({ accountId, ...byProvider });
      await accounts.contacts.remove({ accountId, ...byNumber });
      expect(await valuesOf(ada)).toEqual([ada.email]);
      const gone = accounts.contacts.remove({ accountId, contactId });
      expect(await codeOf(gone)).toBe('ContactNotFound');
    });
  });

  describe('leave a way in', () => {
    /** An account that can be got into by its contacts alone: it has no username. */
    const withoutUsername = async (emails: readonly string[]): Promise<string> => {
      const [email = '', ...more] = emails;
      const { accountId } = await accounts.createAccount({ email, password: PASSWORD });
      await accounts.verifyEmail({ accountId, email });
      for (const each of more) {
        await accounts.contacts.addEmail({ accountId, email: each });
        await accounts.verifyEmail({ accountId, email: each });
      }
      return accountId;
    };

    it('a username with a password is one', async () => {
      const ada = await test.signUp();
      await accounts.contacts.remove({ request: ada.request, kind: 'email', value: ada.email });
      expect(await valuesOf(ada)).toEqual([]);
      expect(await loginBy(ada.username)).toBe('none');
    });

    it.each([
      ['e-mail address', { kind: 'email', value: 'b@example.com' }],
      ['phone', { kind: 'phone', value: '+4930123456' }],
    ] as const)('another verified %s is one, an unverified is none', async (_name, other) => {
      const accountId = await withoutUsername(['a@example.com']);
      const code =
        other.kind === 'email'
          ? (await accounts.contacts.addEmail({ accountId, email: other.value })).token
          : (await accounts.contacts.addPhone({ accountId, phone: other.value })).token;
      const removal = { accountId, kind: 'email', value: 'a@example.com' } as const;
      expect(await errorOf(accounts.contacts.remove(removal))).toMatchObject({
        code: 'LastLoginMethod',
        status: 409,
      });
      if (other.kind === 'email')
        await accounts.verifyEmailWithToken({ token: code ?? '', password: PASSWORD });
      else await accounts.contacts.verifyPhone({ accountId, phone: other.value, code: code ?? '' });
      await accounts.contacts.remove(removal);
      const last = accounts.contacts.remove({ accountId, ...other });
      expect(await codeOf(last)).toBe('LastLoginMethod');
    });

    it('ASVS 15.4.2: 16 concurrent removals of the last two: one succeeds', async () => {
      const emails = ['a@example.com', 'b@example.com'];
      const accountId = await withoutUsername(emails);
      const codes = await Promise.all(
        Array.from({ length: 16 }, (_, at) =>
          codeOf(
            accounts.contacts.remove({ accountId, kind: 'email', value: emails[at % 2] ?? '' }),
          ),
        ),
      );
      expect(codes.filter((code) => code === 'none')).toHaveLength(1);
      expect(codes).toContain('LastLoginMethod');
      expect(new Set(codes)).toEqual(new Set(['none', 'LastLoginMethod', 'ContactNotFound']));
      expect(await accounts.contacts.list({ accountId })).toHaveLength(1);
    });

    it('unless the application takes away an address that was never verified', async () => {
      const { accountId } = await accounts.createAccount({
        email: 'squatted@example.com',
        password: PASSWORD,
      });
      const reference = { kind: 'email', value: 'squatted@example.com' } as const;
      await accounts.contacts.remove({ accountId, ...reference });
      const owner = await test.signUp();
      await accounts.contacts.addEmail({ request: owner.request, email: reference.value });
    });

    it('an address that is verified while the application removes it is the last way in', async () => {
      const email = 'late@example.com';
      const { accountId } = await accounts.createAccount({ email, password: PASSWORD });
      const meanwhile = injectFaults(test.client).on('Query', {
        name: 'interleave',
        run: () => test.another().verifyEmail({ accountId, email }),
      });
      const removal = accounts.contacts.remove({ accountId, kind: 'email', value: email });
      expect(await codeOf(removal).finally(() => meanwhile.remove())).toBe('LastLoginMethod');
      expect(await accounts.contacts.list({ accountId })).toHaveLength(1);
    });

    it('an owner keeps even an unverified address, where there is no other way', async () => {
      const request = requestWith();
      await accounts.createAccountAndLogin({
        email: 'new@example.com',
        password: PASSWORD,
        request,
      });
      const reference = { kind: 'email', value: 'new@example.com' } as const;
      expect(await codeOf(accounts.contacts.remove({ request, ...reference }))).toBe(
        'LastLoginMethod',
      );
    });
  });
});
