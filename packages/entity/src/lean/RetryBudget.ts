import { randomFraction } from '../table/random.js';
import type { ResponseMetadata } from './serviceError.js';

/** An error, as far as it tells whether another attempt is worth it. */
export interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly cause?: unknown;
  readonly $retryable?: { readonly throttling?: boolean };
  readonly $metadata?: Partial<ResponseMetadata>;
}

const THROTTLING = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);
const TRANSIENT =
  /^(?:TimeoutError|RequestTimeout|RequestTimeoutException|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const STATUSES: ReadonlySet<number | undefined> = new Set([500, 502, 503, 504]);
const CAPACITY = 500;
const COST = { transient: 14, throttling: 5 };
const BASE_MS = { transient: 25, throttling: 1000 };
const MAX_DELAY_MS = 20_000;

/** A decision to try again. */
export interface Retry {
  readonly delayMs: number;
  /** Capacity that it has cost, and that a success gives back. */
  readonly cost: number;
}

/**
 * The SDK's standard mode for DynamoDB: which errors are worth another attempt, how long to wait
 * (exponential, with full jitter), and a token bucket for all requests of a client, so that an outage
 * does not multiply them (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
 */
export class RetryBudget {
  #capacity = CAPACITY;

  /**
   * Takes capacity for another attempt.
   *
   * @param attempts - attempts until now.
   * @param random - a random number from 0 to 1.
   * @returns undefined if there is to be none.
   */
  take(error: Failure, attempts: number, random: number = randomFraction()): Retry | undefined {
    const kind = isThrottling(error) ? 'throttling' : isTransient(error) ? 'transient' : undefined;
    if (kind === undefined || this.#capacity < COST[kind]) return undefined;
    const cost = COST[kind];
    this.#capacity -= cost;
    const most = Math.min(BASE_MS[kind] * 2 ** (attempts - 1), MAX_DELAY_MS);
    return { delayMs: Math.floor(random * most), cost };
  }

  /** Gives capacity back after a success: what the last attempt has cost, or a little. */
  giveBack(cost = 1): void {
    this.#capacity = Math.min(CAPACITY, this.#capacity + cost);
  }
}

function isThrottling({ name = '', $metadata, $retryable }: Failure): boolean {
  return (
    $metadata?.httpStatusCode === 429 || THROTTLING.has(name) || $retryable?.throttling === true
  );
}

function isTransient(error: Failure): boolean {
  const { name = '', message = '', code = '', cause, $metadata, $retryable } = error;
  if (name === 'AbortError') return false;
  return (
    $retryable !== undefined ||
    $metadata?.clockSkewCorrected === true ||
    (name === 'InvalidSignatureException' && message.includes('Signature expired')) ||
    TRANSIENT.test(name) ||
    TRANSIENT.test(code) ||
    STATUSES.has($metadata?.httpStatusCode) ||
    (typeof cause === 'object' && cause !== null && isTransient(cause))
  );
}
