import { order, signIn } from './operations.mjs';

/** Reasons that are kept: of a server that fails, all answers are alike. */
const KEPT = 20;

/**
 * What the server has acknowledged, by person: the password, the address, the sessions, and what they have
 * replaced or ended. A person is with one visitor at a time, so that each entry is exact.
 */
export class Ledger {
  #people = [];
  #uncertain = new Set();
  #reasons = [];
  #failures = 0;

  get size() {
    return this.#people.length;
  }

  add(person) {
    this.#people.push(person);
  }

  /** Leaves out a person of whom it is not known whether the last change has happened. */
  doubt(person, error) {
    this.#fail(error.message);
    if (person) this.#uncertain.add(person);
  }

  /** What went wrong, and how often. */
  get failures() {
    return { count: this.#failures, reasons: [...this.#reasons] };
  }

  /**
   * Asks the server for everything that it has acknowledged.
   *
   * @param context - `browser`, `server`; how many people `atOnce`; `untilMs`, when to stop, in milliseconds since 1970.
   * @returns how many facts were checked, how many people were left, and what was lost.
   */
  async check({ browser, server, atOnce, untilMs }) {
    const left = this.#people.filter((person) => !this.#uncertain.has(person));
    const people = left.length;
    const lost = [];
    let facts = 0;
    const expectFact = async (fact, check) => {
      facts++;
      await check().catch((error) => lost.push(`${fact}: ${error.message}`));
    };
    const worker = async () => {
      while (left.length > 0 && Date.now() < untilMs) {
        for (const [fact, check] of factsOf({ browser, server }, left.pop())) {
          await expectFact(fact, check);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return { people, unchecked: left.length, facts, lost };
  }

  #fail(reason) {
    this.#failures++;
    if (this.#reasons.length < KEPT) this.#reasons.push(reason);
  }
}

function factsOf(context, person) {
  const { browser } = context;
  const { username, email, password, formerEmail, formerPassword, ip, sessions, ended } = person;
  const refused = (name, sent) => () => browser.send({ name, ip, expected: 401, ...sent });
  const refusedLogin = (body) =>
    refused('check: refused login', {
      path: '/auth/sign-in',
      body: { rememberMe: 'none', ...body },
    });
  return [
    ...sessions.map((session) => [
      `a session of ${username} that nobody has ended`,
      () => order(context, person, session),
    ]),
    ...ended.map((token) => [
      `an ended session of ${username}`,
      refused('check: ended session', { method: 'GET', path: '/orders', token }),
    ]),
    ...(formerEmail
      ? [[`the former address of ${username}`, refusedLogin({ email: formerEmail, password })]]
      : []),
    ...(formerPassword
      ? [[`the former password of ${username}`, refusedLogin({ email, password: formerPassword })]]
      : []),
    [`the login of ${username}`, () => signIn(context, person)],
  ];
}
