import { UNANSWERED, type OfSession, type Recorded, type Call, type Outcome } from './calls.js';

interface ModelAccount {
  /** Id, as soon as a result has told it. */
  id: string | null;
  password: string;
  isDeactivated: boolean;
  isDeleting: boolean;
}
interface ModelSession {
  of: string;
  isAlive: boolean;
  /** Current and previous token; null for one that nobody has seen. */
  current: string | null;
  previous: string | null;
  /**
   * End of the last call that ended all sessions but this one. A call of the session that began before
   * may be refused: it was let through with what the session was until then. Repeated, it succeeds.
   */
  carriedUntil: number;
}
interface ModelValue {
  of: string;
  kind: 'custom' | 'email' | 'link' | 'reset';
  email: string | null;
  /** The address that the new one replaces. */
  replaces: string | null;
  isOpen: boolean;
  /** Beginning of the call that made it. */
  madeAt: number;
  /** Tells that it may be revoked or not: the remedy was decided before the call began that made it. */
  isDoubtful: boolean;
}
interface ModelEmail {
  of: string;
  /** A lapsed claim may be taken over by others, or be refused to them still. */
  status: 'verified' | 'pending' | 'lapsed';
}

/** Everything that the calls of a history can tell about its accounts. Keys are numbers of calls. */
export interface ModelState {
  accounts: Record<string, ModelAccount>;
  usernames: Record<string, string>;
  emails: Record<string, ModelEmail>;
  identities: Record<string, string>;
  sessions: Record<string, ModelSession>;
  values: Record<string, ModelValue>;
}

/** A part of a call that happens at one moment. Deletions have several: names become free one by one. */
export interface Step {
  readonly name: 'all' | 'freeUsername' | 'freeEmails' | 'freeIdentities' | 'remove';
}

export const EMPTY: ModelState = {
  accounts: {},
  usernames: {},
  emails: {},
  identities: {},
  sessions: {},
  values: {},
};

/** Refusals that are always allowed, since limits are no part of the model. */
const LIMITS = new Set(['AccountLocked', 'TooManyRequests', 'TooManyTokens']);
const SESSION_ENDED = new Set(['InvalidSession', 'TokenVerificationFailed', 'UserNotFound']);

/** The moments of a call. */
export function stepsOf({ kind }: Call): readonly Step['name'][] {
  return kind === 'delete'
    ? ['all', 'freeUsername', 'freeEmails', 'freeIdentities', 'remove']
    : ['all'];
}

/**
 * Carries out one step of a call as one process alone would see it.
 *
 * @param at - number of the call.
 * @returns the states that can follow; none if the outcome is impossible in this state.
 */
export function applyStep(
  state: ModelState,
  step: Step['name'],
  recorded: Omit<Recorded, 'client'>,
): readonly ModelState[] {
  const { call, outcome } = recorded;
  if (outcome.code !== undefined && LIMITS.has(outcome.code)) return [state];
  const next = clone(state);
  const model = new Application(next, recorded, outcome);
  if (outcome.code === undefined) return model.succeeds(call, step) ? [next] : [];
  if (!UNANSWERED.has(outcome.code)) {
    if (step !== 'all') return [state];
    if (!model.isRefused(call, outcome.code)) return [];
    // Let through with a token that was good until then, and refused because the session was carried over.
    const wasCarriedOver =
      'session' in call && (state.sessions[call.session]?.carriedUntil ?? 0) > recorded.begin;
    return wasCarriedOver && SESSION_ENDED.has(outcome.code) ? [next, state] : [next];
  }
  const reused = clone(state);
  return [
    ...(new Application(next, recorded, undefined).succeeds(call, step) ? [next] : []),
    ...('session' in call && endReused(reused, call) ? [reused] : []),
    state,
  ];
}

/** Ends the session whose token comes back after it was replaced twice; false if this is no such token. */
function endReused({ sessions }: ModelState, { session: at, token }: OfSession): boolean {
  const session = sessions[at];
  if (!session || token === session.current || token === session.previous) return false;
  session.isAlive = false;
  return true;
}

function clone(state: ModelState): ModelState {
  const copy: Record<string, Record<string, unknown>> = {};
  for (const [name, records] of Object.entries(state as unknown as Record<string, object>)) {
    const copied = (copy[name] = {} as Record<string, unknown>);
    for (const [key, value] of Object.entries(records))
      copied[key] = typeof value === 'object' ? { ...(value as object) } : value;
  }
  return copy as unknown as ModelState;
}

/** One call in one state, which it changes. Without an outcome, nothing is known of its results. */
class Application {
  readonly #state: ModelState;
  readonly #at: string;
  readonly #begin: number;
  readonly #end: number;
  readonly #outcome: Outcome | undefined;

  constructor(
    state: ModelState,
    { at, begin, end }: Pick<Recorded, 'at' | 'begin' | 'end'>,
    outcome: Outcome | undefined,
  ) {
    this.#state = state;
    this.#at = String(at);
    this.#begin = begin;
    this.#end = end;
    this.#outcome = outcome;
  }

  /** Lets a call succeed; false if it cannot, or cannot have this result. */
  succeeds(call: Call, step: Step['name']): boolean {
    const { accounts, usernames, emails, identities, sessions, values } = this.#state;
    switch (call.kind) {
      case 'signUp': {
        if (call.name in usernames) return false;
        if (call.email !== undefined && this.#isTaken(call.email)) return false;
        accounts[this.#at] = {
          id: null,
          password: call.password,
          isDeactivated: false,
          isDeleting: false,
        };
        usernames[call.name] = this.#at;
        if (call.email !== undefined) {
          emails[call.email] = { of: this.#at, status: 'pending' };
          this.#makes({ of: this.#at, kind: 'email', email: call.email, replaces: null });
        }
        return this.#begins(this.#at);
      }
      case 'login': {
        const owner = this.#loginOwner(call.name);
        if (owner === undefined || accounts[owner]?.password !== call.password) return false;
        return this.#isUsable(owner) && this.#begins(owner);
      }
      case 'findUser': {
        const id = this.#outcome?.accountId;
        const owner = usernames[call.name];
        return id === null ? owner === undefined : owner !== undefined && this.#isOf(owner, id);
      }
      case 'findIdentity': {
        const id = this.#outcome?.accountId;
        const owner = identities[call.identity];
        return id === null ? owner === undefined : owner !== undefined && this.#isOf(owner, id);
      }
      case 'check': {
        const session = sessions[call.session];
        if (!session || !this.#isActive(session)) return false;
        if (call.token === session.previous) return this.#binds(session);
        return call.token === session.current && this.#isOf(session.of, this.#outcome?.accountId);
      }
      case 'refresh': {
        const session = sessions[call.session];
        if (!session || !this.#isActive(session)) return false;
        if (call.token === session.previous) return this.#binds(session);
        if (call.token !== session.current) return false;
        session.previous = session.current;
        session.current = this.#outcome?.token ?? null;
        return session.current !== session.previous;
      }
      case 'logout': {
        const session = sessions[call.session];
        if (session) session.isAlive = false;
        return session !== undefined;
      }
      case 'revokeOthers':
        return this.#byOwner(call.session, (owner) => this.#remedy(owner, call.session));
      case 'revokeAll':
        return this.#byOwner(call.session, (owner) => this.#remedy(owner));
      case 'deactivate':
        return this.#byOwner(call.session, (owner, account) => {
          account.isDeactivated = true;
          this.#endSessions(owner);
          this.#lapse(owner);
          return true;
        });
      case 'reactivate': {
        const owner = this.#ownerOf(call.accountId);
        const account = owner === undefined ? undefined : accounts[owner];
        if (owner === undefined || !account || account.isDeleting) return false;
        account.isDeactivated = false;
        this.#endSessions(owner);
        return true;
      }
      case 'delete':
        return this.#delete(call.session, step);
      case 'rename':
        return this.#byOwner(call.session, (owner) => {
          if ((usernames[call.name] ?? owner) !== owner) return false;
          this.#free(usernames, (each) => each === owner);
          usernames[call.name] = owner;
          return true;
        });
      case 'changePassword':
        return this.#byOwner(call.session, (owner, account) => {
          if (account.password !== call.current) return false;
          account.password = call.password;
          this.#remedy(owner);
          return this.#begins(owner);
        });
      case 'addEmail':
      case 'replaceEmail': {
        const replaced = 'newEmail' in call ? call.email : null;
        const email = 'newEmail' in call ? call.newEmail : call.email;
        return this.#byOwner(call.session, (owner) => {
          if (this.#isTaken(email)) return false;
          if (replaced !== null && emails[replaced]?.of !== owner) return false;
          emails[email] = { of: owner, status: 'pending' };
          this.#revokeValues(owner, ({ email: sentTo }) => sentTo === email);
          // An earlier replacement that still waits is canceled.
          for (const value of Object.values(values)) {
            if (replaced === null || value.of !== owner || value.replaces !== replaced) continue;
            if (!value.isOpen || value.email === null || value.email === email) continue;
            value.isOpen = false;
            if (emails[value.email]?.status !== 'verified')
              Reflect.deleteProperty(emails, value.email);
          }
          this.#makes({ of: owner, kind: 'email', email, replaces: replaced });
          return true;
        });
      }
      case 'verifyEmail':
        // Another account's session proves nothing: the reader of the mailbox did not sign up.
        if (sessions[call.session]?.of !== values[call.from]?.of) {
          return this.#outcome === undefined && this.#removesByToken(call.from);
        }
        return this.#byOwner(call.session, (owner) => {
          const value = values[call.from];
          if (!this.#isGood(value, 'email') || value.of !== owner || value.email === null) {
            return false;
          }
          const email = emails[value.email];
          if (email?.of !== owner) return false;
          value.isOpen = false;
          email.status = 'verified';
          if (value.replaces !== null && emails[value.replaces]?.of === owner) {
            if (emails[value.replaces]?.status === 'verified') {
              this.#endSessions(owner, call.session);
            }
            Reflect.deleteProperty(emails, value.replaces);
            this.#revokeValues(owner);
          }
          return true;
        });
      case 'removeEmail':
        return this.#byOwner(call.session, (owner) => {
          const email = emails[call.email];
          if (email?.of !== owner) return false;
          if (email.status === 'verified') this.#endSessions(owner, call.session);
          Reflect.deleteProperty(emails, call.email);
          this.#revokeValues(owner);
          return true;
        });
      case 'requestLink': {
        if (this.#outcome?.value === undefined) return true;
        const email = emails[call.email];
        if (email?.status !== 'verified') return false;
        this.#makes({ of: email.of, kind: 'link', email: call.email, replaces: null });
        return true;
      }
      case 'loginByLink': {
        const value = values[call.from];
        if (!this.#isGood(value, 'link') || !this.#isUsable(value.of)) return false;
        value.isOpen = false;
        return this.#begins(value.of);
      }
      case 'issue':
      case 'issueReset': {
        const owner = this.#ownerOf(call.accountId);
        if (owner === undefined) return false;
        const kind = call.kind === 'issue' ? 'custom' : 'reset';
        this.#makes({ of: owner, kind, email: null, replaces: null });
        return true;
      }
      case 'consume': {
        const value = values[call.from];
        if (!this.#isGood(value, 'custom') || !this.#isUsable(value.of)) return false;
        value.isOpen = false;
        return this.#isOf(value.of, this.#outcome?.accountId);
      }
      case 'reset': {
        const value = values[call.from];
        const account = value && accounts[value.of];
        // Also while the account is being deleted, which changes nothing for anybody.
        if (!this.#isGood(value, 'reset') || !account) return false;
        account.password = call.password;
        return this.#remedy(value.of);
      }
      case 'addIdentity': {
        const owner = this.#ownerOf(call.accountId);
        if (owner === undefined || call.identity in identities) return false;
        if (!this.#isUsable(owner)) return false;
        identities[call.identity] = owner;
        return true;
      }
      case 'removeIdentity':
        return this.#byOwner(call.session, (owner) => {
          if (identities[call.identity] !== owner) return false;
          Reflect.deleteProperty(identities, call.identity);
          this.#endSessions(owner, call.session);
          this.#revokeValues(owner);
          return true;
        });
    }
  }

  /**
   * Tells whether a call can be refused with this code. A refused call has not happened, but for what its
   * refusal says: a token that comes back ends its session, and `EmailRemoved` removes the address.
   */
  isRefused(call: Call, code: string): boolean {
    const { accounts, usernames, emails, identities, sessions, values } = this.#state;
    switch (code) {
      case 'UsernameAlreadyExists':
        return 'name' in call && call.name in usernames;
      case 'EmailAlreadyExists': {
        const email = 'newEmail' in call ? call.newEmail : 'email' in call && call.email;
        return typeof email === 'string' && email in emails;
      }
      case 'IdentityAlreadyExists':
        return call.kind === 'addIdentity' && call.identity in identities;
      case 'ContactNotFound':
        if ('identity' in call) {
          return 'session' in call && identities[call.identity] !== sessions[call.session]?.of;
        }
        return 'session' in call && 'email' in call && !this.#has(call.session, call.email);
      case 'EmailRemoved':
        return (
          call.kind === 'verifyEmail' &&
          sessions[call.session]?.of !== values[call.from]?.of &&
          this.#removesByToken(call.from)
        );
      case 'EmailAlreadyVerified':
        return call.kind === 'verifyEmail' && values[call.from]?.isOpen === false;
      case 'LastLoginMethod':
        return call.kind === 'removeEmail' || call.kind === 'removeIdentity';
      case 'AccountDeactivated':
        return Object.values(accounts).some((each) => each.isDeactivated || each.isDeleting);
      case 'LoginFailed': {
        if (call.kind === 'changePassword') {
          const session = sessions[call.session];
          return !session || accounts[session.of]?.password !== call.current;
        }
        const owner = call.kind === 'login' ? this.#loginOwner(call.name) : undefined;
        if (call.kind !== 'login') return false;
        return (
          owner === undefined || accounts[owner]?.password !== call.password || this.#isGoing(owner)
        );
      }
      default:
        break;
    }
    if (!SESSION_ENDED.has(code)) return false;
    if ('session' in call) {
      const session = sessions[call.session];
      if (!session || !this.#isActive(session)) return true;
      if (call.token !== session.current && call.token !== session.previous) {
        // A token that comes back ends the session.
        session.isAlive = false;
        return true;
      }
      if (session.carriedUntil > this.#begin) return true;
      if (call.kind !== 'verifyEmail') return false;
      const value = values[call.from];
      if (!this.#isGood(value, 'email') || value.isDoubtful) return true;
      return emails[value.email ?? '']?.of !== value.of;
    }
    if ('from' in call) {
      const value = values[call.from];
      if (!value?.isOpen || value.isDoubtful || !(value.of in accounts) || this.#isGoing(value.of))
        return true;
      return value.kind === 'link' && !this.#isVerifiedOf(value);
    }
    if (!('accountId' in call)) return false;
    const account = Object.values(accounts).find(({ id }) => id === call.accountId);
    return !account || account.isDeleting;
  }

  /** Deletes: first nobody gets in, then what was the account's becomes free, each for itself. */
  #delete(session: number, step: Step['name']): boolean {
    const { accounts, usernames, emails, identities } = this.#state;
    if (step === 'all') {
      return this.#byOwner(session, (owner, account) => {
        account.isDeleting = true;
        this.#endSessions(owner);
        return true;
      });
    }
    const owner = this.#state.sessions[session]?.of;
    const account = owner === undefined ? undefined : accounts[owner];
    if (owner === undefined || account?.isDeleting !== true) return this.#outcome !== undefined;
    if (step === 'freeUsername') this.#free(usernames, (each) => each === owner);
    if (step === 'freeEmails') this.#free(emails, (each) => each.of === owner);
    if (step === 'freeIdentities') this.#free(identities, (each) => each === owner);
    if (step === 'remove') this.#revokeValues(owner);
    return true;
  }

  /** Lets the reader of a mailbox remove its address from an account that is not theirs. */
  #removesByToken(from: number): boolean {
    const value = this.#state.values[from];
    if (!this.#isGood(value, 'email') || value.email === null) return false;
    if (this.#state.emails[value.email]?.of !== value.of) return false;
    // What was sent elsewhere stays good: the address was never the account's.
    this.#revokeValues(value.of, ({ email }) => email === value.email);
    Reflect.deleteProperty(this.#state.emails, value.email);
    return true;
  }

  #free<T>(record: Record<string, T>, isOwn: (value: T) => boolean): void {
    for (const [name, value] of Object.entries(record))
      if (isOwn(value)) Reflect.deleteProperty(record, name);
  }

  /** Runs an owner's change; false if the session is not alive. */
  #byOwner(session: number, change: (owner: string, account: ModelAccount) => boolean): boolean {
    const found = this.#state.sessions[session];
    const account = found && this.#state.accounts[found.of];
    if (!found || !account || !this.#isActive(found)) return false;
    return change(found.of, account);
  }

  #loginOwner(name: string): string | undefined {
    const email = this.#state.emails[name];
    if (email) return email.status === 'verified' ? email.of : undefined;
    return this.#state.usernames[name];
  }

  #isTaken(email: string): boolean {
    const held = this.#state.emails[email];
    return held !== undefined && held.status !== 'lapsed';
  }

  #has(session: number, email: string): boolean {
    const held = this.#state.emails[email];
    return (
      held !== undefined &&
      held.of === this.#state.sessions[session]?.of &&
      held.status !== 'lapsed'
    );
  }

  #isUsable(owner: string): boolean {
    const account = this.#state.accounts[owner];
    return account !== undefined && !account.isDeactivated && !account.isDeleting;
  }

  #isGoing(owner: string): boolean {
    return this.#state.accounts[owner]?.isDeleting === true;
  }

  #isActive({ of, isAlive }: ModelSession): boolean {
    return isAlive && this.#isUsable(of);
  }

  #isGood(value: ModelValue | undefined, kind: ModelValue['kind']): value is ModelValue {
    if (value?.kind !== kind || !value.isOpen) return false;
    return kind !== 'link' || this.#isVerifiedOf(value);
  }

  #isVerifiedOf({ of, email }: ModelValue): boolean {
    const held = this.#state.emails[email ?? ''];
    return held?.of === of && held.status === 'verified';
  }

  #ownerOf(accountId: string): string | undefined {
    const { accounts } = this.#state;
    return Object.keys(accounts).find((key) => accounts[key]?.id === accountId);
  }

  /** Compares an account's id with that of a result, or learns it. */
  #isOf(owner: string, id: string | null | undefined): boolean {
    const account = this.#state.accounts[owner];
    if (!account || id === null) return false;
    if (id === undefined) return true;
    const isOthers = Object.values(this.#state.accounts).some(
      (each) => each !== account && each.id === id,
    );
    account.id ??= id;
    return account.id === id && !isOthers;
  }

  /** Begins a session. */
  #begins(of: string): boolean {
    if (this.#outcome === undefined) return true;
    const { token = null, accountId } = this.#outcome;
    this.#state.sessions[this.#at] = {
      of,
      isAlive: true,
      current: token,
      previous: null,
      carriedUntil: 0,
    };
    return this.#isOf(of, accountId);
  }

  /** Compares the token that a replaced one is answered with: every caller gets the same. */
  #binds(session: ModelSession): boolean {
    const token = this.#outcome?.token;
    if (token === undefined) return true;
    session.current ??= token;
    return session.current === token;
  }

  #makes(value: Omit<ModelValue, 'isOpen' | 'madeAt' | 'isDoubtful'>): void {
    if (this.#outcome?.value === undefined) return;
    const made = { isOpen: true, madeAt: this.#begin, isDoubtful: false };
    this.#state.values[this.#at] = { ...value, ...made };
  }

  /** Ends all sessions but one, and revokes everything that is pending. */
  #remedy(owner: string, except?: number): true {
    this.#endSessions(owner, except);
    this.#revokeValues(owner);
    this.#lapse(owner);
    return true;
  }

  #endSessions(owner: string, except?: number): void {
    for (const [key, session] of Object.entries(this.#state.sessions)) {
      if (session.of !== owner) continue;
      if (key === String(except)) session.carriedUntil = this.#end;
      else session.isAlive = false;
    }
  }

  #revokeValues(owner: string, isMeant: (value: ModelValue) => boolean = () => true): void {
    for (const value of Object.values(this.#state.values)) {
      if (value.of !== owner || !isMeant(value)) continue;
      if (value.madeAt > this.#begin) value.isDoubtful = true;
      else value.isOpen = false;
    }
  }

  #lapse(owner: string): void {
    for (const email of Object.values(this.#state.emails)) {
      if (email.of === owner && email.status === 'pending') email.status = 'lapsed';
    }
  }
}
