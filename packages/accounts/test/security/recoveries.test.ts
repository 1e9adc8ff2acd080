import { AccessType } from '@latchkey/schema';
import { QuickHasher } from '../support/QuickHasher.js';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import type { Owner } from '../contacts/owners.js';
import type { Device } from '../passkeys/Device.js';
import { documentedTable } from './documentedTable.js';
import { createRecovery, OWN, type Recovery } from './recoverySupport.js';

const DAY_MS = 24 * 60 * 60 * 1000;

let test: Recovery;
/** The step that a stranger takes while the next password is hashed. */
let meanwhile: (() => Promise<unknown>) | undefined;

class SlowHasher extends QuickHasher {
  override async hash(password: string): Promise<string> {
    const act = meanwhile;
    meanwhile = undefined;
    await act?.();
    return super.hash(password);
  }
}

beforeAll(async () => {
  test = await createRecovery({ passwords: { hasher: new SlowHasher() } });
});
afterAll(() => test.drop());

const evilOf = ({ username }: Pick<Owner, 'username'>): string => `evil.${username}@example.org`;

describe('what somebody has added in a session of the owner’s account', () => {
  const ADDITIONS: Readonly<
    Record<string, (owner: Owner, request: SessionRequest) => Promise<Device | undefined>>
  > = {
    'an address': async (owner, request) => {
      await test.addEmail(request, evilOf(owner));
      return undefined;
    },
    'a phone': async ({ username }, request) => {
      const phone = `+4930${String(400000 + Number(username.slice('owner'.length)))}`;
      await test.accounts.contacts.addPhone({ request, phone });
      const code = test.lastToken(phone);
      await test.accounts.contacts.verifyPhone({ request, phone, code });
      return undefined;
    },
    'an identity': async ({ accountId }) => {
      await test.accounts.contacts.addOAuth({ accountId, provider: 'google', value: accountId });
      return undefined;
    },
    'an identity with the address for its id': async ({ accountId, email }) => {
      await test.accounts.contacts.addCustom({ accountId, value: email });
      return undefined;
    },
    'a passkey': (_owner, request) => test.addPasskey(request),
    'as many as an account takes': async (owner, request) => {
      const device = await test.addPasskey(request);
      for (let at = 1; at < 10; at++) await test.addPasskey(request);
      // With room for a replacement, of 40.
      for (let at = 1; at <= 28; at++)
        await test.addEmail(request, `${String(at)}.${evilOf(owner)}`);
      return device;
    },
  };

  /** The ways in which the owner comes back; the stranger does the rest before. */
  const REMEDIES: Readonly<
    Record<string, (owner: Owner, add: () => Promise<unknown>, request: SessionRequest) => unknown>
  > = {
    'resets the password': async ({ email }, add) => {
      await add();
      await test.reset(email);
    },
    'is given a password by the application': async ({ accountId }, add) => {
      await add();
      await test.accounts.setPassword({ accountId, newPassword: OWN });
    },
    'resets it by the application’s token': async ({ accountId }, add) => {
      await add();
      const { token } = await test.accounts.addResetPasswordToken({ accountId });
      await test.accounts.passwords.reset({ token, newPassword: OWN });
    },
    'undoes a replacement before it': async (owner, add, request) => {
      const undo = await test.replace(request, owner.email, `2${evilOf(owner)}`);
      await add();
      expect(await test.undo(undo)).toBe('none');
    },
    'undoes a replacement after it': async (owner, add, request) => {
      await add();
      const undo = await test.replace(request, owner.email, `2${evilOf(owner)}`);
      expect(await test.undo(undo)).toBe('none');
    },
  };

  it('is the table in docs/security.md', () => {
    expect(documentedTable('what somebody else has added in a session')).toEqual({
      columns: Object.keys(REMEDIES),
      rows: Object.keys(ADDITIONS),
    });
  });

  it('has a row for every kind of contact', async () => {
    const kinds = new Set<string>();
    for (const add of Object.values(ADDITIONS)) {
      const owner = await test.signUp();
      await add(owner, await test.logIn(owner));
      const { accountId } = owner;
      const { items } = await test.accounts.AccessTypeEntity.findMany({ filter: { accountId } });
      for (const { data } of items) kinds.add(data.kind);
    }
    const known = AccessType.schema.shape.data.options.map(({ shape }) => shape.kind.value);
    expect([...kinds].sort()).toEqual([...known].sort());
  });

  describe.each(Object.keys(ADDITIONS))('(%s)', (addition) => {
    const run = async (remedy: string, waitMs: number): Promise<[string[], string]> => {
      const owner = await test.signUp();
      const request = await test.logIn(owner);
      let device: Device | undefined;
      await REMEDIES[remedy]?.(
        owner,
        async () => {
          device = await ADDITIONS[addition]?.(owner, request);
          test.clock.advance(waitMs);
        },
        request,
      );
      const left = await test.verified(owner.accountId);
      expect(left).toContain(`email ${owner.email}`);
      return [
        left.filter((each) => each !== `email ${owner.email}`),
        device ? await test.passkeyLogin(device) : 'TokenVerificationFailed',
      ];
    };

    it.each(Object.keys(REMEDIES))('is gone when the owner %s', async (remedy) => {
      expect(await run(remedy, 60_000)).toEqual([[], 'TokenVerificationFailed']);
    });

    it.each(Object.keys(REMEDIES).filter((each) => !each.startsWith('undoes')))(
      'stays after 7 days, in which the owner was told of it, when the owner %s',
      async (remedy) => {
        const [contacts, login] = await run(remedy, 7 * DAY_MS);
        const hasPasskey = addition === 'a passkey' || addition.startsWith('as many');
        expect([contacts.length > 0, login]).toEqual([
          addition !== 'a passkey',
          hasPasskey ? 'none' : 'TokenVerificationFailed',
        ]);
      },
    );
  });

  it.each(['resets the password', 'is given a password by the application'])(
    'is gone, too, if it is verified while the new password of the owner is hashed, who %s',
    async (remedy) => {
      const owner = await test.signUp();
      const { accountId, email } = owner;
      const request = await test.logIn(owner);
      const evil = evilOf(owner);
      await test.accounts.contacts.addEmail({ request, email: evil });
      const token = test.lastToken(evil);
      let raced = '';
      const another = test.another();
      await another.handleRequest(request);
      meanwhile = async () => {
        raced = await codeOf(another.verifyEmailWithToken({ token, request }));
      };
      if (remedy === 'resets the password') await test.reset(email);
      else await test.accounts.setPassword({ accountId, newPassword: OWN });
      expect([raced, await test.verified(accountId)]).toEqual(['none', [`email ${email}`]]);
    },
  );

  it('is not what the account was made with, nor what is older than the mailbox', async () => {
    const phone = '+4930499999';
    const identity = { kind: 'oauth', provider: 'google', value: 'made with it' } as const;
    const email = 'made-with-it@example.com';
    const { accountId } = await test.accounts.createAccount({
      email,
      password: PASSWORD,
      extraContacts: [{ kind: 'phone', value: phone }, identity],
    });
    await test.accounts.contacts.addOAuth({ accountId, ...identity });
    const { code } = await test.accounts.contacts.requestPhoneVerification({ accountId, phone });
    await test.accounts.contacts.verifyPhone({ accountId, phone, code: code ?? '' });
    await test.accounts.verifyEmail({ accountId, email });
    await test.reset(email);
    expect((await test.verified(accountId)).sort()).toEqual(
      [`email ${email}`, 'oauth made with it', `phone ${phone}`].sort(),
    );
  });
});

it('an address that somebody removes, in place of replacing it, can come back as well', async () => {
  const owner = await test.signUp();
  const { accountId, email } = owner;
  const request = await test.logIn(owner);
  await test.addEmail(request, evilOf(owner));
  await test.accounts.contacts.remove({ request, kind: 'email', value: email });
  await test.accounts.settled();
  expect(await test.verified(accountId)).toEqual([`email ${evilOf(owner)}`]);
  expect(await test.undo(test.lastToken(email))).toBe('none');
  expect(await test.verified(accountId)).toEqual([`email ${email}`]);
});

it.each(['replaced', 'removed'])(
  'an address that was added later gets no token when it is %s: no token outlives the owner’s remedies',
  async (how) => {
    const owner = await test.signUp();
    const { accountId, email } = owner;
    const request = await test.logIn(owner);
    const evil = evilOf(owner);
    await test.addEmail(request, evil);
    test.messages.length = 0;
    if (how === 'replaced') await test.replace(request, evil, `2${evil}`);
    else await test.accounts.contacts.remove({ request, kind: 'email', value: evil });
    await test.accounts.settled();
    const told = test.messages.filter(({ kind }) => kind === 'ContactRemoved');
    expect(told.map(({ to: { value }, token }) => [value, token]).sort()).toEqual(
      (how === 'replaced' ? [`2${evil}`, evil, email] : [evil, email])
        .map((to) => [to, undefined])
        .sort(),
    );
    await test.reset(email);
    expect(await test.verified(accountId)).toEqual([`email ${email}`]);
  },
);

describe('who takes over an account that has proven nothing', () => {
  it('keeps it: no token of before gives anything back', async () => {
    const request = requestWith();
    const [mine, mine2, victim] = ['evil@example.org', 'evil2@example.org', 'victim@example.com'];
    const { account } = await test.accounts.createAccountAndLogin({
      email: victim,
      password: PASSWORD,
      request,
    });
    const { accountId } = account;
    await test.addEmail(request, mine);
    const undo = await test.replace(request, mine, mine2);
    expect(undo).not.toBe('');
    await test.addPasskey(request);
    await test.accounts.contacts.remove({ request, kind: 'email', value: mine2 });
    const undoRemoval = test.lastToken(mine2);
    await test.accounts.addEmailVerificationToken({ accountId, email: victim });
    const { token } = await test.accounts.addEmailVerificationToken({ accountId, email: victim });
    expect(await codeOf(test.accounts.verifyEmailWithToken({ token }))).toBe('NewPasswordRequired');
    await test.accounts.verifyEmailWithToken({ token, newPassword: OWN });
    expect(await test.verified(accountId)).toEqual([`email ${victim}`]);
    for (const each of [undo, undoRemoval])
      expect(await test.undo(each)).toBe('TokenVerificationFailed');
    expect(await test.verified(accountId)).toEqual([`email ${victim}`]);
  });

  it('finds nothing that was verified while the new password was hashed', async () => {
    const [victim, evil] = ['victim2@example.com', 'evil3@example.org'];
    const request = requestWith();
    const { account } = await test.accounts.createAccountAndLogin({
      email: victim,
      password: PASSWORD,
      request,
    });
    const token = test.lastToken(victim);
    await test.accounts.contacts.addEmail({ request, email: evil });
    const theirs = test.lastToken(evil);
    let raced = '';
    meanwhile = async () => {
      const shown = { token: theirs, password: PASSWORD };
      raced = await codeOf(test.another().verifyEmailWithToken(shown));
    };
    await codeOf(test.accounts.verifyEmailWithToken({ token, newPassword: OWN }));
    expect(raced).toBe('none');
    // Either the account is the victim's, and theirs alone, or it is not.
    expect(await test.verified(account.accountId)).toHaveLength(1);
  });

  it.each(['without a password', 'without a username'])(
    'is nobody who reads an address that was added to an account (%s), and mistyped',
    async (kind) => {
      const at = kind.split(' ').at(-1) ?? '';
      const request = requestWith();
      const [own, mistyped] = [`own.${at}@example.com`, `mistyped.${at}@example.org`];
      const { account } = await test.accounts.createAccountAndLogin({
        ...(kind === 'without a password' && { username: `ada${at}` }),
        email: own,
        password: kind === 'without a password' ? null : PASSWORD,
        request,
      });
      const { accountId } = account;
      await test.accounts.verifyEmail({ accountId, email: own });
      const device = await test.addPasskey(request);
      await test.accounts.contacts.remove({ request, kind: 'email', value: own });
      await test.accounts.contacts.addEmail({ request, email: mistyped });
      const token = test.lastToken(mistyped);
      const shown = await codeOf(test.accounts.verifyEmailWithToken({ token, newPassword: OWN }));
      expect([shown, await test.verified(accountId), await test.passkeyLogin(device)]).toEqual([
        'EmailRemoved',
        [],
        'none',
      ]);
    },
  );
});

it('ASVS 6.4.3: an authenticator app that was enrolled in the session stays, until the application resets it', async () => {
  const owner = await test.signUp();
  const { accountId, email, username } = owner;
  const request = await test.logIn(owner);
  const undo = await test.replace(request, email, evilOf(owner));
  await test.addTotp(request);
  expect(await test.undo(undo)).toBe('none');
  await test.reset(email);
  const login = { username, password: OWN, request: requestWith() };
  expect(await codeOf(test.accounts.userByPasswordLogin(login))).toBe('TwoFactorRequired');
  await test.accounts.twoFactor.reset({ accountId });
  expect(await codeOf(test.accounts.userByPasswordLogin(login))).toBe('none');
});

it('ASVS 6.4.4: twoFactor.reset removes the passkeys that would be demanded as a second factor', async () => {
  const own = await createRecovery({}, { asSecondFactor: true });
  try {
    const owner = await own.signUp();
    const { accountId, email, username } = owner;
    const device = await own.addPasskey(await own.logIn(owner));
    await own.reset(email);
    await own.accounts.twoFactor.reset({ accountId });
    const login = { username, password: OWN, request: requestWith() };
    expect([
      await codeOf(own.accounts.userByPasswordLogin(login)),
      await own.passkeyLogin(device),
    ]).toEqual(['none', 'TokenVerificationFailed']);
  } finally {
    await own.drop();
  }
});

it('used tokens, which stay in the table, do not fill the transaction that undoes a replacement', async () => {
  const owner = await test.signUp();
  const { accountId, email, username } = owner;
  const request = await test.logIn(owner);
  const evil = (at: string): string => `${at}.${username}@example.org`;
  const undo = await test.replace(request, email, evil('b'));
  for (let at = 1; at <= 12; at++) {
    const token = await test.replace(request, evil('b'), evil(`c${String(at)}`));
    expect(await test.undo(token)).toBe('none');
    await test.logIn(owner, request);
  }
  let added = 'none';
  for (let at = 1; added === 'none'; at++)
    added = await codeOf(test.addEmail(request, evil(`d${String(at)}`)));
  expect(added).toBe('InvalidInput');
  expect(await test.undo(undo)).toBe('none');
  expect(await test.verified(accountId)).toEqual([`email ${email}`]);
});

it('a deactivated account’s owner can come back by a token, and the account stays deactivated', async () => {
  const owner = await test.signUp();
  const { accountId, email, username } = owner;
  const undo = await test.replace(await test.logIn(owner), email, evilOf(owner));
  await test.accounts.lifecycle.deactivate({ accountId });
  expect(await test.undo(undo)).toBe('none');
  const { token } = await test.accounts.addResetPasswordToken({ accountId });
  await test.accounts.passwords.reset({ token, newPassword: OWN });
  const login = { username, password: OWN, request: requestWith() };
  expect(await codeOf(test.accounts.userByPasswordLogin(login))).toBe('AccountDeactivated');
});
