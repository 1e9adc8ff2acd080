import {
  accountErrorCodes,
  type AccountErrorCode,
  type AccountErrorDetails,
} from './accountErrorCodes.js';
import type { AccountErrorEntry } from './errorEntry.js';

// From the global registry, so that the ESM and the CJS copy of the package know each other's errors.
const brand = Symbol.for('@latchkey/accounts/AccountError');

/** Any error of this package, as a union that `code` narrows. */
export type AnyAccountError = { [C in AccountErrorCode]: AccountError<C> }[AccountErrorCode];

/** JSON form of an error, without its stack and cause. */
export interface AccountErrorJson<C extends AccountErrorCode = AccountErrorCode> {
  readonly code: C;
  readonly status: number;
  readonly message: string;
  readonly details: Readonly<AccountErrorDetails[C]>;
}

/** Options of an {@link AccountError}, besides its code and details. */
export interface AccountErrorOptions extends ErrorOptions {
  readonly challenge?: string;
  /**
   * Status and message of a code that the core's table does not have.
   *
   * @internal
   */
  readonly entry?: AccountErrorEntry;
}

/** An error with a secret that can be read of it, and that nothing shows. */
class ErrorWithChallenge extends Error {
  // With `showHidden` and `getters`, `inspect` calls the getters of every class that an object is of,
  // up to the first with the name of a built-in one.
  static override readonly name: string = 'Error';

  readonly #challenge: string | undefined;

  constructor(message: string, { challenge, cause }: AccountErrorOptions = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.#challenge = challenge;
  }

  /**
   * With `TwoFactorRequired` and `TwoFactorEnrolmentRequired`: a secret for the client, which
   * continues the login. Logs, `inspect` and `JSON.stringify` do not show it.
   */
  get challenge(): string | undefined {
    return this.#challenge;
  }
}

/**
 * Error class of this package, with a stable `code`, an HTTP `status`, and `details` whose shape
 * follows from the code.
 *
 * @example
 * ```ts
 * import { AccountError } from '@latchkey/accounts';
 *
 * export function toHttp(error: unknown): { status: number; body: string } {
 *   if (!AccountError.is(error)) throw error;
 *   if (error.code === 'InvalidInput') {
 *     return { status: error.status, body: `Please check ${error.details.path}.` };
 *   }
 *   return { status: error.status, body: JSON.stringify(error) };
 * }
 * ```
 */
export class AccountError<
  C extends AccountErrorCode = AccountErrorCode,
> extends ErrorWithChallenge {
  override readonly name: string = 'AccountError';
  /** The kind of the error; it determines the shape of `details`. */
  readonly code: C;
  /** The HTTP status that a web application would answer with. */
  readonly status: number;
  /** Details of the error, by its code; never a secret. */
  readonly details: Readonly<AccountErrorDetails[C]>;
  /** The message without what only whoever configures the library is to read. */
  readonly #sentence: string;

  /**
   * @param code - The kind of failure; it determines `status` and the message.
   * @param details - The details for the code. Never a value that a caller sent.
   * @param options - `cause`: the error behind this one. It is kept, but not shown by `toJSON`.
   *   `challenge`: the secret that continues a login.
   */
  constructor(code: C, details: AccountErrorDetails[C], options?: AccountErrorOptions) {
    const { status, message } =
      options?.entry ?? accountErrorCodes[code as keyof typeof accountErrorCodes];
    super(messageOf(message, code, details), options);
    this.code = code;
    this.status = status;
    this.#sentence = message;
    this.details = Object.freeze({ ...details });
    Object.defineProperty(this, brand, { value: true });
  }

  /**
   * Tells whether a caught value is an error of this package, including other copies of the
   * package.
   *
   * @param value - Anything.
   */
  static is(value: unknown): value is AnyAccountError {
    return typeof value === 'object' && value !== null && brand in value;
  }

  /**
   * Returns the parts that may leave the server: code, status, message and details.
   *
   * @example
   * ```ts
   * import { AccountError } from '@latchkey/accounts';
   *
   * export async function example() {
   *   const error = new AccountError('UserNotFound', {});
   *   console.log(JSON.stringify(error)); // its code, message, status and details
   * }
   * ```
   */
  toJSON(): AccountErrorJson<C> {
    const { code, status, details } = this;
    return { code, status, message: this.#sentence, details };
  }
}

/** The code's sentence; who has to correct a configuration also reads which option, and how. */
function messageOf<C extends AccountErrorCode>(
  sentence: string,
  code: C,
  details: AccountErrorDetails[C],
): string {
  if (code !== 'InvalidConfiguration') return sentence;
  const { path, reason } = details as AccountErrorDetails['InvalidConfiguration'];
  return `${sentence.slice(0, -1)} (${path}): ${reason}`;
}
