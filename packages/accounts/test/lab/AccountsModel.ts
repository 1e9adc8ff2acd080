import type { Call, Outcome, Recorded } from './calls.js';
import type { ModelAccount, ModelSession, ModelState, ModelValue, Step } from './ModelState.js';

/** One call in one state, which it changes. Without an outcome, nothing is known of its results. */
export class AccountsModel {
  readonly state: ModelState;
  readonly at: string;
  readonly begin: number;
  readonly end: number;
  readonly outcome: Outcome | undefined;

  constructor(
    state: ModelState,
    { at, begin, end }: Pick<Recorded, 'at' | 'begin' | 'end'>,
    outcome: Outcome | undefined,
  ) {
    this.state = state;
    this.at = String(at);
    this.begin = begin;
    this.end = end;
    this.outcome = outcome;
  }

  /** Deletes: first nobody gets in, then what was the account's becomes free, each for itself. */
  delete(session: number, step: Step['name']): boolean {
    const { accounts, usernames, emails, identities } = this.state;
    if (step === 'all') {
      return this.byOwner(session, (owner, account) => {
        account.isDeleting = true;
        this.endSessions(owner);
        return true;
      });
    }
    const owner = this.state.sessions[session]?.of;
    const account = owner === undefined ? undefined : accounts[owner];
    if (owner === undefined || account?.isDeleting !== true) return this.outcome !== undefined;
    if (step === 'freeUsername') this.free(usernames, (each) => each === owner);
    if (step === 'freeEmails') this.free(emails, (each) => each.of === owner);
    if (step === 'freeIdentities') this.free(identities, (each) => each === owner);
    if (step === 'remove') this.revokeValues(owner);
    return true;
  }

  /** Lets the reader of a mailbox remove its address from an account that is not theirs. */
  removesByToken(from: number): boolean {
    const value = this.state.values[from];
    if (!this.isGood(value, 'email') || value.email === null) return false;
    if (this.state.emails[value.email]?.of !== value.of) return false;
    // What was sent elsewhere stays good: the address was never the account's.
    this.revokeValues(value.of, ({ email }) => email === value.email);
    Reflect.deleteProperty(this.state.emails, value.email);
    return true;
  }

  free<T>(record: Record<string, T>, isOwn: (value: T) => boolean): void {
    for (const [name, value] of Object.entries(record))
      if (isOwn(value)) Reflect.deleteProperty(record, name);
  }

  /** Runs an owner's change; false if the session is not alive. */
  byOwner(session: number, change: (owner: string, account: ModelAccount) => boolean): boolean {
    const found = this.state.sessions[session];
    const account = found && this.state.accounts[found.of];
    if (!found || !account || !this.isActive(found)) return false;
    return change(found.of, account);
  }

  loginOwner(name: string): string | undefined {
    const email = this.state.emails[name];
    if (email) return email.status === 'verified' ? email.of : undefined;
    return this.state.usernames[name];
  }

  isTaken(email: string): boolean {
    const held = this.state.emails[email];
    return held !== undefined && held.status !== 'lapsed';
  }

  has(session: number, email: string): boolean {
    const held = this.state.emails[email];
    return (
      held !== undefined && held.of === this.state.sessions[session]?.of && held.status !== 'lapsed'
    );
  }

  /** Tells whether a login needs a second factor. */
  hasFactor(owner: string): boolean {
    return (this.state.accounts[owner]?.totp ?? null) !== null;
  }

  /** Begins a login that waits for its second factor; false if this login does not wait. */
  waitsForFactor(call: Call): boolean {
    const { accounts, values } = this.state;
    let owner: string | undefined;
    if (call.kind === 'login') {
      owner = this.loginOwner(call.name);
      if (owner === undefined || accounts[owner]?.password !== call.password) return false;
    } else if (call.kind === 'loginByLink' || call.kind === 'loginByCode') {
      const value = values[call.from];
      if (!this.isGood(value, 'link')) return false;
      owner = value.of;
      value.isOpen = false;
    }
    if (owner === undefined || !this.isUsable(owner) || !this.hasFactor(owner)) return false;
    this.makes({ of: owner, kind: 'challenge', email: null, replaces: null });
    return true;
  }

  /** Tells whether a token has verified its address. */
  isVerifiedBy(from: number): boolean {
    const value = this.state.values[from];
    return value?.kind === 'email' && !value.isOpen && this.isVerifiedOf(value);
  }

  isUsable(owner: string): boolean {
    const account = this.state.accounts[owner];
    return account !== undefined && !account.isDeactivated && !account.isDeleting;
  }

  isGoing(owner: string): boolean {
    return this.state.accounts[owner]?.isDeleting === true;
  }

  isActive({ of, isAlive }: ModelSession): boolean {
    return isAlive && this.isUsable(of);
  }

  isGood(value: ModelValue | undefined, kind: ModelValue['kind']): value is ModelValue {
    if (value?.kind !== kind || !value.isOpen) return false;
    return kind !== 'link' || this.isVerifiedOf(value);
  }

  isVerifiedOf({ of, email }: ModelValue): boolean {
    const held = this.state.emails[email ?? ''];
    return held?.of === of && held.status === 'verified';
  }

  ownerOf(accountId: string): string | undefined {
    const { accounts } = this.state;
    return Object.keys(accounts).find((key) => accounts[key]?.id === accountId);
  }

  /** Compares an account's id with that of a result, or learns it. */
  isOf(owner: string, id: string | null | undefined): boolean {
    const account = this.state.accounts[owner];
    if (!account || id === null) return false;
    if (id === undefined) return true;
    const isOthers = Object.values(this.state.accounts).some(
      (each) => each !== account && each.id === id,
    );
    account.id ??= id;
    return account.id === id && !isOthers;
  }

  /** Begins a session. */
  begins(of: string): boolean {
    if (this.outcome === undefined) return true;
    const { token = null, accountId } = this.outcome;
    this.state.sessions[this.at] = {
      of,
      isAlive: true,
      current: token,
      previous: null,
    };
    return this.isOf(of, accountId);
  }

  /** Compares the token that a replaced one is answered with: every caller gets the same. */
  binds(session: ModelSession): boolean {
    const token = this.outcome?.token;
    if (token === undefined) return true;
    session.current ??= token;
    return session.current === token;
  }

  makes(value: Omit<ModelValue, 'isOpen' | 'madeUntil' | 'isDoubtful'>): void {
    if (this.outcome?.value === undefined) return;
    const made = { isOpen: true, madeUntil: this.end, isDoubtful: false };
    this.state.values[this.at] = { ...value, ...made };
  }

  /** Notes that an address or identity comes after all that there are. */
  adds(contact: string): void {
    const { added } = this.state;
    added[contact] = 1 + Math.max(0, ...Object.values(added));
  }

  /**
   * Removes what was added after the address that an account has had for longest, or else after its first identity:
   * what a recovery by the application does within 7 days.
   */
  removeAdditions(owner: string): void {
    const { added, emails, identities } = this.state;
    const at = (contact: string): number => added[contact] ?? 0;
    const mailboxes = Object.keys(emails).filter(
      (each) => emails[each]?.of === owner && emails[each].status === 'verified',
    );
    const linked = Object.keys(identities).filter((each) => identities[each] === owner);
    const oldest = Math.min(...(mailboxes.length > 0 ? mailboxes : linked).map(at));
    for (const each of mailboxes) if (at(each) > oldest) Reflect.deleteProperty(emails, each);
    for (const each of linked) if (at(each) > oldest) Reflect.deleteProperty(identities, each);
  }

  /** Ends all sessions but one, and revokes everything that is pending. */
  remedy(owner: string, except?: number): true {
    this.endSessions(owner, except);
    this.revokeValues(owner);
    this.lapse(owner);
    return true;
  }

  endSessions(owner: string, except?: number): void {
    for (const [key, session] of Object.entries(this.state.sessions)) {
      if (session.of !== owner) continue;
      if (key !== String(except)) session.isAlive = false;
    }
    // A login that waits ends with the sessions.
    for (const value of Object.values(this.state.values)) {
      if (value.of === owner && value.kind === 'challenge') value.isOpen = false;
    }
  }

  revokeValues(owner: string, isMeant: (value: ModelValue) => boolean = () => true): void {
    for (const value of Object.values(this.state.values)) {
      // A secret that waits goes with the factors alone: only a session can confirm it.
      if (value.of !== owner || value.kind === 'totp' || !isMeant(value)) continue;
      value.isOpen = false;
    }
  }

  lapse(owner: string): void {
    for (const email of Object.values(this.state.emails)) {
      if (email.of !== owner || !email.isAddition) continue;
      if (email.status === 'pending') email.status = 'lapsed';
    }
  }
}
