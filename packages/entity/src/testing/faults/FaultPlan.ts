import { randomInt } from 'node:crypto';
import { seededRandom } from '../seededRandom.js';
import { invalidInput, TestingError } from '../TestingError.js';
import { carryOut } from './carryOut.js';
import {
  assertInteger,
  isFaultOf,
  parseFault,
  type Fault,
  type FaultName,
  type ParsedFault,
} from './Fault.js';
import { IndexHistory } from './IndexHistory.js';
import { type SendOn, type WireAnswer, type WireRequest } from './WireExchange.js';

/** One attempt of a request, as it came to the faults; without any value of the request. */
export interface FaultedRequest {
  /** Number of the request, from 1; the SDK's attempts of one request have the same. */
  readonly request: number;
  /** Number of the attempt of that request, from 1. */
  readonly attempt: number;
  /** The DynamoDB operation, such as `PutItem`. */
  readonly operation: string;
  /** The fault that the attempt met. */
  readonly fault?: FaultName;
}

/** A fault that was added. */
export interface InjectedFault {
  /**
   * How many attempts the fault was there for, whether they met it or not: those of its request or operation, except
   * where a fault that was added before came first. Beyond `hits`, these are the ones that got through.
   */
  readonly attempts: number;
  /** How many attempts have met it. */
  readonly hits: number;
  /** Removes the fault: no further attempt meets it. */
  remove(): void;
}

/** Input of {@link FaultPlan.randomly}. */
export interface RandomFaults {
  /** Probability that an attempt meets a fault, 0 to 1. */
  readonly rate: number;
  /** Faults to choose from; an attempt meets only those that its operation can have. */
  readonly faults: readonly Fault[];
  /** The only operations that are hit (default: all). */
  readonly operations?: readonly string[];
}

/** A fault and when it strikes. */
interface Rule extends InjectedFault {
  attempts: number;
  hits: number;
  readonly fault: (attempt: FaultedRequest) => ParsedFault | undefined;
}

/**
 * Faults, and when they strike. Of several that could meet an attempt, the one that was added first
 * does.
 */
export class FaultPlan {
  /** The seed of everything random; print it when a test fails. */
  readonly seed: number;
  #random: () => number;
  #rules: Rule[] = [];
  #requests: FaultedRequest[] = [];
  /** The number of a request, and of its attempts until now, by the value that the SDK sends. */
  #invocations = new Map<string, { request: number; attempts: number }>();
  #requestCount = 0;
  #isCrashed = false;
  readonly #history = new IndexHistory();

  /** @throws {@link TestingError} `InvalidInput` if the seed is not a safe integer. */
  constructor(seed: number = randomInt(2 ** 31)) {
    assertInteger(seed, 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    this.seed = seed;
    this.#random = seededRandom(seed);
  }

  /** Every attempt since the start or the last `reset`, in order of arrival. */
  get requests(): readonly FaultedRequest[] {
    return [...this.#requests];
  }

  /**
   * Makes the n-th request meet a fault.
   *
   * @param request - number of the request, from 1; the SDK's own attempts do not count.
   * @param fault - such as `'answerLost'`.
   * @param options - `times`: how many attempts of that request meet it (default: 1, so that the SDK
   *   gets through when it tries again; `Infinity`: all).
   * @throws {@link TestingError} `InvalidInput`
   */
  at(request: number, fault: Fault, options: { readonly times?: number } = {}): InjectedFault {
    assertInteger(request, 'request', 1, Number.MAX_SAFE_INTEGER);
    return this.#add(fault, options.times, (attempt) => attempt.request === request);
  }

  /**
   * Makes every attempt of every request from the n-th on meet a fault: an outage.
   *
   * @param request - number of the first request, from 1.
   * @param fault - such as `'timeout'`.
   * @throws {@link TestingError} `InvalidInput`
   */
  from(request: number, fault: Fault): InjectedFault {
    assertInteger(request, 'request', 1, Number.MAX_SAFE_INTEGER);
    return this.#add(fault, Infinity, (attempt) => attempt.request >= request);
  }

  /**
   * Makes the next attempts of an operation meet a fault.
   *
   * @param operation - a DynamoDB operation, such as `TransactWriteItems`.
   * @param fault - such as `'transactionConflict'`.
   * @param options - `times`: how many attempts meet it (default: 1; `Infinity`: all).
   * @throws {@link TestingError} `InvalidInput`, also if the operation cannot have the fault.
   */
  on(operation: string, fault: Fault, options: { readonly times?: number } = {}): InjectedFault {
    const { name } = parseFault(fault);
    if (!/^[A-Z][A-Za-z]+$/.test(operation)) {
      throw invalidInput('operation must be one of DynamoDB, such as PutItem');
    }
    if (!isFaultOf(name, operation)) throw invalidInput(`${operation} cannot have ${name}`);
    return this.#add(fault, options.times, (attempt) => attempt.operation === operation);
  }

  /**
   * Makes attempts meet faults at random. The seed and the order of the requests decide which.
   *
   * @throws {@link TestingError} `InvalidInput`
   */
  randomly({ rate, faults, operations }: RandomFaults): InjectedFault {
    if (!(rate >= 0 && rate <= 1)) throw invalidInput('rate must be a number from 0 to 1');
    if (faults.length === 0) throw invalidInput('faults must not be empty');
    const parsed = faults.map(parseFault);
    const rule = this.#addRule(({ operation }) => {
      if (operations && !operations.includes(operation)) return undefined;
      rule.attempts++;
      if (this.#random() >= rate) return undefined;
      const possible = parsed.filter(({ name }) => isFaultOf(name, operation));
      return possible[Math.floor(this.#random() * possible.length)];
    });
    return rule;
  }

  /**
   * Asks a function for the fault of each attempt: for a pattern that no other method has, such as the third request
   * of an operation.
   *
   * @param choice - called with each attempt, in order of arrival. Undefined lets the attempt pass, as does a fault
   *   that its operation cannot have. A fault with wrong options fails the request with {@link TestingError}
   *   `InvalidInput`.
   * @throws {@link TestingError} `InvalidInput` for anything but a function.
   *
   * @example
   * ```ts
   * import { injectFaults, localClient } from '@latchkey/entity/testing';
   *
   * const client = localClient();
   * let queries = 0;
   * injectFaults(client).choose(({ operation }) =>
   *   operation === 'Query' && ++queries === 3 ? 'timeout' : undefined,
   * );
   * client.destroy();
   * ```
   */
  choose(choice: (attempt: FaultedRequest) => Fault | undefined): InjectedFault {
    if (typeof choice !== 'function') throw invalidInput('choice must be a function');
    const rule = this.#addRule((attempt) => {
      rule.attempts++;
      const fault = choice(attempt);
      const parsed = fault === undefined ? undefined : parseFault(fault);
      return parsed && isFaultOf(parsed.name, attempt.operation) ? parsed : undefined;
    });
    return rule;
  }

  /**
   * Makes the indexes that `staleIndex` shows include everything that was written until now.
   *
   * @example
   * ```ts
   * import { injectFaults } from '@latchkey/entity/testing';
   * import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
   *
   * export async function whileIndexesLag(client: DynamoDBClient, run: () => Promise<void>) {
   *   const faults = injectFaults(client);
   *   faults.on('Query', 'staleIndex');
   *   await run(); // queries of an index do not show what is written now
   *   faults.catchUpIndexes();
   * }
   * ```
   */
  catchUpIndexes(): void {
    this.#history.catchUp();
  }

  /** Removes all faults, ends a crash, empties `requests` and begins the random numbers again. */
  reset(): void {
    this.#rules = [];
    this.#requests = [];
    this.#invocations.clear();
    this.#requestCount = 0;
    this.#isCrashed = false;
    this.#random = seededRandom(this.seed);
    this.#history.catchUp();
  }

  /** Sends a request on, with the fault that it meets. */
  protected async exchange(request: WireRequest, send: SendOn): Promise<WireAnswer> {
    const fault = this.#faultOf(request);
    const observed: SendOn = async (body) => {
      const answer = await send(body);
      this.#history.observe(body === undefined ? request : { ...request, body }, answer);
      return answer;
    };
    return fault ? carryOut(fault, request, observed, this.#history) : observed();
  }

  #faultOf({ operation, invocation }: WireRequest): ParsedFault | undefined {
    const known = invocation === undefined ? undefined : this.#invocations.get(invocation);
    const count = known ?? { request: ++this.#requestCount, attempts: 0 };
    count.attempts++;
    if (invocation !== undefined) this.#invocations.set(invocation, count);
    const attempt = Object.freeze({
      request: count.request,
      attempt: count.attempts,
      operation,
    });
    const fault = this.#isCrashed ? parseFault('crashBefore') : this.#firstFault(attempt);
    this.#requests.push(Object.freeze({ ...attempt, ...(fault && { fault: fault.name }) }));
    if (fault?.name.startsWith('crash')) this.#isCrashed = true;
    return fault;
  }

  #firstFault(attempt: FaultedRequest): ParsedFault | undefined {
    for (const rule of this.#rules) {
      const fault = rule.fault(attempt);
      if (!fault) continue;
      rule.hits++;
      return fault;
    }
    return undefined;
  }

  #add(fault: Fault, times = 1, isMeant: (attempt: FaultedRequest) => boolean): InjectedFault {
    const parsed = parseFault(fault);
    if (times !== Infinity) assertInteger(times, 'times', 1, Number.MAX_SAFE_INTEGER);
    const rule = this.#addRule((attempt) => {
      if (!isMeant(attempt) || !isFaultOf(parsed.name, attempt.operation)) return undefined;
      rule.attempts++;
      return rule.hits < times ? parsed : undefined;
    });
    return rule;
  }

  #addRule(fault: Rule['fault']): Rule {
    const rule: Rule = {
      attempts: 0,
      hits: 0,
      fault,
      remove: () => {
        this.#rules = this.#rules.filter((each) => each !== rule);
      },
    };
    this.#rules.push(rule);
    return rule;
  }
}

/** The error of a process that is to be regarded as killed: nothing tries again. */
export function crashed(): TestingError {
  return new TestingError('Crashed', 'The process was killed by a fault: nothing is sent.');
}
