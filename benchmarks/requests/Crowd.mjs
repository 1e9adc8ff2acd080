import { localClient, uniqueTableName } from '@latchkey/entity/testing';
import { importCrowd } from './importCrowd.mjs';
import { openAccounts, PASSWORD } from './openAccounts.mjs';

const NOTHING = { requests: 0, trips: 0, writeUnits: 0, readUnits: 0 };
const READS = /^(Get|BatchGet|TransactGet|Query|Scan)/;

/** A table with many accounts on an engine of its own, and a counter of what leaves for it. */
export class Crowd {
  #engine;
  #client;
  #inFlight = 0;
  #counted = { ...NOTHING };
  /** Names of those who have not been measured yet, by their number of sessions. */
  #people;

  /**
   * Makes a table of so many accounts, where `people` have each of the numbers of sessions.
   *
   * @param size - `accounts`, of which there are as many as people at least; `sessions`; `people`; `listing`.
   */
  static async open(size) {
    const name = uniqueTableName('bench');
    const { engine, people } = await importCrowd(name, size);
    return new Crowd(engine, name, people, size.listing);
  }

  /** Use {@link Crowd.open}. */
  constructor(engine, name, people, listing) {
    this.#engine = engine;
    this.#people = people;
    this.#client = localClient(engine.endpoint);
    this.#client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          args.input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' };
          return this.#countUnits(commandName, next(args));
        },
      { step: 'initialize', name: 'units' },
    );
    this.#client.middlewareStack.add((next) => (args) => this.#count(() => next(args)), {
      step: 'finalizeRequest',
      priority: 'low',
      name: 'counter',
    });
    this.messages = [];
    ({ accounts: this.accounts } = openAccounts(name, this.#client, {
      listing,
      messages: this.messages,
    }));
  }

  close() {
    this.#client.destroy();
    this.#engine.stop();
  }

  /**
   * What a flow costs for an account with so many sessions: requests, round trips one after the other,
   * capacity units as the engine reports them, and milliseconds.
   */
  async costOf({ prepare = () => undefined, run }, sessions) {
    const name = this.#people.get(sessions).pop();
    const account = await this.accounts.findUser({ username: name });
    const person = { name, email: `${name}@example.com`, password: PASSWORD, account };
    person.request = () => ({
      requestIp: '192.0.2.7',
      userAgent: 'bench',
      onCallDestroySession: null,
      ...(person.authToken && { authToken: person.authToken }),
    });
    ({ authToken: person.authToken } = await this.accounts.sessions.begin(
      account,
      person.request(),
    ));
    const prepared = await prepare(this, person);
    const counted = (this.#counted = { ...NOTHING });
    const start = performance.now();
    await run(this, person, prepared);
    const ms = performance.now() - start;
    return { ...counted, ms };
  }

  async #count(send) {
    this.#counted.requests++;
    if (this.#inFlight++ === 0) this.#counted.trips++;
    try {
      return await send();
    } finally {
      this.#inFlight--;
    }
  }

  async #countUnits(commandName, answering) {
    const counted = this.#counted;
    const answer = await answering;
    const kind = READS.test(commandName) ? 'readUnits' : 'writeUnits';
    for (const each of [answer.output.ConsumedCapacity ?? []].flat()) {
      counted[kind] += each.CapacityUnits ?? 0;
    }
    return answer;
  }
}
