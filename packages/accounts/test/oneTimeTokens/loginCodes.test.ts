import { randomBytes } from 'node:crypto';
import type { AnyAccountError } from '../../src/errors/AccountError.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  requestWith,
  SECRET,
  type FullAccounts,
  type TestAccounts,
} from '../support/testAccounts.js';
import { Mailbox } from './Mailbox.js';
import { signUp, type Person } from './people.js';

/** Challenge for the browser, and contents of the message. */
interface Asked {
  readonly challenge: string;
  readonly code: string;
  readonly token: string;
}

const MINUTE_MS = 60_000;

describe('the code of a magic link', () => {
  const mailbox = new Mailbox();
  let test: TestAccounts;
  beforeAll(async () => {
    test = await createTestAccounts({ delivery: { send: mailbox.send } });
  });
  afterAll(() => test.drop());

  const ask = (person: Person): Promise<Asked> => askOf(test.accounts, person);

  async function askOf({ magicLinks }: FullAccounts, person: Person): Promise<Asked> {
    await mailbox.take();
    const { challenge } = await magicLinks.request({ email: person.email });
    const [message] = await mailbox.take();
    const { code = '', token = '' } = message ?? {};
    return { challenge, code, token };
  }

  const logIn = (challenge: string, code: string): Promise<unknown> =>
    test.accounts.magicLinks.login({ challenge, code, request: requestWith() });

  /** Another code than the right one. */
  const wrong = (code: string, by = 1): string =>
    String((Number(code) + by) % 1_000_000).padStart(6, '0');

  it('logs in where it was asked for, in six requests', async () => {
    const person = await signUp(test.accounts);
    const { challenge, code } = await ask(person);
    expect(code).toMatch(/^\d{6}$/);
    const request = requestWith();
    const { commands } = await test.log.costOf(() =>
      test.accounts.magicLinks.login({
        challenge,
        code: ` ${code.slice(0, 3)} ${code.slice(3)}`,
        request,
      }),
    );
    expect(request.user?.accountId).toBe(person.accountId);
    expect(commands).toEqual([
      'UpdateItem',
      'UpdateItem',
      'UpdateItem',
      'GetItem',
      'Query',
      'TransactWriteItems',
    ]);
  });

  it('and the link use each other up', async () => {
    const person = await signUp(test.accounts);
    const first = await ask(person);
    await logIn(first.challenge, first.code);
    const { token } = first;
    expect(await codeOf(test.accounts.magicLinks.login({ token, request: requestWith() }))).toBe(
      'TokenVerificationFailed',
    );
    const second = await ask(person);
    await test.accounts.magicLinks.login({ token: second.token, request: requestWith() });
    expect(await codeOf(logIn(second.challenge, second.code))).toBe('TokenVerificationFailed');
  });

  it('RFC 10027, authorization data: is good for nobody else: each challenge has its own', async () => {
    const person = await signUp(test.accounts);
    const owner = await ask(person);
    const stranger = await ask(person);
    expect(await codeOf(logIn(stranger.challenge, owner.code))).toBe('TokenVerificationFailed');
    await logIn(owner.challenge, owner.code);
  });

  it('RFC 10027, session phishing: a link signs in the browser that follows it, and nobody who has asked', async () => {
    const person = await signUp(test.accounts);
    const { challenge, code, token } = await ask(person);
    const [attacker, reader] = [requestWith(), requestWith()];
    await test.accounts.magicLinks.login({ token, request: reader });
    expect(reader.user?.accountId).toBe(person.accountId);
    // Whoever has asked has nothing but the challenge, which waits for nothing and gives no session.
    const shown = { challenge, code, request: attacker };
    expect(await codeOf(test.accounts.magicLinks.login(shown))).toBe('TokenVerificationFailed');
    expect(attacker.authToken).toBeUndefined();
  });

  it('RFC 10027, rate limits: cannot be guessed: a few attempts, then waits that last longer than it does', async () => {
    const person = await signUp(test.accounts);
    const { challenge, code } = await ask(person);
    const outcomes = new Map<string, number>();
    for (let minute = 0; minute < 10; minute++) {
      for (let guess = 0; guess < 10; guess++) {
        const outcome = await codeOf(logIn(challenge, wrong(code, 1 + minute * 10 + guess)));
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      test.clock.advance(MINUTE_MS);
    }
    expect([...outcomes.keys()].toSorted()).toEqual(['AccountLocked', 'TokenVerificationFailed']);
    expect(outcomes.get('TokenVerificationFailed')).toBeLessThanOrEqual(10);
    // A stranger who guesses keeps the owner from nothing.
    const own = await ask(person);
    await logIn(own.challenge, own.code);
  });

  it('is not guessed by asking again and again: 100 failures in a row, then only a link works', async () => {
    const person = await signUp(test.accounts);
    const outcomes: string[] = [];
    for (let at = 0; at < 26; at++) {
      const { challenge, code } = await ask(person);
      for (let guess = 1; guess <= 4 && code !== ''; guess++) {
        outcomes.push(await codeOf(logIn(challenge, wrong(code, guess))));
      }
      // Past the waits of asking, and past the windows in which counts are kept.
      test.clock.advance(25 * 60 * MINUTE_MS);
    }
    expect(outcomes.filter((code) => code === 'TokenVerificationFailed')).toHaveLength(100);
    expect(outcomes.slice(100)).toEqual(Array.from({ length: 4 }, () => 'AuthenticatorDisabled'));
    const right = await ask(person);
    expect(await codeOf(logIn(right.challenge, right.code))).toBe('AuthenticatorDisabled');
    const { token } = right;
    await test.accounts.magicLinks.login({ token, request: requestWith() });
    const next = await ask(person);
    await logIn(next.challenge, next.code);
  });

  describe('whose challenge was not issued here', () => {
    /** Makes other challenges out of one that was issued. */
    const forgeries: readonly [string, (own: string, other: string) => string][] = [
      ['made up', () => randomBytes(84).toString('base64url')],
      ['of another address', (own, other) => spliced(own, other, [6, 22])],
      ['of a later expiry', (own, other) => spliced(own, other, [0, 6])],
      ['of other random bits', (own, other) => spliced(own, other, [22, 52])],
      ['with the MAC of another', (own, other) => spliced(own, other, [52, 84])],
      ['with one bit of its MAC turned', (own) => withBitTurned(own, 83)],
      ['with one bit of its address turned', (own) => withBitTurned(own, 6)],
    ];

    it.each(forgeries)('is refused without a request: %s', async (_name, forge) => {
      const person = await signUp(test.accounts);
      const own = await ask(person);
      test.clock.advance(1);
      const other = await ask(await signUp(test.accounts));
      const challenge = forge(own.challenge, other.challenge);
      const genuine = await errorOf(logIn(own.challenge, wrong(own.code)));
      let error: AnyAccountError | undefined;
      const { commands } = await test.log.costOf(async () => {
        error = await errorOf(logIn(challenge, own.code));
      });
      expect(error?.toJSON()).toEqual(genuine.toJSON());
      expect(commands).toEqual([]);
      await logIn(own.challenge, own.code);
    });

    it('does not count against the address, however often', async () => {
      const person = await signUp(test.accounts);
      const own = await ask(person);
      for (let at = 0; at < 120; at++) {
        const random = randomBytes(84);
        Buffer.from(own.challenge, 'base64url').copy(random, 0, 0, 22);
        expect(await codeOf(logIn(random.toString('base64url'), own.code))).toBe(
          'TokenVerificationFailed',
        );
      }
      await logIn(own.challenge, own.code);
    });

    it('is refused where it was issued for another application with the same secret', async () => {
      const person = await signUp(test.accounts);
      const other = test.another({ audience: 'latchkey/another' });
      const { challenge } = await other.magicLinks.request({ email: person.email });
      const { commands } = await test.log.costOf(() => codeOf(logIn(challenge, '123456')));
      expect(commands).toEqual([]);
    });

    it('is refused after ten minutes, for an unknown address alike', async () => {
      const person = await signUp(test.accounts);
      const { challenge, code } = await ask(person);
      const unknown = await test.accounts.magicLinks.request({ email: 'nobody-2@example.com' });
      const last = 10 * MINUTE_MS - 1;
      const costs: unknown[] = [];
      for (const wait of [last, 1]) {
        test.clock.advance(wait);
        for (const each of [challenge, unknown.challenge]) {
          costs.push((await test.log.costOf(() => codeOf(logIn(each, wrong(code))))).commands);
        }
      }
      const looked = ['UpdateItem', 'UpdateItem', 'UpdateItem', 'GetItem'];
      expect(costs).toEqual([looked, looked, [], []]);
    });
  });

  it('does not count against the address where no message was sent', async () => {
    const person = await signUp(test.accounts);
    const first = await ask(person);
    const asked = [first];
    for (let at = 0; at < 30; at++) asked.push(await ask(person));
    expect(asked.filter(({ code }) => code !== '')).toHaveLength(5);
    // As many guesses as the challenges take.
    for (const { challenge } of asked.slice(1)) {
      for (let guess = 1; guess <= 5; guess++)
        await codeOf(logIn(challenge, wrong('000000', guess)));
    }
    await logIn(first.challenge, first.code);
  });

  describe('under another token secret', () => {
    const NEW = { kid: 'new', secret: 'canary-token-secret-of-another-kid-01' };
    const OLD = { secret: SECRET };

    it.each([
      ['is good as long as the old key is there', [NEW, OLD], 'none'],
      ['is good on an instance that does not sign with the key yet', [OLD, NEW], 'none'],
      ['is refused without its key', [NEW], 'TokenVerificationFailed'],
    ])('%s', async (_name, secrets, outcome) => {
      const person = await signUp(test.accounts);
      const issuer = test.another({ getTokenSecret: () => [OLD] });
      const verifier = test.another({ getTokenSecret: () => secrets });
      const { challenge, code } = await askOf(issuer, person);
      const login = verifier.magicLinks.login({ challenge, code, request: requestWith() });
      expect(await codeOf(login)).toBe(outcome);
    });

    it('is signed by the newest key', async () => {
      const person = await signUp(test.accounts);
      const issuer = test.another({ getTokenSecret: () => [NEW, OLD] });
      const { challenge, code } = await askOf(issuer, person);
      expect(await codeOf(logIn(challenge, code))).toBe('TokenVerificationFailed');
      const verifier = test.another({ getTokenSecret: () => [NEW] });
      await verifier.magicLinks.login({ challenge, code, request: requestWith() });
    });

    it('asks for the secret of the request', async () => {
      const person = await signUp(test.accounts);
      const requests: SessionRequest[] = [];
      const accounts = test.another({
        getTokenSecret: (request) => {
          requests.push(request);
          return Promise.resolve(SECRET);
        },
      });
      const request = requestWith();
      await accounts.magicLinks.request({ email: person.email, request });
      expect(requests).toEqual([request]);
      expect(requests[0]).toBe(request);
      // Without a request, it is given one that says nothing.
      await accounts.magicLinks.request({ email: person.email });
      expect(requests[1]).toEqual({ requestIp: '', userAgent: '', onCallDestroySession: null });
    });

    it.each([
      ['SecretTooShort', () => 'short'],
      [
        'ServiceUnavailable',
        () => {
          throw new Error('The secret store is down.');
        },
      ],
    ])('is not issued with %s: nothing is written', async (code, getTokenSecret) => {
      const broken = await createTestAccounts({
        delivery: { send: mailbox.send },
        sessions: { getTokenSecret },
      });
      const { commands } = await broken.log.costOf(async () => {
        const asked = broken.accounts.magicLinks.request({ email: 'nobody@example.com' });
        expect(await codeOf(asked)).toBe(code);
      });
      expect(commands).toEqual([]);
      await broken.drop();
    });
  });

  it('is refused alike, at the same cost, for an address that nobody has', async () => {
    const person = await signUp(test.accounts);
    const known = await ask(person);
    const unknown = await test.accounts.magicLinks.request({ email: 'nobody@example.com' });
    const tries: unknown[] = [];
    for (const challenge of [known.challenge, unknown.challenge]) {
      const error = await errorOf(logIn(challenge, wrong(known.code)));
      const { commands } = await test.log.costOf(() => logIn(challenge, wrong(known.code)));
      tries.push({ error: error.toJSON(), commands });
    }
    expect(tries[0]).toEqual(tries[1]);
  });

  it('expires after ten minutes, its link after fifteen', async () => {
    const { challenge, code, token } = await ask(await signUp(test.accounts));
    test.clock.advance(10 * MINUTE_MS);
    expect(await codeOf(logIn(challenge, code))).toBe('TokenVerificationFailed');
    test.clock.advance(5 * MINUTE_MS - 1);
    await test.accounts.magicLinks.login({ token, request: requestWith() });
  });

  it('expires with its link where that has a shorter lifetime', async () => {
    const short = await createTestAccounts({
      delivery: { send: mailbox.send },
      tokens: { magicLink: '5m' },
    });
    const { challenge, code } = await askOf(short.accounts, await signUp(short.accounts));
    short.clock.advance(5 * MINUTE_MS);
    const request = requestWith();
    const { commands } = await short.log.costOf(() =>
      codeOf(short.accounts.magicLinks.login({ challenge, code, request })),
    );
    expect(commands).toEqual([]);
    await short.drop();
  });

  it('does not come with the link that confirms an address', async () => {
    const person = await signUp(test.accounts, { verified: false });
    await mailbox.take();
    await test.accounts.magicLinks.request({ email: person.email });
    const [message] = await mailbox.take();
    expect(message).toMatchObject({ kind: 'EmailVerification' });
    expect(message).not.toHaveProperty('code');
  });

  it('is in the message of the library', async () => {
    const { renderMessage } = await import('@latchkey/accounts');
    const person = await signUp(test.accounts);
    await mailbox.take();
    await test.accounts.magicLinks.request({ email: person.email });
    const [message] = await mailbox.take();
    if (!message) throw new Error('expected a message');
    const { text, html } = renderMessage(message, {
      applicationName: 'Notes',
      baseUrl: 'https://example.com/auth',
    });
    for (const shown of [text, html]) expect(shown).toContain(`the code ${message.code ?? '?'} on`);
  });

  it.each([
    [{ challenge: 7, code: '123456' }, 'challenge', 'notAString'],
    [{ code: '123456' }, 'challenge', 'notAString'],
    [{ challenge: 'short', code: '123456' }, 'challenge', 'notValid'],
    [{ challenge: 'x'.repeat(112) }, 'code', 'notAString'],
    [{ challenge: 'x'.repeat(112), code: '12345' }, 'code', 'notValid'],
    [{ challenge: 'x'.repeat(112), code: '１２３４５６' }, 'code', 'notValid'],
    [{ challenge: 'x'.repeat(112), code: ' '.repeat(1000) }, 'code', 'notValid'],
    [{ challenge: 'x'.repeat(112), code: '123456', token: 'abc' }, 'token', 'notBesideCode'],
    [{}, 'token', 'notAString'],
  ])('of the form %j is refused before anything is counted', async (input, path, reason) => {
    let error: unknown;
    const { commands } = await test.log.costOf(async () => {
      error = await errorOf(
        test.accounts.magicLinks.login({ ...input, request: requestWith() } as never),
      );
    });
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path, reason } });
    expect(commands).toEqual([]);
  });
});

/** A challenge with some bytes of another. */
function spliced(own: string, other: string, [start, end]: readonly [number, number]): string {
  const bytes = Buffer.from(own, 'base64url');
  Buffer.from(other, 'base64url').copy(bytes, start, start, end);
  return bytes.toString('base64url');
}

function withBitTurned(challenge: string, at: number): string {
  const bytes = Buffer.from(challenge, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('base64url');
}
