import { readTable } from './readTable.mjs';

/** The newest calls that are kept. */
const KEPT_CALLS = 200;

/** State of the tour: calls with their cost, messages in the outbox, items of the table. */
export class Tour {
  #accounts;
  #outbox;
  #observer;
  #meter;
  #table;
  #calls = [];
  #count = 0;

  constructor({ accounts, outbox, observer, meter, table }) {
    this.#accounts = accounts;
    this.#outbox = outbox;
    this.#observer = observer;
    this.#meter = meter;
    this.#table = table;
  }

  /** Runs a call of the flow, and keeps what it costs. */
  measure(method, path, call) {
    const cost = this.#meter.measure(call);
    this.#calls = [...this.#calls, { id: ++this.#count, method, path, cost }].slice(-KEPT_CALLS);
  }

  /**
   * Everything that the page shows beside the flow.
   *
   * @param after the number of the last call that the page knows
   */
  async stateAfter(after) {
    // Messages are sent after a response, and their writes belong to its call.
    await this.#accounts.settled();
    const { items, cost } = await readTable(this.#observer, this.#table.name);
    return {
      calls: this.#calls.filter(({ id }) => id > after),
      lastCall: this.#count,
      messages: this.#outbox.messages.map(toMessage),
      items,
      reading: cost,
    };
  }
}

function toMessage({ kind, to, subject, text, token, code }, at) {
  return {
    id: String(at + 1),
    kind,
    to: to.value,
    subject,
    text,
    ...(token !== undefined && { token }),
    ...(code !== undefined && { code }),
  };
}
