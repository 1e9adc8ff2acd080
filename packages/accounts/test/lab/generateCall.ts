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
  requestLink: 3,
  loginByLink: 5,
  consume: 6,
  reset: 4,
  issue: 4,
  issueReset: 2,
  reactivate: 1,
  addIdentity: 3,
  removeIdentity: 1,
  findIdentity: 2,
};
const KINDS = Object.entries(WEIGHTS).flatMap(([kind, weight]) =>
  Array.from({ length: weight }, () => kind as Call['kind']),
);

/** Draws the next call of a client, from what all clients have learned so far. */
export function generateCall(random: () => number, begun: readonly BegunCall[]): Call {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const isFirst = !begun.some(({ outcome }) => outcome?.token !== undefined);
  for (let attempt = isFirst ? 19 : 0; attempt < 20; attempt++) {
    const kind = isFirst ? pick(['signUp', 'signUp', 'login'] as const) : pick(KINDS);
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
  switch (kind) {
    case 'signUp':
      return { kind, name, password, ...(pick([true, false]) === true && { email }) };
    case 'login':
      return {
        kind,
        name: pick([name, name, email]) ?? name,
        password: knownPassword(begun, pick),
      };
    case 'findUser':
      return { kind, name };
    case 'requestLink':
      return { kind, email };
    case 'findIdentity':
      return { kind, identity };
    case 'issue':
    case 'issueReset':
    case 'reactivate':
      return accountId === undefined ? undefined : { kind, accountId };
    case 'addIdentity':
      return accountId === undefined ? undefined : { kind, accountId, identity };
    case 'loginByLink':
    case 'consume':
      return value && { kind, ...value };
    case 'reset':
      return value && { kind, ...value, password };
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
    verifyEmail: ['addEmail', 'replaceEmail', 'signUp'],
  };
  return begun.flatMap(({ call, outcome }, from) =>
    outcome?.value !== undefined && makers[kind]?.includes(call.kind)
      ? { from, value: outcome.value }
      : [],
  );
}
