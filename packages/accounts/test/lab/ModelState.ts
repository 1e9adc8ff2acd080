export interface ModelAccount {
  /** Id, as soon as a result has told it. */
  id: string | null;
  password: string;
  isDeactivated: boolean;
  isDeleting: boolean;
  /** Number of the enrolment of its authenticator, and the step of the last code that was used. */
  totp: { readonly from: number; readonly last: number } | null;
  /** Number of the call that made its recovery codes, and those that were used. */
  recovery: { readonly from: number; readonly used: readonly number[] } | null;
}
export interface ModelSession {
  of: string;
  isAlive: boolean;
  /** Current and previous token; null for one that nobody has seen. */
  current: string | null;
  previous: string | null;
}
export interface ModelValue {
  of: string;
  /** A `challenge` is a login that waits for its second factor; a `totp` is a secret that waits for its code. */
  kind: 'challenge' | 'custom' | 'email' | 'link' | 'reset' | 'totp';
  email: string | null;
  /** The address that the new one replaces. */
  replaces: string | null;
  isOpen: boolean;
  /** End of the call that made it. */
  madeUntil: number;
  /** Tells that it may be revoked or not: of several enrolments at once, no clock says which is the last. */
  isDoubtful: boolean;
}
export interface ModelEmail {
  of: string;
  /** A lapsed claim may be taken over by others. */
  status: 'verified' | 'pending' | 'lapsed';
  /** Tells that it was added, not claimed by a sign-up: such a claim lapses when its owner comes back. */
  isAddition: boolean;
  /** The address whose place it is to take. */
  replaces: string | null;
}

/** Everything that the calls of a history can tell about its accounts. Keys are numbers of calls. */
export interface ModelState {
  accounts: Record<string, ModelAccount>;
  usernames: Record<string, string>;
  emails: Record<string, ModelEmail>;
  identities: Record<string, string>;
  sessions: Record<string, ModelSession>;
  values: Record<string, ModelValue>;
  /** The order in which addresses and identities were added, by {@link AccountsModel.adds}. */
  added: Record<string, number>;
  /** The accounts that logins have found by their names, and have not begun a session of yet. */
  found: Record<string, string>;
}

/**
 * A part of a call that happens at one moment. Deletions have several: names become free one by one. A login
 * finds the account by its name first, and then begins a session of it, whatever its name is then.
 */
export interface Step {
  readonly name: 'all' | 'begin' | 'freeUsername' | 'freeEmails' | 'freeIdentities' | 'remove';
}

export const EMPTY: ModelState = {
  accounts: {},
  usernames: {},
  emails: {},
  identities: {},
  sessions: {},
  values: {},
  added: {},
  found: {},
};

/** Copies a state. */
export function cloneState(state: ModelState): ModelState {
  const { accounts, usernames, emails, identities, sessions, values, added, found } = state;
  return {
    accounts: cloneEach(accounts),
    usernames: { ...usernames },
    emails: cloneEach(emails),
    identities: { ...identities },
    sessions: cloneEach(sessions),
    values: cloneEach(values),
    added: { ...added },
    found: { ...found },
  };
}

function cloneEach<T extends object>(records: Readonly<Record<string, T>>): Record<string, T> {
  const copied: Record<string, T> = {};
  for (const [key, value] of Object.entries(records)) copied[key] = { ...value };
  return copied;
}
