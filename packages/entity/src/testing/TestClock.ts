import { invalidInput } from './TestingError.js';

/** Years ahead, so that the TTL of DynamoDB Local, which goes by real time, removes nothing. */
const START_MS = Date.UTC(2036, 10, 21, 12);

/**
 * A clock that stands still until a test moves it, for the option `clock` of `Table`.
 *
 * Expired items stay in a table with a custom clock, as on AWS, where TTL removes them up to days
 * late: `advance` the clock past an expiry to test that they are ignored.
 *
 * @example
 * ```ts
 * import { createTestTable, TestClock } from '@latchkey/entity/testing';
 *
 * const clock = new TestClock();
 * const { table, drop } = await createTestTable([], { clock: clock.now });
 * clock.advance(60_000);
 * console.log(table.now().toISOString()); // '2036-11-21T12:01:00.000Z'
 * await drop();
 * ```
 */
export class TestClock {
  readonly #offsetMs: number;
  readonly #time: { ms: number };

  /**
   * @param startMs - time in milliseconds since 1970 (default: noon of 21 November 2036, UTC).
   * @throws {@link TestingError} `InvalidInput` if it is not a finite number.
   */
  constructor(startMs: number = START_MS, shared?: { time: { ms: number }; offsetMs: number }) {
    this.#time = shared?.time ?? { ms: finite(startMs, 'startMs') };
    this.#offsetMs = shared?.offsetMs ?? 0;
  }

  /** Returns the time; a function of its own, so that it can be passed as `clock`. */
  readonly now = (): Date => new Date(this.#time.ms + this.#offsetMs);

  /**
   * Moves the time, also of every clock that is skewed from this one.
   *
   * @param milliseconds - negative for a clock that jumps back, as after a correction by NTP.
   * @throws {@link TestingError} `InvalidInput` if it is not a finite number.
   */
  advance(milliseconds: number): void {
    this.#time.ms += finite(milliseconds, 'milliseconds');
  }

  /**
   * Returns the clock of another server, which is ahead of this one, or behind, by the same time
   * forever.
   *
   * @param milliseconds - how far ahead; negative for behind.
   * @throws {@link TestingError} `InvalidInput` if it is not a finite number.
   * @example
   * ```ts
   * import { TestClock } from '@latchkey/entity/testing';
   *
   * const clock = new TestClock();
   * export const ofAnotherServer = clock.skewed(90_000); // a minute and a half ahead
   * ```
   */
  skewed(milliseconds: number): TestClock {
    const offsetMs = this.#offsetMs + finite(milliseconds, 'milliseconds');
    return new TestClock(0, { time: this.#time, offsetMs });
  }
}

function finite(value: number, name: string): number {
  if (!Number.isFinite(value)) throw invalidInput(`${name} must be a finite number`);
  return value;
}
