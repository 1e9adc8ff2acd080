import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { injectFaults } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import type { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import type { Cost } from '../support/RequestLog.js';
import { createTestAccounts, requestWith, type TestAccounts } from '../support/testAccounts.js';
import { Mailbox } from './Mailbox.js';
import { addFactors, logIn, signUp, type Person } from './people.js';
import { selfService } from '../support/selfService.js';

const NEW_PASSWORD = 'another long walk';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const ALWAYS = 1000;

/** What requests ask for, without whom they ask about. */
const shapeOf = ({ requests }: Cost): unknown =>
  requests.map(({ command, input }) => ({
    command,
    fields: Object.keys(input).sort(),
    consistent: input.ConsistentRead,
    condition: input.KeyConditionExpression,
    writes: (input.TransactItems as Record<string, { Item?: object }>[] | undefined)?.map((item) =>
      Object.entries(item).map(([kind, write]) => [kind, Object.keys(write.Item ?? {})]),
    ),
  }));

describe('links that anyone can request', () => {
  let test: TestAccounts;
  let accounts: Accounts;
  const mailbox = new Mailbox();
  let events: AccountEvent[] = [];
  const linkOf = async (email: string): Promise<string> => {
    await accounts.magicLinks.request({ email });
    return mailbox.token('MagicLink');
  };
  const sessionsOf = async ({ accountId }: Person) =>
    (await accounts.SessionEntity.findMany({ filter: { accountId } })).items;

  beforeAll(async () => {
    test = await createTestAccounts({ delivery: mailbox });
    accounts = test.accounts;
    accounts.on('*', (event) => events.push(event));
  });
  beforeEach(async () => {
    events = [];
    await mailbox.take();
  });
  afterAll(() => test.drop());

  const flows = {
    reset: {
      kind: 'PasswordReset',
      event: 'RequestPasswordReset',
      answer: undefined,
      ask: (email: string, request = requestWith()): Promise<unknown> =>
        accounts.passwords.requestReset({ email, request }),
    },
    'magic link': {
      kind: 'MagicLink',
      event: 'RequestMagicLink',
      answer: { challenge: expect.stringMatching(/^[\w-]{112}$/) as string },
      ask: (email: string, request = requestWith()): Promise<unknown> =>
        accounts.magicLinks.request({ email, request }),
    },
  } as const;

  describe.each(Object.entries(flows))('to a %s', (_name, { kind, event, ask, ...flow }) => {
    it('CVE-2019-19844: go to the stored address, not to the typed one', async () => {
      const person = await signUp(accounts);
      await mailbox.take();
      await ask(`  ${person.email.toUpperCase()} `);
      const [message, ...more] = await mailbox.take();
      expect(more).toEqual([]);
      expect(message).toMatchObject({ kind, to: { kind: 'email', value: person.email } });
      const user = await accounts.findUser({ username: person.username });
      expect(Object.keys(message?.account ?? {}).sort()).toEqual(Object.keys(user ?? {}).sort());
      // A letter that folds into another is another letter.
      await ask(person.email.replace('person', 'per\u017Fon')).catch(() => undefined);
      expect(await mailbox.take()).toEqual([]);
    });

    it('ASVS 6.3.8: answer alike and cost alike for everybody', async () => {
      const known = await signUp(accounts);
      const unverified = await signUp(accounts, { verified: false });
      const deactivated = await signUp(accounts);
      await accounts.lifecycle.deactivate(deactivated);
      const addresses = {
        known: known.email,
        unknown: `nobody-by-${kind}@example.com`,
        unverified: unverified.email,
        deactivated: deactivated.email,
      };
      await mailbox.take();
      const shapes: Record<string, unknown> = {};
      for (let time = 1; time <= 7; time++) {
        for (const [name, email] of Object.entries(addresses)) {
          let answer: unknown;
          const cost = await test.log.costOf(async () => {
            answer = { value: await ask(email) };
          });
          expect(answer).toEqual({ value: flow.answer });
          expect(cost.commands).toHaveLength(5);
          expect(cost.trips).toBeLessThanOrEqual(4);
          shapes[name] = shapeOf(cost);
        }
        const { known: expected } = shapes;
        for (const shape of Object.values(shapes)) expect(shape).toEqual(expected);
      }
      // Only those with a mailbox have mail, and no more than the budget of five.
      const sent = await mailbox.take();
      const sentTo = (isLink: boolean): string[] =>
        sent
          .filter((message) => (message.kind !== 'EmailVerification') === isLink)
          .map(({ to }) => to.value);
      expect(sentTo(true)).toEqual(Array.from({ length: 5 }, () => known.email));
      // Who reads an address that nobody has proven gets the link that confirms it.
      expect(sentTo(false)).toEqual(Array.from({ length: 5 }, () => unverified.email));
    });

    it('flood no mailbox, however many ask at once; with time, there is another', async () => {
      const { email } = await signUp(accounts);
      await mailbox.take();
      const asked = await Promise.all(Array.from({ length: 16 }, () => codeOf(ask(email))));
      // Only the lock is hidden; and what loses too many races in a row would be, too.
      expect(new Set(asked)).toEqual(new Set(['none']));
      expect(await mailbox.take()).toHaveLength(5);
      test.clock.advance(29 * SECOND);
      await ask(email);
      expect(await mailbox.take()).toEqual([]);
      test.clock.advance(1 * SECOND);
      await ask(email);
      expect(await mailbox.take()).toHaveLength(1);
      test.clock.advance(HOUR);
      await ask(email);
      expect(await mailbox.take()).toHaveLength(1);
    });

    it('ASVS 15.2.2: sent to nobody do not pile up where the next one reads', async () => {
      const unverified = await signUp(accounts, { verified: false });
      const sizeOf = async (email: string): Promise<number> => {
        const { requests } = await test.log.costOf(() => ask(email));
        const query = requests.find(({ command }) => command === 'Query');
        const { Items = [] } = await test.client.send(new QueryCommand(query?.input as never));
        return Items.length;
      };
      for (const [email, tokens] of [
        [`unheard-of-${kind}@example.com`, 0],
        // Who reads it is sent the link of story 1, as often as a mailbox gets a message; the count
        // of its messages is beside them. The first is issued by the reading of `before`.
        [unverified.email, 5 - 1],
      ] as const) {
        const before = await sizeOf(email);
        for (let at = 0; at < 8; at++) await ask(email);
        const full = await sizeOf(email);
        expect(full).toBe(before + tokens);
        for (let at = 0; at < 8; at++) await ask(email);
        expect(await sizeOf(email)).toBe(full);
      }
      const items = await tableItems(test.client, test.table.name);
      expect(
        items
          .filter(({ PK }) => PK?.S === `account#${unverified.accountId}`)
          .map(({ SK }) => SK?.S),
      ).not.toContainEqual(expect.stringMatching(/accountattempts|password_recovery|magick_link/));
    });

    it('cannot be used up by strangers while nothing is sent', async () => {
      const { accountId, email } = await signUp(accounts, { verified: false });
      for (let at = 0; at < 6; at++) await ask(email);
      await accounts.verifyEmail({ accountId, email });
      await mailbox.take();
      await ask(email);
      expect(await mailbox.take()).toHaveLength(1);
    });

    it('are not used up by links of the other kind', async () => {
      const { email } = await signUp(accounts);
      const { ask: askOther } = flows[kind === 'MagicLink' ? 'reset' : 'magic link'];
      for (let at = 0; at < 6; at++) await askOther(email);
      await mailbox.take();
      await ask(email);
      expect(await mailbox.take()).toHaveLength(1);
    });

    it('are sent on request even after many requests by strangers', async () => {
      const { email } = await signUp(accounts);
      await mailbox.take();
      const lifetimeMs = kind === 'MagicLink' ? 15 * MINUTE : HOUR;
      let goodForMs = 0;
      let sent = 0;
      for (let at = 0; at < 100; at++) {
        await ask(email);
        if ((await mailbox.take()).length > 0) {
          goodForMs = lifetimeMs;
          sent++;
        }
        expect(goodForMs).toBeGreaterThan(0);
        test.clock.advance(2 * MINUTE);
        goodForMs -= 2 * MINUTE;
      }
      // 200 minutes: 5, and then one after each wait.
      expect(sent).toBeLessThanOrEqual(5 + 6 + (200 * MINUTE) / lifetimeMs);
    });

    it('ASVS 16.2.5: tell events what happened, without addresses, tokens or what was typed', async () => {
      const { email, accountId } = await signUp(accounts);
      await mailbox.take();
      events = [];
      await ask(email);
      const token = await mailbox.token(kind);
      await ask('nobody.at.all@example.com');
      expect(events.map(({ name, reason, accountId: id }) => [name, reason, id])).toEqual([
        [`${event}Success`, undefined, accountId],
        [`${event}Error`, 'UserNotFound', undefined],
      ]);
      const told = JSON.stringify(events);
      for (const secret of [email, token, 'nobody.at.all']) expect(told).not.toContain(secret);
    });

    it('ASVS 6.3.1: are counted by the client’s address, whomever they are for', async () => {
      const strict = await createTestAccounts({
        delivery: mailbox,
        throttling: { address: { budget: 20 } },
      });
      const { email } = await signUp(strict.accounts);
      const from = (requestIp: string, name: string): Promise<string> => {
        const input = { email: name, request: { ...requestWith(), requestIp } };
        return codeOf(
          kind === 'MagicLink'
            ? strict.accounts.magicLinks.request(input)
            : strict.accounts.passwords.requestReset(input),
        );
      };
      for (let at = 0; at < 20; at++) {
        expect(await from('2001:db8:1:1::1', `nobody${String(at)}@example.com`)).toBe('none');
      }
      // A client has the whole /64 (CVE-2026-45364).
      for (const name of [email, 'nobody@example.com']) {
        expect(await from('2001:db8:1:1::2', name)).toBe('TooManyRequests');
      }
      expect(await from('2001:db8:1:2::1', email)).toBe('none');
      await strict.drop();
    });

    it('say so alike when the table does not answer', async () => {
      const { email } = await signUp(accounts);
      for (const command of ['GetItem', 'Query', 'TransactWriteItems']) {
        const fault = injectFaults(test.client).on(command, 'timeout', { times: ALWAYS });
        const outcomes = [await codeOf(ask(email)), await codeOf(ask('nobody@example.com'))];
        fault.remove();
        expect([command, ...outcomes]).toEqual([
          command,
          'ServiceUnavailable',
          'ServiceUnavailable',
        ]);
      }
    });

    it('leave nothing that does not expire, nor unique items of their own', async () => {
      await ask('nobody.here@example.com');
      const { problems } = await contentsOf(test.client, test.table.name);
      expect(problems).toEqual([]);
    });

    it.each([
      ['no address', undefined],
      ['a username', 'ada'],
      ['an id', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
      ['two addresses', 'ada@example.com,eve@example.com'],
      ['a line more', 'ada@example.com\r\nBcc: eve@example.com'],
      ['a list', ['ada@example.com']],
    ])('ASVS 1.3.11: are refused for %s', async (_what, email) => {
      const { commands } = await test.log.costOf(() => ask(email as never));
      expect(commands).toEqual([]);
      expect(await codeOf(ask(email as never))).toBe('InvalidInput');
    });

    it('are refused without delivery, known or not', async () => {
      const mute = await createTestAccounts();
      const person = await signUp(mute.accounts);
      for (const email of [person.email, 'nobody@example.com']) {
        const asked = [
          mute.accounts.passwords.requestReset({ email }),
          mute.accounts.magicLinks.request({ email }),
        ];
        for (const each of asked) expect(await codeOf(each)).toBe('InvalidConfiguration');
      }
      await mute.drop();
    });

    it('do not wait for their message, which would tell that there is one', async () => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const slow = await createTestAccounts({
        delivery: { send: (message) => (message.kind === kind ? held : undefined) },
      });
      const { email } = await signUp(slow.accounts);
      if (kind === 'MagicLink') await slow.accounts.magicLinks.request({ email });
      else await slow.accounts.passwords.requestReset({ email });
      release();
      await slow.drop();
    });
  });

  describe('a reset', () => {
    it('can be asked for by every name of the account', async () => {
      const person = await signUp(accounts);
      await mailbox.take();
      for (const name of [
        { username: person.username },
        { username: person.email },
        { username: person.accountId },
        { email: person.email },
      ]) {
        const { commands } = await test.log.costOf(() => accounts.passwords.requestReset(name));
        expect(commands).toHaveLength(name.username === person.accountId ? 3 : 4);
        expect(await mailbox.take()).toMatchObject([{ to: { value: person.email } }]);
      }
    });

    it('by a username goes to the first address that is verified', async () => {
      const person = await signUp(accounts, { verified: false });
      const { accountId, username, email } = person;
      await accounts.AccessTypeEntity.createOne({
        item: { accountId, verified: true, data: { kind: 'email', value: `own.${email}` } },
      });
      await mailbox.take();
      await accounts.passwords.requestReset({ username });
      expect(await mailbox.take()).toMatchObject([{ to: { value: `own.${email}` } }]);
      await accounts.passwords.requestReset({ username: email });
      expect(await mailbox.take()).toMatchObject([{ kind: 'EmailVerification' }]);
    });

    it.each([
      ['both names', { username: 'ada', email: 'ada@example.com' }],
      ['none', {}],
      ['nothing', undefined],
    ])('is refused for %s', async (_what, input) => {
      const asked = (async () => accounts.passwords.requestReset(input as never))();
      expect(await codeOf(asked)).toBe('InvalidInput');
    });

    it('is revoked when the address is no longer the account’s, or no longer verified', async () => {
      for (const change of ['removed', 'unverified'] as const) {
        const person = await signUp(accounts);
        const { accountId, email } = person;
        await mailbox.take();
        await accounts.passwords.requestReset({ email });
        const token = await mailbox.token('PasswordReset');
        const filter = { accountId, 'data.kind': 'email' } as const;
        if (change === 'removed') await accounts.AccessTypeEntity.deleteMany({ filter });
        else {
          await accounts.AccessTypeEntity.updateMany({
            filter,
            update: { $set: { verified: false } },
          });
        }
        const late = selfService(accounts).resetPassword({ token, newPassword: NEW_PASSWORD });
        expect(await codeOf(late)).toBe('ResetTokenNotValid');
      }
    });

    it('that has worked lets its owner ask again', async () => {
      const { email } = await signUp(accounts);
      await mailbox.take();
      for (let at = 0; at < 5; at++) await accounts.passwords.requestReset({ email });
      const [, , , , last] = await mailbox.take();
      await accounts.passwords.requestReset({ email });
      expect(await mailbox.take()).toEqual([]);
      await selfService(accounts).resetPassword({
        token: last?.token ?? '',
        newPassword: NEW_PASSWORD,
      });
      await mailbox.take();
      await accounts.passwords.requestReset({ email });
      expect(await mailbox.take()).toHaveLength(1);
    });
  });

  describe('a magic link', () => {
    it('that was followed lets its owner ask again', async () => {
      const { email } = await signUp(accounts);
      await mailbox.take();
      for (let at = 0; at < 6; at++) await accounts.magicLinks.request({ email });
      const sent = await mailbox.take();
      expect(sent).toHaveLength(5);
      const token = sent[4]?.token ?? '';
      await accounts.magicLinks.login({ token, request: requestWith() });
      await accounts.magicLinks.request({ email });
      expect(await mailbox.take()).toHaveLength(1);
    });

    it('a magic link logs its owner in', async () => {
      const person = await signUp(accounts);
      const request = requestWith();
      const token = await linkOf(person.email);
      events = [];
      const { authToken, account } = await accounts.magicLinks.login({ token, request });
      expect(account).toEqual(await accounts.findUser({ username: person.username }));
      expect(request.user).toEqual(account);
      const seen = await test.another().handleRequest(requestWith(authToken));
      expect(seen.user?.accountId).toBe(person.accountId);
      expect(events.at(-1)).toMatchObject({
        name: 'LoginSuccess',
        method: 'magicLink',
        accountId: person.accountId,
      });
    });

    it('ASVS 6.5.1: gives one session to 16 concurrent calls', async () => {
      const person = await signUp(accounts);
      const token = await linkOf(person.email);
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, () =>
          codeOf(accounts.magicLinks.login({ token, request: requestWith() })),
        ),
      );
      expect(outcomes.filter((code) => code === 'none')).toHaveLength(1);
      expect(await sessionsOf(person)).toHaveLength(1);
    });

    it('ASVS 2.3.1: gives no session without the second factor, and is used up by asking for it', async () => {
      const person = await signUp(accounts);
      await addFactors(accounts, person.accountId);
      const token = await linkOf(person.email);
      const follow = () => accounts.magicLinks.login({ token, request: requestWith() });
      const error = await errorOf(follow());
      expect(error.code).toBe('TwoFactorRequired');
      expect(error.challenge).toEqual(expect.any(String));
      expect(await sessionsOf(person)).toEqual([]);
      expect(await codeOf(follow())).toBe('TokenVerificationFailed');
    });

    it('is revoked when its address is no longer the account’s, or no longer verified', async () => {
      for (const change of ['removed', 'unverified', 'another’s'] as const) {
        const person = await signUp(accounts);
        const { accountId, email } = person;
        const token = await linkOf(email);
        const filter = { accountId, 'data.kind': 'email' } as const;
        if (change === 'unverified') {
          await accounts.AccessTypeEntity.updateMany({
            filter,
            update: { $set: { verified: false } },
          });
        } else await accounts.AccessTypeEntity.deleteMany({ filter });
        if (change === 'another’s') {
          const eve = await signUp(accounts);
          await accounts.AccessTypeEntity.createOne({
            item: {
              accountId: eve.accountId,
              verified: true,
              data: { kind: 'email', value: email },
            },
          });
        }
        const late = accounts.magicLinks.login({ token, request: requestWith() });
        expect(await codeOf(late)).toBe('TokenVerificationFailed');
      }
    });

    it('that is refused for the account is kept: deactivated, or vetoed', async () => {
      const person = await signUp(accounts);
      const token = await linkOf(person.email);
      const follow = () => accounts.magicLinks.login({ token, request: requestWith() });
      await accounts.lifecycle.deactivate(person);
      expect(await codeOf(follow())).toBe('AccountDeactivated');
      await accounts.lifecycle.reactivate(person);
      const off = accounts.on('ValidateLogin', () => {
        throw new Error('not today');
      });
      expect(await codeOf(follow())).toBe('Vetoed');
      off();
      expect(await codeOf(follow())).toBe('none');
    });

    it('gives no session that outlives a password change at the same time', async () => {
      const person = await signUp(accounts);
      const token = await linkOf(person.email);
      const [login] = await Promise.allSettled([
        accounts.magicLinks.login({ token, request: requestWith() }),
        accounts.setPassword({ accountId: person.accountId, newPassword: NEW_PASSWORD }),
      ]);
      if (login.status === 'fulfilled') {
        const request = requestWith(login.value.authToken);
        expect(await codeOf(accounts.handleRequest(request))).toBe('InvalidSession');
      }
      expect(await codeOf(logIn(accounts, person, NEW_PASSWORD))).toBe('none');
    });

    it('can be for a session that lasts', async () => {
      const person = await signUp(accounts);
      const follow = async (rememberMe: boolean) => {
        const token = await linkOf(person.email);
        return accounts.magicLinks.login({ token, request: requestWith(), rememberMe });
      };
      const [short, long] = [await follow(false), await follow(true)];
      expect(long.sessionDocument.expiresAt.getTime()).toBeGreaterThan(
        short.sessionDocument.expiresAt.getTime(),
      );
    });

    it.each([
      ['no token', { token: undefined }],
      ['a token that is too long', { token: 'x'.repeat(1001) }],
      ['half a character', { token: 'abcd\ud800' }],
      ['no request', { request: undefined }],
      ['nothing', undefined],
    ])('is refused for %s', async (_what, change) => {
      const input = change && { token: 'never issued', request: requestWith(), ...change };
      const asked = (async () => accounts.magicLinks.login(input as never))();
      expect(await codeOf(asked)).toBe('InvalidInput');
    });
  });
});
