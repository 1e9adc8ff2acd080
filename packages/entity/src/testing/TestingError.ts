/** Codes of the errors of `@latchkey/entity/testing`. */
export type TestingErrorCode =
  | 'JavaMissing'
  | 'JavaTooOld'
  | 'PeerMissing'
  | 'PortInUse'
  | 'StartFailed'
  | 'EndpointMissing'
  | 'InvalidInput'
  | 'Crashed';

/**
 * Error class of `@latchkey/entity/testing`; `code` gives the reason.
 *
 * @example
 * ```ts
 * import { startDynamoDBLocal, TestingError } from '@latchkey/entity/testing';
 *
 * const local = await startDynamoDBLocal().catch((error: unknown) => {
 *   if (error instanceof TestingError && error.code === 'JavaMissing') return undefined;
 *   throw error;
 * });
 * await local?.stop();
 * ```
 */
export class TestingError extends Error {
  override readonly name = 'TestingError';

  /** Stable across releases, unlike the message. */
  readonly code: TestingErrorCode;

  /**
   * @param code - Why it failed.
   * @param message - What happened and what to do, for a person.
   * @param options - `cause`: the error underneath; none by default.
   */
  constructor(code: TestingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Returns the error for an argument that cannot be used. */
export function invalidInput(problem: string): TestingError {
  return new TestingError('InvalidInput', `${problem}.`);
}
