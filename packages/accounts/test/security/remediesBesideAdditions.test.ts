import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, type FullAccounts } from '../support/testAccounts.js';

const NEW_PASSWORD = 'a long walk in the hills';
const PHONE = '+4930123456';

let test: Owners;
beforeAll(async () => {
  test = await createOwners({ throttling: { messages: false, address: false } });
});
afterAll(() => test.drop());

/** A remedy, and whether it takes effect by a request of the owner. */
type Remedy = (accounts: FullAccounts, owner: Owner, request: SessionRequest) => Promise<unknown>;

/** Everything by which an owner comes back, and which revokes what is pending. */
const remedies: Readonly<Record<string, Remedy>> = {
  'a new password by the application': (accounts, { accountId }) =>
    accounts.setPassword({ accountId, newPassword: NEW_PASSWORD }),
  'a new password by the owner': (accounts, _owner, request) =>
    accounts.passwords.change({ request, currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
  'a reset by a link': async (accounts, { accountId }) => {
    const { token } = await test.accounts.addResetPasswordToken({ accountId });
    await accounts.passwords.reset({ token, newPassword: NEW_PASSWORD });
  },
  'the end of all sessions by the application': ({ sessions }, { accountId }) =>
    sessions.revokeAllSessions({ accountId }),
  'the end of all sessions by the owner': ({ sessions }, _owner, request) =>
    sessions.revokeAllSessions({ request }),
  'the end of all other sessions': ({ sessions }, _owner, request) =>
    sessions.revokeOtherSessions({ request }),
};

/** An addition to an account in a session, and whether it has outlived the remedy. */
interface Addition {
  readonly add: (accounts: FullAccounts, request: SessionRequest, owner: Owner) => Promise<unknown>;
  readonly lives: (owner: Owner) => Promise<boolean>;
}

const evilOf = ({ username }: Owner): string => `evil-${username}@example.com`;
const hasContact = async ({ accountId }: Owner, value: string): Promise<boolean> => {
  const contacts = await test.accounts.contacts.list({ accountId });
  return contacts.some(({ data }) => data.value === value);
};

const additions: Readonly<Record<string, Addition>> = {
  'an address': {
    add: ({ contacts }, request, owner) => contacts.addEmail({ request, email: evilOf(owner) }),
    lives: async (owner) => {
      const token = test.lastToken(evilOf(owner));
      expect(token).not.toBe('');
      const code = await codeOf(test.accounts.verifyEmailWithToken({ token, password: PASSWORD }));
      return code === 'none' || (await hasContact(owner, evilOf(owner)));
    },
  },
  'a replacement of the address': {
    add: ({ contacts }, request, owner) =>
      contacts.replaceEmail({ request, email: owner.email, newEmail: evilOf(owner) }),
    lives: (owner) => hasContact(owner, evilOf(owner)),
  },
  'a phone': {
    add: ({ contacts }, request) => contacts.addPhone({ request, phone: PHONE }),
    lives: (owner) => hasContact(owner, PHONE),
  },
  "a token of the application's": {
    add: ({ tokens }, request, { accountId }) =>
      tokens.issue({ request, purpose: 'invite', token: `invite-${accountId}` }),
    lives: async ({ accountId }) =>
      (await codeOf(
        test.accounts.tokens.consume({ token: `invite-${accountId}`, purpose: 'invite' }),
      )) === 'none',
  },
};

/** The row of a table that a test is about. */
function rowOf<T>(table: Readonly<Record<string, T>>, name: string): T {
  const row = table[name];
  if (!row) throw new Error(`There is no row ${name}.`);
  return row;
}

/** How far the server's clock is ahead on which something is added. */
const SKEWS = { 'by the same clock': 0, 'by a clock ahead': 20_000, 'by a clock behind': -20_000 };

const moments = ['before the remedy', 'after it was planned', 'as soon as it is over'] as const;

const rows = Object.keys(remedies).flatMap((remedy) =>
  Object.keys(additions).flatMap((addition) =>
    Object.keys(SKEWS).flatMap((skew) =>
      moments.map((moment) => [addition, skew, moment, remedy] as const),
    ),
  ),
);

/** Field that the write of every remedy sets. */
const ofRemedy = 'pendingVoidBefore';
const passwordAfter = (remedy: string): string =>
  /password|link/.test(remedy) ? NEW_PASSWORD : PASSWORD;

/** Does something once, just before a client sends its last write: as another server would. */
async function beforeWrite<T>(
  act: () => Promise<unknown>,
  run: () => Promise<T>,
): Promise<{ result: T; isDone: boolean }> {
  const { middlewareStack } = test.client;
  let isDone = false;
  const name = 'beforeWrite';
  middlewareStack.add(
    (next, context) => async (args) => {
      const input = JSON.stringify(args.input);
      if (
        !isDone &&
        /Update|Transact/.test(context.commandName ?? '') &&
        input.includes(ofRemedy)
      ) {
        isDone = true;
        await act();
      }
      return next(args);
    },
    { step: 'initialize', name },
  );
  try {
    return { result: await run(), isDone };
  } finally {
    middlewareStack.remove(name);
  }
}

describe.each(sampleOf(rows, 4))('%s, %s, %s: %s', (addition, skew, moment, remedy) => {
  it('outlives the remedy only if it came later', async () => {
    const owner = await test.signUp();
    const thief = requestWith();
    await test.accounts.userByPasswordLogin({
      username: owner.username,
      password: PASSWORD,
      request: thief,
    });
    const other = test.another({}, SKEWS[skew as keyof typeof SKEWS]);
    await other.handleRequest(thief);
    const { add, lives } = rowOf(additions, addition);
    const adding = (): Promise<unknown> => add(other, thief, owner);
    const request = await test.accounts.handleRequest(requestWith(owner.authToken));
    const come = (): Promise<unknown> => rowOf(remedies, remedy)(test.accounts, owner, request);
    test.clock.advance(1);

    if (moment === 'before the remedy') {
      await adding();
      await come();
    } else if (moment === 'after it was planned') {
      expect((await beforeWrite(adding, come)).isDone).toBe(true);
    } else {
      await come();
      expect(await codeOf(adding())).toBe('InvalidSession');
      return;
    }
    expect(await lives(owner)).toBe(false);
  });
});

describe.each(Object.keys(remedies))('after %s', (remedy) => {
  it.each(Object.entries(SKEWS))(
    'an owner adds and proves an address at once: %s',
    async (_name, skewMs) => {
      const owner = await test.signUp();
      const { accountId, username } = owner;
      const request = await test.accounts.handleRequest(requestWith(owner.authToken));
      await rowOf(remedies, remedy)(test.accounts, owner, request);
      const other = test.another({}, skewMs);
      const email = `second-${username}@example.com`;
      const { token } = await other.contacts.addEmail({ accountId, email });
      const password = passwordAfter(remedy);
      await test.accounts.verifyEmailWithToken({ token: token ?? '', password });
      expect(await hasContact(owner, email)).toBe(true);
      const invite = `later-${accountId}`;
      await other.tokens.issue({ accountId, purpose: 'invite', token: invite });
      await test.accounts.tokens.consume({ token: invite, purpose: 'invite' });
      // Once more: no mark is taken back.
      await other.sessions.revokeAllSessions({ accountId });
      await other.tokens.issue({ accountId, purpose: 'invite', token: `${invite}-2` });
      await test.accounts.sessions.revokeAllSessions({ accountId });
      const used = test.accounts.tokens.consume({ token: `${invite}-2`, purpose: 'invite' });
      expect(await codeOf(used)).toBe('TokenVerificationFailed');
    },
  );
});

describe('beside the end of all other sessions', () => {
  const calls: Readonly<
    Record<string, (accounts: FullAccounts, request: SessionRequest) => Promise<unknown>>
  > = {
    'another username': ({ profile }, request) =>
      profile.changeUsername({
        request,
        username: `new${String(Math.floor(test.clock.now().getTime()))}`,
      }),
    'a profile': ({ profile }, request) => profile.update({ request, profile: { name: 'Ada' } }),
    'a token': ({ tokens }, request) => tokens.issue({ request, purpose: 'invite' }),
    'an address': ({ contacts }, request) =>
      contacts.addEmail({ request, email: `x${request.user?.accountId ?? ''}@example.com` }),
    'the contacts': ({ contacts }, request) => contacts.list({ request }),
    'the end of all other sessions': ({ sessions }, request) =>
      sessions.revokeOtherSessions({ request }),
    'the list of sessions': ({ sessions }, request) => sessions.listSessions({ request }),
    'its own end': async ({ sessions }, request) => {
      const { session } = sessions.verifiedSessionOf(request);
      await sessions.revokeSession({ request, sessionId: session.ulid });
    },
    'a new password': (accounts, request) =>
      accounts.passwords.change({ request, currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
  };

  it.each(Object.keys(calls))('a call in the session that goes on is done: %s', async (name) => {
    const owner = await test.signUp();
    const [first, second] = await Promise.all([
      test.accounts.handleRequest(requestWith(owner.authToken)),
      test.accounts.handleRequest(requestWith(owner.authToken)),
    ]);
    test.clock.advance(1);
    await test.another().handleRequest(first);
    await test
      .another()
      .sessions.revokeOtherSessions({ request: first })
      .catch(() => undefined);
    await test.accounts.sessions.revokeOtherSessions({ request: second });
    const third = await test.accounts.handleRequest(requestWith(owner.authToken));
    await test.accounts.sessions.revokeOtherSessions({ request: second });
    expect(await codeOf(calls[name]?.(test.accounts, third) ?? Promise.reject(new Error()))).toBe(
      'none',
    );
    expect(await codeOf(test.accounts.handleRequest(requestWith(owner.authToken)))).toBe(
      ['a new password', 'its own end'].includes(name) ? 'InvalidSession' : 'none',
    );
  });

  it('a call in a session that has ended is not', async () => {
    const owner = await test.signUp();
    const request = await test.accounts.handleRequest(requestWith(owner.authToken));
    const thief = requestWith();
    await test.accounts.userByPasswordLogin({
      username: owner.username,
      password: PASSWORD,
      request: thief,
    });
    await test.accounts.sessions.revokeOtherSessions({ request });
    for (const call of Object.values(calls)) {
      expect(await codeOf(call(test.accounts, thief))).toBe('InvalidSession');
    }
  });
});
