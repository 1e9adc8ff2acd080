import { injectFaults } from '@latchkey/entity/testing';
import { contentsOf } from '../support/contents.js';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, type FullAccounts } from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from './owners.js';
import { selfService } from '../support/selfService.js';

describe('a contact that takes another’s place', () => {
  let test: Owners;
  let accounts: FullAccounts;
  let ada: Owner;
  const valuesOf = async (): Promise<string[]> =>
    (await accounts.contacts.list({ accountId: ada.accountId })).map(
      ({ data, verified }) => `${data.value}${verified === true ? '' : '?'}`,
    );
  const loginBy = (username: string): Promise<string> =>
    codeOf(accounts.userByPasswordLogin({ username, password: PASSWORD, request: requestWith() }));

  beforeEach(async () => {
    test = await createOwners();
    accounts = test.accounts;
    ada = await test.signUp();
  });
  afterEach(async () => {
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
    await test.drop();
  });

  it('ASVS 6.3.7: does so when it is verified; until then the old one stays', async () => {
    const { request, accountId, email } = ada;
    const { commands } = await test.log.costOf(() =>
      accounts.contacts.replaceEmail({ request, email, newEmail: 'New@example.com' }),
    );
    expect(commands).toEqual(['Query', 'TransactWriteItems']);
    expect(test.sent()).toEqual([
      `ContactAdded ${email} new@example.com`,
      'EmailVerification new@example.com',
    ]);
    expect(await valuesOf()).toEqual([email, 'new@example.com?']);
    expect([await loginBy(email), await loginBy('new@example.com')]).toEqual([
      'none',
      'LoginFailed',
    ]);
    const sentToOld = await accounts.addEmailVerificationToken({ accountId, email });
    const reset = await accounts.addResetPasswordToken({ accountId });
    test.sent();

    await accounts.verifyEmailWithToken({
      token: test.lastToken('new@example.com'),
      password: PASSWORD,
    });
    expect(test.sent()).toEqual([
      `ContactRemoved new@example.com ${email}`,
      `ContactRemoved ${email} ${email}`,
    ]);
    expect(await valuesOf()).toEqual(['new@example.com']);
    expect([await loginBy(email), await loginBy('new@example.com')]).toEqual([
      'LoginFailed',
      'none',
    ]);
    const dead = [
      accounts.verifyEmailWithToken({ token: sentToOld.token, password: PASSWORD }),
      selfService(accounts).resetPassword({ token: reset.token, newPassword: 'another long walk' }),
    ].map(codeOf);
    expect(await Promise.all(dead)).toEqual(['TokenVerificationFailed', 'ResetTokenNotValid']);
    await accounts.createAccount({ email, password: PASSWORD });
  });

  it('gives way to the next one, if it was a typo', async () => {
    const { request, email } = ada;
    await accounts.contacts.replaceEmail({ request, email, newEmail: 'tpyo@example.com' });
    const typo = test.lastToken('tpyo@example.com');
    await accounts.contacts.replaceEmail({ request, email, newEmail: 'typo@example.com' });
    expect(await valuesOf()).toEqual([email, 'typo@example.com?']);
    expect(await codeOf(accounts.verifyEmailWithToken({ token: typo, password: PASSWORD }))).toBe(
      'TokenVerificationFailed',
    );
    // Of one that is not verified itself, the next takes over whose place it was to take.
    const again = { request, email: 'typo@example.com', newEmail: 'right@example.com' };
    await accounts.contacts.replaceEmail(again);
    expect(await valuesOf()).toEqual([email, 'right@example.com?']);
    await accounts.verifyEmailWithToken({
      token: test.lastToken('right@example.com'),
      password: PASSWORD,
    });
    expect(await valuesOf()).toEqual(['right@example.com']);
  });

  it('is one of 16, whichever token is shown how often', async () => {
    const { request, email } = ada;
    await accounts.contacts.replaceEmail({ request, email, newEmail: 'new@example.com' });
    test.sent();
    const token = test.lastToken('new@example.com');
    const codes = await Promise.all(
      Array.from({ length: 16 }, () =>
        codeOf(accounts.verifyEmailWithToken({ token, password: PASSWORD })),
      ),
    );
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect(await valuesOf()).toEqual(['new@example.com']);
    expect(test.sent()).toHaveLength(2);
  });

  it('can be a phone; the old one, which may be all that its owner reads, is told', async () => {
    const { request, accountId } = ada;
    const phone = '+4930123456';
    const { token = '' } = await accounts.contacts.addPhone({ accountId, phone });
    await accounts.contacts.verifyPhone({ request, phone, code: token });
    test.sent();
    await accounts.contacts.replacePhone({
      request,
      phone: '030 123456',
      newPhone: '030 654321',
      country: 'DE',
    });
    test.sent();
    const newPhone = '+4930654321';
    await accounts.contacts.verifyPhone({
      request,
      phone: newPhone,
      code: test.lastToken(newPhone),
    });
    expect(await valuesOf()).toEqual([ada.email, newPhone]);
    expect(test.sent()).toEqual([
      `ContactRemoved ${phone} ${phone}`,
      `ContactRemoved ${ada.email} ${phone}`,
    ]);
  });

  it('takes the place of none that the account does not have, nor of another kind', async () => {
    const eve = await test.signUp();
    const newEmail = 'new@example.com';
    const { request } = eve;
    for (const email of [ada.email, 'nobody@example.com']) {
      const replaced = accounts.contacts.replaceEmail({ request, email, newEmail });
      expect(await codeOf(replaced)).toBe('ContactNotFound');
    }
    const taken = { request, email: eve.email, newEmail: ada.email };
    expect(await codeOf(accounts.contacts.replaceEmail(taken))).toBe('EmailAlreadyExists');
    const own = { request, email: eve.email, newEmail: eve.email };
    expect(await codeOf(accounts.contacts.replaceEmail(own))).toBe('EmailAlreadyExists');
    expect(test.sent()).toEqual([]);
  });

  it('is verified all the same where the old one is gone', async () => {
    const { request, email } = ada;
    await accounts.contacts.replaceEmail({ request, email, newEmail: 'new@example.com' });
    await accounts.contacts.remove({ request, kind: 'email', value: email });
    test.sent();
    // What was sent before the removal is void, wherever to.
    const before = accounts.verifyEmailWithToken({
      token: test.lastToken('new@example.com'),
      password: PASSWORD,
    });
    expect(await codeOf(before)).toBe('TokenVerificationFailed');
    const { accountId } = ada;
    const again = { accountId, email: 'new@example.com' };
    const { token } = await accounts.addEmailVerificationToken(again);
    await accounts.verifyEmailWithToken({ token, password: PASSWORD });
    expect(await valuesOf()).toEqual(['new@example.com']);
    expect(test.sent()).toEqual([]);
  });

  it('ASVS 6.3.7: is told of at both where the application has verified it', async () => {
    const { accountId, email } = ada;
    await accounts.contacts.replaceEmail({ accountId, email, newEmail: 'new@example.com' });
    test.sent();
    await accounts.verifyEmail({ accountId, email: 'new@example.com' });
    expect(await valuesOf()).toEqual(['new@example.com']);
    expect(test.sent()).toEqual([
      `ContactRemoved new@example.com ${email}`,
      `ContactRemoved ${email} ${email}`,
    ]);
  });

  it('can be verified though it was asked for on a server whose clock is behind', async () => {
    const { accountId, email } = ada;
    const [newEmail, phone] = ['new@example.com', '+4930123456'];
    // What was sent out by now is void.
    await accounts.contacts.addEmail({ accountId, email: 'gone@example.com' });
    await accounts.contacts.remove({ accountId, kind: 'email', value: 'gone@example.com' });
    test.clock.advance(-5000);
    const late = test.another();
    const { token = '' } = await late.contacts.replaceEmail({ accountId, email, newEmail });
    const added = await late.contacts.addPhone({ accountId, phone });
    test.clock.advance(5000);
    await accounts.contacts.verifyPhone({ accountId, phone, code: added.token ?? '' });
    test.clock.advance(-5000);
    const { code = '' } = await late.contacts.requestPhoneVerification({ accountId, phone });
    test.clock.advance(5000);
    await accounts.contacts.verifyPhone({ accountId, phone, code });
    await accounts.verifyEmailWithToken({ token, password: PASSWORD });
    expect(await valuesOf()).toEqual([newEmail, phone]);
  });

  it('ends other sessions, and can be undone, where the old one is verified at that moment', async () => {
    const email = 'claimed@example.com';
    const request = requestWith();
    const login = await accounts.createAccountAndLogin({ email, password: PASSWORD, request });
    const { accountId } = login.account;
    const first = test.lastToken(email);
    const other = requestWith();
    await accounts.pushCustomSession({ username: accountId, request: other });
    await accounts.contacts.replaceEmail({ request, email, newEmail: 'new@example.com' });
    const token = test.lastToken('new@example.com');
    const another = test.another();
    const again = await another.handleRequest(requestWith(request.authToken));
    let isRead = false;
    const meanwhile = injectFaults(test.client).on('Query', {
      name: 'interleave',
      run: async () => {
        isRead = true;
        await another.verifyEmailWithToken({ token: first, request: again });
      },
    });
    await accounts.verifyEmailWithToken({ token, request }).finally(() => meanwhile.remove());
    expect(isRead).toBe(true);
    await accounts.settled();
    expect(await codeOf(test.another().handleRequest(requestWith(other.authToken)))).toBe(
      'InvalidSession',
    );
    const undo = test.lastToken(email);
    expect(await codeOf(accounts.contacts.undoReplacement({ token: undo }))).toBe('none');
  });

  it('is not taken back if it is verified at that moment, as it may be the only one', async () => {
    const { accountId, email } = ada;
    const next = { accountId, email: 'new@example.com', newEmail: 'newer@example.com' };
    await accounts.contacts.replaceEmail({ accountId, email, newEmail: next.email });
    await accounts.contacts.remove({ accountId, kind: 'email', value: email });
    const meanwhile = injectFaults(test.client).on('Query', {
      name: 'interleave',
      run: () => test.another().verifyEmail({ accountId, email: next.email }),
    });
    await accounts.contacts.replaceEmail(next).finally(() => meanwhile.remove());
    expect(await valuesOf()).toEqual(['new@example.com', 'newer@example.com?']);
    await accounts.verifyEmailWithToken({
      token: test.lastToken(next.newEmail),
      password: PASSWORD,
    });
    expect(await valuesOf()).toEqual(['newer@example.com']);
  });
});
