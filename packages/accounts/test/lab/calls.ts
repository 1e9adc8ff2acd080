/** One call of a history, without what its client learned; names and values are those of the history. */
export type Call =
  | {
      readonly kind: 'signUp';
      readonly name: string;
      readonly email?: string;
      readonly password: string;
    }
  | { readonly kind: 'login'; readonly name: string; readonly password: string }
  | { readonly kind: 'findUser'; readonly name: string }
  | ({ readonly kind: 'check' | 'refresh' | 'logout' } & OfSession)
  | ({ readonly kind: 'revokeOthers' | 'revokeAll' | 'deactivate' | 'delete' } & OfSession)
  | ({ readonly kind: 'rename'; readonly name: string } & OfSession)
  | ({
      readonly kind: 'changePassword';
      readonly current: string;
      readonly password: string;
    } & OfSession)
  | ({ readonly kind: 'addEmail' | 'removeEmail'; readonly email: string } & OfSession)
  | ({
      readonly kind: 'replaceEmail';
      readonly email: string;
      readonly newEmail: string;
    } & OfSession)
  | ({ readonly kind: 'verifyEmail' } & OfSession & OfValue)
  | { readonly kind: 'requestLink'; readonly email: string }
  | ({ readonly kind: 'loginByLink' | 'consume' } & OfValue)
  | ({ readonly kind: 'reset'; readonly password: string } & OfValue)
  | ({ readonly kind: 'loginByCode'; readonly challenge: string } & OfValue)
  | ({ readonly kind: 'enrolTotp' } & OfSession & Partial<OfCode>)
  | ({ readonly kind: 'confirmTotp'; readonly step: number } & OfSession & OfValue)
  | ({ readonly kind: 'loginByTotp' } & OfValue & OfCode)
  | ({
      readonly kind: 'loginByRecoveryCode';
      readonly codesFrom: number;
      readonly index: number;
      readonly code: string;
    } & OfValue)
  | ({ readonly kind: 'disableTotp' } & OfSession & OfCode)
  | {
      readonly kind: 'issue' | 'issueReset' | 'reactivate' | 'resetTwoFactor';
      readonly accountId: string;
    }
  | { readonly kind: 'addIdentity'; readonly accountId: string; readonly identity: string }
  | ({ readonly kind: 'removeIdentity'; readonly identity: string } & OfSession)
  | { readonly kind: 'findIdentity'; readonly identity: string };

/** A session: number of the call that began it, and the token that is presented. */
export interface OfSession {
  readonly session: number;
  readonly token: string;
}
/** A one-time value: number of the call that made it. */
interface OfValue {
  readonly from: number;
  readonly value: string;
}
/** A code of an authenticator: number of the call that enrolled it, its secret, and the step from now. */
export interface OfCode {
  readonly secretFrom: number;
  readonly secret: string;
  readonly step: number;
}

/** How a call ended. A code of {@link UNANSWERED} says nothing of whether it has happened. */
export interface Outcome {
  /** Code of the error; undefined for success. */
  readonly code?: string;
  readonly accountId?: string | null;
  /** Token of a session. */
  readonly token?: string;
  /** A one-time value, or the secret of an authenticator, as it was returned or sent. */
  readonly value?: string;
  /** The code that was sent beside the link, and the challenge that it is good with. */
  readonly sentCode?: string;
  readonly challenge?: string;
  readonly recoveryCodes?: readonly string[];
}

/** A call with its result and its time, in steps of the one clock of its history. */
export interface Recorded {
  /** Number of the call, from 0, by which others name it. */
  readonly at: number;
  readonly client: number;
  readonly call: Call;
  readonly outcome: Outcome;
  readonly begin: number;
  readonly end: number;
}

/** Codes of calls that may have happened or not. */
export const UNANSWERED: ReadonlySet<string> = new Set(['ServiceUnavailable', 'TooBusy']);

/** Writes a history as text: one line for each call, secrets shortened. */
export function historyText(history: readonly Recorded[]): string {
  return history
    .map(({ at, client, call, outcome, begin, end }) => {
      const shown = (value: object): string =>
        Object.entries(value)
          .filter(([name]) => name !== 'kind')
          .map(([name, each]) => `${name}=${shorten(each)}`)
          .join(' ');
      const result = outcome.code ?? `ok ${shown(outcome)}`.trim();
      return `#${String(at)} client ${String(client)} [${String(begin)}-${String(end)}] ${call.kind} ${shown(call)} -> ${result}`;
    })
    .join('\n');
}

function shorten(value: unknown): string {
  const text = String(value);
  return text.length > 20 ? `…${text.slice(-6)}` : text;
}
