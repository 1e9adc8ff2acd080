import { codeOf, errorOf } from '../support/errorOf.js';
import { createTestAccounts, requestWith, type TestAccounts } from '../support/testAccounts.js';
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

  async function ask(person: Person): Promise<Asked> {
    await mailbox.take();
    const { challenge } = await test.accounts.magicLinks.request({ email: person.email });
    const [message] = await mailbox.take();
    const { code = '', token = '' } = message ?? {};
    return { challenge, code, token };
  }

  const logIn = (challenge: string, code: string): Promise<unknown> =>
    test.accounts.magicLinks.login({ challenge, code, request: requestWith() });

  /** Another code than the right one. */
  const wrong = (code: string, by = 1): string =>
    String((Number(code) + by) % 1_000_000).padStart(6, '0');

  it('logs in where it was asked for, in five requests', async () => {
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
      'TransactWriteItems',
      'TransactWriteItems',
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

  it('is good for nobody else: each challenge has its own', async () => {
    const person = await signUp(test.accounts);
    const owner = await ask(person);
    const stranger = await ask(person);
    expect(await codeOf(logIn(stranger.challenge, owner.code))).toBe('TokenVerificationFailed');
    await logIn(owner.challenge, owner.code);
  });

  it('cannot be guessed: a few attempts, then waits that last longer than it does', async () => {
    const person = await signUp(test.accounts);
    const { challenge, code } = await ask(person);
    const outcomes = new Map<string, number>();
    for (let minute = 0; minute < 15; minute++) {
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

  it('counts where its address says, and nowhere else', async () => {
    const person = await signUp(test.accounts);
    const { challenge, code } = await ask(person);
    const other = await ask(await signUp(test.accounts));
    const moved = Buffer.concat([
      Buffer.from(challenge, 'base64url').subarray(0, 32),
      Buffer.from(other.challenge, 'base64url').subarray(32),
    ]).toString('base64url');
    expect(await codeOf(logIn(moved, code))).toBe('TokenVerificationFailed');
    await logIn(challenge, code);
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

  it('expires with its link', async () => {
    const { challenge, code } = await ask(await signUp(test.accounts));
    test.clock.advance(15 * MINUTE_MS);
    expect(await codeOf(logIn(challenge, code))).toBe('TokenVerificationFailed');
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
    [{ challenge: 'x'.repeat(64) }, 'code', 'notAString'],
    [{ challenge: 'x'.repeat(64), code: '12345' }, 'code', 'notValid'],
    [{ challenge: 'x'.repeat(64), code: '１２３４５６' }, 'code', 'notValid'],
    [{ challenge: 'x'.repeat(64), code: ' '.repeat(1000) }, 'code', 'notValid'],
    [{ challenge: 'x'.repeat(64), code: '123456', token: 'abc' }, 'token', 'notBesideCode'],
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
