import { importSource } from '../benchmarks/support/importSource.mjs';

const { dollarsPerMillion, formatDollars } = await importSource('accounts', 'costs/dollars.ts');

/** Tells what happens, step by step, and what each step costs. */
export class Narrator {
  #steps = 0;
  #meter;
  #sum = { requests: 0, dollars: 0 };

  /** @param meter measures what is sent to the table */
  constructor(meter) {
    this.#meter = meter;
  }

  chapter(title) {
    console.log(`\n${title}\n`);
  }

  /**
   * Takes one step, and prints it with its cost.
   *
   * @param {string} title what is done
   * @param {() => Promise<{ text: string, value?: unknown }>} act does it
   */
  async step(title, act) {
    let done;
    const cost = this.#meter.measure(() => {
      done = act();
    });
    const { text, value } = await done;
    const dollars = dollarsPerMillion(cost);
    this.#sum.requests += cost.requests;
    this.#sum.dollars += dollars;
    const number = String(++this.#steps).padStart(2);
    console.log(
      `${number}. ${title}\n    → ${text}\n      ${told(cost)}: ${formatDollars(dollars)}`,
    );
    return value;
  }

  /** A step that must be refused with one of this library's codes. */
  async refused(title, code, act) {
    await this.step(title, async () => ({ text: `refused: ${await refusal(code, act)}` }));
  }

  /** Prints what all steps cost together. */
  end() {
    const { requests, dollars } = this.#sum;
    console.log(
      `\nAll ${this.#steps} steps sent ${requests} requests. A million times all of it costs ${formatDollars(dollars)}.`,
    );
  }
}

/** The code and text of a refusal. Throws if there is none, or another one. */
export async function refusal(code, act) {
  try {
    await act();
  } catch (error) {
    if (error.code === code) return `${error.code} (HTTP ${error.status}). ${error.message}`;
    throw error;
  }
  throw new Error(`expected ${code}, but it was done`);
}

function told({ requests, writeUnits, readUnits }) {
  return `${requests} ${requests === 1 ? 'request' : 'requests'}, ${writeUnits} WRU, ${readUnits} RRU`;
}
