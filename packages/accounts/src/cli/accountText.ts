import type { ShownAccount, ShownContact, ShownSession } from '../console/api.js';
import type { Style } from './Command.js';

/** Characters that could move the cursor, colour the text or turn its direction. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
/** Width of the column of names. */
const WIDTH = 12;

/** A text of somebody's, in which nothing can control the terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/** A value as JSON, in which nothing can control the terminal. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  const escaped = text.replace(UNPRINTABLE, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
}

/** An account as a list for a person to read. */
export function accountText(account: ShownAccount, style: Style): string {
  const { contacts, sessions, tokens, attempts, before } = account;
  const lists: [title: string, lines: string[]][] = [
    ['contacts', contacts.map(contactText)],
    [
      'sessions',
      [...sessions.map(sessionText), ...(before === undefined ? [] : ['and older ones'])],
    ],
    [
      'pending tokens',
      tokens.map(
        ({ kind, createdFor, expiresAt }) => `${kind} for ${createdFor}, until ${expiresAt}`,
      ),
    ],
    [
      'failed attempts',
      attempts.map(
        ({ authenticator, failuresInARow, lastAttemptAt }) =>
          `${authenticator}: ${failuresInARow} in a row, the last ${lastAttemptAt}`,
      ),
    ],
  ];
  const lines = [
    ...factsOf(account).map(
      ([name, value]) => `${style('dim', printable(name).padEnd(WIDTH))} ${printable(value)}`,
    ),
    ...lists
      .filter(([, entries]) => entries.length > 0)
      .flatMap(([title, entries]) => [
        '',
        style('bold', title),
        ...entries.map((entry) => `  ${printable(entry)}`),
      ]),
  ];
  return `${lines.join('\n')}\n`;
}

function factsOf(account: ShownAccount): [name: string, value: string][] {
  const { accountId, username, foreignId, permissions, createdAt, passwordSetAt } = account;
  const facts: [name: string, value: string | undefined][] = [
    ['account', accountId],
    ['username', username],
    ['foreign id', foreignId],
    ['state', stateOf(account)],
    ['created', createdAt],
    ['permissions', permissions.length === 0 ? undefined : permissions.join(', ')],
    ['password', passwordSetAt === undefined ? 'none' : `set ${passwordSetAt}`],
    ['factor', factorText(account.factors)],
    // Under names that none of the facts above has: owners write them.
    ...ownFacts('profile', account.profile),
    ...ownFacts('field', account.ownFields),
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

function ownFacts(kind: string, fields: object | undefined): [name: string, value: string][] {
  return Object.entries(fields ?? {}).map(([name, value]: [string, unknown]) => [
    `${kind} ${name}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}

function stateOf({ deactivated, deleting }: ShownAccount): string {
  if (deleting) return 'its deletion was interrupted';
  return deactivated ? 'deactivated' : 'active';
}

function factorText({ totpSince, unconfirmed, recoveryCodes }: ShownAccount['factors']): string {
  if (totpSince === undefined) return unconfirmed > 0 ? 'enrolled, not confirmed' : 'none';
  const { unused, total } = recoveryCodes;
  return `authenticator app since ${totpSince}, ${unused} of ${total} recovery codes unused`;
}

function contactText({ kind, value, provider, name, verified, lapsed }: ShownContact): string {
  const what = [kind, provider, value, name === undefined ? undefined : JSON.stringify(name)];
  const state = lapsed ? 'can no longer be verified' : verified ? 'verified' : 'not verified';
  return `${what.filter((part) => part !== undefined).join(' ')}, ${state}`;
}

function sessionText({
  sessionId,
  active,
  createdAt,
  expiresAt,
  connectionInfo,
  impersonatedBy,
}: ShownSession): string {
  const parts = [
    `${sessionId} ${active ? 'active' : 'ended'}`,
    `since ${createdAt}`,
    `until ${expiresAt}`,
    JSON.stringify(connectionInfo),
    ...(impersonatedBy === undefined ? [] : [`by the impersonator ${impersonatedBy}`]),
  ];
  return parts.join(', ');
}
