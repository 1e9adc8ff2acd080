/** Status and sentence of every refusal that only the console has. */
const CONSOLE_ERRORS = {
  ForeignRequest: [403, 'Only the page of the console may send requests to it.'],
  TokenRefused: [401, 'The link was used before, has expired, or is not complete.'],
  SignedOut: [401, 'Open the link that the command has printed.'],
  ReadOnly: [403, 'The console was started without --write and changes nothing.'],
  ConfirmationRefused: [409, 'The confirmation was used before or has expired.'],
  SessionNotFound: [404, 'The account has no such session.'],
  NotOffered: [404, 'The application does not offer this.'],
} as const;

/** The code of a refusal that only the console has. */
export type ConsoleErrorCode = keyof typeof CONSOLE_ERRORS;

/** A request that the console refuses; nothing was read or written for it. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  readonly code: ConsoleErrorCode;
  readonly status: number;

  constructor(code: ConsoleErrorCode) {
    const [status, message] = CONSOLE_ERRORS[code];
    super(message);
    this.code = code;
    this.status = status;
  }
}
