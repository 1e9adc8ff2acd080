// Every text of the console.
import type { ActionName, EffectName } from '../../src/console/api.js';
import type { ComponentTexts } from '../components/texts.js';

const plural = (count: number, one: string, many: string): string =>
  `${String(count)} ${count === 1 ? one : many}`;

/** Texts that the components show. */
export const componentTexts: ComponentTexts = {
  cancel: 'Cancel',
  close: 'Close',
  busy: 'Please wait',
  required: 'Enter a value.',
  optional: '(optional)',
  requests: 'Requests',
  writeUnits: 'Write units',
  readUnits: 'Read units',
  dollars: 'Dollars',
  marks: { added: 'New', changed: 'Changed', removed: 'Gone' },
};

/** Texts of one action: its button, its two questions, and what is said when it is done. */
export interface ActionTexts {
  readonly button: string;
  /** Title of the first question. */
  readonly ask: (name: string) => string;
  /** Title of the second. */
  readonly askAgain: (name: string) => string;
  readonly agree: string;
  readonly done: (name: string) => string;
}

const actions: Readonly<Record<ActionName, ActionTexts>> = {
  deactivate: {
    button: 'Deactivate',
    ask: (name) => `Deactivate ${name}?`,
    askAgain: (name) => `Really deactivate ${name}?`,
    agree: 'Deactivate',
    done: (name) => `${name} is deactivated.`,
  },
  reactivate: {
    button: 'Reactivate',
    ask: (name) => `Reactivate ${name}?`,
    askAgain: (name) => `Really reactivate ${name}?`,
    agree: 'Reactivate',
    done: (name) => `${name} is active again.`,
  },
  revokeSession: {
    button: 'End session',
    ask: (name) => `Sign ${name} out of that device?`,
    askAgain: (name) => `Really sign ${name} out of that device?`,
    agree: 'End session',
    done: () => 'The session has ended.',
  },
  revokeAllSessions: {
    button: 'End all sessions',
    ask: (name) => `End all sessions of ${name}?`,
    askAgain: (name) => `Really end all sessions of ${name}?`,
    agree: 'End all sessions',
    done: (name) => `All sessions of ${name} have ended.`,
  },
  resetTwoFactor: {
    button: 'Reset second factor',
    ask: (name) => `Reset the second factor of ${name}?`,
    askAgain: (name) => `Really reset the second factor of ${name}?`,
    agree: 'Reset second factor',
    done: (name) => `The second factor of ${name} is gone.`,
  },
  delete: {
    button: 'Delete',
    ask: (name) => `Delete ${name}?`,
    askAgain: (name) => `Really delete ${name}?`,
    agree: 'Delete for good',
    done: (name) => `${name} is deleted.`,
  },
  export: {
    button: 'Export',
    ask: (name) => `Export the data of ${name}?`,
    askAgain: (name) => `Download the data of ${name} now?`,
    agree: 'Download',
    done: (name) => `The data of ${name} is downloaded.`,
  },
};

const effects: Readonly<Record<EffectName, (count: number) => string>> = {
  loginsRefused: () => 'Nobody can log in to the account until it is reactivated.',
  loginsAllowed: () => 'The owner can log in again.',
  sessionsEnd: () => 'Every session of the account ends at once, on every device.',
  sessionEnds: () => 'The device is logged out at once.',
  sessionsStayEnded: () => 'Sessions that have ended stay ended.',
  pendingContactsRevoked: () => 'Contacts that wait to be verified lapse.',
  pendingTokensRevoked: () => 'Links and codes that were sent out become invalid.',
  factorsDeleted: (count) =>
    count === 0
      ? 'The account has no second factor; nothing is deleted.'
      : `${plural(count, 'item', 'items')} of authenticator and recovery codes ${count === 1 ? 'is' : 'are'} deleted.`,
  passwordSuffices: () =>
    'Afterwards the password alone is enough to log in. Verify who asks for this before you go on.',
  ownerNotified: () => 'The owner is notified at the verified addresses.',
  documentsDeleted: (count) =>
    `${plural(count, 'document', 'documents')} of the account ${count === 1 ? 'is' : 'are'} deleted.`,
  identifiersFreed: (count) =>
    count === 1
      ? '1 username or contact becomes free for others.'
      : `${String(count)} usernames and contacts become free for others.`,
  irreversible: () => 'This cannot be undone.',
  documentsExported: (count) =>
    `${plural(count, 'document', 'documents')} of the account ${count === 1 ? 'is' : 'are'} saved as a JSON file on this computer.`,
  nothingChanges: () => 'Nothing in the table changes.',
};

export const texts = {
  title: 'Latchkey console',
  app: 'Application',
  table: 'Table',
  readOnly: 'Read only',
  canWrite: 'May change accounts',
  readOnlyHint: 'Start the console with --write to change accounts.',
  loading: 'Loading…',

  find: {
    title: 'Find an account',
    label: 'Username, e-mail address, phone or account id',
    hint: 'Phone numbers with their country code, such as +49 30 123456.',
    submit: 'Find',
    notFound: 'There is no account with this identifier.',
  },
  list: {
    title: 'List accounts',
    by: 'Order',
    byUsername: 'By username',
    byEmail: 'By e-mail address',
    prefix: 'Begins with',
    submit: 'List',
    more: 'Show more',
    none: 'No account begins with this.',
    caption: 'Accounts',
    identifier: 'Account',
    username: 'Username',
    createdAt: 'Created',
    shown: (count: number) => plural(count, 'account', 'accounts'),
    open: (name: string) => `Open ${name}`,
    noUsername: 'No username',
    off: 'This application has no index to list accounts by. Turn it on with the option listing:',
    offCode: 'new Accounts({ …, listing: accountListing() })',
    offHint:
      'accountListing comes from @latchkey/accounts/listing. The table needs its index, and a backfill enters the accounts that are there already: see the guide to accounts.',
  },
  account: {
    back: 'Find another account',
    noName: 'Account without a username',
    id: 'Account id',
    foreignId: 'Foreign id',
    createdAt: 'Created',
    updatedAt: 'Last changed',
    permissions: 'Permissions',
    overview: 'Overview',
    actions: 'Actions',
    active: 'Active',
    deactivated: 'Deactivated',
    deleting: 'Deletion interrupted',
    deletingHint: 'The deletion of this account was interrupted. Delete it again to finish it.',
    cost: 'Read with',
    profile: 'Profile',
    ownFields: 'Fields of the application',
  },
  contacts: {
    title: 'Contacts',
    none: 'The account has no contacts.',
    kinds: {
      email: 'E-mail address',
      phone: 'Phone number',
      oauth: 'Identity',
      custom: 'Other',
      passkey: 'Passkey',
    },
    unnamed: 'Passkey without a name',
    lastUsed: 'last used',
    verified: 'Verified',
    unverified: 'Not verified',
    lapsed: 'Lapsed',
    added: 'Added',
  },
  login: {
    title: 'Login methods',
    password: 'Password',
    passwordSet: 'Set',
    noPassword: 'None',
    totp: 'Authenticator app',
    totpSince: 'Enrolled',
    noTotp: 'Not enrolled',
    unconfirmed: (count: number) =>
      plural(count, 'enrolment not confirmed', 'enrolments not confirmed'),
    recoveryCodes: 'Recovery codes',
    codesLeft: (unused: number, total: number) => `${String(unused)} of ${String(total)} unused`,
    noCodes: 'None',
    failures: 'Failed attempts',
    failed: (count: number) => `${String(count)} in a row, the last`,
    authenticators: {
      password: 'Password',
      knownDevice: 'Password on a known device',
      reauthentication: 'Password again',
      totp: 'Authenticator app',
      recoveryCode: 'Recovery code',
      phone: 'Code by phone',
      token: 'One-time token',
      loginCode: 'Login code',
    } as Readonly<Record<string, string>>,
  },
  sessions: {
    title: 'Sessions',
    none: 'The account has no sessions.',
    noDevice: 'Unknown device',
    active: 'Active',
    ended: 'Ended',
    remembered: 'Remembered',
    impersonated: 'Impersonation',
    began: 'Began',
    lastSeen: 'last seen',
    expires: 'expires',
    older: 'Older sessions',
  },
  tokens: {
    title: 'Pending tokens',
    none: 'No link or code is waiting to be used.',
    kinds: {
      email_verification: 'Verification of an e-mail address',
      phone_verification: 'Verification of a phone number',
      password_recovery: 'Password reset',
      magick_link: 'Login link or code',
      login_code: 'Login code for a phone',
      contact_recovery: 'Undoing the change of a contact',
      twoFactorAuth: 'Second step of a login',
      custom: 'Token of the application',
    } as Readonly<Record<string, string>>,
    createdFor: 'for',
    expires: 'expires',
  },
  none: 'None',
  actions,
  effects,
  confirm: {
    continue: 'Continue',
    atMost: 'At most, this costs:',
    again: 'It is done as soon as you agree.',
    preparing: 'Working out the cost…',
    cost: 'It cost:',
    notConfirmed: 'This took too long. Close the dialog and begin again.',
  },
  problems: {
    SignedOut: {
      title: 'No access',
      text: 'Open the link that the command has printed. If it was opened before, or more than ten minutes ago, run the command again.',
    },
    Unreachable: {
      title: 'The console has stopped',
      text: 'The command is no longer running. Start it again, and open the new link.',
    },
  } as Readonly<Record<string, { readonly title: string; readonly text: string }>>,
  otherProblem: 'Something is wrong',
  /** The fault of an identifier. */
  reasons: {
    notAnEmailAddress: 'This is not a complete e-mail address.',
    notAPhoneNumber: 'This is not a phone number. Begin with + and the country code.',
    phoneNumbersNotOffered: 'This application has no phone numbers.',
    notAUsername: 'No account can have this username.',
    notWellFormed: 'This text cannot be stored.',
    tooLong: 'This is too long.',
    notACursor: 'The list has changed. List the accounts again.',
  } as Readonly<Record<string, string>>,
} as const;
