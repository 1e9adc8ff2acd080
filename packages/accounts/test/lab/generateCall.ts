import type { Call, Outcome } from './calls.js';

/** A call that has begun, with its outcome once it has ended. */
export interface BegunCall {
  readonly call: Call;
  readonly outcome: Outcome | undefined;
}

const NAMES = ['ada', 'bob'];
const EMAILS = ['ada@example.com', 'bob@example.com'];
const IDENTITIES = ['1001', '1002'];
const PASSWORDS = ['first horse battery', 'second horse battery', 'third horse battery'];

/** The subject of a history: the calls that begin it, one after the other, and how often kinds are drawn then. */
export interface Theme {
  readonly prelude: readonly Call['kind'][];
  readonly weights: Readonly<Partial<Record<Call['kind'], number>>>;
}

/** Subjects, of which each history has one: what is rare among all calls is frequent there. */
export const THEMES: readonly Theme[] = [
  { prelude: [], weights: {} },
  {
    prelude: ['signUp', 'verifyEmail'],
    weights: { signUp: 1, requestLink: 10, loginByLink: 10, loginByCode: 10 },
  },
  {
    prelude: ['signUp', 'enrolTotp', 'confirmTotp', 'login'],
    weights: {
      signUp: 1,
      login: 14,
      loginByTotp: 16,
      loginByRecoveryCode: 14,
      confirmTotp: 8,
      rename: 1,
    },
  },
];

/** How often each kind is drawn. */
const WEIGHTS: Readonly<Record<Call['kind'], number>> = {
  signUp: 4,
  login: 6,
  findUser: 2,
  check: 8,
  refresh: 5,
  logout: 3,
  revokeOthers: 2,
  revokeAll: 2,
  deactivate: 1,
  delete: 2,
  rename: 4,
  changePassword: 3,
  addEmail: 4,
  removeEmail: 2,
  replaceEmail: 2,
  verifyEmail: 6,
  requestLink: 4,
  loginByLink: 4,
  loginByCode: 4,
  enrolTotp: 4,
  confirmTotp: 6,
  loginByTotp: 7,
  loginByRecoveryCode: 5,
  disableTotp: 2,
  resetTwoFactor: 1,
  consume: 6,
  reset: 4,
  issue: 4,
  issueReset: 2,
  reactivate: 1,
  addIdentity: 3,
  removeIdentity: 1,
  findIdentity: 2,
};
const kindsOf = ({ weights }: Theme): readonly Call['kind'][] =>
  Object.entries({ ...WEIGHTS, ...weights }).flatMap(([kind, weight]) =>
    Array.from({ length: weight }, () => kind as Call['kind']),
  );

/** Draws the next call of the prelude of a history; undefined if it cannot be. */
export function generatePrelude(
  random: () => number,
  begun: readonly BegunCall[],
  kind: Call['kind'],
): Call | undefined {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const call = complete(kind, pick, begun);
  return call?.kind === 'signUp' ? { ...call, email: pick(EMAILS) ?? '' } : call;
}

/** Draws the next call of a client, from what all clients have learned so far. */
export function generateCall(
  random: () => number,
  begun: readonly BegunCall[],
  theme: Theme,
): Call {
  const kinds = kindsOf(theme);
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const isFirst = !begun.some(({ outcome }) => outcome?.token !== undefined);
  for (let attempt = isFirst ? 19 : 0; attempt < 20; attempt++) {
    const kind = isFirst ? pick(['signUp', 'signUp', 'login'] as const) : pick(kinds);
    const call = complete(kind ?? 'login', pick, begun);
    if (call) return call;
  }
  return { kind: 'signUp', name: pick(NAMES) ?? 'ada', password: pick(PASSWORDS) ?? '' };
}

function complete(
  kind: Call['kind'],
  pick: <T>(from: readonly T[]) => T | undefined,
  begun: readonly BegunCall[],
): Call | undefined {
  const name = pick(NAMES) ?? '';
  const email = pick(EMAILS) ?? '';
  const identity = pick(IDENTITIES) ?? '';
  const password = pick(PASSWORDS) ?? '';
  const sessions = sessionsOf(begun);
  // Mostly one of the newest: older ones have ended more often than not.
  const session = pick(pick([true, true, true, false]) === true ? sessions.slice(-3) : sessions);
  const accountId = pick(begun.flatMap(({ outcome }) => outcome?.accountId ?? []));
  const value = pick(valuesOf(begun, kind).slice(-2));
  // A secret that was confirmed by an early step has later ones left.
  const secret = pick(confirmedSecrets(begun).slice(-2));
  const code = secret && { ...secret, step: pick([-1, 0, 0, 1, 1]) ?? 0 };
  switch (kind) {
    case 'signUp':
      return { kind, name, password, ...(pick([true, false]) === true && { email }) };
    case 'login': {
      const known = {
        name: pick([name, name, email]) ?? name,
        password: knownPassword(begun, pick),
      };
      const signedUp = pick(begun.flatMap(({ call }) => (call.kind === 'signUp' ? call : [])));
      const given = pick([signedUp, signedUp, known]) ?? known;
      return { kind, name: given.name, password: given.password };
    }
    case 'findUser':
      return { kind, name };
    case 'requestLink':
      return { kind, email };
    case 'findIdentity':
      return { kind, identity };
    case 'issue':
    case 'issueReset':
    case 'reactivate':
    case 'resetTwoFactor':
      return accountId === undefined ? undefined : { kind, accountId };
    case 'addIdentity':
      return accountId === undefined ? undefined : { kind, accountId, identity };
    case 'loginByLink':
    case 'consume':
      return value && { kind, ...value };
    case 'loginByCode':
      return codeLogin(begun, pick);
    case 'reset':
      return value && { kind, ...value, password };
    case 'enrolTotp':
      return session && { kind, ...session, ...pick([code, code, undefined]) };
    case 'confirmTotp': {
      // Mostly in the session that enrolled it.
      const made = value && begun[value.from]?.call;
      const own = sessions.filter(
        (each) => made && 'session' in made && each.session === made.session,
      );
      const shown = pick([own.at(-1), own.at(-1), session]) ?? session;
      return value && shown && { kind, ...value, ...shown, step: pick([-1, -1, 0]) ?? 0 };
    }
    case 'loginByTotp':
      return value && code && { kind, ...value, ...code };
    case 'loginByRecoveryCode': {
      const codes = pick(begun.flatMap((each, at) => recoveryCodesOf(each, at)).slice(-4));
      return value && codes && { kind, ...value, ...codes };
    }
    case 'disableTotp':
      return session && code && { kind, ...session, ...code };
    case 'verifyEmail': {
      // Mostly in a session of the account that added the address.
      const made = value && begun[value.from]?.call;
      const owner = made && ('session' in made ? made.session : value.from);
      const own = sessions.filter((each) => each.session === owner).at(-1);
      const shown = pick([own, own, own, session]) ?? session;
      return value && shown && { kind, ...value, ...shown };
    }
    case 'rename':
      return session && { kind, ...session, name };
    case 'changePassword':
      return session && { kind, ...session, current: knownPassword(begun, pick), password };
    case 'addEmail':
    case 'removeEmail':
      return session && { kind, ...session, email };
    case 'replaceEmail':
      return (
        session && {
          kind,
          ...session,
          email,
          newEmail: EMAILS.find((each) => each !== email) ?? '',
        }
      );
    case 'removeIdentity':
      return session && { kind, ...session, identity };
    default:
      return session && { kind, ...session };
  }
}

/** A password that may be right. */
function knownPassword(
  begun: readonly BegunCall[],
  pick: <T>(from: readonly T[]) => T | undefined,
): string {
  const given = begun.flatMap(({ call }) =>
    call.kind === 'signUp' || call.kind === 'changePassword' || call.kind === 'reset'
      ? call.password
      : [],
  );
  return pick(given.slice(-3)) ?? PASSWORDS[0] ?? '';
}

/** Every session with every token that it had; the newer ones more often. */
function sessionsOf(
  begun: readonly BegunCall[],
): readonly { readonly session: number; readonly token: string }[] {
  return begun.flatMap(({ call, outcome }, at) => {
    if (outcome?.token === undefined) return [];
    const { token } = outcome;
    const session = call.kind === 'refresh' ? call.session : at;
    const found = { session, token };
    return call.kind === 'refresh' ? [found, found, found] : [found];
  });
}

/** The one-time values that a call of this kind can present. */
function valuesOf(
  begun: readonly BegunCall[],
  kind: Call['kind'],
): readonly { readonly from: number; readonly value: string }[] {
  const makers: Partial<Record<Call['kind'], readonly Call['kind'][]>> = {
    consume: ['issue'],
    reset: ['issueReset'],
    loginByLink: ['requestLink'],
    confirmTotp: ['enrolTotp'],
    loginByTotp: ['login', 'loginByLink', 'loginByCode'],
    loginByRecoveryCode: ['login', 'loginByLink', 'loginByCode'],
    verifyEmail: ['addEmail', 'replaceEmail', 'signUp'],
  };
  return begun.flatMap(({ call, outcome }, from) =>
    outcome?.value !== undefined && makers[kind]?.includes(call.kind)
      ? { from, value: outcome.value }
      : [],
  );
}

/** A login by a code that was sent, with its own challenge. */
function codeLogin(
  begun: readonly BegunCall[],
  pick: <T>(from: readonly T[]) => T | undefined,
): Call | undefined {
  const sent = begun.flatMap(({ outcome }, from) => {
    const { sentCode: value, challenge } = outcome ?? {};
    return value === undefined || challenge === undefined ? [] : [{ from, value, challenge }];
  });
  const shown = pick(sent.slice(-2));
  return shown && { kind: 'loginByCode', ...shown };
}

/** The secrets of authenticators that were confirmed. */
function confirmedSecrets(
  begun: readonly BegunCall[],
): readonly { readonly secretFrom: number; readonly secret: string }[] {
  return begun.flatMap(({ call, outcome }) =>
    call.kind === 'confirmTotp' && outcome?.recoveryCodes
      ? { secretFrom: call.from, secret: call.value }
      : [],
  );
}

/** Two of the recovery codes of a call, so that they are shown more than once. */
function recoveryCodesOf(
  { outcome }: BegunCall,
  codesFrom: number,
): readonly { readonly codesFrom: number; readonly index: number; readonly code: string }[] {
  const codes = outcome?.recoveryCodes ?? [];
  return codes.slice(0, 2).map((code, index) => ({ codesFrom, index, code }));
}
